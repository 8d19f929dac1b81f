"""Telling staff that time runs out: an event and its messages in one transaction, each once (reliability P4)."""

import uuid

from sqlalchemy.orm import Session

from search_service.clock.business import ESCALATIONS, Deadline
from search_service.kinds.days import short_time
from search_service.people import desk
from search_service.requirements import events, states
from search_service.store.session import Database
from search_service.timekeeping.schedule import Due, Instants, Step
from search_service.timekeeping.watched import Watched

QUIET = ESCALATIONS[0]
"""Half-time is told by mail where there is an address: only what hurries rings a phone."""


def tell(database: Database, one: Watched, due: Due, when: Instants) -> bool:
    """Record that a mark was passed and put the messages about it; False where that is done, or is pointless by now."""
    with database.write() as session:
        requirement = states.locked(session, one.id)
        if requirement is None or requirement.state not in states.RUNNING:
            return False
        if due.step is Step.MISSED_RESPONSE:
            kind, deadline, template = events.MISSED_RESPONSE, when.respond_by, "staff.missed_response"
        else:
            kind, deadline = events.ESCALATED, when.recommend_by
            template = "staff.overdue" if due.percent == ESCALATIONS[-1] else "staff.escalated"
        data = {"due": deadline.at.isoformat(), "tentative": deadline.tentative, "calendar_version": deadline.calendar}
        if due.percent:
            data["percent"] = due.percent
        if events.record(session, one.id, kind, by=events.SYSTEM, data=data, once=due.once) is None:
            return False
        _put(session, one, due, deadline, template)
        return True


def _put(session: Session, one: Watched, due: Due, deadline: Deadline, template: str) -> None:
    params = {"number": one.number, "due": short_time(deadline.at)}
    if template == "staff.escalated":
        params["percent"] = str(due.percent)
    desk.tell(session, template, params, event=event_name(one.id, due), quiet=due.percent == QUIET)


def event_name(requirement_id: uuid.UUID, due: Due) -> str:
    """What the outbox knows the event by."""
    return f"requirement:{requirement_id}:{due.once}"
