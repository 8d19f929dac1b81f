"""Marks: how every change reaches the index (founding decision 5).

The registry below is empty until `search_service.kinds` is loaded; a session cannot be opened before.  A mark is
``seq + 1`` on the document's permanent row, set in the transaction of the change, for the row itself and for every
row whose document is made of it.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import FromClause, Select, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, RelationshipProperty, Session, aliased

from search_service.errors import DeclarationError
from search_service.store.journal import IndexState

Path = tuple["RelationshipProperty[Any]", ...]

BATCH = 500
"""Identifiers in one statement: SQLite takes 32,766 variables, PostgreSQL 65,535, and plans stay small."""


class MarkRegistry:
    """Which documents are made of which tables; filled by the kinds, read by sessions."""

    def __init__(self) -> None:
        self._roots: dict[type[Any], str] = {}
        self._paths: dict[type[Any], set[tuple[str, type[Any], Path]]] = {}

    def add(self, kind: str, root: type[DeclarativeBase], paths: Iterable[Path]) -> None:
        """A kind's documents have `root` as their row and read along `paths` (relationships, from the root)."""
        self._roots[root] = kind
        for path in paths:
            for depth in range(1, len(path) + 1):
                target = path[depth - 1].mapper.class_
                self._paths.setdefault(target, set()).add((kind, root, path[:depth]))

    def remove(self, kind: str) -> None:
        """Forget a kind (a test's toy)."""
        self._roots = {root: name for root, name in self._roots.items() if name != kind}
        for target, entries in self._paths.items():
            self._paths[target] = {entry for entry in entries if entry[0] != kind}

    @property
    def loaded(self) -> bool:
        """Whether kinds have been declared."""
        return bool(self._roots)

    def kind_of(self, model: type[Any]) -> str | None:
        """The kind whose row this is."""
        return self._roots.get(model)

    def matters(self, model: type[Any]) -> bool:
        """Whether a change of this table can change any document."""
        return model in self._roots or bool(self._paths.get(model))

    def natural(self, model: type[Any]) -> bool:
        """Whether documents reach this table by a value (a number, an adcode) instead of by its id.

        Then a row that was just made may already be asked for, and one that gives its value up was in documents that
        no query finds afterwards.
        """
        return any(
            not remote.primary_key
            for _, _, path in self._paths.get(model, ())
            for step in path
            if step.mapper.class_ is model and step.secondary is None
            for _, remote in step.local_remote_pairs or ()
        )

    @property
    def tables(self) -> set[FromClause]:
        """Every table that documents are made of, links included."""
        found: set[FromClause] = {root.__table__ for root in self._roots}
        for target, entries in self._paths.items():
            if entries:
                found.add(target.__table__)
            found.update(step.secondary for _, _, path in entries for step in path if step.secondary is not None)
        return found

    def dependents(self, model: type[Any], ids: Sequence[uuid.UUID]) -> Iterable[tuple[str, Select[tuple[uuid.UUID]]]]:
        """Per kind a query for the documents that are made of these rows."""
        for kind, root, path in sorted(self._paths.get(model, ()), key=lambda e: (e[0], [p.key for p in e[2]])):
            statement: Any = select(root.id)
            at: Any = root
            for step in path:
                target = aliased(step.mapper.class_)
                statement = statement.join(getattr(at, step.key).of_type(target))
                at = target
            yield kind, statement.where(at.id.in_(ids)).distinct()


REGISTRY = MarkRegistry()


def _insert(session: Session) -> Any:
    dialect = session.get_bind().dialect.name
    return (postgresql if dialect == "postgresql" else sqlite).insert(IndexState.__table__)


def _again(statement: Any, now: datetime) -> Any:
    return statement.on_conflict_do_update(
        index_elements=["kind", "entity_id"],
        set_={
            "seq": IndexState.seq + 1,
            "available_at": now,
            "attempts": 0,
            "dead_reason": None,
        },
    )


def mark(session: Session, kind: str, ids: Sequence[uuid.UUID]) -> None:
    """Mark these documents."""
    if not ids:
        return
    now = session.info["now"]()
    rows = [{"kind": kind, "entity_id": i, "seq": 1, "done_seq": 0, "available_at": now, "attempts": 0} for i in ids]
    # One compiled statement executed for every row: a VALUES list of 500 rows would be compiled anew for each batch.
    session.execute(_again(_insert(session), now), rows)


def mark_selected(session: Session, kind: str, ids: Select[tuple[uuid.UUID]]) -> None:
    """Mark the documents that a query names, in one statement."""
    now = session.info["now"]()
    found = ids.subquery()
    rows = select(
        literal(kind),
        found.c[0],
        literal(1),
        literal(0),
        literal(now, IndexState.available_at.type),
        literal(0),
    ).where(found.c[0].is_not(None))  # SQLite needs a WHERE here to tell ON CONFLICT from a join's ON
    columns = ["kind", "entity_id", "seq", "done_seq", "available_at", "attempts"]
    session.execute(_again(_insert(session).from_select(columns, rows), now))


def mark_changed(session: Session, changed: Mapping[type[Any], set[uuid.UUID]], fresh: set[type[Any]]) -> None:
    """Mark everything that changes of these rows touch.

    No document is made of the new rows of a `fresh` table yet, unless it is reached by a value.
    """
    for model, members in changed.items():
        kind = REGISTRY.kind_of(model)
        if kind is not None:
            mark(session, kind, sorted(members))
        if model not in fresh or REGISTRY.natural(model):
            mark_dependents(session, model, members)


def mark_dependents(session: Session, model: type[Any], members: Iterable[uuid.UUID]) -> None:
    """Mark the documents that are made of these rows, as the database links them at this moment."""
    ids = sorted(members)
    for at in range(0, len(ids), BATCH):
        for dependent, statement in REGISTRY.dependents(model, ids[at : at + BATCH]):
            mark_selected(session, dependent, statement)


def require_loaded() -> None:
    """Refuse to work before the kinds are known: changes would reach no index."""
    if not REGISTRY.loaded:
        raise DeclarationError("没有已声明的检索类型:打开会话之前必须先导入 search_service.kinds")
