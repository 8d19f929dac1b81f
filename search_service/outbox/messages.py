"""Putting a message into the outbox, in the transaction of what it tells of (reliability: one event, one SMS)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from search_service.outbox.templates import fill
from search_service.store.ids import new_id
from search_service.store.outbox import OutboxMessage

Channel = Literal["sms", "mail"]

DUE, SENT, DEAD = "due", "sent", "dead"


def put(
    session: Session,
    channel: Channel,
    recipient: str,
    template: str,
    params: Mapping[str, str] | None = None,
    *,
    event: str,
    expires_at: datetime | None = None,
) -> bool:
    """Add a message to what this transaction commits; False where the event has been told to this recipient already.

    `event` names what happened, once and for all ("requirement:<id>:responded"); it is unique with recipient and
    template.  After `expires_at` the message is dropped instead of sent.

    Raises:
        DeclarationError: no such template, or one of its values is missing.
    """
    params = dict(params or {})
    fill(template, params)
    key = f"{event}/{template}/{recipient}"
    if session.scalar(select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None:
        return False
    now = session.info["now"]()
    row = OutboxMessage(
        id=new_id(),
        key=key,
        channel=channel,
        recipient=recipient,
        template=template,
        params=params,
        state=DUE,
        created_at=now,
        available_at=now,
        expires_at=expires_at,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # a twin was faster (PostgreSQL; SQLite has one writer)
        return False
    return True
