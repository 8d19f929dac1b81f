"""The year 2026 in a minute: people post at all hours, staff are there or not, two workers look and are killed.

Deadlines are reckoned here once more, from the calendar library day by day, knowing nothing of `search_service/clock`.
"""

import random
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import chinese_calendar
import pytest

from search_service.kinds.access import Actor, Role
from search_service.kinds.days import SHANGHAI
from search_service.matching.match import Matcher
from search_service.matching.window import WindowOver
from search_service.outbox.delivery import LEASE, deliver
from search_service.outbox.gateway import Message
from search_service.recommendation import reading, sending
from search_service.requirements import events, states
from search_service.store import session as store_session
from search_service.timekeeping import tick as tick_module
from search_service.timekeeping.recommending import Recommender
from search_service.timekeeping.tick import Timekeeper
from tests.timekeeping.office import Office

FIRST, LAST = date(2026, 1, 1), date(2027, 1, 12)
NIGHT_LOOKS, DAY_LOOKS = (time(0, 1), time(23, 59)), tuple(time(hour) for hour in range(9, 17, 2))
LAST_HOUR = tuple(time(16, minute) for minute in range(30, 60, 5)) + tuple(
    time(17, minute) for minute in range(0, 30, 5)
)
SPARSE_DAY = (time(9), time(13), time(15))
"""Enough for each mark: the call to hurry is due by half past twelve, and whoever is killed at one is not at three."""
ANSWERED = (states.RECOMMENDED, states.REFERRED)
DESK = Actor(Role.STAFF, "李四")
STAFF = ("13900000001", "13900000002")

BORDERS = (
    "2026-01-01 00:00",
    "2026-02-13 17:29",  # before Spring Festival
    "2026-02-14 12:00",  # a make-up Saturday
    "2026-02-18 03:00",  # inside of it
    "2026-02-28 23:59",  # the next: a make-up Saturday
    "2026-03-31 23:59:50",  # wanted on this very day, and over before anybody looks at it
    "2026-04-03 18:00",
    "2026-04-30 23:59",  # before the May holidays
    "2026-05-09 10:00",  # a make-up Saturday
    "2026-06-19 08:00",
    "2026-09-20 10:00",  # a make-up Sunday
    "2026-09-30 23:59",  # before National Day
    "2026-10-07 23:59",
    "2026-10-10 09:00",  # a make-up Saturday
    "2026-11-20 23:59",  # a Friday
    "2026-12-28 16:45",
    "2026-12-31 23:59",  # into a year that nobody has announced
)
WANTED = (
    {"service": "testing", "object": "热轧带肋钢筋", "parameter": "屈服强度", "standard": "GB/T 228.1"},
    {"service": "testing", "object": "热轧带肋钢筋", "parameter": "下屈服强度"},
    {"service": "testing", "object": "月壤", "parameter": "氦-3"},
)
"""What is met, what is unsure, and what nobody can do."""


class Killed(BaseException):
    """No handler of the product hears of it."""


class CountingGateway:
    """Remembers what it took, under which id and how often."""

    def __init__(self) -> None:
        self.sent: Counter[str] = Counter()
        self.messages: dict[str, Message] = {}

    def send(self, message: Message) -> str:
        self.sent[message.id] += 1
        self.messages[message.id] = message
        return message.id

    def taken(self, message: Message) -> str | None:
        return message.id if message.id in self.messages else None


@dataclass
class Killer:
    """Kills what runs in `alive` now and then, before and after commits, and before anything is sent."""

    chance: float
    kills: int = 0
    armed: threading.local = field(default_factory=threading.local)
    dice: random.Random = field(default_factory=lambda: random.Random(26))

    def failpoint(self, name: str) -> None:
        del name
        if getattr(self.armed, "on", False) and self.dice.random() < self.chance:
            self.kills += 1
            raise Killed

    @contextmanager
    def alive(self) -> Iterator[None]:
        self.armed.on = True
        try:
            with suppress(Killed):
                yield
        finally:
            self.armed.on = False


