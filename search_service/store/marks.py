"""Marks: how every change reaches the index (founding decision 5).

The registry below is empty until `search_service.kinds` is loaded; a session cannot be opened before.  A mark is
``seq + 1`` on the document's permanent row, set in the transaction of the change, for the row itself and for every
row whose document is made of it.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Select, Uuid, and_, bindparam, case, insert, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, RelationshipProperty, Session

from search_service.errors import DeclarationError
from search_service.store.ids import new_id
from search_service.store.journal import FanOut, IndexState

Path = tuple["RelationshipProperty[Any]", ...]

BATCH = 500
"""Identifiers in one statement: SQLite takes 32,766 variables, PostgreSQL 65,535, and plans stay small."""
NOBODY = uuid.UUID(int=0)
"""Sorts before every id."""
WIDE = 1_000
"""Documents that a change marks in its own transaction, some 10 ms of work; the rest of a wider one is a job."""


_MEMBERS = bindparam("members", expanding=True, type_=Uuid())
_AFTER = bindparam("after", type_=Uuid())
_LIMIT = bindparam("limit", type_=Integer())
_NOW = bindparam("now", type_=IndexState.available_at.type)


@dataclass(frozen=True, slots=True)
class Dependents:
    """The documents of a kind that are made of a table's rows, along one path of relationships from their root."""

    kind: str
    root: type[Any]
    path: Path

    @property
    def name(self) -> str:
        """The path as a stored job knows it."""
        return ".".join(step.key for step in self.path)

    def of_members(self) -> Select[tuple[uuid.UUID]]:
        """A query for the ids of those made of the rows that its parameter `members` names.

        Of tables, not of mapped classes: the ORM compiles one statement wrongly for two threads at once (it joins an
        alias on the columns of the table behind it), and this one is shared.
        """
        root = at = self.root.__table__
        joined: Any = root
        for step in self.path:
            target = step.mapper.local_table.alias()
            if step.secondary is None:
                joined = joined.join(target, _equal(at, target, step.local_remote_pairs))
            else:
                link = step.secondary.alias()
                joined = joined.join(link, _equal(at, link, step.synchronize_pairs))
                joined = joined.join(target, _equal(target, link, step.secondary_synchronize_pairs))
            at = target
        return select(root.c.id).select_from(joined).where(at.c.id.in_(_MEMBERS)).distinct()

    def some(self, *, beyond: bool) -> Select[tuple[uuid.UUID]]:
        """The first `limit` of them by id, `beyond` the parameter `after` or from the beginning."""
        key = self.root.__table__.c.id
        found = self.of_members().order_by(key).limit(_LIMIT)
        return found.where(key > _AFTER) if beyond else found


