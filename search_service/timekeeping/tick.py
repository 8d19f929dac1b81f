"""One look at the clock: do what is due for every open requirement (docs/matching.md, The clock).

Any number of processes may look, as often as they like: what is due follows from the events, what is done is an event
that can happen once, and events are written in the transaction of what they tell of.  So whoever is killed leaves
either nothing or all of it, and the next one goes on.
"""

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from search_service.clock.business import Office
from search_service.clock.calendar import Calendar
from search_service.clock.notices import current
from search_service.errors import DatabaseBusy, DatabaseUnavailable, ZhixunError
from search_service.failpoints import failpoint
from search_service.store.calendar import CalendarNotice
from search_service.store.session import Database
from search_service.timekeeping import patience, schedule
from search_service.timekeeping.notices import tell
from search_service.timekeeping.schedule import Due, Instants, Step
from search_service.timekeeping.watched import Watched, running

LOG = logging.getLogger(__name__)

WAKE_EVERY = timedelta(hours=6)
"""Between two looks at what nobody could do: a new capability is no emergency, and each look judges all of them, which
takes minutes where they are a thousand."""

FIRST_WAKE = timedelta(minutes=10)
"""After the start of a process: those that are started again and again do not judge all of them each time."""


class Hands(Protocol):
    """What the clock asks others to do; each of them exactly once, however often it is asked."""

    def draft(self, requirement_id: uuid.UUID) -> object:
        """Judge, and keep a draft."""

    def send(self, requirement_id: uuid.UUID) -> object:
        """Send what is verified, marked 系统自动推荐."""

    def sleeping(self) -> Sequence[uuid.UUID]:
        """Open requirements of which an item is met by nobody."""

    def wake(self, requirement_id: uuid.UUID) -> object:
        """Judge one of them again; a draft for staff where somebody can do it now."""


@dataclass(slots=True)
class Ticked:
    """What one look found and did; `more`: it ended early."""

    watched: int = 0
    done: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    more: bool = False


