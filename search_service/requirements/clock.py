"""The clock of a requirement: what is due when, what was done when, how much working time is left (S5-42, S5-43; D5).

Everything follows from the events and the calendar; nothing is counted in a column.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.clock.business import Deadline, Office
from search_service.clock.notices import current
from search_service.requirements import events
from search_service.store.chunks import chunks
from search_service.store.requirement import Requirement, RequirementEvent

ANSWERS = frozenset({events.RECOMMENDED, events.REFERRED, events.INFORMED})
"""What ends the promise of three days: a recommendation, or the notice that nobody on the platform can do it and that
an outside institution is being looked for.  Such a notice is recorded when it is sent, never before."""


class Happening(Protocol):
    """An event, as far as the clock looks at it."""

    @property
    def kind(self) -> str:
        """One of `events`."""

    @property
    def at(self) -> datetime:
        """When."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Deadlines and what became of them, as of `now`.

    Attributes:
        responded_at, recommended_at: when each promise was kept; None where it was not (yet).
        ended_at: when the requirement was withdrawn or closed.
        respond_left, recommend_left: working time until each is due, zero behind it; of what is kept or ended it is
            what was left then.
        used: share of the working time until the recommendation is due, 0 to 1, likewise.
        day: the working time of a day.
    """

    now: datetime
    received_at: datetime
    respond_by: Deadline
    recommend_by: Deadline
    responded_at: datetime | None
    recommended_at: datetime | None
    ended_at: datetime | None
    respond_left: timedelta
    recommend_left: timedelta
    used: float
    day: timedelta

    @property
    def running(self) -> bool:
        """Whether a recommendation is owed."""
        return self.recommended_at is None and self.ended_at is None

    @property
    def response_late(self) -> bool:
        """Whether the first day passed without a response, also where one came later.

        A recommendation is more than a response, so it counts as one.
        """
        return _settled(self.responded_at, self.recommended_at, self.ended_at, self.now) > self.respond_by.at

    @property
    def recommendation_late(self) -> bool:
        """Whether the third day passed without a recommendation or a notice, also where one came later."""
        return _settled(self.recommended_at, self.ended_at, self.now) > self.recommend_by.at

    @property
    def tentative(self) -> bool:
        """暂定: the recommendation's deadline may still move with an announcement."""
        return self.recommend_by.tentative


def clock_of(
    session: Session, requirement: Requirement, now: datetime, happened: Sequence[Happening] | None = None
) -> Clock:
    """The clock of one requirement; `happened` are its events where they are at hand."""
    found = events.of(session, requirement.id) if happened is None else happened
    return reckon(requirement, found, Office(current(session, requirement.calendar_version)), now)


def clocks_of(session: Session, requirements: Iterable[Requirement], now: datetime) -> dict[uuid.UUID, Clock]:
    """The clocks of many, in few statements."""
    rows = list(requirements)
    wanted = events.RESPONSES | ANSWERS
    happened: dict[uuid.UUID, list[RequirementEvent]] = defaultdict(list)
    for some in chunks([row.id for row in rows]):
        query = select(RequirementEvent).where(
            RequirementEvent.requirement_id.in_(some), RequirementEvent.kind.in_(sorted(wanted))
        )
        for event in session.scalars(query.order_by(RequirementEvent.number)):
            happened[event.requirement_id].append(event)
    versions = {row.calendar_version for row in rows}
    offices = {version: Office(current(session, version)) for version in versions}
    return {row.id: reckon(row, happened[row.id], offices[row.calendar_version], now) for row in rows}


def reckon(requirement: Requirement, happened: Iterable[Happening], office: Office, now: datetime) -> Clock:
    """The clock from its parts, without a database."""
    received = requirement.received_at
    respond_by, recommend_by = office.respond_by(received), office.recommend_by(received)
    moments = [(event.kind, event.at) for event in happened]
    responded = min((at for kind, at in moments if kind in events.RESPONSES), default=None)
    recommended = min((at for kind, at in moments if kind in ANSWERS), default=None)
    at = _settled(recommended, requirement.closed_at, now)
    answered = _settled(responded, recommended, requirement.closed_at, now)
    whole = office.working_time(received, recommend_by.at)
    left = office.working_time(at, recommend_by.at)
    return Clock(
        now=now,
        received_at=received,
        respond_by=respond_by,
        recommend_by=recommend_by,
        responded_at=responded,
        recommended_at=recommended,
        ended_at=requirement.closed_at,
        respond_left=office.working_time(answered, respond_by.at),
        recommend_left=left,
        used=1 - left / whole,
        day=office.hours.day,
    )


def _settled(*moments: datetime | None) -> datetime:
    """The first of them that there is."""
    return min(moment for moment in moments if moment is not None)
