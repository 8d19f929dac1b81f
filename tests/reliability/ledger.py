"""The ledger: what the service acknowledged, written down before anything else happens (the idea is Jepsen's)."""

import json
import threading
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import select

from search_service.store.session import Database
from search_service.store.standard import Standard


@dataclass(frozen=True, slots=True)
class Entry:
    """One acknowledged write: this standard had this version and this title, or was gone (`title` None)."""

    op: str
    id: str
    version: int
    title: str | None


class Ledger:
    """An append-only file; every entry is in it before the next request goes out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def acknowledge(self, entry: Entry) -> None:
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")

    def entries(self) -> list[Entry]:
        if not self._path.exists():
            return []
        return [Entry(**json.loads(line)) for line in self._path.read_text("utf-8").splitlines()]

    def last(self) -> dict[str, Entry]:
        """Per standard the newest state that was acknowledged."""
        newest: dict[str, Entry] = {}
        for entry in self.entries():
            held = newest.get(entry.id)
            if held is None or entry.version > held.version:
                newest[entry.id] = entry
        return newest


def lost(database: Database, ledger: Ledger) -> list[str]:
    """Acknowledged writes that the database does not show; a newer version than acknowledged is no loss."""
    found = []
    with database.read() as session:
        rows = {str(row.id): row for row in session.scalars(select(Standard))}
    for entry in ledger.last().values():
        row = rows.get(entry.id)
        if row is None:
            found.append(f"{entry.op}: {entry.id} is not there")
        elif row.row_version < entry.version:
            found.append(f"{entry.op}: {entry.id} is at {row.row_version}, {entry.version} was acknowledged")
        elif row.row_version == entry.version and (None if row.deleted_at else row.title) != entry.title:
            found.append(f"{entry.op}: {entry.id} is called {row.title}, {entry.title} was acknowledged")
    return found


def doubled(database: Database, numbers: Iterable[str]) -> list[str]:
    """Numbers that more than one standard has: a request that was sent again took effect again."""
    wanted = list(numbers)
    with database.read() as session:
        of_them = select(Standard.number).where(Standard.number.in_(wanted), Standard.deleted_at.is_(None))
        found = list(session.scalars(of_them))
    return sorted({number for number in found if found.count(number) > 1})


def new_op() -> str:
    """A key for one intention, sent again with every try of it."""
    return str(uuid.uuid4())
