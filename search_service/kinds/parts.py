"""What a kind declares about searching: words with a role, filters, sorts.

A `source` is a dotted path from the row ("institution.name", lists are spread) or a function of the row with the
paths that it `reads`.  Loads, dependencies, schema, document, filters and facets are derived from these.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

Source = str | Callable[[Any], Iterable[str | None]]


class Use(StrEnum):
    """The part that words play in the formula (``docs/ranking.md``, roles)."""

    NAME = "names"
    TEXT = "texts"
    NUMBER = "numbers"
    IDENTIFIER = "identifiers"
    CITED = "cited"
    FLAG = "flags"


@dataclass(frozen=True, slots=True)
class Words:
    """Text of the document in one role."""

    use: Use
    source: Source
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """A keyword filter and, with `facet`, a facet.

    Attributes:
        resolve: user text → stored value, or None where it means nothing (then refused with `choices`).
        labels: stored values → what people read.
        choices: what a refusal lists.
        size: how many values a facet shows at most.
        days: for values that come and go with the calendar, instead of `source`: each with days on which it holds.
        vocabulary: all that those values can be, none with a blank; each costs every document two numbers.
        spoken: folded words of a query that mean one of its values, where the filter is also a slot (`kinds/slots`).
        answers: values that answer for a spoken one, beside itself.
        above: stored values of rows that answer for a spoken one although they do not have it: who is authorised for a
            city may come to each of its districts.
        wider: where nothing has a value: what to look in instead, nearest first, and what people call it where the
            labels do not say.  None: the condition is never widened.
        bound_by: other filters with values beside which it is not widened either.
        replaceable: where nothing has a value, rows with another one may be shown, said to have it.
    """

    name: str
    label: str
    source: Source
    reads: tuple[str, ...] = ()
    facet: bool = True
    resolve: Callable[[Session, str], str | None] = lambda _, text: text
    labels: Callable[[Session, Sequence[str]], Mapping[str, str]] = lambda _, values: {v: v for v in values}
    choices: str = ""
    size: int = 50
    days: "Callable[[Any], Iterable[tuple[str, Days]]] | None" = None
    vocabulary: tuple[str, ...] = ()
    spoken: Mapping[str, str] = field(default_factory=dict)
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    above: Callable[[str], Iterable[str]] | None = None
    wider: "Callable[[str], Iterable[Wider]] | None" = None
    bound_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    replaceable: bool = False


@dataclass(frozen=True, slots=True)
class Wider:
    """Values to look for instead of one that nothing has; none: any.  `said` where labels do not say it."""

    values: tuple[str, ...]
    said: str = ""


@dataclass(frozen=True, slots=True)
class Phrases:
    """Columns of visible rows whose texts mean something in a query.

    Attributes:
        slot: what they mean (`kinds/slots`); "" for names that are no slot, and protect a query that is just so called
            from being read as anything else.
        columns: texts or lists of texts.
        means_row: the row itself is meant, by its id; else the words as they stand.
        pieces: a text lists several (铅、镉); each of them counts.
        more: further phrases for the first column's text.
    """

    slot: str
    columns: tuple[str, ...]
    means_row: bool = False
    pieces: bool = False
    more: Callable[[str], Iterable[str]] | None = None


@dataclass(frozen=True, slots=True)
class Sort:
    """A named order by a number of the row; equal rows by the document's tie."""

    name: str
    label: str
    value: Callable[[Any], int]
    reads: tuple[str, ...] = ()
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Lookup:
    """An indexed column by which the database alone finds rows, for as long as no engine answers.

    Attributes:
        key: what was typed → what the column would hold.
        begins: also what goes on from there.
        own: the row's own identifier or name; else something that it cites.
    """

    column: str
    key: Callable[[str], str]
    begins: bool = False
    own: bool = True


@dataclass(frozen=True, slots=True)
class Window:
    """From when (included) until when (excluded) something holds; None leaves a side open.  Aware instants."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Days:
    """From which to which day, both included, in Asia/Shanghai; None is unknown."""

    first: date | None = None
    last: date | None = None


def values(row: Any, source: Source) -> list[str]:
    """What a source yields for a row: non-blank strings, in order, without repeats."""
    found = _walk([row], source.split(".")) if isinstance(source, str) else source(row)
    texts = [text for value in found if value is not None and (text := str(value).strip())]
    return list(dict.fromkeys(texts)) if len(texts) > 1 else texts


def _walk(rows: list[Any], path: list[str]) -> list[Any]:
    for name in path:
        reached: list[Any] = []
        for row in rows:
            value = row.get(name) if isinstance(row, dict) else getattr(row, name)
            if isinstance(value, list | tuple):
                reached.extend(value)
            elif value is not None:
                reached.append(value)
        rows = reached
    return rows
