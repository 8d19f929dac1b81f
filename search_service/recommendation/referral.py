"""The search outside the platform where nobody in it can do the work (S5-45): opened with the notice."""

import uuid
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service import outbox
from search_service.errors import Invalid, NotFound, Problem, StateForbids
from search_service.kinds.access import Actor
from search_service.people import trail
from search_service.requirements import access, events, states
from search_service.requirements.access import KIND
from search_service.store.requirement import Referral, Requirement
from search_service.store.session import Database

OPEN, FOUND, INFORMED, NONE_FOUND = "open", "found", "informed", "none_found"
STATES: Mapping[str, str] = {
    OPEN: "正在寻找外部机构",
    FOUND: "已找到外部机构，待告知",
    INFORMED: "已告知企业",
    NONE_FOUND: "未找到外部机构",
}
"""Every state, in words."""

OVER = frozenset({INFORMED, NONE_FOUND})
"""The enterprise was told what came of it."""

FROM: Mapping[str, frozenset[str]] = {
    FOUND: frozenset({OPEN, FOUND, NONE_FOUND}),
    INFORMED: frozenset({FOUND}),
    NONE_FOUND: frozenset({OPEN, FOUND}),
}
"""Which action starts from which states; what was found may be corrected until the enterprise is told."""

LONGEST = {"institution_name": 200, "contact": 200, "note": 1_000}


def open_(session: Session, row: Requirement) -> Referral:
    """The requirement's search, begun where there is none, and again where the last one is over.

    What came of an earlier one stands in the events.
    """
    found, now = of(session, row.id), session.info["now"]()
    if found is not None and found.state in OVER:
        found.state, found.opened_at, found.updated_at, found.informed_at = OPEN, now, now, None
        found.institution_name = found.contact = found.note = ""
    if found is None:
        found = Referral(requirement_id=row.id, state=OPEN, opened_at=now, updated_at=now)
        session.add(found)
        session.flush()
    return found


def of(session: Session, requirement_id: uuid.UUID) -> Referral | None:
    """The search for one requirement."""
    return session.scalar(select(Referral).where(Referral.requirement_id == requirement_id))


def act(
    database: Database, by: Actor, requirement_id: uuid.UUID, action: str, fields: Mapping[str, object]
) -> Referral:
    """What staff did: `found` (institution_name, contact, note), `informed` the enterprise, or `none_found` (note).

    Raises:
        NotFound: there is no such search or no such action.
        StateForbids: it does not start from here.
        Invalid: something is missing.
    """
    if action not in FROM:
        raise NotFound("没有这个操作")
    with database.write() as session:
        row = states.locked(session, requirement_id)
        found = None if row is None else of(session, requirement_id)
        if row is None or found is None:
            raise access.missing() if row is None else NotFound("此需求没有开始寻找外部机构")
        if row.state in states.ENDED:
            raise StateForbids(f"需求当前为“{states.STATES[row.state]}”，不再处理")
        if found.state not in FROM[action]:
            raise StateForbids(f"当前为“{STATES[found.state]}”，不能改为“{STATES[action]}”")
        said = {name: _text(fields, name, most) for name, most in LONGEST.items()}
        _require(action, said)
        found.state, found.updated_at = action, session.info["now"]()
        if action == FOUND:
            found.institution_name, found.contact = said["institution_name"], said["contact"]
        found.note = said["note"] or found.note
        _tell(session, row, found, by.name)
        trail.note(session, by, f"referral_{action}", KIND, row.id)
        session.flush()
        return found


def _require(action: str, said: Mapping[str, str]) -> None:
    needed = {FOUND: ("institution_name", "contact"), NONE_FOUND: ("note",)}.get(action, ())
    labels = {"institution_name": "机构名称", "contact": "联系方式", "note": "说明（找过哪些途径）"}
    problems = [Problem(name, "required", f"请填写{labels[name]}", "") for name in needed if not said[name]]
    if problems:
        raise Invalid(problems[0].message, problems=problems)


def _tell(session: Session, row: Requirement, found: Referral, by: str) -> None:
    """The event, and what the enterprise is told: where to go, or that nobody was found."""
    data = {"referral": found.state, "institution": found.institution_name, "text": found.note}
    if found.state != INFORMED:
        told = events.record(session, row.id, events.REFERRAL, by=by, data=data)
    else:
        found.informed_at = session.info["now"]()
        if states.INFORMED in states.MOVES[row.state]:
            told = states.move(session, row, states.INFORMED, by=by, data=data)
        else:
            told = events.record(session, row.id, events.INFORMED, by=by, data=data)
    assert told is not None, "without `once` it is always recorded"
    event = f"{KIND}:{row.id}:referral:{told.number}"  # each search is told of, also to the same phone
    params = {"number": row.number, "name": found.institution_name, "contact": found.contact}
    if found.state == INFORMED:
        outbox.put(session, "sms", row.contact_phone, "referral_informed", params, event=event)
    elif found.state == NONE_FOUND:
        outbox.put(session, "sms", row.contact_phone, "referral_none", {"number": row.number}, event=event)


def _text(fields: Mapping[str, object], name: str, most: int) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str):
        raise Invalid("应为文本", problems=[Problem(name, "type", "应为文本", "请用引号括起")])
    text = value.replace("\x00", " ").strip()
    if len(text) > most:
        problem = Problem(name, "too_long", f"不超过 {most} 个字", "请写得短一些")
        raise Invalid(problem.message, problems=[problem])
    return text
