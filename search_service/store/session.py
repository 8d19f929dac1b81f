"""Sessions: one way to read, one way to write, and what happens around every flush.

`Database.write` begins with the write lock (``BEGIN IMMEDIATE`` on SQLite: a deferred transaction that is upgraded
later fails at once with "database is locked") and commits at the end of its block; `Database.read` sees one snapshot.
"""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from search_service.errors import DeclarationError
from search_service.store import marks
from search_service.store.base import Base, Entity
from search_service.store.ids import new_id

BUSY_MILLISECONDS = 5_000
"""How long a SQLite writer waits for another: far above any transaction of ours, below a client's patience."""

POOL = 20
"""Connections; the web layer admits as many requests at once (`api/app.py`): none waits for another in a circle."""

MARKED = "zhixun_marked"
"""Execution option of statements of `store/bulk.py`, which set their own marks."""


class Database:
    """The system of record.  `now` is the clock that stamps rows (UTC, aware)."""

    def __init__(self, url: str, now: Callable[[], datetime]) -> None:
        marks.require_loaded()
        self.url = url
        self.now = now
        self.engine: Engine = create_engine(url, pool_size=POOL, max_overflow=0, pool_timeout=10)
        if self.engine.dialect.name == "sqlite":
            _prepare_sqlite(self.engine)
        self._writers = self.engine.execution_options(zhixun_write=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one snapshot; nothing that it changes is kept."""
        with Session(self.engine, info={"now": self.now}, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session in one transaction, committed when the block ends well and rolled back when it raises."""
        with Session(self._writers, info={"now": self.now}, expire_on_commit=False) as session:
            _listen(session)
            with session.begin():
                yield session

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def sqlite_url(folder: Path) -> str:
    """The embedded database inside the data folder."""
    return f"sqlite:///{folder / 'zhixun.db'}"


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, record: Any) -> None:
        del record
        connection.isolation_level = None  # we say BEGIN ourselves, below
        for pragma in (
            "journal_mode=WAL",  # readers never wait for the writer
            "synchronous=FULL",  # an acknowledged commit survives a power cut, not only a kill
            f"busy_timeout={BUSY_MILLISECONDS}",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("zhixun_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _listen(session: Session) -> None:
    event.listen(session, "before_flush", _before_flush)
    event.listen(session, "after_flush", _after_flush)
    event.listen(session, "do_orm_execute", _refuse_unmarked_bulk)


def _before_flush(session: Session, context: UOWTransaction, instances: Any) -> None:
    del context, instances
    now = session.info["now"]()
    changed: dict[type[Any], set[uuid.UUID]] = {}
    old: set[type[Any]] = set()
    for row in session.new:
        if isinstance(row, Entity):
            row.id = row.id or new_id()
            row.created_at = row.created_at or now
            row.updated_at = row.updated_at or now
    for row in session.dirty:
        if isinstance(row, Entity) and session.is_modified(row):
            row.row_version += 1
            row.updated_at = now
            old.add(type(row))
    for row in (*session.new, *(r for r in session.dirty if session.is_modified(r)), *session.deleted):
        if isinstance(row, Entity) and marks.REGISTRY.matters(type(row)):
            changed.setdefault(type(row), set()).add(row.id)
    for model in old:
        if marks.REGISTRY.natural(model):  # who was linked by a value that is about to change
            marks.mark_dependents(session, model, {row.id for row in session.dirty if type(row) is model})
    # A row of a kind's own table that was just made is in nobody's document yet; a new division may be.
    fresh = {model for model in changed if model not in old and marks.REGISTRY.kind_of(model)}
    session.info["changed"] = (changed, fresh)


def _after_flush(session: Session, context: UOWTransaction) -> None:
    del context
    changed, fresh = session.info.pop("changed", ({}, set()))
    if changed:
        marks.mark_changed(session, changed, fresh)


def _refuse_unmarked_bulk(state: ORMExecuteState) -> None:
    if not (state.is_insert or state.is_update or state.is_delete) or state.execution_options.get(MARKED):
        return
    table = getattr(state.statement, "table", None)
    if table in marks.REGISTRY.tables:
        raise DeclarationError(f"对 {table} 的批量语句必须经由 store.bulk,否则索引得不到变更标记")


__all__ = ["MARKED", "Base", "Database", "sqlite_url"]
