"""What a kind declares about searching: words with a role, filters, sorts.

A `source` is a dotted path from the row ("institution.name", lists are spread) or a function of the row with the
paths that it `reads`.  Loads, dependencies, schema, document, filters and facets are derived from these.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
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
    found = _walk([row], source.split(".")) if isinstance(source, str) else list(source(row))
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