class Year:
    """One simulated year in one service."""

    def __init__(
        self,
        office: Office,
        patched: pytest.MonkeyPatch,
        *,
        seed: int = 2026,
        automatic: bool = True,
        sparse: bool = False,
    ) -> None:
        self.office, self.services, self.automatic = office, office.services, automatic
        self.day_looks = SPARSE_DAY if sparse else DAY_LOOKS
        self.fewer = len(DAY_LOOKS) / len(self.day_looks)
        self.dice = random.Random(seed)
        self.killer = Killer(0.15)
        self.gateway = CountingGateway()
        self.matcher = Matcher(self.services.database, self.services.engine)
        self.responded: set[uuid.UUID] = set()
        self.by_staff: set[uuid.UUID] = set()
        self.ended: set[uuid.UUID] = set()
        self.posted: dict[uuid.UUID, datetime] = {}
        self.looks = 0
        patched.setattr(store_session, "failpoint", self.killer.failpoint)
        patched.setattr(tick_module, "failpoint", self.killer.failpoint)

    def run(self, count: int, last: date = LAST) -> None:
        """Live it until the last day, with so many requirements beside those at the borders."""
        office, posts = self.office, self._posts(count)
        for phone in STAFF:
            office.staff(phone)
        keepers = [self._keeper(), self._keeper()]
        absent = {FIRST + timedelta(days=day) for day in range(400) if self.dice.random() < 0.4}
        day = FIRST
        with ThreadPoolExecutor(2) as pool:
            while day <= last:
                for moment in self._moments(day, posts):
                    office.set(f"{moment:%Y-%m-%d %H:%M}")
                    while posts and posts[0] <= moment:
                        self._post(posts.pop(0))
                    if moment.time() in self.day_looks and is_workday(day) and day not in absent:
                        self._staff()
                    keepers = list(pool.map(self._look, keepers))
                    self.looks += 1
                day += timedelta(days=1)
        self.killer.chance = 0
        office.services.clock.move(LEASE * 2)
        while deliver(self.services.database, self.gateway, worker="last"):
            pass

    def _posts(self, count: int) -> list[datetime]:
        anywhere = [
            datetime(2026, 1, 1, tzinfo=SHANGHAI) + timedelta(minutes=self.dice.randrange(365 * 24 * 60))
            for _ in range(count)
        ]
        return sorted([*anywhere, *(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI) for text in BORDERS)])

    def _moments(self, day: date, posts: list[datetime]) -> list[datetime]:
        """When somebody looks or posts on a day; on one on which nothing can happen nobody does."""
        with self.services.database.read() as session:
            received = [row.received_at for row in states.open_ones(session, states.RUNNING)]
        seen = [moment + timedelta(seconds=10) if moment.second else moment for moment in posts]
        moments = [moment for moment in seen if moment.date() == day]
        if received or moments:
            looks = [*NIGHT_LOOKS, *self.day_looks, time(17, 31)]
            if any(deadline(one, 3).date() == day for one in received):
                looks += LAST_HOUR
            moments += [datetime.combine(day, look, SHANGHAI) for look in looks]
        return sorted(moments)

    def _post(self, moment: datetime) -> None:
        items = self.dice.sample(WANTED, self.dice.choice((1, 1, 2)))
        body: dict[str, object] = {"region": "610113", "items": items}
        if self.dice.random() < 0.3:
            body |= {"start": f"{moment.date() + timedelta(days=20)}", "service_days": 10}
        if moment.second:
            body |= {"start": f"{moment.date()}", "end": f"{moment.date()}"}
            body.pop("service_days", None)
        identifier = self.office.post(f"{moment:%Y-%m-%d %H:%M:%S}", body)
        self.posted[identifier] = moment
        if moment.second:
            self.ended.add(identifier)

    def _staff(self) -> None:
        """Somebody is there: some are called, some drafts are confirmed, old cases closed."""
        database = self.services.database
        with database.read() as session:
            answered = states.open_ones(session, ANSWERED)
        for row in answered:
            if row.updated_at < database.now() - timedelta(days=2):
                self.office.move(row.id, states.CLOSED)
        with database.read() as session:
            rows = states.open_ones(session, states.RUNNING)
            drafts = {row.id: reading.latest(session, row.id) for row in rows}
        for row in rows:
            if self.dice.random() < 0.2 * self.fewer:
                self.office.respond(row.id, self.dice.choice((events.CONTACTED, events.ASKED)))
            draft = drafts[row.id]
            if draft is not None and self.dice.random() < 0.06 * self.fewer:
                with suppress(WindowOver):  # too late for people; the system still says so
                    sending.send(database, self.matcher, draft.id, DESK, confirm_changes=True)
                    self.by_staff.add(row.id)

    def _keeper(self) -> Timekeeper:
        return Timekeeper(
            self.services.database, Recommender(self.services.database, self.matcher), automatic=self.automatic
        )

    def _look(self, keeper: Timekeeper) -> Timekeeper:
        """A worker's turn: the clock, then the outbox; a new worker where it was killed."""
        before = self.killer.kills
        with self.killer.alive():
            keeper.tick()
            deliver(self.services.database, self.gateway, worker=f"worker {threading.get_ident()}")
        return keeper if self.killer.kills == before else self._keeper()


def is_workday(day: date) -> bool:
    """By the library for the announced year; the next one by the week and what always is a holiday."""
    if day.year == 2026:
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5 and day != date(2027, 1, 1)


def deadline(received: datetime, workdays: int) -> datetime:
    """Half past five on the so-manieth working day after the day of posting."""
    day = received.astimezone(SHANGHAI).date()
    while workdays:
        day += timedelta(days=1)
        workdays -= is_workday(day)
    return datetime.combine(day, time(17, 30), SHANGHAI)
