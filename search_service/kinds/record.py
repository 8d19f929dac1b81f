"""A record: one table as the API, the interchange files and the audit know it; kinds are records that are searched."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import RelationshipProperty, Session, selectinload
from sqlalchemy.orm.interfaces import LoaderOption

from search_service.errors import DeclarationError, Problem
from search_service.kinds.access import Level
from search_service.kinds.fields import Field, State

Path = tuple["RelationshipProperty[Any]", ...]


@dataclass(frozen=True, slots=True)
class Action:
    """A named change of state: the only way a state changes over HTTP (`docs/api.md`).

    Attributes:
        starts: states that it begins from; ends: the state that it leads to.
        by: who may do it; reason: whether the rule asks for one.
    """

    name: str
    label: str
    starts: tuple[str, ...]
    ends: str
    by: Level = Level.OWNER
    reason: bool = False


class Record:
    """Declared once per table; instances carry no state.

    Class attributes:
        name, plural, label: in code, in URLs and files, for people.
        model: the table.
        fields: in the order of the interchange file.
        derived: what the JSON of one record says beyond them, worked out from other records when it is shown: nobody
            writes it, no file, hit or audit event has it, and the row's version says nothing of it.
        actions: named changes of state.
        unique: the field and the words for a row that `find` says is there already; None allows it.
        create: the least level that may make one; `SYSTEM` is nobody by hand, and `instead` says how it is done.
        owner_path: attribute of the row that holds the institution it belongs to ("id" for the institution itself).
    """

    name: str
    plural: str
    label: str
    model: Any
    fields: tuple[Field, ...]
    derived: tuple[Field, ...] = ()
    actions: tuple[Action, ...] = ()
    unique: tuple[str, str] | None = None
    create: Level = Level.STAFF
    instead: str = ""
    owner_path: str | None = None

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Fields by name."""
        return {field.name: field for field in self.fields}

    @cached_property
    def state(self) -> State | None:
        """The field that actions change."""
        return next((f for f in self.fields if isinstance(f, State)), None)

    @cached_property
    def field_paths(self) -> tuple[str, ...]:
        """Relationships that showing and setting the fields needs."""
        return tuple(dict.fromkeys(path for field in self.fields for path in field.reads))

    def owner_id(self, row: Any) -> uuid.UUID | None:
        """The institution that the row belongs to."""
        found: uuid.UUID | None = getattr(row, self.owner_path) if self.owner_path else None
        return found

    def loads(self, paths: Sequence[str]) -> list[LoaderOption]:
        """Eager loads for dotted relationship paths; every relationship is lazy="raise", so a forgotten one fails."""
        return [self._load(self.resolve(path)) for path in paths]

    def resolve(self, path: str) -> Path:
        """The relationships at the front of a dotted path.

        Raises:
            DeclarationError: the path names something that the tables do not have.
        """
        at = self.model
        found: list[RelationshipProperty[Any]] = []
        for name in path.split("."):
            relationships = at.__mapper__.relationships
            if name not in relationships:
                if not hasattr(at, name):
                    raise DeclarationError(f"{self.name}:路径 {path!r} 中的 {name!r} 不在 {at.__name__} 上")
                break
            found.append(relationships[name])
            at = relationships[name].mapper.class_
        return tuple(found)

    @staticmethod
    def _load(path: Path) -> LoaderOption:
        first, *rest = path
        option = selectinload(first.class_attribute)
        for step in rest:
            option = option.selectinload(step.class_attribute)
        return option

    def visible(self, now: datetime) -> ColumnElement[bool]:
        """The row is shown to the public at `now`; kinds say more."""
        del now
        found: ColumnElement[bool] = self.model.deleted_at.is_(None)
        return found

    def after(self, row: Any, action: Action, today: date) -> None:
        """What an action changes beside the state."""

    def prepare(self, row: Any) -> None:
        """Derive the row's keys from its fields, before it is stored."""

    def set_apart(self, row: Any) -> None:
        """Give a row that only reads like another one an identity of its own; most records know no such rows."""

    def conflict(self, session: Session, row: Any) -> Problem | None:
        """The uniqueness rule that a row about to be stored would break."""
        if self.unique is None or (other := self.find(session, row)) in {None, row.id}:
            return None
        name, message = self.unique
        return Problem(name, "exists", message, f"已有记录 id:{other}")

    def check(self, row: Any) -> list[Problem]:
        """Rules that bind several fields of a row about to be stored."""
        del row
        return []

    def duplicates(self, session: Session, row: Any) -> list[Problem]:
        """Rows that look like this one: a warning that names them, not a refusal."""
        del session, row
        return []

    def find(self, session: Session, row: Any) -> uuid.UUID | None:
        """The stored row that this one, not stored and without key, is about (interchange, natural identity)."""
        del session, row
        return None
