"""Working time: instants, business hours, and the deadlines of a requirement (S5-42, S5-43; D5: from posting)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from search_service.clock.calendar import Calendar
from search_service.clock.hours import Hours
from search_service.kinds.days import SHANGHAI, day_of

RESPOND_WITHIN, RECOMMEND_WITHIN = 1, 3
"""Working days after the day of posting (DB3202/T 1063-2024 §7.2)."""

AUTOMATIC = timedelta(hours=1)
"""Before its end, a period that nobody has used is used by the system: late enough for people, early enough to hold."""

ESCALATIONS = (50, 80, 100)
"""Per cent of the working time after which somebody is told: time to act, time to hurry, too late."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """An instant, whether it may still move with an announcement, and the calendar it was counted by."""

    at: datetime
    tentative: bool
    calendar: int


@dataclass(frozen=True, slots=True)
class Office:
    """Counts in working time, by a calendar and the business hours in it."""

    calendar: Calendar

    @property
    def hours(self) -> Hours:
        """Of this version of the calendar."""
        return self.calendar.hours

    def deadline(self, posted: datetime, workdays: int) -> Deadline:
        """The end of business on the given working day after the day of posting, whatever its hour."""
        due = self.calendar.add_workdays(day_of(posted), workdays)
        return Deadline(self.hours.of(due.date)[1], due.tentative, self.calendar.version)

    def respond_by(self, posted: datetime) -> Deadline:
        """S5-42."""
        return self.deadline(posted, RESPOND_WITHIN)

    def recommend_by(self, posted: datetime) -> Deadline:
        """S5-43."""
        return self.deadline(posted, RECOMMEND_WITHIN)

    def automatic_at(self, due: Deadline) -> datetime:
        """When the system acts if nobody has."""
        return due.at - AUTOMATIC

    def working_time(self, start: datetime, end: datetime) -> timedelta:
        """Business hours between two instants; zero where `end` is not after `start`."""
        return sum((closes - opens for opens, closes in self._spans(start, end)), timedelta())

    def after(self, start: datetime, end: datetime, percent: int) -> datetime:
        """The instant at which so much of the working time between two instants has passed."""
        left = self.working_time(start, end) * percent / 100
        for opens, closes in self._spans(start, end):
            if left <= closes - opens:
                return opens + left
            left -= closes - opens
        return end

    def _spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        start, end = start.astimezone(SHANGHAI), end.astimezone(SHANGHAI)
        day = start.date()
        while day <= end.date():
            if self.calendar.is_working(day):
                opens, closes = self.hours.of(day)
                opens, closes = max(opens, start), min(closes, end)
                if opens < closes:
                    yield opens, closes
            day += timedelta(days=1)
