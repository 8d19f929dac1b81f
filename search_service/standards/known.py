"""Standards on record as the check needs them: columns, not entities, fetched for many numbers in few statements."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from analyzers.standard_number import StandardNumber, print_number
from search_service.kinds.numbers import edition_key, parse
from search_service.store.standard import Standard

SOME = 1_000
"""Values in one statement: 500 numbers with two readings each; SQLite would take 32,766."""

CURRENT, UPCOMING, WITHDRAWN = "current", "upcoming", "withdrawn"

COLUMNS: tuple[Any, ...] = (
    Standard.id,
    Standard.key,
    Standard.number,
    Standard.number_key,
    Standard.line_key,
    Standard.title,
    Standard.status,
    Standard.effective_on,
    Standard.withdrawn_on,
)


@dataclass(frozen=True, slots=True)
class Known:
    """One standard on record; `parsed` is None where nobody can read its number."""

    parsed: StandardNumber | None
    id: uuid.UUID
    key: str | None
    number: str
    number_key: str
    line_key: str
    title: str
    status: str
    effective_on: date | None
    withdrawn_on: date | None

    @property
    def url(self) -> str:
        """Its page."""
        return f"/standards/{self.id}"

    @property
    def year(self) -> int:
        """Of the edition; 0 where it has none, so that it sorts before all that have."""
        return (self.parsed.year if self.parsed else None) or 0

    @property
    def plain(self) -> bool:
        """The standard itself and no translation or amendment of it."""
        return self.parsed is None or not self.parsed.variant

    @property
    def edition(self) -> str:
        """As citations name this edition."""
        return edition_key(self.parsed) if self.parsed else self.number_key

    @property
    def undated(self) -> str:
        """As citations without a year name its line."""
        return edition_key(self.parsed.undated) if self.parsed else self.line_key

    @property
    def prints(self) -> set[str]:
        """How those that replace it may print its number."""
        return {self.number_key, self.number_key if self.parsed is None else print_number(self.parsed), self.edition}

    def standing(self, today: date) -> str:
        """`status` as it holds on a day: the dates decide where they are recorded, the word where they are not.

        A source that still says 即将实施 after the day of implementation has only not been read again
        (check 4 of the matching rule: effective ≤ day < withdrawn).
        """
        if self.withdrawn_on is not None and self.withdrawn_on <= today:
            return WITHDRAWN
        if self.effective_on is not None and self.effective_on > today and self.status in {CURRENT, UPCOMING}:
            return UPCOMING
        if self.status == UPCOMING and self.effective_on is not None:
            return CURRENT
        if self.status == WITHDRAWN and self.withdrawn_on is not None:
            return CURRENT  # its withdrawal is announced for a later day
        return self.status


def known(row: Sequence[Any]) -> Known:
    """From `COLUMNS`, which stand first in the row."""
    return Known(parse(row[2]), *row[: len(COLUMNS)])


def chunks(values: Iterable[str], most: int = SOME) -> Iterator[list[str]]:
    """Distinct values, in parts that one statement takes; sorted, so that statements repeat."""
    ordered = sorted(set(values))
    for at in range(0, len(ordered), most):
        yield ordered[at : at + most]


def fetch(session: Session, column: Any, values: Iterable[str], *more: ColumnElement[bool]) -> list[Known]:
    """Standards whose `column` has one of these values."""
    found: list[Known] = []
    for some in chunks(values):
        query = select(*COLUMNS).where(column.in_(some), Standard.deleted_at.is_(None), *more)
        found.extend(known(row) for row in session.execute(query).all())
    return found


def each_line(rows: Iterable[Known], today: date) -> list[Known]:
    """One record of each line, in the order of their numbers: in force, else the newest; no translation if possible."""

    def worth(row: Known) -> tuple[bool, bool, int]:
        return row.plain, row.standing(today) == CURRENT, row.year

    best: dict[str, Known] = {}
    for row in rows:
        kept = best.get(row.undated)
        if kept is None or worth(row) > worth(kept):
            best[row.undated] = row
    return sorted(best.values(), key=lambda row: row.number)
