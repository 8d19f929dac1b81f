"""How far the indices are behind: what metrics show and ``zhixun doctor`` judges."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from search_service.kinds.base import Kind
from search_service.kinds.registry import REGISTRY
from search_service.store.journal import FanOut, IndexJob, IndexState
from search_service.store.session import Database


@dataclass(frozen=True, slots=True)
class Queue:
    """One kind's marks that are not in its index yet.

    `lag_seconds` is how long the oldest of them has been waiting: what a user who saved it cannot find.  Dead ones
    wait for a person and are counted apart.
    """

    kind: str
    due: int
    lag_seconds: float
    dead: int


def queues(database: Database, only: Kind | None = None) -> list[Queue]:
    """Of every kind, or of one; two statements, however many documents there are."""
    kinds = REGISTRY.kinds if only is None else [only]
    now = database.now()
    mine, due = IndexState.kind.in_([kind.name for kind in kinds]), IndexState.seq > IndexState.done_seq
    with database.read() as session:
        waiting = {
            kind: (count, since)
            for kind, count, since in session.execute(
                select(IndexState.kind, func.count(), func.min(IndexState.due_since))
                .where(mine, due, IndexState.dead_reason.is_(None))
                .group_by(IndexState.kind)
            )
        }
        dead_by_kind = select(IndexState.kind, func.count()).where(mine, IndexState.dead_reason.is_not(None))
        dead = dict(session.execute(dead_by_kind.group_by(IndexState.kind)).all())
    return [
        Queue(kind.name, count, _age(now, since), dead.get(kind.name, 0))
        for kind in kinds
        for count, since in [waiting.get(kind.name, (0, None))]
    ]


@dataclass(frozen=True, slots=True)
class Dead:
    """A document that no index takes; changing its record tries again."""

    kind: str
    id: str
    reason: str
    attempts: int
    since: datetime


def dead(database: Database, kind: str | None = None) -> list[Dead]:
    """All of them, the oldest first, or those of one kind."""
    found = select(IndexState).where(IndexState.dead_reason.is_not(None))
    if kind is not None:
        found = found.where(IndexState.kind == kind)
    with database.read() as session:
        states = session.scalars(found.order_by(IndexState.due_since, IndexState.entity_id))
        return [Dead(s.kind, str(s.entity_id), s.dead_reason or "", s.attempts, s.due_since) for s in states]


def oldest_job_seconds(database: Database) -> float:
    """How long the oldest wide change or index job has been open; 0 without one."""
    with database.read() as session:
        spread = session.scalar(select(func.min(FanOut.created_at)))
        asked = session.scalar(select(func.min(IndexJob.requested_at)).where(IndexJob.finished_at.is_(None)))
    return max(_age(database.now(), spread), _age(database.now(), asked))


def _age(now: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
