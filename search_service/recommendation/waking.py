"""Kept alive: a capability that comes later wakes a requirement of which an item was met by nobody (step 7)."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.errors import StateForbids
from search_service.kinds.access import SYSTEM, Actor
from search_service.matching.match import Matcher
from search_service.matching.window import WindowOver
from search_service.people import desk
from search_service.recommendation import drafting, judging
from search_service.recommendation.basis import answer
from search_service.recommendation.effects import effects
from search_service.recommendation.frozen import thaw_basis
from search_service.recommendation.reading import OPEN, latest, live
from search_service.requirements import events
from search_service.requirements.access import KIND
from search_service.store.requirement import Recommendation, Requirement, RequirementEvent
from search_service.store.session import Database


def sleeping(database: Database) -> list[uuid.UUID]:
    """Open requirements whose last recommendation was sent and leaves an item that nobody meets; oldest first."""
    with database.read() as session:
        told = (
            select(RequirementEvent)
            .join(Requirement, Requirement.id == RequirementEvent.requirement_id)
            .where(
                Requirement.closed_at.is_(None),
                Requirement.deleted_at.is_(None),
                Requirement.state.in_(sorted(OPEN)),
                RequirementEvent.kind.in_((events.RECOMMENDED, events.REFERRED, events.DRAFTED)),
            )
            .order_by(Requirement.received_at, RequirementEvent.requirement_id, RequirementEvent.number)
        )
        last: dict[uuid.UUID, RequirementEvent] = {}
        for event in session.scalars(told):
            last[event.requirement_id] = event
    return [one for one, event in last.items() if event.kind != events.DRAFTED and event.data.get("open_items")]


def wake(database: Database, matcher: Matcher, requirement_id: uuid.UUID, by: Actor = SYSTEM) -> Recommendation | None:
    """A new draft, where an item that nobody met is met now; once for each recommendation that was sent.

    None where nobody new can do it, or there is nothing to wake.

    Raises:
        NotFound: there is no such requirement.
        EngineUnavailable: nobody is judged on half of the rows.
    """
    with database.read() as session:
        asleep = _asleep(session, requirement_id)
        if asleep is None:
            return None
        row, before, read = asleep
        inputs = judging.inputs_of(session, row, read, judging.judge(session, matcher, read))
    count = len(read.asked.requirement.items)
    # Whom staff left out is no new capability.
    still = drafting.open_items(answer(thaw_basis(inputs), effects(before.edits).without), count)
    met = sorted(set(drafting.open_items(before.document or {}, count)) - set(still))
    if not met:
        return None
    with database.write() as session:
        again = _asleep(session, requirement_id, lock=True)
        if again is None or again[1].number != before.number:
            return None  # a twin, or staff, was faster
        data, once = {"items": met}, f"woken:{before.number}"
        if events.record(session, requirement_id, events.WOKEN, by=by.name, data=data, once=once) is None:
            return None
        params = {"number": again[0].number}
        desk.tell(session, "staff.woken", params, event=f"{KIND}:{requirement_id}:{once}")
        return drafting.keep(session, again[0], inputs, again[1], by)


def _asleep(
    session: Session, requirement_id: uuid.UUID, *, lock: bool = False
) -> tuple[Requirement, Recommendation, judging.Read] | None:
    """The requirement, what was sent of it last, and how it is read today; None where there is nothing to wake."""
    try:
        row, before = live(session, requirement_id, lock=lock), latest(session, requirement_id)
        if before is None or before.sent_at is None:
            return None
        return row, before, judging.read(session, row, before.inputs)
    except (StateForbids, WindowOver):
        return None
