"""Sessions: one way to read, one way to write, and what happens around every flush.

`Database.write` commits at the end of its block, `Database.read` sees one snapshot; what each database is told for
that stands in `store/connections.py`.
"""

import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from search_service.errors import DatabaseBusy, DeclarationError
from search_service.failpoints import failpoint
from search_service.store import connections, marks
from search_service.store.base import Base, Entity
from search_service.store.connections import POOL
from search_service.store.ids import new_id

MARKED = "zhixun_marked"
"""Execution option of statements of `store/bulk.py`, which set their own marks."""


class Database:
    """The system of record.

    `now` is the clock that stamps rows (UTC, aware); `statement_seconds` is how long one statement may take, 0 for
    as long as it needs.
    """

    def __init__(self, url: str, now: Callable[[], datetime], *, statement_seconds: int = 0) -> None:
        marks.require_loaded()
        self.url = url
        self.now = now
        self.engine: Engine = connections.open_engine(url, statement_seconds=statement_seconds)
        self._readers = connections.for_reading(self.engine)
        self._writers = connections.for_writing(self.engine)
        self._noters = connections.for_noting(self.engine)
        self._turn: AbstractContextManager[None] = _Turn() if self.engine.dialect.name == "sqlite" else nullcontext()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one snapshot; nothing that it changes is kept.

        Raises:
            DatabaseUnavailable, DatabaseBusy: nothing was done, and the same may be tried again.
        """
        with _in_our_words(), Session(self._readers, info={"now": self.now}, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Session]:
        """A session in one transaction, committed when the block ends well and rolled back when it raises.

        Without `durable` a power cut may undo it, never a part of it: for what is only done again then.

        Raises:
            DatabaseBusy: nothing was stored.
            DatabaseUnavailable: nothing was stored, unless the connection broke in the commit itself: then only the
                row, or the answer under the request's key, can say.
        """
        info, engine = {"now": self.now}, self._writers if durable else self._noters
        with self._turn, _in_our_words(), _Writing(engine, info=info, expire_on_commit=False) as session:
            with session.begin():
                yield session
                if durable:
                    session.flush()
                    failpoint("before_commit")
            if durable:
                failpoint("after_commit")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


class _Turn:
    """SQLite's one writer, inside a process: who waits here is woken in turn.

    SQLite itself lets writers sleep and try again, and among sixteen of them one can sleep through all its patience.
    Here the queue moves on, so it is worth waiting in: twenty writers on a slow disk take two seconds.
    """

    PATIENCE = 30
    """Seconds; then a writer is stuck, and the others are told."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self.PATIENCE):
            raise DatabaseBusy

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        ours = connections.translated(error)
        if ours is None:
            raise
        raise ours from error


def sqlite_url(folder: Path) -> str:
    """The embedded database inside the data folder."""
    return f"sqlite:///{folder / 'zhixun.db'}"


class _Writing(Session):
    """Listened to as a class, below: to listen to each one takes half as long as its transaction's beginning."""


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
        # Who was linked by a value that is about to change.
        moved = {row.id for row in session.dirty if type(row) is model and _changed(row, marks.REGISTRY.links(model))}
        marks.mark_dependents(session, model, moved, whole=True)
    # A row of a kind's own table that was just made is in nobody's document yet; a new division may be.
    fresh = {model for model in changed if model not in old and marks.REGISTRY.kind_of(model)}
    session.info["changed"] = (changed, fresh)


def _changed(row: Any, columns: Iterable[str]) -> bool:
    return any(inspect(row).attrs[name].history.has_changes() for name in columns)


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


event.listen(_Writing, "before_flush", _before_flush)
event.listen(_Writing, "after_flush", _after_flush)
event.listen(_Writing, "do_orm_execute", _refuse_unmarked_bulk)


__all__ = ["MARKED", "POOL", "Base", "Database", "sqlite_url"]
