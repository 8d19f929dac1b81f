"""Working days: the week, the announced exceptions from it, and what is only a guess (``docs/matching.md``, The clock).

Pure: a `Calendar` is made of announcements and answers for any day, also of a year that nobody has announced.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from search_service.clock.hours import USUAL, Hours

SATURDAY = 5
"""`date.weekday()` of the first day off in a week without exceptions."""

ALWAYS_OFF = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Month and day of the statutory holidays that need no announcement to fall where they fall (国务院令 795号)."""

OPEN_END = (12, 29)
"""From here to the end of its year a day may still change: the next year's announcement can begin with it."""

FURTHEST = 3_660
"""Working days that are counted in one go: ten years; further is a slip of the keyboard."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day; `tentative` is 暂定: it follows from the week alone, because nothing was announced that settles it."""

    date: date
    working: bool
    tentative: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """The last day of a period, and whether any day of the period is a guess."""

    date: date
    tentative: bool


@dataclass(frozen=True, slots=True)
class Calendar:
    """What was announced as of one `version`.

    Attributes:
        version: number of the newest announcement that is in it; 0 without any.
        years: the announced years, each with its exceptions (day → works, name).
        hours: when offices are open on working days, and what else of time is a setting.
    """

    version: int
    years: Mapping[int, Mapping[date, tuple[bool, str]]]
    hours: Hours = USUAL

    def day(self, day: date) -> Day:
        """What this day is."""
        for year in (day.year + 1, day.year):  # the next year's announcement may speak of the end of this one
            if (found := self.years.get(year, {}).get(day)) is not None:
                return Day(day, found[0], tentative=False, name=found[1])
        weekday = day.weekday() < SATURDAY
        if day.year in self.years:
            settled = (day.month, day.day) < OPEN_END or day.year + 1 in self.years
            return Day(day, weekday, tentative=not settled)
        return Day(day, weekday and (day.month, day.day) not in ALWAYS_OFF, tentative=True)

    def is_working(self, day: date) -> bool:
        """Whether offices are open on it, as far as is known."""
        return self.day(day).working

    def add_workdays(self, start: date, count: int) -> Due:
        """The `count`-th working day after `start`; `start` itself never counts (Civil Code art. 201).

        Raises:
            ValueError: a count below 1 or beyond any period that somebody could mean.
        """
        if not 1 <= count <= FURTHEST:
            raise ValueError(f"count {count} is not in 1…{FURTHEST}")
        at, tentative = start, False
        while count:
            at += timedelta(days=1)
            day = self.day(at)
            tentative |= day.tentative
            count -= day.working
        return Due(at, tentative)
