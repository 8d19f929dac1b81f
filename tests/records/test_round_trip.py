"""``dump`` then ``load`` into an empty database gives the same public records (docs/model.md)."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from search_service.kinds import REGISTRY
from search_service.kinds.access import Level
from search_service.records.access import show
from search_service.records.interchange import dump, load
from search_service.records.load import file_name
from search_service.store.journal import AuditEvent, IndexState
from search_service.store.session import Database, sqlite_url
from tests.records.generated import Generator

NEVER_SAME = {"id", "key", "row_version", "created_at", "updated_at"}


@pytest.fixture
def elsewhere(tmp_path: Path, empty_data_dir: Path, database: Database) -> Iterator[Database]:
    folder = tmp_path / "elsewhere"
    shutil.copytree(empty_data_dir, folder)
    found = Database(sqlite_url(folder), database.now)
    yield found
    found.close()


def write(folder: Path, seed: int) -> int:
    folder.mkdir()
    generator = Generator(seed)
    written = 0
    for record in REGISTRY:
        rows = generator.rows(record)
        written += len(rows)
        content = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / file_name(record)).write_text(content, encoding="utf-8")
    return written


def contents(folder: Path) -> dict[str, list[str]]:
    return {path.name: path.read_text("utf-8").splitlines() for path in sorted(folder.iterdir())}


def public(database: Database) -> dict[str, list[str]]:
    """All public records, without what another database numbers anew."""
    now = database.now()
    found = {}
    with database.read() as session:
        for record in REGISTRY:
            query = select(record.model).where(record.visible(now)).options(*record.loads(record.field_paths))
            rows = [_plain(show(record, row, Level.PUBLIC, now)) for row in session.scalars(query)]
            found[record.name] = sorted(json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items() if name not in NEVER_SAME}
    if isinstance(value, list):
        inner = [_plain(entry) for entry in value]
        linked = any(isinstance(entry, dict) for entry in inner)
        return sorted(inner, key=str) if linked else inner
    return value


@pytest.mark.parametrize("seed", range(4))
def test_the_public_record_comes_back(database: Database, elsewhere: Database, tmp_path: Path, seed: int) -> None:
    written = write(tmp_path / "given", seed)
    first = load(database, [tmp_path / "given"])
    assert first.refused == []
    assert first.stored == written
    counts = dump(database, tmp_path / "one")
    assert 0 < sum(counts.values()) < written  # some rows are not public
    assert load(elsewhere, [tmp_path / "one"]).refused == []
    assert public(elsewhere) == public(database)
    dump(elsewhere, tmp_path / "two")
    assert contents(tmp_path / "two") == contents(tmp_path / "one")


def test_private_fields_and_hidden_rows_stay_at_home(database: Database, tmp_path: Path) -> None:
    write(tmp_path / "given", 7)
    load(database, [tmp_path / "given"])
    dump(database, tmp_path / "one")
    for record in REGISTRY:
        names = {f.name for f in record.fields if f.read is Level.PUBLIC} | {"key"}
        for line in contents(tmp_path / "one")[file_name(record)]:
            row = json.loads(line)
            assert set(row) <= names
            assert row.get("state", "") not in {"draft", "hidden"}
            assert record.name != "institution" or row["status"] == "active"


@pytest.mark.parametrize("again", ["given", "one"])
def test_loading_again_changes_nothing(database: Database, tmp_path: Path, again: str) -> None:
    write(tmp_path / "given", 11)
    load(database, [tmp_path / "given"])
    dump(database, tmp_path / "one")
    before = state(database)
    report = load(database, [tmp_path / again])
    assert (report.stored, report.refused) == (0, [])
    assert report.unchanged == report.read > 0
    assert state(database) == before


def state(database: Database) -> tuple[Any, ...]:
    with database.read() as session:
        versions = [
            session.execute(select(r.model.id, r.model.row_version).order_by(r.model.id)).all() for r in REGISTRY
        ]
        marks = session.execute(select(IndexState.entity_id, IndexState.seq).order_by(IndexState.entity_id)).all()
        events = session.scalar(select(func.count()).select_from(AuditEvent))
    return (versions, marks, events)
