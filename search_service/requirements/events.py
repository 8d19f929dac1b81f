"""What happened to a requirement: an append-only log, from which state and deadlines follow (founding decision 11)."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from search_service.kinds import access
from search_service.store.requirement import RequirementEvent

POSTED = "posted"
ACKNOWLEDGED = "acknowledged"
"""By the system at once; it does not count as a response."""
CHANGED = "changed"
"""The requirement's own words or conditions, by who posted it or by staff."""
CONTACTED = "contacted"
ASKED = "asked"
"""A concrete question; like a contact it is the response (S5-42: 了解用户具体需求)."""
ANSWERED = "answered"
DRAFTED = "drafted"
EDITED = "edited"
MISSED_RESPONSE = "missed_response"
"""The first working day passed without a response; by the clock, reported to staff."""
ESCALATED = "escalated"
RECOMMENDED = "recommended"
REFERRED = "referred"
INFORMED = "informed"
REFERRAL = "referral"
"""What staff did in the search outside the platform (S5-45)."""
AGREED = "agreed"
WOKEN = "woken"
"""A later capability may answer what nobody could (docs/matching.md, step 7)."""
CLOSED = "closed"
WITHDRAWN = "withdrawn"

RESPONSES = frozenset({CONTACTED, ASKED})
"""What ends the first working day's promise."""

SYSTEM = access.SYSTEM.name


def record(
    session: Session,
    requirement_id: uuid.UUID,
    kind: str,
    *,
    by: str,
    data: Mapping[str, Any] | None = None,
    once: str | None = None,
) -> RequirementEvent | None:
    """Add an event to what this transaction commits; None where `once` has happened already.

    A second writer of the same requirement waits for the first (SQLite has one writer; PostgreSQL locks the number).
    """
    if once is not None and happened(session, requirement_id, once):
        return None
    last = session.scalar(
        select(func.max(RequirementEvent.number)).where(RequirementEvent.requirement_id == requirement_id)
    )
    row = RequirementEvent(
        requirement_id=requirement_id,
        number=(last or 0) + 1,
        kind=kind,
        at=session.info["now"](),
        by=by,
        once=once,
        data=dict(data or {}),
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:  # a twin was faster (PostgreSQL)
        if once is not None and happened(session, requirement_id, once):
            return None
        return record(session, requirement_id, kind, by=by, data=data, once=once)
    return row


def of(session: Session, requirement_id: uuid.UUID) -> list[RequirementEvent]:
    """All of them, oldest first."""
    rows = select(RequirementEvent).where(RequirementEvent.requirement_id == requirement_id)
    return list(session.scalars(rows.order_by(RequirementEvent.number)))


def happened(session: Session, requirement_id: uuid.UUID, once: str) -> bool:
    """Whether what may happen once only has happened."""
    found = select(RequirementEvent.id).where(
        RequirementEvent.requirement_id == requirement_id, RequirementEvent.once == once
    )
    return session.scalar(found) is not None
