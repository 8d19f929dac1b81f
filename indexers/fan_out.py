"""Wide changes: a renamed province is in the documents of thousands, which its transaction leaves to this job.

The first thousand are marked in the transaction (`store/marks.py`); here the rest is marked bit by bit, so that no
writer waits long.  Whatever links to the changed row later, or lets go of it, is marked by that change itself, so the
links of this moment are enough.
"""

import logging
import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.store import marks
from search_service.store.journal import FanOut
from search_service.store.session import Database

LOG = logging.getLogger(__name__)

STEP = 5_000
"""Documents marked in one transaction: some 50 ms in which other writers of SQLite wait."""


TOGETHER = 500
"""Jobs taken in one step.  On PostgreSQL each change of a row that is reached by a value leaves one, so that one by one
they would fall behind fifty writes a second."""


def spread(database: Database) -> bool:
    """Mark the next part of the oldest wide change, with those that are alike; whether more is waiting.

    Killed in between, it goes on where the last transaction ended.  Several workers take different jobs.
    """
    with database.read() as session:  # a look without the write lock: usually there is nothing
        if not waiting(session):
            return False
    with database.write() as session:
        oldest = select(FanOut).order_by(FanOut.created_at, FanOut.id).limit(TOGETHER).with_for_update(skip_locked=True)
        jobs = session.scalars(oldest).all()
        if jobs:
            _go_on(session, _alike(jobs))
    with database.read() as session:
        return waiting(session)


def _alike(jobs: Sequence[FanOut]) -> list[FanOut]:
    """The first, and those that ask the same of other rows: one query finds the documents of all of them."""
    first, members = jobs[0], 0
    found: list[FanOut] = []
    for job in jobs:
        if (job.kind, job.path, job.after) != (first.kind, first.path, first.after):
            continue
        members += len(job.members)
        if found and members > marks.BATCH:
            break
        found.append(job)
    return found


def _go_on(session: Session, jobs: Sequence[FanOut]) -> None:
    first, *others = jobs
    for job in others:
        session.delete(job)
    dependents = marks.REGISTRY.named(first.kind, first.path)
    if dependents is None:
        LOG.warning("nothing is made along %s.%s any more: the job is dropped", first.kind, first.path)
        session.delete(first)
        return
    members = sorted({member for job in jobs for member in job.members})
    last = marks.mark_some(session, dependents, [uuid.UUID(i) for i in members], STEP, first.after)
    if last is None:
        session.delete(first)
    else:
        first.members, first.after = members, last


_WAITING = select(FanOut.id).limit(1)


def waiting(session: Session) -> bool:
    """Whether any wide change is not marked to its end."""
    return session.connection().scalar(_WAITING) is not None
