"""Wide changes: a renamed province is in the documents of thousands, which its transaction leaves to this job.

The first thousand are marked in the transaction (`store/marks.py`); here the rest is marked bit by bit, so that no
writer waits long.  Whatever links to the changed row later, or lets go of it, is marked by that change itself, so the
links of this moment are enough.
"""

import logging
import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.store import marks
from search_service.store.journal import FanOut
from search_service.store.session import Database

LOG = logging.getLogger(__name__)

STEP = 5_000
"""Documents marked in one transaction: some 50 ms in which other writers of SQLite wait."""


def spread(database: Database) -> bool:
    """Mark the next part of the oldest wide change; whether more is waiting.

    Killed in between, it goes on where the last transaction ended.  Several workers take different jobs.
    """
    with database.read() as session:  # a look without the write lock: usually there is nothing
        if not waiting(session):
            return False
    with database.write() as session:
        oldest = select(FanOut).order_by(FanOut.created_at, FanOut.id).limit(1).with_for_update(skip_locked=True)
        job = session.scalar(oldest)
        if job is not None:
            _go_on(session, job)
    with database.read() as session:
        return waiting(session)


def _go_on(session: Session, job: FanOut) -> None:
    dependents = marks.REGISTRY.named(job.kind, job.path)
    if dependents is None:
        LOG.warning("nothing is made along %s.%s any more: the job is dropped", job.kind, job.path)
        session.delete(job)
        return
    last = marks.mark_some(session, dependents, [uuid.UUID(i) for i in job.members], STEP, job.after)
    if last is None:
        session.delete(job)
    else:
        job.after = last


_WAITING = select(FanOut.id).limit(1)


def waiting(session: Session) -> bool:
    """Whether any wide change is not marked to its end."""
    return session.connection().scalar(_WAITING) is not None
