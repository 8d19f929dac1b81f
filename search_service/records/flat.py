"""The fast way for large tables: rows are compared with what is stored in memory, new ones inserted in bulk.

It serves records that refer to no other one and have a unique identity of their own (standards, divisions, categories,
institutions …).  Whatever it cannot decide (a changed row, a row with children, a clash) goes the ordinary way.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import RelationshipProperty, Session

from search_service.errors import Problem
from search_service.kinds.record import Record
from search_service.kinds.references import Reference
from search_service.records.report import Outcome
from search_service.records.rows import Batch, Parsed, missing_fields, unchanged
from search_service.records.write import Probe, probe
from search_service.store.bulk import bulk_insert
from search_service.store.ids import new_id

Identity = tuple[Any, ...]

ALIKE = Problem("", "reads_alike", "与本文件另一行的编号读法相同但写法不同,已按原文另存", "请核对编号")


@dataclass(slots=True)
class Stored:
    """Where a stored row is found: by key or by its own identity."""

    by_key: dict[str, uuid.UUID] = field(default_factory=dict)
    by_identity: dict[Identity, uuid.UUID] = field(default_factory=dict)
    keys: dict[uuid.UUID, str | None] = field(default_factory=dict)
    deleted: set[uuid.UUID] = field(default_factory=set)


def identity_columns(record: Record) -> tuple[str, ...]:
    """The columns that are unique together besides `key`; empty where the fast way is closed."""
    if any(isinstance(f, Reference) for f in record.fields):
        return ()
    table = record.model.__table__
    indexes = [tuple(c.name for c in index.columns) for index in table.indexes if index.unique]
    columns = [(c.name,) for c in table.columns if c.unique and c.name != "key"]
    found = [*indexes, *columns]
    return found[0] if len(found) == 1 else ()


class Flat:
    """The stored rows of one record, kept while files are loaded."""

    def __init__(self, session: Session, record: Record) -> None:
        self.record = record
        self.identity = identity_columns(record)
        self.stored = Stored()
        model = record.model
        columns = [getattr(model, name) for name in self.identity]
        for row, key, deleted, *identity in session.execute(select(model.id, model.key, model.deleted_at, *columns)):
            self._remember(row, key, tuple(identity))
            if deleted is not None:
                self.stored.deleted.add(row)

    @cached_property
    def columns(self) -> frozenset[str]:
        """Attributes that an INSERT takes."""
        return frozenset(self.record.model.__mapper__.column_attrs.keys())

    @cached_property
    def children(self) -> tuple[str, ...]:
        """Fields that are kept in other tables."""
        attributes = self.record.model.__mapper__.attrs
        return tuple(f.name for f in self.record.fields if isinstance(attributes[f.column], RelationshipProperty))

    def take(
        self, batch: Batch, rows: Sequence[Parsed], *, fills_gaps: bool = False
    ) -> tuple[list[Outcome], list[Parsed]]:
        """Decide what can be decided in memory and insert what is new; the second list goes the ordinary way.

        A table that fills gaps leaves what is stored as it is, and rows that break a rule are kept with a warning.
        """
        outcomes: list[Outcome] = []
        others: list[Parsed] = []
        fresh: list[tuple[Parsed, Probe]] = []
        there: list[tuple[Parsed, uuid.UUID]] = []
        for row in rows:
            missing = missing_fields(self.record, row.values)
            if any(problem.code == "required" for problem in missing):
                others.append(row)
                continue
            shape = probe(self.record, row.values)
            self.record.prepare(shape)
            if not fills_gaps:
                self._set_apart(batch, row, shape)
            if any(row.values.get(name) for name in self.children):
                others.append(row)
                continue
            problems = self.record.check(shape)
            if problems and not fills_gaps:
                outcomes.append(Outcome(row.line, refused=tuple(problems)))
                continue
            identity = self._identity(shape)
            found = self._find(row, identity)
            repeated = batch.seen.again(identity if row.key is None else row.key, row)
            if repeated is not None and repeated.refused and fills_gaps:
                self.record.set_apart(shape)
                row.warnings.append(ALIKE)
                identity = self._identity(shape)
                found, repeated = self._find(row, identity), None
            if repeated is not None:
                outcomes.append(repeated)
            elif found is None:
                row.warnings.extend((*missing, *problems))
                fresh.append((row, shape))
                shape.id = new_id()
                self._remember(shape.id, row.key, identity)
            elif fills_gaps:
                outcomes.append(Outcome(row.line))
            else:
                there.append((row, found))
        self._insert(batch, fresh)
        outcomes.extend(Outcome(row.line, stored=True, warnings=tuple(row.warnings)) for row, _ in fresh)
        same, changed = unchanged(batch, there)
        return [*outcomes, *same], [*others, *changed]

    def _set_apart(self, batch: Batch, row: Parsed, shape: Probe) -> None:
        """Know a row by its print where one is stored so, or where this file has printed its identity otherwise."""
        identity = self._identity(shape)
        self.record.set_apart(shape)
        printed = self._identity(shape)
        stored = printed in self.stored.by_identity
        row.apart = printed != identity and (stored or batch.seen.prints.setdefault(identity, printed) != printed)
        if row.apart and not stored:
            row.warnings.append(ALIKE)
        elif not row.apart:
            for name, value in zip(self.identity, identity, strict=True):
                setattr(shape, name, value)

    def _identity(self, shape: Probe) -> Identity:
        return tuple(getattr(shape, name) for name in self.identity)

    def _find(self, row: Parsed, identity: Identity) -> uuid.UUID | None:
        return (self.stored.by_key.get(row.key) if row.key else None) or self.stored.by_identity.get(identity)

    def _remember(self, row: uuid.UUID, key: str | None, identity: Identity) -> None:
        self.stored.by_identity[identity] = row
        self.stored.by_key[str(row)] = row  # a dump names a row without a key by its id
        if key is not None:
            self.stored.by_key[key] = row

    def _insert(self, batch: Batch, fresh: Sequence[tuple[Parsed, Probe]]) -> None:
        rows = [
            {**{name: value for name, value in vars(shape).items() if name in self.columns}, "key": row.key}
            for row, shape in fresh
        ]
        for row, made in zip(
            (row for row, _ in fresh), bulk_insert(batch.session, self.record.model, rows), strict=True
        ):
            batch.note(made, row.line)
