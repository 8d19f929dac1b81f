"""What staff have before them: open requirements by the working time that is left (S5-42, S5-43)."""

import uuid
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from search_service.clock.hours import Hours
from search_service.clock.notices import current
from search_service.recommendation import reading
from search_service.records.access import instant
from search_service.requirements import events, showing, states
from search_service.requirements.clock import Clock, clocks_of
from search_service.store.requirement import Recommendation, Requirement, RequirementEvent
from search_service.timekeeping import patience
from search_service.timekeeping.patience import Trouble
from search_service.timekeeping.schedule import DRAFT_SECONDS, LABELS, Step
from search_service.timekeeping.watched import last_day, running

OPEN = tuple(state for state in states.STATES if state not in states.ENDED)
"""States that a worklist can be asked for."""

MOST = 500
"""Entries of one list: a day's work of a city; beyond it those with the least time are shown, and how many more."""


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside the requirements: draft, last event, and what the clock could not do."""

    drafts: Mapping[uuid.UUID, Mapping[str, Any]]
    last: Mapping[uuid.UUID, RequirementEvent]
    troubles: Mapping[uuid.UUID, Sequence[Trouble]]


def worklist(session: Session, now: datetime, among: Collection[str] = states.RUNNING) -> dict[str, Any]:
    """Requirements in these states, the least remaining working time first, and how many are open in each state.

    What is owed comes with what was answered and has a newer draft: somebody can do it now, and nobody else tells them.
    """
    rows = states.open_ones(session, among)
    if set(among) == states.RUNNING:
        rows += _drafted_again(session)
    clocks = clocks_of(session, rows, now)
    rows.sort(key=lambda row: _urgency(row, clocks[row.id]))
    shown, hours = rows[:MOST], current(session).hours
    beside = _beside(session, [row.id for row in shown])
    return {
        "now": instant(now),
        "total": len(rows),
        "counts": counts(session),
        "requirements": [_entry(row, clocks[row.id], beside, hours) for row in shown],
    }


def _drafted_again(session: Session) -> list[Requirement]:
    """Answered, still open, and their newest draft is not sent: most were woken."""
    newest = (
        select(func.max(Recommendation.number))
        .where(Recommendation.requirement_id == Requirement.id)
        .correlate(Requirement)
        .scalar_subquery()
    )
    query = (
        select(Requirement)
        .join(Recommendation, Recommendation.requirement_id == Requirement.id)
        .where(
            Requirement.closed_at.is_(None),
            Requirement.deleted_at.is_(None),
            Requirement.state.in_(sorted(reading.OPEN - states.RUNNING)),
            Recommendation.sent_at.is_(None),
            Recommendation.number == newest,
        )
    )
    return list(session.scalars(query))


def counts(session: Session) -> dict[str, int]:
    """How many are open in each state; states without any are left out."""
    query = (
        select(Requirement.state, func.count().label("how_many"))
        .where(Requirement.closed_at.is_(None), Requirement.deleted_at.is_(None))
        .group_by(Requirement.state)
    )
    found = {row.state: row.how_many for row in session.execute(query)}
    return {state: found[state] for state in OPEN if state in found}


def _urgency(row: Requirement, clock: Clock) -> tuple[Any, ...]:
    """Who is owed something comes first, by what is left; of what is overdue the oldest."""
    return not clock.running, clock.recommend_left, clock.recommend_by.at, row.received_at, row.number


def _beside(session: Session, ids: Sequence[uuid.UUID]) -> Beside:
    met: dict[str, Any] = {}
    last: dict[uuid.UUID, RequirementEvent] = {}
    query = select(RequirementEvent).where(RequirementEvent.requirement_id.in_(ids))
    for event in session.scalars(query.order_by(RequirementEvent.number)):
        last[event.requirement_id] = event
        if event.kind == events.DRAFTED:
            met[str(event.data.get("recommendation"))] = event.data.get("met")
    drafts: dict[uuid.UUID, Mapping[str, Any]] = {}
    columns = (
        Recommendation.id,
        Recommendation.requirement_id,
        Recommendation.number,
        Recommendation.made_at,
        Recommendation.sent_at,
    )
    chosen = select(*columns).where(Recommendation.requirement_id.in_(ids)).order_by(Recommendation.number)
    for row in session.execute(chosen):
        drafts[row.requirement_id] = {
            "id": str(row.id),
            "number": row.number,
            "made_at": instant(row.made_at),
            "sent": row.sent_at is not None,
            "met": met.get(str(row.id)),
        }
    troubles: dict[uuid.UUID, list[Trouble]] = {}
    for trouble in patience.troubles(session):
        troubles.setdefault(trouble.requirement_id, []).append(trouble)
    return Beside(drafts, last, troubles)


def _entry(row: Requirement, clock: Clock, beside: Beside, hours: Hours) -> dict[str, Any]:
    draft, last = beside.drafts.get(row.id), beside.last.get(row.id)
    ends = last_day(row.body, hours)
    return {
        **showing.brief(row),
        "contact": {"name": row.contact_name, "phone": row.contact_phone},
        "clock": showing.clock_json(clock),
        "ends_on": ends.isoformat() if ends else None,
        "draft": {name: value for name, value in draft.items() if name != "sent"}
        if draft and not draft["sent"]
        else None,
        "last_event": {**showing.event_json(last), "by": last.by} if last else None,
        "troubles": [
            {
                "step": one.step,
                "label": LABELS[Step(one.step)],
                "failures": one.failures,
                "error": one.error,
                "again_at": instant(one.again_at),
            }
            for one in beside.troubles.get(row.id, ())
        ],
    }


@dataclass(frozen=True, slots=True)
class Pressure:
    """The open ones at a glance, for whoever watches.

    Attributes:
        running: those to whom a recommendation is owed; `overdue` of them are past their third day, `unanswered` past
            their first without a response, `undrafted` past their first minute without a draft of what they say now.
        next_due_seconds: until the next recommendation is due, negative behind it, None where none is owed.
        troubles: steps of the clock that failed and are tried again.
    """

    open: Mapping[str, int]
    running: int
    overdue: int
    unanswered: int
    undrafted: int
    next_due_seconds: float | None
    troubles: int


def pressure(session: Session, now: datetime) -> Pressure:
    """For probes and the doctor."""
    rows = states.open_ones(session, states.RUNNING)
    clocks = clocks_of(session, rows, now).values()
    waited = now - timedelta(seconds=DRAFT_SECONDS)
    watched = running(session, current(session).hours)
    undrafted = sum(events.DRAFTED not in one.kinds and one.created_at < waited for one in watched)
    found = Counter[str]()
    for clock in clocks:
        found["overdue"] += clock.recommendation_late
        found["unanswered"] += clock.response_late and clock.responded_at is None
    return Pressure(
        open=counts(session),
        running=len(rows),
        overdue=found["overdue"],
        unanswered=found["unanswered"],
        undrafted=undrafted,
        next_due_seconds=min(((clock.recommend_by.at - now).total_seconds() for clock in clocks), default=None),
        troubles=patience.count(session),
    )
