"""Sending: judged again at that moment, in the transaction that sends; exactly once, whoever else tries (S5-43).

Who may do the work is asked of the engine before the transaction; inside of it rows are read and judged, nothing else.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from search_service import outbox
from search_service.errors import Conflict, EngineUnavailable, Problem, StateForbids
from search_service.kinds.access import SYSTEM, Actor
from search_service.matching.match import Matcher
from search_service.matching.window import WindowOver
from search_service.people import trail
from search_service.people.guests import has_link
from search_service.recommendation import document, drafting, judging, referral
from search_service.recommendation.basis import Proposal, answer, gathered
from search_service.recommendation.differences import differences
from search_service.recommendation.effects import effects
from search_service.recommendation.frozen import thaw_basis
from search_service.recommendation.reading import latest, live, one
from search_service.requirements import events, states
from search_service.requirements.access import KIND
from search_service.store.requirement import Recommendation, Requirement
from search_service.store.session import Database

ONCE = "recommended"
"""What happens once for a requirement, whether it names institutions or says that there is none."""


class VerdictsChanged(Conflict):
    """What staff looked at is no longer so."""

    code, title = "verdicts_changed", "核对结论已变化"


def send(
    database: Database,
    matcher: Matcher,
    recommendation_id: uuid.UUID,
    by: Actor,
    *,
    automatic: bool = False,
    confirm_changes: bool = False,
) -> Recommendation | None:
    """Send a draft.

    By staff, what came out otherwise than they saw is told first and sent only with `confirm_changes`.  The system
    sends what is verified now; None where there is nothing left to do for it.

    Raises:
        NotFound: there is no such recommendation.
        StateForbids: it was sent, there is a newer draft, or nothing is owed any more (staff).
        VerdictsChanged: with each difference (staff).
        WindowOver: its last day is past (staff); the system sends the notice of it.
        EngineUnavailable: nobody is judged on half of the rows (staff); the system judges the draft's institutions.
    """
    try:
        with database.read() as session:
            row, found = _sendable(session, recommendation_id)
            proposed = _proposed(session, matcher, row, found, automatic=automatic)
        with database.write() as session:
            row, found = _sendable(session, recommendation_id, lock=True)
            return _send(session, row, found, proposed, by, automatic=automatic, confirmed=confirm_changes)
    except StateForbids:
        if automatic:
            return None
        raise


def send_due(database: Database, matcher: Matcher, requirement_id: uuid.UUID) -> Recommendation | None:
    """What the system does in the last working hour: send what is verified, where nobody has sent anything.

    Raises:
        NotFound: there is no such requirement.
        EngineUnavailable: and there is no draft either.
    """
    with database.read() as session:
        before = latest(session, requirement_id)
        done = latest(session, requirement_id, sent=True) is not None
    if done:
        return None
    try:
        before = drafting.draft(database, matcher, requirement_id, SYSTEM)
    except StateForbids:
        return None
    except WindowOver:  # perhaps before anybody looked at it: that is told, too
        try:
            before = drafting.ended(database, requirement_id)
        except StateForbids:
            return None
    except EngineUnavailable:
        if before is None:
            raise
    return send(database, matcher, before.id, SYSTEM, automatic=True)


def _sendable(
    session: Session, recommendation_id: uuid.UUID, *, lock: bool = False
) -> tuple[Requirement, Recommendation]:
    """Requirement and draft; the requirement is locked first, as everybody does who changes something of it.

    Raises:
        NotFound, StateForbids: it cannot be sent, for the reason that is said.
    """
    row = live(session, one(session, recommendation_id).requirement_id, lock=lock)
    found = one(session, recommendation_id, lock=lock)
    if found.sent_at is not None:
        raise StateForbids("这份推荐意见已经发送")
    newest = latest(session, found.requirement_id)
    if newest is not None and newest.number > found.number:
        raise StateForbids("已有更新的草稿，请刷新后核对新草稿再发送")
    if row.body != found.inputs["requirement"]["body"]:
        raise StateForbids("需求在草稿生成后已修改，请重新生成草稿")
    return row, found


@dataclass(frozen=True, slots=True)
class _Proposed:
    """What is to be judged in the sending transaction; `limited`: the engine was away, so only the draft's rows."""

    rows: Proposal
    limited: bool = False


