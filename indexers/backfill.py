"""Filling an index: all of a kind by ranges of the primary key, or only what an earlier generation missed."""

import uuid
from collections.abc import Mapping, Sequence
from itertools import islice

from sqlalchemy import bindparam, func, select, update

from indexers import generations
from indexers.drain import BATCH
from indexers.loading import build_all
from indexers.repair import our_id, raise_marks
from indexers.work import Work
from search_service.engines.base import Refusal
from search_service.errors import EngineUnavailable
from search_service.failpoints import failpoint
from search_service.kinds.base import Kind
from search_service.store import marks
from search_service.store.journal import IndexState
from search_service.store.session import Database

CHECKPOINT = 100_000
"""Documents between two remembered positions; a rebuild that was killed does at most so much again.  The embedded
engine makes durable at this many by itself; more often would leave more segments, and each makes searches slower."""
TRIES = 4
"""An engine that restarts is back within 1 + 2 + 4 seconds or so; longer is for whoever looks after it."""


def fill(work: Work, name: str) -> None:
    """Write all documents of the kind, going on behind the remembered position.

    Raises:
        EngineUnavailable: the engine was away for longer than a few seconds.
    """
    _complete_states(work)
    for attempt in range(TRIES):
        try:
            _fill(work, name)
            break
        except EngineUnavailable:
            if attempt == TRIES - 1:
                raise
            work.wait(2.0**attempt)


def _fill(work: Work, name: str) -> None:
    # What was written after the last position may be lost with the engine's memory, so nothing younger is believed.
    last = generations.get(work.database, name).position
    states = select(func.count()).select_from(IndexState).where(IndexState.kind == work.kind.name)
    with work.database.read() as session:
        total = session.scalar(states) or 0
        done = (session.scalar(states.where(IndexState.entity_id <= last)) or 0) if last else 0
    remembered = done
    while wanted := _page(work.database, work.kind, last):
        _write(work, name, wanted)
        last, done = max(wanted), done + len(wanted)
        failpoint("rebuild_page")
        if done - remembered >= CHECKPOINT:
            work.engine.refresh(name)
            generations.change(work.database, work.lease.hold, name, position=last)
            remembered = done
            failpoint("rebuild_checkpoint")
        work.lease.beat(done=done, total=total)
        work.progress(work.kind.label, done, total)


def _page(database: Database, kind: Kind, last: uuid.UUID | None) -> dict[uuid.UUID, int]:
    """The next documents by id, each with its sequence, read before its row: the row is never older than that."""
    page = select(IndexState.entity_id, IndexState.seq).where(IndexState.kind == kind.name)
    page = page.order_by(IndexState.entity_id).limit(BATCH)
    with database.read() as session:
        found = session.execute(page if last is None else page.where(IndexState.entity_id > last))
        return dict(found.all())


def _complete_states(work: Work) -> None:
    """Every row has its permanent mark, also one that came by hand: from here on the marks are the list of documents.

    Deleted rows keep theirs, so that the new index gets their tombstones and no late write brings one back.
    """
    model = work.kind.model
    known = select(IndexState.entity_id).where(IndexState.kind == work.kind.name, IndexState.entity_id == model.id)
    unknown = select(model.id).where(~known.exists())
    with work.database.read() as session:
        if session.scalar(unknown.limit(1)) is None:
            return
    with work.database.write() as session:
        marks.mark_selected(session, work.kind.name, unknown)


def due(work: Work) -> dict[str, int]:
    """Ids that are marked and not acknowledged, as a difference maps them."""
    waiting = select(IndexState.entity_id).where(
        IndexState.kind == work.kind.name, IndexState.seq > IndexState.done_seq, IndexState.dead_reason.is_(None)
    )
    with work.database.read() as session:
        return {str(entity_id): 0 for entity_id in session.scalars(waiting)}


def catch_up(work: Work, name: str, missed: Mapping[str, int]) -> None:
    """Write into an earlier generation what it missed while it got no changes: rows, newer states, tombstones.

    `missed` maps ids to the sequence that the index holds (0: none, or it does not matter).
    """
    ids = iter(missed.items())
    done, total = 0, len(missed)
    while part := dict(islice(ids, BATCH)):
        raise_marks(work.database, work.kind, part)
        found = select(IndexState.entity_id, IndexState.seq).where(
            IndexState.kind == work.kind.name, IndexState.entity_id.in_([i for i in map(our_id, part) if i is not None])
        )
        with work.database.read() as session:
            wanted = dict(session.execute(found).all())
        if wanted:
            _write(work, name, wanted)
        done += len(part)
        work.lease.beat(done=done, total=total)
        work.progress(work.kind.label, done, total)


def _write(work: Work, name: str, wanted: Mapping[uuid.UUID, int]) -> None:
    """Load, build and write documents, each with its sequence, and note which of them could not be made."""
    with work.database.read() as session:
        built = build_all(session, work.kind, wanted, work.database.now())
    refused = work.engine.write(name, built.documents).refused
    if any(refusal.retry for refusal in refused):
        raise EngineUnavailable(f"索引 {name} 暂时不接受写入:{refused[0].reason}")
    _judge(work.database, work.kind, wanted, [*built.failures, *refused])


_JUDGED = (
    update(IndexState)
    .where(
        IndexState.kind == bindparam("of"),
        IndexState.entity_id == bindparam("document"),
        IndexState.seq == bindparam("tried"),  # a newer mark deserves a try of its own
    )
    .values(dead_reason=bindparam("reason"))
)


def _judge(database: Database, kind: Kind, tried: Mapping[uuid.UUID, int], refused: Sequence[Refusal]) -> None:
    """Rows that no document could be made of are dead with their reason, until they are marked again.

    Those that were dead for a program before this one, and became documents now, are dead no longer.
    """
    reasons: dict[uuid.UUID, str | None] = {uuid.UUID(refusal.id): refusal.reason for refusal in refused}
    dead = select(IndexState.entity_id).where(
        IndexState.kind == kind.name,
        IndexState.entity_id.between(min(tried), max(tried)),
        IndexState.dead_reason.is_not(None),
    )
    with database.read() as session:
        risen = tried.keys() & set(session.scalars(dead)) - reasons.keys()
    judged = dict.fromkeys(risen) | reasons
    if not judged:
        return
    with database.write() as session:  # in the order in which marks lock their rows
        session.connection().execute(
            _JUDGED,
            [{"of": kind.name, "document": i, "tried": tried[i], "reason": judged[i]} for i in sorted(judged)],
        )
