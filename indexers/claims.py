"""Who writes what: marks are claimed by state, never by a watermark, for as long as a lease lasts.

A claim only keeps workers from doing the same twice.  What is right does not hang on it: every write carries its
sequence, and an acknowledgement never lowers one.

Claims and acknowledgements are not forced to the disk by themselves: when the power fails, what is forgotten of them is
indexed once more.
"""

import random
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import bindparam, case, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from search_service.engines.base import Refusal, WriteReport
from search_service.kinds.base import Kind
from search_service.store.journal import IndexState
from search_service.store.session import Database

LEASE = timedelta(seconds=30)
"""A worker that died lets go after this."""
BEAT = timedelta(seconds=10)
"""A living one renews its lease after this: three tries before it lapses."""
LONGEST_WAIT = 300
"""Seconds between tries of a document that an engine keeps refusing."""
JITTER = 0.5
"""Part of a wait that chance takes off, so that what was refused together does not come back together."""

_NOW = bindparam("now", type_=IndexState.available_at.type)
DUE = (
    IndexState.seq > IndexState.done_seq,
    IndexState.available_at <= _NOW,
    IndexState.dead_reason.is_(None),
    (IndexState.claimed_until.is_(None)) | (IndexState.claimed_until < _NOW),
)
"""What may be claimed at `now`: changed, its time has come, not dead, nobody's."""

_OURS = (
    IndexState.kind == bindparam("of"),
    IndexState.entity_id == bindparam("document"),
    IndexState.claimed_by == bindparam("owner"),
)
# One compiled statement each, executed for every document: a list of ids would be compiled anew for every length.
_RENEW = update(IndexState).where(*_OURS).values(claimed_until=bindparam("until"))
_RELEASE = update(IndexState).where(*_OURS).values(claimed_by=None, claimed_until=None)
_DONE = (
    update(IndexState)
    .where(
        IndexState.kind == bindparam("of"),
        IndexState.entity_id == bindparam("document"),
        IndexState.done_seq < bindparam("written"),
    )
    .values(
        done_seq=bindparam("written"),
        # Marked again meanwhile: the oldest change that is missing is the one of the last mark, as far as we know.
        due_since=case((IndexState.seq > bindparam("written"), IndexState.available_at), else_=IndexState.due_since),
        attempts=0,
        dead_reason=None,
    )
)


class Claim:
    """The right of one worker to write these documents of a kind; `seqs` are the sequences that were claimed."""

    def __init__(self, database: Database, kind: Kind, owner: str, seqs: Mapping[uuid.UUID, int]) -> None:
        # In the order in which marks lock their rows, or both could wait for each other on PostgreSQL.
        self.kind, self.seqs = kind, dict(sorted(seqs.items()))
        self._database, self._owner = database, owner
        self._renewed = database.now()

    def beat(self) -> None:
        """Keep the claim through work that takes long; what another worker has taken over meanwhile stays his."""
        now = self._database.now()
        if now >= self._renewed + BEAT:
            self._on_each(_RENEW, until=now + LEASE)
            self._renewed = now

    def release(self) -> None:
        """Let go at once: the engine is away, and whoever finds it again first may go on."""
        self._on_each(_RELEASE)

    def acknowledge(self, reports: Sequence[WriteReport]) -> int:
        """Set `done_seq` to what was written; what was refused waits or, where trying again is vain, is dead.

        What was marked again meanwhile stays due, because its `seq` is larger; what another worker acknowledged with a
        newer sequence, after this one's lease had ended, is left alone; and what was refused says nothing of what the
        row has become since.  Returns how many were refused.
        """
        refusals = {uuid.UUID(refusal.id): refusal for report in reports for refusal in report.refused}
        done = [{"document": i, "written": seq} for i, seq in self.seqs.items() if i not in refusals]
        with self._database.write(durable=False) as session:
            if done:
                session.connection().execute(_DONE, [{"of": self.kind.name, **mark} for mark in done])
            for entity_id, refusal in sorted(refusals.items()):
                state = session.get(IndexState, (self.kind.name, entity_id), with_for_update=True)
                if state is not None and state.done_seq < state.seq == self.seqs[entity_id]:
                    _refused(state, refusal, self._database.now())
            session.flush()
            session.connection().execute(_RELEASE, self._parameters())
        return len(refusals)

    def _on_each(self, statement: object, **values: object) -> None:
        with self._database.write(durable=False) as session:
            session.connection().execute(statement, self._parameters(**values))  # type: ignore[call-overload]

    def _parameters(self, **values: object) -> list[dict[str, object]]:
        return [{"of": self.kind.name, "document": i, "owner": self._owner, **values} for i in self.seqs]


def claim(database: Database, kind: Kind, worker: str, limit: int) -> Claim | None:
    """Take up to `limit` documents that are due and nobody's; None where there are none."""
    now = database.now()
    owner = f"{worker}#{uuid.uuid4().hex[:8]}"  # a worker that wakes up late must not take a new claim for its own
    with database.write(durable=False) as session:
        rows = session.connection().execute(
            _claiming(session.get_bind().dialect.name),
            {"of": kind.name, "now": now, "most": limit, "owner": owner, "until": now + LEASE},
        )
        seqs = dict(rows.all())
    return Claim(database, kind, owner, seqs) if seqs else None


@cache
def _claiming(dialect: str) -> ReturningUpdate[uuid.UUID, int]:
    """Built once for each database: building it takes longer than a claim does."""
    ids = select(IndexState.entity_id).where(IndexState.kind == bindparam("of"), *DUE)
    ids = ids.order_by(IndexState.available_at).limit(bindparam("most"))
    if dialect == "postgresql":
        # As a named part it is looked up once: inside of IN a plan may look again, and skip what it locked itself.
        ids = select(ids.with_for_update(skip_locked=True).cte("free").c.entity_id)
    return (
        update(IndexState)
        .where(IndexState.kind == bindparam("of"), IndexState.entity_id.in_(ids))
        .values(claimed_by=bindparam("owner"), claimed_until=bindparam("until"))
        .returning(IndexState.entity_id, IndexState.seq)
    )


def forget_dead(database: Database) -> None:
    """Free all that is claimed: for who knows that no other worker is alive, so that nobody waits for a dead one."""
    held = update(IndexState).where(IndexState.claimed_until.is_not(None))
    with database.write(durable=False) as session:
        session.execute(
            held.values(claimed_by=None, claimed_until=None), execution_options={"synchronize_session": False}
        )


def _refused(state: IndexState, refusal: Refusal, now: datetime) -> None:
    state.attempts += 1
    if refusal.retry:
        wait = min(LONGEST_WAIT, 2**state.attempts)
        state.available_at = now + timedelta(seconds=wait * (1 - JITTER * random.random()))  # noqa: S311 - no secret
    else:
        state.dead_reason = refusal.reason
