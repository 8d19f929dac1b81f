"""Telling staff that time runs out: an event and its messages in one transaction, each once (reliability P4)."""

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service import outbox
from search_service.clock.business import ESCALATIONS, Deadline
from search_service.kinds.access import Role
from search_service.kinds.days import SHANGHAI
from search_service.requirements import events, states
from search_service.store.people import Account
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
    params = {"number": one.number, "due": _clock_time(deadline.at)}
    if template == "staff.escalated":
        params["percent"] = str(due.percent)
    for account in recipients(session):
        quiet = due.percent == QUIET and account.mail
        channel: outbox.Channel = "mail" if quiet or not account.phone else "sms"
        address = account.mail if channel == "mail" else account.phone
        if address:
            outbox.put(session, channel, address, template, params, event=event_name(one.id, due))


def event_name(requirement_id: uuid.UUID, due: Due) -> str:
    """What the outbox knows the event by."""
    return f"requirement:{requirement_id}:{due.once}"


def recipients(session: Session) -> list[Account]:
    """The matching staff; where there is none, the administrators, since somebody has to know."""
    for role in (Role.STAFF, Role.ADMINISTRATOR):
        rows = select(Account).where(Account.role == role.value, Account.disabled_at.is_(None)).order_by(Account.id)
        if found := list(session.scalars(rows)):
            return found
    return []


def _clock_time(instant: datetime) -> str:
    return f"{instant.astimezone(SHANGHAI):%m-%d %H:%M}"
