"""Hits → what people see, checked against the database once more (founding decision 7, T20).

What a hit shows depends only on the record and on what it is made of, so it is remembered by the document's sequence:
whatever changes raises the mark, and the old picture is never asked for again.
"""

import uuid
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Any

from sqlalchemy import CompoundSelect, Select, bindparam, select, union_all
from sqlalchemy.orm import Session

from analyzers.fold import fold
from search_service.kinds import evidence
from search_service.kinds.access import Level
from search_service.kinds.base import Kind
from search_service.kinds.fields import Field
from search_service.kinds.parts import Days, Use, Words, values
from search_service.kinds.references import References
from search_service.kinds.registry import REGISTRY
from search_service.search.mixing import Placed
from search_service.store import among
from search_service.store.journal import IndexState

SEPARATOR = " · "
"""Between the texts of one field."""

REMEMBERED = 20_000
"""Pictures kept: about 3 kB each, so some 60 MB at most."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A record as hits show it, and the texts of it that highlights are cut from."""

    key: str | None
    title: str
    fields: dict[str, Any]
    texts: dict[str, str]
    folded: dict[str, str]
    """The same texts, folded: a picture is shown many times."""
    proven: tuple[Days, ...] | None
    """The days that certificates prove, for rows that rest on certificates: what time it is decides on each showing."""
    seq: int
    """The document's sequence."""
    prior: float = 0.0
    """What its flags weigh among equals, by the kind's declaration."""

    def fields_at(self, now: datetime) -> dict[str, Any]:
        """The fields as they are to be read now."""
        return self.fields if self.proven is None else {**self.fields, "proven": evidence.covers(self.proven, now)}


class Pictures:
    """Loads what is visible now, from memory where nothing has changed."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, uuid.UUID, int], Picture] = OrderedDict()
        self._lock = Lock()

    def load(self, session: Session, placed: Sequence[Placed], now: datetime) -> dict[tuple[str, str], Picture]:
        """Pictures of those hits that the database shows now, by kind and id."""
        ids: dict[str, list[uuid.UUID]] = {}
        for name, hit in placed:
            ids.setdefault(name, []).append(uuid.UUID(hit.id))
        if not ids:
            return {}
        seen = visible_of(session, ids, now)
        made: dict[tuple[str, uuid.UUID], Picture] = {}
        for name in ids:
            kind = REGISTRY.kind(name)
            fresh = {row_id: seq for at, row_id, seq in seen if at == name and (at, row_id, seq) not in self._known}
            made.update(
                ((name, row.id), picture(kind, row, fresh[row.id])) for row in self._rows(session, kind, list(fresh))
            )
        found: dict[tuple[str, str], Picture] = {}
        with self._lock:
            for name, row_id, seq in seen:
                at = (name, row_id, seq)
                if (name, row_id) in made:
                    self._known[at] = made[name, row_id]
                if at in self._known:
                    self._known.move_to_end(at)
                    found[name, str(row_id)] = self._known[at]
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return found

    @staticmethod
    def _rows(session: Session, kind: Kind, ids: Sequence[uuid.UUID]) -> Sequence[Any]:
        return session.scalars(_rows_of(kind), {"ids": ids}).all() if ids else ()


def visible_of(session: Session, ids: Mapping[str, Sequence[uuid.UUID]], now: datetime) -> Sequence[Any]:
    """(kind, id, sequence) of those rows, given by kind, that the database shows now: one statement for all kinds."""
    room = among.room_for(max(map(len, ids.values())))
    asked = _visible(tuple(sorted(ids)), hour_of(now), room)
    values: dict[str, uuid.UUID] = {}
    for name, wanted in ids.items():
        values |= among.given(name, wanted, room)
    # Past the ORM: these are columns, and its session adds a third to what asking costs.
    return session.connection().execute(asked, values).all()


def hour_of(now: datetime) -> datetime:
    """Windows begin and end at midnights of Shanghai (`kinds/days.py`), which are whole hours everywhere.

    Statements are remembered by what they name, and one that is asked for again costs a tenth of a new one.
    """
    return now.replace(minute=0, second=0, microsecond=0)


@lru_cache(maxsize=128)
def _visible(names: tuple[str, ...], now: datetime, room: int) -> CompoundSelect[Any]:
    """One statement for all kinds of a page; building it costs as much as asking."""
    return union_all(*(_visible_of(REGISTRY.kind(name), now, room) for name in names))


@lru_cache(maxsize=128)
def _visible_of(kind: Kind, now: datetime, room: int) -> Select[Any]:
    """(kind, id, sequence) of the rows of one kind, among the ids given under its name, that are visible."""
    states = (IndexState.entity_id == kind.model.id) & (IndexState.kind == kind.name)
    found = select(IndexState.kind, kind.model.id, IndexState.seq).join(IndexState, states)
    return found.where(among.one_of(kind.model.id, kind.name, room), kind.visible(now))


@lru_cache(maxsize=32)
def _rows_of(kind: Kind) -> Select[Any]:
    """Rows with what pictures are made of and nothing else: a relationship that is not shown costs a statement."""
    parts: list[Field | Words] = [*_shown_fields(kind), *_marked_fields(kind), *_flags(kind)]
    paths = dict.fromkeys([path for part in parts for path in part.reads])
    loads = kind.loads((*paths, *kind.visibility_reads))
    return select(kind.model).where(kind.model.id.in_(bindparam("ids", expanding=True))).options(*loads)


@lru_cache(maxsize=32)
def _shown_fields(kind: Kind) -> tuple[Field, ...]:
    return tuple(f for f in kind.fields if f.read is Level.PUBLIC and f.brief)


@lru_cache(maxsize=32)
def _marked_fields(kind: Kind) -> tuple[Field, ...]:
    return tuple(f for f in kind.fields if f.read is Level.PUBLIC and f.use is not None)


@lru_cache(maxsize=32)
def _flags(kind: Kind) -> tuple[Words, ...]:
    return tuple(part for part in kind.all_words if part.use is Use.FLAG) if kind.priors else ()


def picture(kind: Kind, row: Any, seq: int) -> Picture:
    """What a public hit shows of a row that is visible now."""
    shown = {f.name: _shown(f, row) for f in _shown_fields(kind)}
    texts = {f.name: text for f in _marked_fields(kind) if (text := SEPARATOR.join(f.texts(row)))}
    folded = {name: fold(text) for name, text in texts.items()}
    title = getattr(row, kind.title)
    proven = tuple(evidence.proven(row)) if kind.visibility_reads else None
    prior = sum(kind.priors.get(flag, 0.0) for part in _flags(kind) for flag in values(row, part.source))
    return Picture(row.key, title, shown, texts, folded, proven, seq, prior)


def url_of(kind: str, record_id: str) -> str:
    """The page of a record."""
    return f"/{REGISTRY.kind(kind).plural}/{record_id}"


def _shown(field: Field, row: Any) -> Any:
    """A row that was deleted is not named by those that link to it."""
    if isinstance(field, References):
        return [field.brief_of(found) for found in field.get(row) if found.deleted_at is None]
    return field.show(row)
