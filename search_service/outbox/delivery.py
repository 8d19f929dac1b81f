"""Sending what is due: claimed by state with a lease, sent outside any transaction, acknowledged, or tried again.

At least once: whoever dies between sending and saying so leaves a claim that lapses, and the next one asks the gateway
whether it has the message before sending it again.
"""

import logging
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from search_service.outbox.gateway import Gateway, GatewayRefused, GatewayUnavailable, Message
from search_service.outbox.messages import DEAD, DUE, SENT
from search_service.outbox.templates import fill
from search_service.store.outbox import OutboxMessage
from search_service.store.session import Database

LOG = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""A sender that died lets go after this; a gateway answers within 10 s, and messages are claimed one by one."""
TRIES = 10
"""With the waits below about two hours: a provider's outage of a working morning's half; then a person looks."""
FIRST_WAIT = 5
LONGEST_WAIT = 1800
"""Seconds between tries, doubling from the first to the longest."""
JITTER = 0.5
"""Part of a wait that chance takes off, so that what failed together does not come back together."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What stands in the outbox; `oldest_seconds` is how long the oldest due message has waited."""

    due: int
    dead: int
    oldest_seconds: float


def deliver(database: Database, gateway: Gateway, *, worker: str, limit: int = 50) -> bool:
    """Send what is due, `limit` at most; whether more is waiting."""
    for _ in range(limit):
        claimed = _claim(database, worker)
        if claimed is None:
            return False
        _send(database, gateway, claimed, worker)
    return True


def counts(database: Database) -> Counts:
    """For probes and the doctor."""
    now = database.now()
    with database.read() as session:
        due, oldest = session.execute(
            select(func.count(), func.min(OutboxMessage.created_at)).where(OutboxMessage.state == DUE)
        ).one()
        dead = session.scalar(select(func.count()).where(OutboxMessage.state == DEAD)) or 0
    return Counts(due, dead, (now - oldest).total_seconds() if oldest else 0.0)


def _claim(database: Database, worker: str) -> OutboxMessage | None:
    """The next message, held for the length of a lease; others skip what somebody is claiming this very moment."""
    now = database.now()
    with database.read() as session:  # most of the time nothing is due, and looking takes no writer's turn
        if session.scalar(_due(now).limit(1)) is None:
            return None
    with database.write(durable=False) as session:
        row = session.scalar(_due(now).order_by(OutboxMessage.available_at).limit(1).with_for_update(skip_locked=True))
        if row is None:
            return None
        row.claimed_by, row.claimed_until, row.attempts = worker, now + LEASE, row.attempts + 1
        return row


def _due(now: datetime) -> Select[OutboxMessage]:
    return select(OutboxMessage).where(
        OutboxMessage.state == DUE,
        OutboxMessage.available_at <= now,
        or_(OutboxMessage.claimed_until.is_(None), OutboxMessage.claimed_until <= now),
    )


def _send(database: Database, gateway: Gateway, row: OutboxMessage, worker: str) -> None:
    if row.expires_at is not None and row.expires_at <= database.now():
        _finish(database, row, worker, DEAD, reason="过期未发送")
        return
    subject, text = fill(row.template, row.params)
    message = Message(str(row.id), row.channel, row.recipient, subject, text)
    try:
        receipt = gateway.taken(message) if row.attempts > 1 else None
        receipt = receipt or gateway.send(message)
    except GatewayRefused as error:
        LOG.error("message %s refused: %s", row.id, error)  # noqa: TRY400 - a provider's word, no stack of ours
        _finish(database, row, worker, DEAD, reason=str(error)[:500])
    except GatewayUnavailable as error:
        LOG.warning("message %s not sent: %s", row.id, error)
        if row.attempts >= TRIES:
            _finish(database, row, worker, DEAD, reason=f"试发 {row.attempts} 次未成功:{error}"[:500])
        else:
            _again(database, row, worker)
    else:
        _finish(database, row, worker, SENT, receipt=receipt)


def _finish(
    database: Database, row: OutboxMessage, worker: str, state: str, *, receipt: str = "", reason: str | None = None
) -> None:
    with database.write() as session:
        mine = _mine(session, row, worker)
        if mine is None:
            return
        mine.state, mine.receipt, mine.dead_reason = state, receipt[:200] or None, reason
        mine.sent_at = database.now() if state == SENT else None
        mine.params, mine.claimed_by, mine.claimed_until = {}, None, None


def _again(database: Database, row: OutboxMessage, worker: str) -> None:
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (row.attempts - 1))
    with database.write(durable=False) as session:
        mine = _mine(session, row, worker)
        if mine is not None:
            mine.available_at = database.now() + timedelta(seconds=wait * (1 - random.random() * JITTER))  # noqa: S311
            mine.claimed_by = mine.claimed_until = None


def _mine(session: Session, row: OutboxMessage, worker: str) -> OutboxMessage | None:
    """The row, unless the lease lapsed and somebody else is at it or has finished it."""
    return session.scalar(
        select(OutboxMessage)
        .where(OutboxMessage.id == row.id, OutboxMessage.state == DUE, OutboxMessage.claimed_by == worker)
        .with_for_update()
    )
