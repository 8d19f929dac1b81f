"""The steps that make a generation and put it in its place (founding decision 6), each recorded before the next begins.

A process may be killed anywhere: whoever works next begins with the step that was not recorded as done, so each must
bear being done twice.  What searches see changes in `swap` alone, and the books say so only afterwards: an index that
is called active is always one that serves.
"""

import logging
from collections.abc import Callable

from sqlalchemy import select, tuple_, update

from indexers import backfill, generations, guards
from indexers.documents import schema_of
from indexers.drain import BATCH
from indexers.generations import State, Step
from indexers.verify import compare
from indexers.work import Work
from search_service.errors import ZhixunError
from search_service.failpoints import failpoint
from search_service.store.journal import IndexState

LOG = logging.getLogger(__name__)

ORDER = list(Step)
LABELS = {
    Step.CREATE: "新建索引",
    Step.DUAL_WRITE: "开启双写",
    Step.BACKFILL: "回填",
    Step.REFRESH: "刷新",
    Step.VERIFY: "核对",
    Step.SWAP: "切换",
    Step.ACTIVATE: "登记为现用",
    Step.RETIRE: "清理旧索引",
    Step.DONE: "完成",
}


def finish(work: Work, name: str) -> None:
    """Do all steps that a generation still lacks."""
    while (step := Step(generations.get(work.database, name).step)) is not Step.DONE:
        work.lease.beat(step=step)
        failpoint(f"rebuild_{step}")
        _STEPS[step](work, name)
        failpoint(f"rebuild_{step}_done")
        generations.change(work.database, work.lease.hold, name, step=ORDER[ORDER.index(step) + 1])


def _create(work: Work, name: str) -> None:
    if name not in work.held():
        work.engine.create(schema_of(work.kind), name)


def _dual_write(work: Work, name: str) -> None:
    generations.let_changes_in(work.database, work.lease.hold, work.kind, name)


def _backfill(work: Work, name: str) -> None:
    if generations.get(work.database, name).activated_at is None:
        backfill.fill(work, name)
    else:  # it was whole once: a rollback
        # What is due is asked first: a drain that began before dual write may acknowledge it while we compare.
        due = backfill.due(work)
        difference = compare(work.database, work.engine, work.kind, name, work.lease.beat)
        backfill.catch_up(work, name, due | difference.all)
    work.engine.refresh(name)  # durable before it is called done: the memory of an engine dies with its process


def _refresh(work: Work, name: str) -> None:
    work.engine.refresh(name)  # once more, for what dual write brought since, and after every interruption


def _verify(work: Work, name: str) -> None:
    difference = compare(work.database, work.engine, work.kind, name, work.lease.beat)
    guards.require_sound(difference, work.kind)
    generations.checked(work.database, name, len(difference.all))
    work.engine.prepare(name)  # here, where nobody waits for it: the swap itself takes milliseconds


def _swap(work: Work, name: str) -> None:
    work.lease.beat(step=Step.SWAP)  # nobody else may have taken over: this is what searches will notice
    if not work.serves(name):
        work.engine.publish(schema_of(work.kind), name)


def _activate(work: Work, name: str) -> None:
    generations.activate(work.database, work.lease.hold, work.kind, name)


def _retire(work: Work, name: str) -> None:
    """Drop what is older than the previous generation, and failed tries; what cannot be dropped now waits in the list.

    Then what was marked before the backfill read it is acknowledged: it is in the only index that takes changes.
    """
    for index in generations.known(work.database, work.kind, State.RETIRED, State.FAILED):
        try:
            guards.drop(work.database, work.engine, work.kind, index.name)
        except ZhixunError as error:
            LOG.warning("索引 %s 暂时无法删除,下次重建时再试:%s", index.name, error.detail)
    _acknowledge(work, name)


def _acknowledge(work: Work, name: str) -> None:
    states = (IndexState.entity_id, IndexState.seq)
    due = select(*states).where(IndexState.kind == work.kind.name, IndexState.seq > IndexState.done_seq)
    with work.database.read() as session:
        waiting = {str(entity_id): (entity_id, seq) for entity_id, seq in session.execute(due)}
    if not waiting:
        return
    held = ((waiting.get(entity), seq) for entity, seq in work.engine.entries(name))
    done = [mark for mark, seq in held if mark is not None and mark[1] == seq]
    for at in range(0, len(done), BATCH):
        with work.database.write() as session:
            session.execute(
                update(IndexState)
                .where(
                    IndexState.kind == work.kind.name,
                    tuple_(*states).in_(done[at : at + BATCH]),
                    IndexState.claimed_until.is_(None),
                )
                .values(done_seq=IndexState.seq, dead_reason=None),
                execution_options={"synchronize_session": False},
            )
        work.lease.beat()


_STEPS: dict[Step, Callable[[Work, str], None]] = {
    Step.CREATE: _create,
    Step.DUAL_WRITE: _dual_write,
    Step.BACKFILL: _backfill,
    Step.REFRESH: _refresh,
    Step.VERIFY: _verify,
    Step.SWAP: _swap,
    Step.ACTIVATE: _activate,
    Step.RETIRE: _retire,
}
