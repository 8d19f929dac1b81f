"""Who drafted, edited, sent and referred, in the audit: in the transaction of what was done."""

import uuid

from sqlalchemy.orm import Session

from search_service.kinds.access import SYSTEM, Actor, Role
from search_service.people import trail
from search_service.requirements import events
from search_service.requirements.access import KIND
from search_service.store.people import Account

ACCOUNT = "account:"
"""How the name of somebody with an account begins."""


def note(session: Session, by: str, action: str, requirement_id: uuid.UUID) -> None:
    """Add the event: who, in which role, what; `by` is the name of an actor who may handle requirements."""
    trail.note(session, _actor(session, by), action, KIND, requirement_id)


def _actor(session: Session, by: str) -> Actor:
    """An account has the role that it holds in this transaction; a token that gets this far is the staff's."""
    if by == events.SYSTEM:
        return SYSTEM
    try:
        account = session.get(Account, uuid.UUID(by.removeprefix(ACCOUNT))) if by.startswith(ACCOUNT) else None
    except ValueError:
        account = None
    return Actor(Role.STAFF if account is None else Role(account.role), by)
