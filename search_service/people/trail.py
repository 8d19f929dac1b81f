"""What is remembered of people's doings in the audit: that it happened, never the values (PIPL, GB/T 22239 8.1.4.3)."""

import uuid
from typing import Any

from sqlalchemy.orm import Session

from search_service.kinds.access import Actor, Role
from search_service.store.journal import AuditEvent
from search_service.store.people import Account

ACCOUNT, MEMBERSHIP = "account", "membership"


def note(
    session: Session,
    actor: Actor,
    action: str,
    record: str,
    row: uuid.UUID,
    *,
    changes: dict[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Add the event of a change in this transaction."""
    session.add(
        AuditEvent(
            at=session.info["now"](),
            actor=actor.name,
            role=actor.role.value,
            action=action,
            record=record,
            record_id=row,
            reason=reason,
            changes=changes or {},
        )
    )


def self_of(account: Account) -> Actor:
    """Somebody who does something about the own account, before or without a session."""
    return Actor(Role(account.role), f"account:{account.id}", account_id=account.id)
