"""Marks → documents (founding decision 5): claim what is due, reload, write with the mark as version, acknowledge.

Whatever changes while a drain runs raises the mark again, so it stays due: a newer change is never merged into an
older write.  Only the sequence that was claimed is acknowledged.
"""

from dataclasses import dataclass

from sqlalchemy import select

from analyzers import words
from analyzers.words import Dictionary
from indexers import dictionaries
from indexers.claims import Claim, claim, due
from indexers.fan_out import spread
from indexers.loading import load
from search_service.engines.base import Engine, WriteReport
from search_service.errors import ZhixunError
from search_service.failpoints import failpoint
from search_service.kinds.base import Kind
from search_service.kinds.registry import REGISTRY
from search_service.store.journal import IndexState, SearchIndex
from search_service.store.session import Database

BATCH = 500
"""Documents in one claim: about 100 ms of work, far below the lease."""
WRITTEN_TO = ("building", "active")
"""A rebuild gets every change while it runs (founding decision 6)."""


@dataclass(frozen=True, slots=True)
class Drained:
    """What one drain did; `due` is whether more was waiting."""

    written: int = 0
    refused: int = 0
    due: bool = False

    def __add__(self, other: "Drained") -> "Drained":
        return Drained(self.written + other.written, self.refused + other.refused, self.due or other.due)


def drain(database: Database, engine: Engine, *, worker: str, limit: int = BATCH) -> Drained:
    """Bring up to `limit` marked documents of each kind into its indices, and the next part of a wide change.

    Raises:
        EngineUnavailable: nothing is lost, and what was claimed is free again.
    """
    total = Drained(due=spread(database))
    indexed = select(SearchIndex.kind).where(SearchIndex.state.in_(WRITTEN_TO))
    waiting = select(IndexState.kind).where(*due(database.now()), IndexState.kind.in_(indexed)).distinct()
    with database.read() as session:  # a look without the write lock: usually nothing is due
        names = set(session.scalars(waiting))
    for kind in [kind for kind in REGISTRY.kinds if kind.name in names]:
        claimed = claim(database, kind, worker, limit)
        if claimed is not None:
            failpoint("after_claim")
            total += _written(database, engine, claimed, limit)
    return total


def drain_all(database: Database, engine: Engine, *, worker: str) -> Drained:
    """Drain until nothing is due."""
    total = Drained()
    while True:
        done = drain(database, engine, worker=worker)
        total += Drained(done.written, done.refused)
        if not done.due:
            return total


def _written(database: Database, engine: Engine, claimed: Claim, limit: int) -> Drained:
    with dictionaries.using_wanted(database):
        built = {words.current(): load(database, claimed.kind, claimed.seqs)}
    indices = live_indices(database, claimed.kind)  # after the claim: a rebuild that began meanwhile must get it, too
    if not indices:  # set aside since we looked, because its fields are others now: its successor gets them
        claimed.release()
        return Drained()
    reports = []
    failpoint("before_write")
    try:
        for index, dictionary in indices.items():
            claimed.beat()
            if dictionary not in built:  # the index is of another vocabulary version than the one that is wanted
                with words.using(dictionary):
                    built[dictionary] = load(database, claimed.kind, claimed.seqs)
            reports.append(WriteReport(refused=built[dictionary].failures))
            reports.append(engine.write(index, built[dictionary].documents))
        failpoint("after_write")
        for index in indices:
            claimed.beat()
            engine.refresh(index)
    except ZhixunError:  # away, or the index was dropped: whoever finds better may go on at once
        claimed.release()
        raise
    failpoint("before_acknowledge")
    refused = claimed.acknowledge(reports)
    return Drained(len(claimed.seqs) - refused, refused, len(claimed.seqs) == limit)


def live_indices(database: Database, kind: Kind) -> dict[str, Dictionary]:
    """The indices that get the kind's changes, each with the words that its documents are cut by."""
    with database.read() as session:
        live = select(SearchIndex).where(SearchIndex.kind == kind.name, SearchIndex.state.in_(WRITTEN_TO))
        return {index.name: dictionaries.of_index(session, index) for index in session.scalars(live)}
