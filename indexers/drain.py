"""Marks → documents (founding decision 5): claim what is due, reload, write with the mark as version, acknowledge.

Whatever changes while a drain runs raises the mark again, so it stays due: a newer change is never merged into an
older write.  Only the sequence that was claimed is acknowledged.
"""

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, tuple_, update
from sqlalchemy.orm import Session

from indexers.documents import build
from search_service.engines.base import Document, Engine, Refusal, Tombstone, WriteReport
from search_service.kinds.base import Kind
from search_service.kinds.registry import REGISTRY
from search_service.store.journal import IndexState, SearchIndex
from search_service.store.session import Database

LOG = logging.getLogger(__name__)

BATCH = 500
"""Documents in one claim: about 100 ms of work, far below the lease."""
LEASE = timedelta(seconds=30)
"""A worker that died lets go after this."""
LONGEST_WAIT = 300
"""Seconds between tries of a document that an engine keeps refusing."""
WRITTEN_TO = ("building", "active")
"""A rebuild gets every change while it runs (founding decision 6)."""


@dataclass(frozen=True, slots=True)
class Drained:
    """What one drain did; `due` is whether more was waiting."""

    written: int = 0
    refused: int = 0
    due: bool = False


def drain(database: Database, engine: Engine, *, worker: str, limit: int = BATCH) -> Drained:
    """Bring up to `limit` marked documents of each kind into its indices."""
    total = Drained()
    with database.read() as session:  # a look without the write lock: usually nothing is due
        due = set(session.scalars(select(IndexState.kind).where(*_due(database.now())).distinct()))
    for kind in [kind for kind in REGISTRY.kinds if kind.name in due]:
        done = _drain_kind(database, engine, kind, worker, limit)
        total = Drained(total.written + done.written, total.refused + done.refused, total.due or done.due)
    return total


def drain_all(database: Database, engine: Engine, *, worker: str) -> Drained:
    """Drain until nothing is due."""
    total = Drained()
    while True:
        done = drain(database, engine, worker=worker)
        total = Drained(total.written + done.written, total.refused + done.refused)
        if not done.due:
            return total


def _drain_kind(database: Database, engine: Engine, kind: Kind, worker: str, limit: int) -> Drained:
    if not live_indices(database, kind):
        return Drained()
    claimed = _claim(database, kind, worker, limit)
    if not claimed:
        return Drained()
    built = load(database, kind, claimed)
    indices = live_indices(database, kind)  # after the claim: a rebuild that began meanwhile must get it, too
    reports = [WriteReport(refused=built.failures), *(engine.write(index, built.documents) for index in indices)]
    for index in indices:
        engine.refresh(index)
    refused = _acknowledge(database, kind, claimed, reports)
    return Drained(len(claimed) - refused, refused, len(claimed) == limit)


def live_indices(database: Database, kind: Kind) -> list[str]:
    """The indices that get the kind's changes."""
    with database.read() as session:
        names = select(SearchIndex.name).where(SearchIndex.kind == kind.name, SearchIndex.state.in_(WRITTEN_TO))
        return list(session.scalars(names))


def _claim(database: Database, kind: Kind, worker: str, limit: int) -> dict[uuid.UUID, int]:
    now = database.now()
    with database.write() as session:
        ids = select(IndexState.entity_id).where(IndexState.kind == kind.name, *_due(now))
        ids = ids.order_by(IndexState.available_at).limit(limit)
        if session.get_bind().dialect.name == "postgresql":
            ids = ids.with_for_update(skip_locked=True)
        rows = session.execute(
            update(IndexState)
            .where(IndexState.kind == kind.name, IndexState.entity_id.in_(ids.scalar_subquery()))
            .values(claimed_by=worker, claimed_until=now + LEASE)
            .returning(IndexState.entity_id, IndexState.seq),
            execution_options={"synchronize_session": False},
        )
        return dict(rows.all())


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        IndexState.seq > IndexState.done_seq,
        IndexState.available_at <= now,
        IndexState.dead_reason.is_(None),
        (IndexState.claimed_until.is_(None)) | (IndexState.claimed_until < now),
    )


@dataclass(frozen=True, slots=True)
class Built:
    """Documents, and the rows that none could be made of: one bad row never holds up its neighbours."""

    documents: list[Document | Tombstone]
    failures: tuple[Refusal, ...] = ()


def load(database: Database, kind: Kind, wanted: dict[uuid.UUID, int]) -> Built:
    """The current documents of these ids, each with its sequence; a row that is not there is a tombstone."""
    with database.read() as session:
        return build_all(session, kind, wanted, database.now())


def build_all(session: Session, kind: Kind, wanted: dict[uuid.UUID, int], now: datetime) -> Built:
    """The same inside a session."""
    rows = session.scalars(
        select(kind.model).where(kind.model.id.in_(list(wanted))).options(*kind.document_loads())
    ).all()
    found: list[Document | Tombstone] = []
    failures: list[Refusal] = []
    for row in rows:
        try:
            found.append(build(kind, row, wanted[row.id], now))
        except Exception as error:  # a mistake of ours or a value nobody thought of: kept with its reason
            LOG.exception("no document of %s %s", kind.name, row.id)
            failures.append(Refusal(str(row.id), f"{type(error).__name__}: {error}", retry=False))
    there = {row.id for row in rows}
    found.extend(Tombstone(str(i), seq) for i, seq in wanted.items() if i not in there)
    return Built(found, tuple(failures))


def _acknowledge(database: Database, kind: Kind, claimed: dict[uuid.UUID, int], reports: Sequence[WriteReport]) -> int:
    """Set `done_seq` to what was written; what an engine refused waits or, when trying again is vain, is dead."""
    refusals = {refusal.id: refusal for report in reports for refusal in report.refused}
    now = database.now()
    with database.write() as session:
        done = [(i, seq) for i, seq in claimed.items() if str(i) not in refusals]
        for at in range(0, len(done), BATCH):
            part = done[at : at + BATCH]
            session.execute(
                update(IndexState)
                .where(IndexState.kind == kind.name, tuple_(IndexState.entity_id, IndexState.seq).in_(part))
                .values(done_seq=IndexState.seq, claimed_by=None, claimed_until=None, attempts=0),
                execution_options={"synchronize_session": False},
            )
        # Marked again meanwhile: acknowledge what was written, stay due.
        behind = session.execute(
            select(IndexState.entity_id).where(
                IndexState.kind == kind.name,
                IndexState.entity_id.in_([i for i, _ in done]),
                IndexState.done_seq < IndexState.seq,
            )
        ).scalars()
        for entity_id in behind.all():
            session.execute(
                update(IndexState)
                .where(IndexState.kind == kind.name, IndexState.entity_id == entity_id)
                .values(done_seq=claimed[entity_id], claimed_by=None, claimed_until=None),
                execution_options={"synchronize_session": False},
            )
        for refusal in refusals.values():
            state = session.get(IndexState, (kind.name, uuid.UUID(refusal.id)))
            if state is None:
                continue
            state.attempts += 1
            state.claimed_by = state.claimed_until = None
            if refusal.retry:
                state.available_at = now + timedelta(seconds=min(LONGEST_WAIT, 2**state.attempts))
            else:
                state.dead_reason = refusal.reason
    return len(refusals)