class Timekeeper:
    """Looks; one a process, since it remembers what it reckoned.

    `automatic` is whether the system sends by itself in the last working hour.
    """

    def __init__(self, database: Database, hands: Hands, *, automatic: bool = True) -> None:
        self._database, self._hands, self._automatic = database, hands, automatic
        self._calendar: Calendar | None = None
        self._reckoned: dict[tuple[int, datetime, date | None], Instants] = {}
        self._wake_at: datetime | None = None
        self._to_wake: list[uuid.UUID] | None = None

    def tick(self, enough: Callable[[], bool] = lambda: False) -> Ticked:
        """Do what is due now, until `enough`; what is owed comes before drafts, and these before what sleeps.

        Raises:
            DatabaseUnavailable, DatabaseBusy: nothing more can be done, and the next look does it.
        """
        now = self._database.now()
        with self._database.read() as session:
            office = self._office(session)
            watched = running(session, office.hours)
            waiting = patience.waiting(session)
        reckoned = self._reckon(office, watched)
        ticked = Ticked(watched=len(watched))
        answered: set[uuid.UUID] = set()
        # Twice through all of them: a thousand drafts to be made hold up nobody's last hour.
        for drafts in (False, True):
            for one, when in zip(watched, reckoned, strict=True):
                for due in schedule.due(when, now, one.kinds, one.marks, automatic=self._automatic):
                    if (due.step is Step.DRAFT) is not drafts or one.id in answered:
                        continue
                    if patience.waits(waiting, one.id, due.step.value, now):
                        continue
                    if enough():
                        ticked.more = True
                        return ticked
                    if self._try(one.id, due.step, partial(self._do, one, due, when), waiting, ticked):
                        ticked.done[due.once] += 1
                        if due.step is Step.SEND:
                            answered.add(one.id)
        self._wake(now, waiting, ticked, enough)
        if waiting:
            self._forget_settled()
        return ticked

    def _do(self, one: Watched, due: Due, when: Instants) -> object:
        match due.step:
            case Step.DRAFT:
                return self._hands.draft(one.id)
            case Step.SEND:
                failpoint("before_automatic_send")
                return self._hands.send(one.id)
            case _:
                return tell(self._database, one, due, when)

    def _try(
        self,
        identifier: uuid.UUID,
        step: Step,
        do: Callable[[], object],
        waiting: Mapping[tuple[uuid.UUID, str], datetime],
        ticked: Ticked,
    ) -> bool:
        """Whether it was done here; what fails is counted, and stops nothing else."""
        try:
            found = do()
        except (DatabaseUnavailable, DatabaseBusy):
            raise
        except Exception as error:  # whatever one requirement has in it, the others are not made to wait for it
            if self._settled(identifier, step):
                return False  # a twin, or a person, was faster
            # A refusal of ours says what it is; anything else is a defect, and its stack says where.
            stack = not isinstance(error, ZhixunError)
            LOG.warning(
                "%s of requirement %s failed: %s", step.value, identifier, patience.wording(error), exc_info=stack
            )
            patience.failed(self._database, identifier, step.value, error)
            ticked.failed += 1
            return False
        if (identifier, step.value) in waiting:
            with self._database.write(durable=False) as session:
                patience.done(session, identifier, step.value)
        return found is not None and found is not False

    def _settled(self, identifier: uuid.UUID, step: Step) -> bool:
        with self._database.read() as session:
            return step is not Step.WAKE and not running(session, self._office(session).hours, identifier)

    def _wake(
        self,
        now: datetime,
        waiting: Mapping[tuple[uuid.UUID, str], datetime],
        ticked: Ticked,
        enough: Callable[[], bool],
    ) -> None:
        """Go on with a look at what nobody could do: a part in each look at the clock, after what hurries."""
        if self._wake_at is None or self._wake_at - now > WAKE_EVERY:  # a fresh process, or a clock that was set back
            self._wake_at = now + FIRST_WAKE
        if now < self._wake_at:
            return
        if self._to_wake is None:
            self._to_wake = self._asleep(waiting)
        while self._to_wake:
            if enough():
                ticked.more = True
                return
            one = self._to_wake[0]
            if not patience.waits(waiting, one, Step.WAKE.value, now) and self._try(
                one, Step.WAKE, partial(self._hands.wake, one), waiting, ticked
            ):
                ticked.done[Step.WAKE.value] += 1
            del self._to_wake[0]  # only now: a database that was busy meets the same one again
        self._to_wake, self._wake_at = None, now + WAKE_EVERY

    def _asleep(self, waiting: Mapping[tuple[uuid.UUID, str], datetime]) -> list[uuid.UUID]:
        """Whom to look at; trouble with those that sleep no more is over."""
        asleep = list(self._hands.sleeping())
        awake = [one for one, step in waiting if step == Step.WAKE.value and one not in asleep]
        if awake:
            with self._database.write(durable=False) as session:
                for one in awake:
                    patience.done(session, one, Step.WAKE.value)
        return asleep

    def _forget_settled(self) -> None:
        """Trouble with what somebody else has done meanwhile is over."""
        with self._database.write(durable=False) as session:
            patience.forget_settled(session)

    def _office(self, session: Session) -> Office:
        """By the calendar in force, which is read again when there is a newer one."""
        newest = session.scalar(select(func.max(CalendarNotice.number))) or 0
        if self._calendar is None or self._calendar.version != newest:
            self._calendar = current(session)
        return Office(self._calendar)

    def _reckon(self, office: Office, watched: Sequence[Watched]) -> list[Instants]:
        """Their instants, kept from look to look: counting working time costs more than all the rest."""
        keys = [(office.calendar.version, one.received_at, one.last_day) for one in watched]
        known = self._reckoned
        self._reckoned = {
            key: known.get(key) or schedule.instants(office, one.received_at, one.last_day)
            for key, one in zip(keys, watched, strict=True)
        }
        return [self._reckoned[key] for key in keys]
