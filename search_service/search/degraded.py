"""Searching without an engine: what the database can find by itself while the engine is away.

Identifiers, exact names and beginnings of names, by the columns that each kind declares; visibility is the same
predicate as always, filters and sorts are the kinds' own functions over the few rows that were found.  The answer has
the engine's type, so that all that follows is the same; it is marked as partial, and nothing of it is counted.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from analyzers.fold import fold
from analyzers.standard_number import print_number
from analyzers.standard_number_prefixes import canonical_prefix
from search_service.engines.base import EngineHit, Found
from search_service.kinds.base import Kind
from search_service.kinds.days import unbroken, unbroken_each
from search_service.kinds.parts import Filter, Lookup, Window, values
from search_service.query.bands import ALL_WORDS, EXACT_NAME, IDENTIFIER, SOME_WORDS
from search_service.query.parse import ParsedQuery
from search_service.query.request import SORTS
from search_service.search.check import Checked
from search_service.search.mixing import in_order

MOST = 20
"""Hits: enough for who looks something up; who browses is better told to wait (reliability: read path)."""

CANDIDATES = 200
"""Rows of a kind that are loaded and filtered here: some 50 ms, where an engine would look at all of them."""

LAST = "\U0010ffff"
"""Sorts behind whatever may follow a beginning: texts are ordered by code point on every database."""


Said = Sequence[ParsedQuery]
"""What was typed, and what is left of it without the words of filters: either may be the name of something."""


def find(session: Session, checked: Checked, said: Said, sort: str, now: datetime) -> dict[str, Found]:
    """For each counted kind what was found, at most `MOST` hits of the asked ones together."""
    hits = {kind.name: _hits(session, kind, checked, said, sort, now) for kind in checked.counted}
    asked = {kind.name: hits[kind.name] for kind in checked.asked}
    first = in_order(asked, checked.asked, sort)[:MOST]
    for name in asked:
        hits[name] = [hit for kind, hit in first if kind == name]
    return {name: Found(len(found), tuple(found), {}) for name, found in hits.items()}


def _hits(session: Session, kind: Kind, checked: Checked, said: Said, sort: str, now: datetime) -> list[EngineHit]:
    ids = _candidates(session, kind, checked, said, now)
    if not ids:
        return []
    rows = session.scalars(select(kind.model).where(kind.model.id.in_(ids)).options(*kind.document_loads()))
    kept = [row for row in rows if _passes(kind, row, checked, now)]
    by = None if sort == SORTS[0] else kind.all_sorts[sort]
    hits = [
        EngineHit(
            id=str(row.id),
            score=_score(kind, row, said) if by is None else 0.0,
            tie=f"{kind.tie(row)}\x1f{row.key or ''}\x1f{row.id}",
            sort=0 if by is None else by.value(row),
        )
        for row in kept
    ]
    sign = -1 if by is not None and by.descending else 1
    return sorted(hits, key=lambda hit: (-hit.score, sign * hit.sort, hit.tie))[:MOST]


def _candidates(session: Session, kind: Kind, checked: Checked, said: Said, now: datetime) -> list[uuid.UUID]:
    """Ids of visible rows by each way of looking up: identifiers by an index, names by a scan of the kind."""
    where = [kind.visible(now)]
    ticked = checked.of(kind)
    if kind.owner is not None and kind.owner[0] in ticked:
        owners = [uuid.UUID(value) for value in ticked[kind.owner[0]]]
        where.append(getattr(kind.model, str(kind.owner_path)).in_(owners))
    key = kind.model.id
    if said[0].empty:
        return list(session.scalars(select(key).where(*where).order_by(key.desc()).limit(CANDIDATES)))
    found: dict[uuid.UUID, None] = {}
    for lookup in _lookups(kind):
        column = getattr(kind.model, lookup.column)
        query = select(key).where(*where, _matches(column, lookup, said)).order_by(column, key).limit(CANDIDATES)
        found.update(dict.fromkeys(session.scalars(query)))
    return list(found)


def _lookups(kind: Kind) -> tuple[Lookup, ...]:
    """What a kind declares, and the text that heads its hits as it was typed."""
    return (*kind.lookups, Lookup(kind.title, str, begins=True))


def _matches(column: Any, lookup: Lookup, said: Said) -> ColumnElement[bool]:
    keys = _keys(lookup, said)
    if not lookup.begins:
        return and_(column.in_(keys))
    return or_(false(), *(and_(column >= key, column < key + LAST) for key in keys))


def _keys(lookup: Lookup, said: Said) -> list[str]:
    return list(dict.fromkeys(key for parsed in said if not parsed.empty for key in _keys_of(lookup, parsed)))


def _keys_of(lookup: Lookup, parsed: ParsedQuery) -> list[str]:
    """What was typed, as the column would hold it; for identifiers also each number that was understood in it."""
    typed = parsed.text.strip()
    read = [reading for slot in parsed.numbers for reading in slot.readings]
    slashed = [replace(number, prefix=canonical_prefix(number.prefix)) for number in read]  # people leave it out: GBT
    numbers = [print_number(number) for number in (*read, *slashed)]
    forms = [typed, fold(typed)] if lookup.begins else [typed, *numbers]
    # No column holds a NUL: PostgreSQL does not even let one be asked for.
    return [key for key in dict.fromkeys(lookup.key(form) for form in forms) if key and "\0" not in key]


def _score(kind: Kind, row: Any, said: Said) -> float:
    """The band: its own identifier, just so called, else it begins so or cites the number."""
    if said[0].empty:
        return SOME_WORDS
    if any(getattr(row, by.column) in _keys(by, said) for by in kind.lookups if by.own and not by.begins):
        return IDENTIFIER
    called = fold(getattr(row, kind.title)) in {fold(parsed.text.strip()) for parsed in said}
    return EXACT_NAME if called else ALL_WORDS


def _passes(kind: Kind, row: Any, checked: Checked, now: datetime) -> bool:
    ticked: Mapping[str, Sequence[str]] = checked.of(kind)
    if not all(_has(kind.all_filters[name], row, now) & set(wanted) for name, wanted in ticked.items()):
        return False
    day = checked.on(kind)
    return day is None or _holds(unbroken(kind.validity(row), now), day)


def _has(declared: Filter, row: Any, now: datetime) -> set[str]:
    """The row's values of a filter, as its document would have them now."""
    if declared.days is None:
        return set(values(row, declared.source))
    return {value for value, window in unbroken_each(declared.days(row), now).items() if _holds(window, now)}


def _holds(window: Window | None, instant: datetime) -> bool:
    if window is None:
        return False
    return (window.start is None or window.start <= instant) and (window.end is None or instant < window.end)
