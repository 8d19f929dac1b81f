"""What could not be done is tried again, ever later, and shown while it lasts; it holds up nothing else."""

import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from search_service.errors import EngineUnavailable, ZhixunError
from search_service.requirements import states
from search_service.store.requirement import Requirement, RequirementTrouble
from search_service.store.session import Database
from search_service.timekeeping.schedule import Step

FIRST_WAIT = timedelta(seconds=5)
"""An engine or a database that restarts is back by then."""
LONGEST_WAIT = timedelta(minutes=5)
"""The last working hour, in which the system acts for people, holds twelve tries of it."""

LONGEST_AWAY = timedelta(seconds=30)
"""Of what waits for the engine alone: asking costs nothing, and a draft is promised within a minute."""
_DOUBLINGS = 6
"""After so many the longest wait is reached."""

LONGEST_TEXT = 500
"""Characters of an error that are kept: enough to recognise it, the log has the rest."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A step that keeps failing."""

    requirement_id: uuid.UUID
    number: str
    step: str
    failures: int
    error: str
    again_at: datetime


def waiting(session: Session) -> Mapping[tuple[uuid.UUID, str], datetime]:
    """Until when each step that failed is left alone; few rows, and none on a good day."""
    rows = select(RequirementTrouble.requirement_id, RequirementTrouble.step, RequirementTrouble.again_at)
    return {(identifier, step): again for identifier, step, again in session.execute(rows)}


def waits(
    waiting: Mapping[tuple[uuid.UUID, str], datetime], requirement_id: uuid.UUID, step: str, now: datetime
) -> bool:
    """Whether it is left alone for now; longer than the longest wait was said by a clock that has been set back."""
    until = waiting.get((requirement_id, step))
    return until is not None and now < until <= now + LONGEST_WAIT


def failed(database: Database, requirement_id: uuid.UUID, step: str, error: Exception) -> None:
    """Count a failure and wait, twice as long each time."""
    now = database.now()
    with suppress(IntegrityError), database.write(durable=False) as session:  # else a twin has counted it just now
        row = session.get(RequirementTrouble, (requirement_id, step), with_for_update=True)
        if row is None:
            row = RequirementTrouble(requirement_id=requirement_id, step=step, failures=0)
            session.add(row)
        row.failures += 1
        row.error = wording(error)[:LONGEST_TEXT]
        row.failed_at = now
        longest = LONGEST_AWAY if isinstance(error, EngineUnavailable) else LONGEST_WAIT
        row.again_at = now + min(FIRST_WAIT * 2 ** min(row.failures - 1, _DOUBLINGS), longest)


def done(session: Session, requirement_id: uuid.UUID, step: str) -> None:
    """Forget it."""
    session.execute(
        delete(RequirementTrouble).where(
            RequirementTrouble.requirement_id == requirement_id, RequirementTrouble.step == step
        )
    )


def forget_settled(session: Session) -> None:
    """Forget trouble with what is done or not owed any more; what sleeps is forgotten with its end."""
    closed = select(Requirement.id).where(Requirement.closed_at.is_not(None))
    owed = select(Requirement.id).where(Requirement.closed_at.is_(None), Requirement.state.in_(sorted(states.RUNNING)))
    session.execute(
        delete(RequirementTrouble).where(
            or_(
                RequirementTrouble.requirement_id.in_(closed),
                and_(RequirementTrouble.step != Step.WAKE.value, RequirementTrouble.requirement_id.not_in(owed)),
            )
        )
    )


def troubles(session: Session) -> list[Trouble]:
    """All that lasts, the most tried first."""
    rows = (
        select(RequirementTrouble, Requirement.number)
        .join(Requirement, Requirement.id == RequirementTrouble.requirement_id)
        .order_by(RequirementTrouble.failures.desc(), Requirement.number)
    )
    return [
        Trouble(row.requirement_id, number, row.step, row.failures, row.error, row.again_at)
        for row, number in session.execute(rows)
    ]


def count(session: Session) -> int:
    """How many last."""
    return session.scalar(select(func.count()).select_from(RequirementTrouble)) or 0


def wording(error: Exception) -> str:
    """Ours is written for people; of others only the kind is told, since their texts may hold what people typed."""
    return error.detail if isinstance(error, ZhixunError) else type(error).__name__
