"""Rebuilds and rollbacks as rows: asked for by anybody, done by one worker, watched by whoever asked.

The row is the lock: the database allows one open job a kind, and who works on it holds a lease that he renews with
every sign of progress.  A worker that was killed lets go when the lease lapses; in the embedded mode the next writer
need not wait, because the file lock proves that no other is alive (`alone`).
"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from search_service.errors import InProgress, ZhixunError
from search_service.store.ids import new_id
from search_service.store.journal import IndexJob
from search_service.store.session import Database

REBUILD, ROLLBACK = "rebuild", "rollback"
WAITING, RUNNING, DONE, REFUSED, FAILED = "waiting", "running", "done", "refused", "failed"
ACTIONS = {REBUILD: "重建", ROLLBACK: "回退"}
STATES = {WAITING: "等待执行", RUNNING: "进行中", DONE: "已完成", REFUSED: "被拒绝", FAILED: "失败"}

LEASE = timedelta(seconds=30)
"""Longer than the longest call between two signs of progress: preparing counts the words of all documents."""
BEAT = timedelta(seconds=1)
"""Progress is written so often: a person sees it move, and the database hardly notices."""


class LeaseLost(ZhixunError):
    """Another worker has taken the job over: whatever this one does now would be in its way."""

    code, title = "lease_lost", "任务已由另一进程接手"


class Stopped(ZhixunError):
    """The process is to end: the job waits for the next one."""

    code, title = "stopped", "任务已暂停,将由下一个进程继续"


class Lease:
    """The right to work on one job; `stopping` is asked with every sign of progress."""

    def __init__(self, database: Database, job: IndexJob, stopping: Callable[[], bool]) -> None:
        self.job, self.kind, self.action, self.worker = job.id, job.kind, job.action, job.worker
        self._database, self._stopping = database, stopping
        self._beaten = database.now()

    def beat(self, *, step: str | None = None, done: int | None = None, total: int | None = None) -> None:
        """Say how far it is and keep the job.

        Raises:
            LeaseLost: the lease lapsed and another worker has the job.
            Stopped: this process is to end.
        """
        if self._stopping():
            raise Stopped
        now = self._database.now()
        if step is None and now < self._beaten + BEAT:
            return
        said = {"step": step, "done": done, "total": total}
        self._change({k: v for k, v in said.items() if v is not None} | {"leased_until": now + LEASE})
        self._beaten = now

    def hold(self, session: Session) -> None:
        """Make sure that the job is ours until this transaction ends: nobody takes it over before.

        Raises:
            LeaseLost: somebody has.
        """
        mine = (IndexJob.id == self.job, IndexJob.worker == self.worker, IndexJob.finished_at.is_(None))
        if session.scalar(select(IndexJob.id).where(*mine).with_for_update()) is None:
            raise LeaseLost

    def finish(self, state: str, message: str) -> None:
        """It is over, well or not."""
        self._change({"state": state, "message": message, "finished_at": self._database.now(), "leased_until": None})

    def release(self) -> None:
        """Let the next worker go on at once."""
        self._change({"state": WAITING, "leased_until": None})

    def _change(self, values: dict[str, object]) -> None:
        with self._database.write() as session:
            self.hold(session)
            session.execute(update(IndexJob).where(IndexJob.id == self.job).values(**values))


def request(database: Database, kind: str, action: str, reason: str, fingerprint: str | None = None) -> uuid.UUID:
    """Ask for a job; returns its id.  `fingerprint` is given where the program asks by itself (`patience.py`).

    Raises:
        InProgress: the kind has an open job; it is named with how far it is.
    """
    job = IndexJob(
        id=new_id(),
        kind=kind,
        action=action,
        reason=reason,
        fingerprint=fingerprint,
        state=WAITING,
        requested_at=database.now(),
    )
    try:
        with database.write() as session:
            session.add(job)
    except IntegrityError as error:
        there = open_job(database, kind)
        raise InProgress(describe(there) if there else "") from error
    return job.id


def claim(
    database: Database,
    worker: str,
    *,
    alone: bool = False,
    stopping: Callable[[], bool] = lambda: False,
) -> Lease | None:
    """Take the oldest job that nobody works on; None when there is none."""
    free = [] if alone else [_free(database.now())]
    wanted = select(IndexJob).where(IndexJob.finished_at.is_(None), *free).order_by(IndexJob.requested_at).limit(1)
    with database.read() as session:  # a look without the write lock: usually there is nothing
        if session.scalar(wanted) is None:
            return None
    with database.write() as session:
        job = session.scalar(wanted.with_for_update(skip_locked=True))
        if job is None:
            return None
        _give(job, worker, database.now())
    return Lease(database, job, stopping)


def take(database: Database, kind: str, action: str, reason: str, worker: str, *, alone: bool = False) -> Lease:
    """Ask for a job and work on it oneself; an open one that nobody works on becomes this one.

    Raises:
        InProgress: another worker is at it.
    """
    try:
        with database.write() as session:
            # Locked until it is ours, or another one who takes it now would set what we are at back to its beginning.
            job = session.scalar(_open(kind).with_for_update())
            if job is None:
                job = IndexJob(id=new_id(), kind=kind, requested_at=database.now(), state=WAITING)
                session.add(job)
            elif not alone and not _is_free(job, database.now()):
                raise InProgress(describe(job))
            job.action, job.reason, job.step, job.done, job.total = action, reason, None, 0, 0
            _give(job, worker, database.now())
    except IntegrityError as error:
        there = open_job(database, kind)
        raise InProgress(describe(there) if there else "") from error
    return Lease(database, job, stopping=lambda: False)


def open_job(database: Database, kind: str) -> IndexJob | None:
    """The job of a kind that is not over."""
    with database.read() as session:
        return session.scalar(_open(kind))


def last_job(database: Database, kind: str) -> IndexJob | None:
    """The newest job of a kind."""
    with database.read() as session:
        return session.scalar(
            select(IndexJob)
            .where(IndexJob.kind == kind)
            .order_by(IndexJob.requested_at.desc(), IndexJob.id.desc())
            .limit(1)
        )


def get(database: Database, job: uuid.UUID) -> IndexJob:
    """One job as it is now."""
    with database.read() as session:
        return session.get_one(IndexJob, job)


def describe(job: IndexJob) -> str:
    """What a job is doing, for people."""
    name = ACTIONS[job.action]
    if job.state == WAITING:
        return f"{job.kind} 的{name}正在等待执行(原因:{job.reason})"
    return f"{job.kind} 的{name}正由 {job.worker} 执行:第 {job.step or '-'} 步,{job.done}/{job.total}"


def _open(kind: str) -> Select[IndexJob]:
    return select(IndexJob).where(IndexJob.kind == kind, IndexJob.finished_at.is_(None))


def _give(job: IndexJob, worker: str, now: datetime) -> None:
    # A name of its own for each lease: a worker that wakes up late must not take a new lease for its own.
    job.worker = f"{worker}#{uuid.uuid4().hex[:8]}"
    job.state, job.leased_until = RUNNING, now + LEASE


def _free(now: datetime) -> ColumnElement[bool]:
    return (IndexJob.state == WAITING) | IndexJob.leased_until.is_(None) | (IndexJob.leased_until < now)


def _is_free(job: IndexJob, now: datetime) -> bool:
    return job.state == WAITING or job.leased_until is None or job.leased_until < now
