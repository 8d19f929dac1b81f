"""Rebuild and rollback: which generation a job is about, and what becomes of it when the job fails.

A job that finds an unfinished generation of its kind goes on with it where that is safe and says so; otherwise it
throws it away, says why, and starts over.
"""

import logging
from collections.abc import Callable

from indexers import dictionaries, generations, jobs, steps
from indexers.generations import State, Step
from indexers.guards import RebuildRefused
from indexers.jobs import LeaseLost, Stopped
from indexers.naming import index_name
from indexers.work import Progress, Work
from search_service.engines.base import Engine
from search_service.errors import Conflict, ZhixunError
from search_service.kinds.base import Kind
from search_service.kinds.registry import REGISTRY
from search_service.store.journal import SearchIndex
from search_service.store.session import Database

LOG = logging.getLogger(__name__)

BEFORE_SWAP = (Step.CREATE, Step.DUAL_WRITE, Step.BACKFILL, Step.REFRESH, Step.VERIFY)
MANUAL = "人工要求"


def silent(label: str, done: int, total: int) -> None:
    """No progress is shown."""
    del label, done, total


class NoPrevious(Conflict):
    """There is nothing to go back to."""

    code, title = "no_previous_index", "没有可以回退的索引"


def rebuild(
    database: Database,
    engine: Engine,
    kind: Kind,
    progress: Progress = silent,
    *,
    worker: str = "local",
    alone: bool = False,
    reason: str = MANUAL,
) -> str:
    """Build, verify and publish a new index of a kind; returns its name.

    Args:
        database: what is indexed.
        engine: where to.
        kind: of what.
        progress: is told how far it is.
        worker: who works.
        alone: no other process can be at it (the writer's file lock is ours), whatever a lease says.
        reason: shown to whoever asks for the status.

    Raises:
        InProgress: another worker is at it.
        RebuildRefused: rows are missing from the new index.  The old one serves on.
    """
    lease = jobs.take(database, kind.name, jobs.REBUILD, reason, worker, alone=alone)
    return run(Work(database, engine, kind, lease, progress))


def rollback(
    database: Database,
    engine: Engine,
    kind: Kind,
    progress: Progress = silent,
    *,
    worker: str = "local",
    alone: bool = False,
    reason: str = MANUAL,
) -> str:
    """Bring the previous generation up to date and publish it; returns its name.  What served becomes the previous.

    Raises:
        NoPrevious: there is none, or one that this program cannot write.
        InProgress, RebuildRefused: as for `rebuild`.
    """
    lease = jobs.take(database, kind.name, jobs.ROLLBACK, reason, worker, alone=alone)
    return run(Work(database, engine, kind, lease, progress))


