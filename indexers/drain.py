"""Marks → documents (founding decision 5): claim what is due, reload, write with the mark as version, acknowledge.

Whatever changes while a drain runs raises the mark again, so it stays due: a newer change is never merged into an
older write.  Only the sequence that was claimed is acknowledged.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from analyzers import words
from analyzers.words import Dictionary
from indexers import dictionaries, fan_out
from indexers.claims import DUE, Claim, claim
from indexers.loading import Built, build_all
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

# Built once: building them takes several times as long as asking.
_LIVE = SearchIndex.state.in_(WRITTEN_TO)
_MARKED = select(IndexState.kind).where(*DUE, IndexState.kind.in_(select(SearchIndex.kind).where(_LIVE))).distinct()
_INDICES = select(SearchIndex.name, SearchIndex.vocabulary).where(SearchIndex.kind == bindparam("of"), _LIVE)


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
    total = Drained()
    with database.read() as session:  # a look without the write lock: usually nothing is due
        wide, names = fan_out.waiting(session), _marked(session, database.now())
    if wide:
        total = Drained(due=fan_out.spread(database))
        with database.read() as session:
            names = _marked(session, database.now())
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


def _marked(session: Session, now: datetime) -> set[str]:
    """Kinds of which something is due, and that have an index."""
    return set(session.connection().scalars(_MARKED, {"now": now}))


def _written(database: Database, engine: Engine, claimed: Claim, limit: int) -> Drained:
    batches = load(database, claimed.kind, claimed.seqs)
    if not batches:  # set aside since we looked, because its fields are others now: its successor gets them
        claimed.release()
        return Drained()
    reports = []
    failpoint("before_write")
    try:
        for index, built in batches.items():
            claimed.beat()
            reports.append(WriteReport(refused=built.failures))
            reports.append(engine.write(index, built.documents))
        failpoint("after_write")
        for index in batches:
            claimed.beat()
            engine.refresh(index)
    except ZhixunError:  # away, or the index was dropped: whoever finds better may go on at once
        claimed.release()
        raise
    failpoint("before_acknowledge")
    refused = claimed.acknowledge(reports)
    return Drained(len(claimed.seqs) - refused, refused, len(claimed.seqs) == limit)


def load(database: Database, kind: Kind, wanted: Mapping[uuid.UUID, int]) -> dict[str, Built]:
    """For each index that gets the kind's changes: these documents as they are now, cut by the index's own words.

    All from one snapshot, taken after the claim: an index that begins later is filled with rows no older than these.
    """
    built: dict[Dictionary, Built] = {}
    with database.read() as session:
        found = session.connection().execute(_INDICES, {"of": kind.name}).all()
        indices = {name: dictionaries.of_number(session, vocabulary) for name, vocabulary in found}
        for dictionary in set(indices.values()):
            with words.using(dictionary):
                built[dictionary] = build_all(session, kind, wanted, database.now())
    return {name: built[dictionary] for name, dictionary in indices.items()}
