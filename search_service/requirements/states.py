"""Where a requirement stands, and how it gets on: one table of moves, each an event (docs/matching.md, The clock).

posted → responded → recommended → agreed → ordered → evaluated; where nobody on the platform can do it, referred →
informed (S5-42..47).  The state is what the last move said; what happened stands in the events.
"""

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.clock.notices import current
from search_service.errors import StateForbids
from search_service.requirements import events
from search_service.store.requirement import Requirement, RequirementEvent

POSTED, RESPONDED, RECOMMENDED = "posted", "responded", "recommended"
REFERRED, INFORMED = "referred", "informed"
AGREED, ORDERED, EVALUATED = "agreed", "ordered", "evaluated"
WITHDRAWN, CLOSED = "withdrawn", "closed"

STATES: Mapping[str, str] = {
    POSTED: "待响应",
    RESPONDED: "已响应，待推荐",
    RECOMMENDED: "已推荐",
    REFERRED: "正在寻找外部机构",
    INFORMED: "已告知外部机构",
    AGREED: "已选定服务",
    ORDERED: "已下单",
    EVALUATED: "已评价",
    WITHDRAWN: "已撤回",
    CLOSED: "已关闭",
}
"""Every state, in words."""

RUNNING = frozenset({POSTED, RESPONDED})
"""The clock runs: a recommendation is owed."""

ENDED = frozenset({EVALUATED, WITHDRAWN, CLOSED})
"""Nothing more is owed: such a requirement is closed (`closed_at`)."""

_ENDS = frozenset({WITHDRAWN, CLOSED})
MOVES: Mapping[str, frozenset[str]] = {
    POSTED: frozenset({RESPONDED, RECOMMENDED, REFERRED}) | _ENDS,
    RESPONDED: frozenset({RECOMMENDED, REFERRED}) | _ENDS,
    # Whom none of them suits is helped outside (S5-45); what was left open may be recommended later.
    RECOMMENDED: frozenset({RECOMMENDED, AGREED, REFERRED}) | _ENDS,
    # A capability that comes later wakes what nobody could do (docs/matching.md, step 7).
    REFERRED: frozenset({INFORMED, RECOMMENDED}) | _ENDS,
    INFORMED: frozenset({AGREED, RECOMMENDED}) | _ENDS,
    AGREED: frozenset({ORDERED}) | _ENDS,
    ORDERED: frozenset({EVALUATED, CLOSED}),
    EVALUATED: frozenset(),
    WITHDRAWN: frozenset(),
    CLOSED: frozenset(),
}
"""From where to where."""


def locked(session: Session, identifier: uuid.UUID) -> Requirement | None:
    """The row, fresh and held until the transaction ends; None where there is none."""
    query = select(Requirement).where(Requirement.id == identifier, Requirement.deleted_at.is_(None))
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))


def move(
    session: Session,
    requirement: Requirement,
    to: str,
    *,
    by: str,
    kind: str | None = None,
    data: Mapping[str, Any] | None = None,
    once: str | None = None,
) -> RequirementEvent | None:
    """Record what happened and go on to the state `to`; None, and nothing moved, where `once` has happened already.

    `kind` is the event's, the state's own name unless said.  With the first answer, and with the end, the calendar's
    version is kept: the deadlines of what is over do not move with a later announcement.  Work on a row from `locked`.

    Raises:
        StateForbids: the table has no such move.
    """
    if once is not None and events.happened(session, requirement.id, once):
        return None
    if to not in MOVES[requirement.state]:
        raise StateForbids(f"需求当前为“{STATES[requirement.state]}”，不能变为“{STATES[to]}”")
    event = events.record(session, requirement.id, kind or to, by=by, data=data, once=once)
    if event is None:
        return None
    requirement.state = to
    if to not in RUNNING and requirement.calendar_version is None:
        requirement.calendar_version = current(session).version
    if to in ENDED:
        requirement.closed_at = session.info["now"]()
    session.flush()
    return event


def respond(
    session: Session, requirement: Requirement, kind: str, *, by: str, data: Mapping[str, Any] | None = None
) -> RequirementEvent:
    """Staff contacted the enterprise or asked it something: the response, where there was none yet (S5-42).

    Raises:
        StateForbids: nothing is owed any more.
    """
    assert kind in events.RESPONSES, kind
    if requirement.state in ENDED:
        raise StateForbids(f"需求当前为“{STATES[requirement.state]}”，不再处理")
    if requirement.state == POSTED:
        event = move(session, requirement, RESPONDED, by=by, kind=kind, data=data)
    else:
        event = events.record(session, requirement.id, kind, by=by, data=data)
    assert event is not None, "without `once` it is always recorded"
    return event


def open_ones(session: Session, among: Collection[str] = ()) -> list[Requirement]:
    """What is not closed, oldest first; with `among` only what is in one of these states."""
    query = select(Requirement).where(Requirement.closed_at.is_(None), Requirement.deleted_at.is_(None))
    if among:
        query = query.where(Requirement.state.in_(sorted(among)))
    return list(session.scalars(query.order_by(Requirement.received_at, Requirement.id)))
