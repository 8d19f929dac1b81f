"""When a site is open on its working days, and how long a service takes when nobody says: settings, kept by version."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from search_service.kinds.days import SHANGHAI

SHORTEST = timedelta(hours=2)
"""Twice the hour before the end of business in which the system acts by itself."""

LONGEST_SERVICE = 366
"""Days; a year is already a service for which nobody leaves the time open."""


@dataclass(frozen=True, slots=True)
class Hours:
    """When business begins and ends on a working day, without a break, and the days of a service without a period.

    Raises:
        ValueError: a day that ends before it begins, that is shorter than `SHORTEST`, or no sensible period.
    """

    opens: time = time(9, 0)
    closes: time = time(17, 30)
    service_days: int = 15

    def __post_init__(self) -> None:
        """Refuse what no deadline could be counted by."""
        if self.opens >= self.closes:
            raise ValueError("business hours end before they begin")
        if self.day < SHORTEST:
            raise ValueError("business hours are too short")
        if not 1 <= self.service_days <= LONGEST_SERVICE:
            raise ValueError(f"service days {self.service_days} are not in 1…{LONGEST_SERVICE}")

    @property
    def day(self) -> timedelta:
        """The working time of a day."""
        return timedelta(hours=self.closes.hour - self.opens.hour, minutes=self.closes.minute - self.opens.minute)

    def of(self, day: date) -> tuple[datetime, datetime]:
        """Begin and end on a day, aware."""
        return datetime.combine(day, self.opens, SHANGHAI), datetime.combine(day, self.closes, SHANGHAI)


USUAL = Hours()
"""Until a site says otherwise."""