def work_off(
    database: Database,
    engine: Engine,
    progress: Progress = silent,
    *,
    worker: str,
    alone: bool = False,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Do the oldest job that waits, or that a dead worker left; whether there was one.

    Raises:
        ZhixunError: the job failed; that and why stands in its row, too.
    """
    lease = jobs.claim(database, worker, alone=alone, stopping=stopping)
    if lease is None:
        return False
    kind = next((kind for kind in REGISTRY.kinds if kind.name == lease.kind), None)
    if kind is None:
        lease.finish(jobs.FAILED, f"没有“{lease.kind}”这一类")
        return True
    run(Work(database, engine, kind, lease, progress))
    return True


def run(work: Work) -> str:
    """Do a job to its end, by the words wanted when it begins; returns the name of the index that serves now."""
    with dictionaries.using_wanted(work.database):
        return _run(work)


def _run(work: Work) -> str:
    name = None
    try:
        name = _choose(work)
        steps.finish(work, name)
    except LeaseLost:
        raise  # another worker is at it: hands off
    except (Stopped, KeyboardInterrupt):
        work.lease.release()
        raise
    except Exception as error:
        said = error.detail if isinstance(error, ZhixunError) else f"{type(error).__name__}: {error}"
        if name is not None:
            _give_up(work, name, said)
        work.lease.finish(jobs.REFUSED if isinstance(error, RebuildRefused) else jobs.FAILED, said)
        raise
    work.lease.finish(jobs.DONE, name)
    return name


def _choose(work: Work) -> str:
    """The generation that the job is about, at the step where it goes on."""
    _forget_lost(work)
    for index in generations.known(work.database, work.kind):
        if index.step == Step.DONE or index.state in {State.FAILED, State.RETIRED}:
            continue
        if work.serves(index.name):  # killed after the swap: what is left is to be done, and nothing beside it
            LOG.info("%s:索引 %s 已切换但未收尾,先完成它", work.kind.label, index.name)
            steps.finish(work, index.name)
            if generations.fits(index, work.kind):
                return index.name
            continue
        why = _unusable(work, index)
        if why is None:
            LOG.info("%s:继续未完成的索引 %s(从“%s”起)", work.kind.label, index.name, steps.LABELS[Step(index.step)])
            if index.step == Step.SWAP:  # verified once, but time has passed
                generations.change(work.database, work.lease.hold, index.name, step=Step.REFRESH)
            return index.name
        LOG.warning("%s:放弃未完成的索引 %s 并重新开始:%s", work.kind.label, index.name, why)
        _let_go(work, index, why)
    return _fresh(work) if work.lease.action == jobs.REBUILD else _previous(work)


def _forget_lost(work: Work) -> None:
    """Rows of indices that the engine has no more (its files were removed): nothing can be done with them."""
    held = work.held()
    lost = [index for index in generations.known(work.database, work.kind) if index.name not in held]
    for index in lost:
        if index.step != Step.CREATE:
            LOG.warning("%s:引擎中已没有索引 %s,从登记中移除", work.kind.label, index.name)
    generations.forget(work.database, [index.name for index in lost])


def _unusable(work: Work, index: SearchIndex) -> str | None:
    if not generations.fits(index, work.kind):
        return "其间词表或声明又有变更"
    if (index.activated_at is not None) != (work.lease.action == jobs.ROLLBACK):
        return "上次的任务与这次不同"
    begun = index.state == State.PREPARING and index.step not in {Step.CREATE, Step.DUAL_WRITE}
    if begun and generations.known(work.database, work.kind, State.ACTIVE):
        return "它没有收到其间的变更"
    return None


def _fresh(work: Work) -> str:
    name = index_name(work.kind, work.database.now())
    generations.register(work.database, work.kind, name)
    return name


def _previous(work: Work) -> str:
    found = generations.known(work.database, work.kind, State.PREVIOUS)
    if not found:
        raise NoPrevious(f"“{work.kind.label}”没有保留上一代索引;请执行 zhixun index rebuild {work.kind.name}")
    index = found[-1]
    if not generations.fits(index, work.kind):
        raise NoPrevious(
            f"上一代索引 {index.name} 由另一版词表或声明建立,当前程序不能写入;请先换回当时的程序版本,"
            f"或执行 zhixun index rebuild {work.kind.name}"
        )
    generations.change(work.database, work.lease.hold, index.name, step=Step.DUAL_WRITE, state=State.PREPARING)
    return index.name


def _give_up(work: Work, name: str, why: str) -> None:
    """Stop dual write and drop it, unless searches may see it already: then the next job finishes it."""
    index = generations.get(work.database, name)
    if Step(index.step) in BEFORE_SWAP:
        _let_go(work, index, why)


def _let_go(work: Work, index: SearchIndex, why: str) -> None:
    if index.activated_at is not None:  # of a rollback: it was good before and is kept
        generations.change(work.database, work.lease.hold, index.name, state=State.PREVIOUS, step=Step.DONE, note=why)
        return
    # First the state, so that no drain writes to it any more.
    generations.change(work.database, work.lease.hold, index.name, state=State.FAILED, note=why)
    try:
        if index.name in work.held():
            work.engine.drop(index.name)
    except ZhixunError as error:
        LOG.warning("索引 %s 暂时无法删除,下次重建时再试:%s", index.name, error.detail)