def _equal(one: Any, other: Any, pairs: Any) -> ColumnElement[bool]:
    """The join of two tables on the pairs of columns of a relationship."""
    return and_(*(one.c[left.key] == other.c[right.key] for left, right in pairs))


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

    def links(self, model: type[Any]) -> frozenset[str]:
        """The columns by whose values, not by its id, documents reach this table: a number, an adcode.

        A row that was just made may already be asked for then, and one that gives its value up was in documents that
        no query finds afterwards.
        """
        return frozenset(
            str(remote.key)
            for _, _, path in self._paths.get(model, ())
            for step in path
            if step.mapper.class_ is model and step.secondary is None
            for _, remote in step.local_remote_pairs or ()
            if not remote.primary_key
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

    def dependents(self, model: type[Any]) -> list[Dependents]:
        """Everything that is made of this table's rows."""
        found = (Dependents(*entry) for entry in self._paths.get(model, ()))
        return sorted(found, key=lambda dependents: (dependents.kind, dependents.name))

    def named(self, kind: str, name: str) -> Dependents | None:
        """The dependents that a stored job is about; None when a release has taken them away."""
        every = (found for model in self._paths for found in self.dependents(model))
        return next((found for found in every if (found.kind, found.name) == (kind, name)), None)


REGISTRY = MarkRegistry()


def _again(dialect: str) -> Any:
    """An insertion of marks by `_NOW`; a row that has one counts up."""
    return (
        (postgresql if dialect == "postgresql" else sqlite)
        .insert(IndexState.__table__)
        .on_conflict_do_update(
            index_elements=["kind", "entity_id"],
            set_={
                "seq": IndexState.seq + 1,
                "available_at": _NOW,
                "due_since": case((IndexState.seq > IndexState.done_seq, IndexState.due_since), else_=_NOW),
                "attempts": 0,
                "dead_reason": None,
            },
        )
    )


def _marking(dialect: str, kind: str, ids: Select[tuple[uuid.UUID]]) -> Any:
    """The same for the documents that a query names."""
    found = ids.subquery()
    rows = select(literal(kind), found.c[0], literal(1), literal(0), _NOW, _NOW, literal(0)).where(
        found.c[0].is_not(None)  # SQLite needs a WHERE here to tell ON CONFLICT from a join's ON
    )
    columns = ["kind", "entity_id", "seq", "done_seq", "available_at", "due_since", "attempts"]
    return _again(dialect).from_select(columns, rows)


@lru_cache(maxsize=512)  # two or three forms of each path, of which there are some sixty
def _marking_dependents(dialect: str, dependents: Dependents, *, beyond: bool, some: bool) -> Any:
    """Built once: building twenty of these took a new division ten times as long as the database took for them."""
    ids = dependents.some(beyond=beyond) if some else dependents.of_members()
    return _marking(dialect, dependents.kind, ids)


def mark(session: Session, kind: str, ids: Sequence[uuid.UUID]) -> None:
    """Mark these documents."""
    if not ids:
        return
    now = session.info["now"]()
    fresh = {"kind": kind, "seq": 1, "done_seq": 0, "available_at": now, "due_since": now, "attempts": 0, "now": now}
    rows = [{**fresh, "entity_id": i} for i in ids]
    # One compiled statement executed for every row: a VALUES list of 500 rows would be compiled anew for each batch.
    session.execute(_again(_dialect(session)), rows)


def mark_selected(session: Session, kind: str, ids: Select[tuple[uuid.UUID]]) -> int:
    """Mark the documents that a query names, in one statement; returns how many."""
    return _executed(session, _marking(_dialect(session), kind, ids), {})


def _executed(session: Session, statement: Any, named: dict[str, Any]) -> int:
    parameters = {**named, "now": session.info["now"]()}
    result: Any = session.execute(statement, parameters, execution_options={"preserve_rowcount": True})
    return int(result.rowcount)


def _dialect(session: Session) -> str:
    return session.get_bind().dialect.name


def mark_changed(session: Session, changed: Mapping[type[Any], set[uuid.UUID]], fresh: set[type[Any]]) -> None:
    """Mark everything that changes of these rows touch.

    No document is made of the new rows of a `fresh` table yet, unless it is reached by a value.
    """
    for model, members in changed.items():
        kind = REGISTRY.kind_of(model)
        if kind is not None:
            mark(session, kind, sorted(members))
        if model not in fresh or REGISTRY.links(model):
            mark_dependents(session, model, members)


def mark_dependents(session: Session, model: type[Any], members: Iterable[uuid.UUID], *, whole: bool = False) -> None:
    """Mark the documents that are made of these rows, as the database links them at this moment.

    Of a wide change the first `WIDE` of a kind are marked now and the rest by a job, which finds them by the same
    links; `whole`: all now, because the links are about to change.

    On PostgreSQL somebody may be making such a document at this very moment, seen by nobody before it is committed.
    Where it points at the row by id, its foreign key and our lock wait for each other; where it points by a value, a
    job looks again when we are committed.
    """
    ids = sorted(members)
    side_by_side = _dialect(session) == "postgresql"
    again = side_by_side and bool(REGISTRY.links(model))
    for at in range(0, len(ids), BATCH):
        part = ids[at : at + BATCH]
        if side_by_side:
            session.execute(select(model.id).where(model.id.in_(part)).order_by(model.id).with_for_update())
        for dependents in REGISTRY.dependents(model):
            if whole:
                statement = _marking_dependents(_dialect(session), dependents, beyond=False, some=False)
                _executed(session, statement, {"members": part})
                continue
            last = mark_some(session, dependents, part, WIDE)
            if last is not None or again:
                job = {"id": new_id(), "kind": dependents.kind, "path": dependents.name, "after": last or NOBODY}
                members_of = {"members": [str(i) for i in part], "created_at": session.info["now"]()}
                session.execute(insert(FanOut), [{**job, **members_of}])


def mark_some(
    session: Session, dependents: Dependents, ids: Sequence[uuid.UUID], limit: int, after: uuid.UUID | None = None
) -> uuid.UUID | None:
    """Mark up to `limit` dependents beyond `after`, by id; returns the last one, or None when there are no more."""
    beyond = after is not None
    named = {"members": list(ids), "limit": limit, **({"after": after} if beyond else {})}
    statement = _marking_dependents(_dialect(session), dependents, beyond=beyond, some=True)
    if _executed(session, statement, named) < limit:
        return None
    found = dependents.some(beyond=beyond).subquery().c[0]
    return session.scalar(select(found).order_by(found.desc()).limit(1), named)


def require_loaded() -> None:
    """Refuse to work before the kinds are known: changes would reach no index."""
    if not REGISTRY.loaded:
        raise DeclarationError("没有已声明的检索类型:打开会话之前必须先导入 search_service.kinds")