def _proposed(
    session: Session, matcher: Matcher, row: Requirement, found: Recommendation, *, automatic: bool
) -> _Proposed | None:
    """Asked of the engine before anybody waits for the writer; None where the window is over."""
    try:
        read = judging.read(session, row, found.inputs)
        return _Proposed(judging.propose(session, matcher, read).and_those_of(found.inputs))
    except (WindowOver, EngineUnavailable) as error:
        if not automatic:
            raise
        if isinstance(error, WindowOver):
            return None
        return _Proposed(Proposal({}, {}).and_those_of(found.inputs), limited=True)


def _send(
    session: Session,
    row: Requirement,
    found: Recommendation,
    proposed: _Proposed | None,
    by: Actor,
    *,
    automatic: bool,
    confirmed: bool,
) -> Recommendation:
    now = session.info["now"]()
    inputs, over = found.inputs, proposed is None
    if proposed is not None:
        read = judging.read(session, row, found.inputs)
        inputs = judging.inputs_of(session, row, read, gathered(session, read.asked, proposed.rows))
    limited = proposed is not None and proposed.limited
    given = found.answer if over else answer(thaw_basis(inputs))
    changed = differences(found.answer, given, effects(found.edits).without)
    if changed and not automatic and not confirmed:
        raise VerdictsChanged(
            f"自草稿生成以来有 {len(changed)} 处结论变化，请核对后确认发送",
            problems=[
                Problem(
                    f"institutions.{one_['institution']}.items.{one_['item']}", one_["now"], one_["text"], "确认后发送"
                )
                for one_ in changed
            ],
        )
    found.inputs, found.answer, found.judged_on = inputs, given, judging.today(session)
    found.automatic, found.sent_by = automatic, by.name
    found.document = document.build(
        session, found, document.Sending(now, automatic, changed, over=over, limited=limited)
    )
    session.flush()
    once = session.execute(
        update(Recommendation)
        .where(Recommendation.id == found.id, Recommendation.sent_at.is_(None))
        .values(sent_at=now)
        .execution_options(synchronize_session="evaluate")
    )
    if once.rowcount != 1:  # type: ignore[attr-defined]
        raise StateForbids("这份推荐意见已经发送")
    _tell(session, row, found, by, () if proposed is None else proposed.rows.near)
    return found


def _tell(session: Session, row: Requirement, found: Recommendation, by: Actor, near: Sequence[str]) -> None:
    """The event with its move, the message, and where nobody can do it the search outside: all or nothing."""
    content: Mapping[str, Any] = found.document or {}
    nobody = content["kind"] != document.RECOMMENDATION
    first = not events.happened(session, row.id, ONCE)
    once = ONCE if first else f"{ONCE}:{found.number}"
    data = {
        "recommendation": str(found.id),
        "number": found.number,
        "automatic": found.automatic,
        "nobody": nobody,
        "digest": content["digest"],
        "open_items": drafting.open_items(content, len(content["requirement"]["items"])),
        "judged": sorted(found.inputs["judged"]),
        "near": [one for one in near if one not in found.inputs["judged"]],
    }
    to = states.REFERRED if nobody else states.RECOMMENDED
    if to in states.MOVES[row.state]:
        told = states.move(session, row, to, by=by.name, data=data, once=once)
    else:
        told = events.record(session, row.id, to, by=by.name, data=data, once=once)
    if told is None:
        raise StateForbids("这份推荐意见已经发送")
    if nobody:
        referral.open_(session, row)
    trail.note(session, by, "send_recommendation", KIND, row.id)
    template = "nobody_met" if nobody else "recommended"
    params = {"number": row.number, "way": WAYS[has_link(session, KIND, row.id)]}
    outbox.put(session, "sms", row.contact_phone, template, params, event=f"{KIND}:{row.id}:{once}")


WAYS = {True: "凭受理短信中的链接查看", False: "登录后查看"}
"""How whoever asked gets to the document: a guest's secret is stored as a hash, so the first message keeps the link."""
