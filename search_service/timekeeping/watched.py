"""The requirements whose clock runs, with what has happened to them: two statements, whatever their number."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.clock.hours import Hours
from search_service.requirements import events, states
from search_service.store.requirement import Requirement, RequirementEvent

MATTERS = events.RESPONSES | {events.DRAFTED, events.CHANGED, events.ESCALATED, events.MISSED_RESPONSE}
"""Kinds of events that decide what is due."""


@dataclass(slots=True)
class Watched:
    """One of them; `kinds` and `marks` (`once`) of its events that matter, `last_day` of the wanted service."""

    id: uuid.UUID
    number: str
    received_at: datetime
    created_at: datetime
    last_day: date | None = None
    kinds: set[str] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)


def running(session: Session, hours: Hours, only: uuid.UUID | None = None) -> list[Watched]:
    """Those to whom a recommendation is owed, oldest first: few, however many there have ever been.

    With `only`, that one, if it is among them.
    """
    owed = (
        Requirement.closed_at.is_(None),
        Requirement.deleted_at.is_(None),
        Requirement.state.in_(sorted(states.RUNNING)),
    )
    query = select(
        Requirement.id, Requirement.number, Requirement.received_at, Requirement.created_at, Requirement.body
    ).where(*owed)
    happened = (
        select(RequirementEvent.requirement_id, RequirementEvent.kind, RequirementEvent.once)
        .join(Requirement, Requirement.id == RequirementEvent.requirement_id)
        .where(*owed, RequirementEvent.kind.in_(sorted(MATTERS)))
        .order_by(RequirementEvent.number)
    )
    if only is not None:
        query, happened = query.where(Requirement.id == only), happened.where(Requirement.id == only)
    found = {
        row.id: Watched(row.id, row.number, row.received_at, row.created_at, last_day(row.body, hours))
        for row in session.execute(query.order_by(Requirement.received_at, Requirement.id))
    }
    for identifier, kind, once in session.execute(happened):
        if (one := found.get(identifier)) is not None:
            if kind == events.CHANGED:
                one.kinds.discard(events.DRAFTED)  # the draft is of what the requirement was
            one.kinds.add(kind)
            one.marks.add(once or "")
    return list(found.values())


def last_day(body: Mapping[str, Any], hours: Hours) -> date | None:
    """When the wanted service is over, where the requirement itself says it (docs/matching.md, The window)."""
    try:
        if body.get("end"):
            return date.fromisoformat(body["end"])
        if body.get("start"):
            days = int(body.get("service_days") or hours.service_days)
            return date.fromisoformat(body["start"]) + timedelta(days=days - 1)
    except (TypeError, ValueError, OverflowError):  # what cannot be read is judged, and told, by those who send
        return None
    return None
