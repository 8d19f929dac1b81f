"""Does an index hold what the database says?  Asked before a swap (founding decision 6) and by ``zhixun index check``.

Both sides are read as (id, seq) in the order of ids and merged, while writing goes on.  So every difference is looked
for twice and only what both looks show in the same state counts: the second look at the index begins after the first
at the database, and what that saw acknowledged is in the index by then.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.engines.base import Engine
from search_service.kinds.base import Kind
from search_service.store.journal import IndexState
from search_service.store.session import Database

PAGE = 5_000
"""Rows read in one statement: 5 ms of one snapshot, so that SQLite's log can be cut behind us."""
LOADED = 500
"""Rows loaded whole in one statement, as in the drain."""
NAMED = 10
"""Dead rows that are kept by name, for messages."""
EVER = datetime(1900, 1, 1, tzinfo=UTC)
"""Before every certificate: what has no window from here on was never to be seen."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How an index differs from the database; each part maps an id to the sequence that the index holds (0: none).

    Attributes:
        missing: to be seen, and not in the index.
        behind: acknowledged with a newer sequence than the index holds.
        ahead: the index holds a sequence that the database never gave (it was restored from a backup).
        ghosts: in the index, though nobody is ever to see them.
        documents: what the index holds.
        visible: what SQL shows, dead ones included.
        due: marked and not drained yet: no difference.
        dead: visible, and no document could be made; `dead_ids` names the first.
    """

    missing: dict[str, int]
    behind: dict[str, int]
    ahead: dict[str, int]
    ghosts: dict[str, int]
    documents: int = 0
    visible: int = 0
    due: int = 0
    dead: int = 0
    dead_ids: tuple[str, ...] = ()

    @property
    def lacking(self) -> dict[str, int]:
        """What searches would miss, or see in an old state."""
        return self.missing | self.behind

    @property
    def all(self) -> dict[str, int]:
        """Every id that differs."""
        return self.missing | self.behind | self.ahead | self.ghosts

    @property
    def sound(self) -> bool:
        """Nothing differs."""
        return not self.all


def compare(database: Database, engine: Engine, kind: Kind, index: str, beat: Any = lambda: None) -> Difference:
    """What differs for sure; `beat` is called now and then."""
    first = _look(database, engine, kind, index, beat)
    if not first.found:
        return first.difference()
    second = _look(database, engine, kind, index, beat)
    stayed = {key: second.found[key] for key in first.found.keys() & second.found.keys()}
    return replace(second, found=stayed).difference()


@dataclass(frozen=True, slots=True)
class _Row:
    """What the database says of one document; `wanted` is whether the index has to hold it, None for either."""

    id: str
    seq: int
    done: int
    settled: bool
    wanted: bool | None


@dataclass(slots=True)
class _Look:
    """One reading of both sides; `found` maps (what, id, acknowledged sequence) to what the index holds."""

    found: dict[tuple[str, str, int], int]
    documents: int = 0
    visible: int = 0
    due: int = 0
    dead: int = 0
    dead_ids: tuple[str, ...] = ()

    def difference(self) -> Difference:
        parts: dict[str, dict[str, int]] = {"missing": {}, "behind": {}, "ahead": {}, "ghosts": {}}
        for (what, name, _), held in sorted(self.found.items()):
            parts[what][name] = held
        return Difference(
            **parts,
            documents=self.documents,
            visible=self.visible,
            due=self.due,
            dead=self.dead,
            dead_ids=self.dead_ids,
        )


def _look(database: Database, engine: Engine, kind: Kind, index: str, beat: Any) -> _Look:
    look = _Look({})
    held = _ordered(engine.entries(index), look, beat)
    entry = next(held, None)
    for row in _rows(database, kind, look, beat):
        while entry is not None and entry[0] < row.id:
            look.found["ghosts", entry[0], 0] = entry[1]
            entry = next(held, None)
        has = entry[1] if entry is not None and entry[0] == row.id else None
        if has is not None:
            entry = next(held, None)
        what = _judge(row, has)
        if what is not None:
            look.found[what, row.id, row.done] = has or 0
    while entry is not None:
        look.found["ghosts", entry[0], 0] = entry[1]
        entry = next(held, None)
    return look


def _judge(row: _Row, held: int | None) -> str | None:
    if held is not None and held > row.seq:
        return "ahead"
    if not row.settled:
        return None
    if held is None:
        return "missing" if row.wanted else None
    if row.wanted is False:
        return "ghosts"
    return "behind" if held < row.done else None


def _ordered(entries: Iterator[tuple[str, int]], look: _Look, beat: Any) -> Iterator[tuple[str, int]]:
    """By id; an engine that yields them so already costs one pass."""
    for number, entry in enumerate(sorted(entries), 1):
        look.documents = number
        if number % PAGE == 0:
            beat()
        yield entry


def _rows(database: Database, kind: Kind, look: _Look, beat: Any) -> Iterator[_Row]:
    last: uuid.UUID | None = None
    while True:
        beat()
        with database.read() as session:
            now = database.now()
            page = (
                select(
                    IndexState.entity_id,
                    IndexState.seq,
                    IndexState.done_seq,
                    IndexState.dead_reason,
                    kind.visible(now),
                    kind.model.id,
                )
                .select_from(IndexState)
                .outerjoin(kind.model, kind.model.id == IndexState.entity_id)
                .where(IndexState.kind == kind.name)
                .order_by(IndexState.entity_id)
                .limit(PAGE)
            )
            found = session.execute(page if last is None else page.where(IndexState.entity_id > last)).all()
            # Nearly all rows are shown; only of the others the window has to be worked out.
            unseen = [f[0] for f in found if f[5] is not None and not f[4] and f[1] == f[2] and f[3] is None]
            wanted = _wanted(session, kind, unseen, now)
        if not found:
            return
        for entity_id, seq, done, reason, visible, row_id in found:
            shown = bool(visible) and row_id is not None  # "not deleted" is also true of a row that is not there
            look.visible += shown
            if reason is not None:
                look.dead += shown
                look.dead_ids += (str(entity_id),) if shown and len(look.dead_ids) < NAMED else ()
            elif seq > done:
                look.due += 1
            settled = reason is None and seq == done
            yield _Row(str(entity_id), seq, done, settled, wanted.get(entity_id, shown))
        last = found[-1][0]


def _wanted(session: Session, kind: Kind, ids: Sequence[uuid.UUID], now: datetime) -> dict[uuid.UUID, bool | None]:
    """Rows that are not shown now: some will be (True), some were (None: the index may keep them), some never."""
    found: dict[uuid.UUID, bool | None] = {}
    for at in range(0, len(ids), LOADED):
        rows = select(kind.model).where(kind.model.id.in_(ids[at : at + LOADED])).options(*kind.document_loads())
        for row in session.scalars(rows):
            if kind.window(row, now) is not None:
                found[row.id] = True
            else:
                found[row.id] = None if kind.window(row, EVER) is not None else False
        session.expunge_all()
    return found
