"""When the program asks once more for an index that could not be made: sooner for an accident, later for a defect.

A person who asks is obeyed at once, and so is a program with other words or another declaration: what failed is not
what is tried then.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select

from indexers import jobs
from search_service.kinds.days import SHANGHAI
from search_service.store.journal import IndexJob
from search_service.store.session import Database

FIRST_WAIT = timedelta(seconds=10)
"""An engine or a database that restarts is back by then."""
LONGEST_WAIT = timedelta(hours=1)
"""A rebuild of a million rows costs minutes of a core: of a defect that stays, one try an hour is enough to notice
that it was mended.  An index that was refused lacks rows for a reason that a person has to find: it waits so long at
once."""
_DOUBLINGS = 9
"""After so many the longest wait is reached."""


def again_at(database: Database, kind: str, fingerprint: str) -> datetime | None:
    """When the program may ask for an index of this fingerprint again; None where it need not wait.

    The wait doubles with each failure in a row.
    """
    newest = select(IndexJob).where(IndexJob.kind == kind).order_by(IndexJob.requested_at.desc(), IndexJob.id.desc())
    with database.read() as session:
        last = session.scalars(newest.limit(_DOUBLINGS + 1)).all()
    failures = 0
    for job in last:
        if job.state not in {jobs.FAILED, jobs.REFUSED} or job.fingerprint != fingerprint:
            break
        failures += 1
    if not failures or last[0].finished_at is None:
        return None
    doubled = FIRST_WAIT * 2 ** (failures - 1)
    wait = LONGEST_WAIT if last[0].state == jobs.REFUSED else min(doubled, LONGEST_WAIT)
    until = last[0].finished_at + wait
    return until if until > database.now() else None


def clock_time(instant: datetime) -> str:
    """When that is, for people."""
    return f"{instant.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"


def ended_badly(database: Database) -> list[str]:
    """Kinds whose newest job was asked for by the program and came to nothing; one statement."""
    ranked = select(
        IndexJob.kind,
        IndexJob.state,
        IndexJob.fingerprint,
        func.row_number()
        .over(partition_by=IndexJob.kind, order_by=(IndexJob.requested_at.desc(), IndexJob.id.desc()))
        .label("age"),
    ).subquery()
    bad = ranked.c.state.in_((jobs.FAILED, jobs.REFUSED)) & ranked.c.fingerprint.is_not(None) & (ranked.c.age == 1)
    with database.read() as session:
        return list(session.scalars(select(ranked.c.kind).where(bad)))
