"""Drafts: judged within a minute of posting, for staff to confirm, edit or ask (docs/matching.md, The clock)."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from search_service.errors import DatabaseBusy
from search_service.kinds.access import SYSTEM, Actor
from search_service.matching.match import Matcher
from search_service.matching.words import Outcome
from search_service.people import trail
from search_service.recommendation import edits, judging
from search_service.recommendation.basis import Proposal, answer, gathered
from search_service.recommendation.frozen import thaw_basis
from search_service.recommendation.plain import digest
from search_service.recommendation.reading import latest, live
from search_service.requirements import events
from search_service.requirements.access import KIND
from search_service.store.requirement import Recommendation, Requirement
from search_service.store.session import Database

TRIES = 5
"""How often a requirement may change while it is judged: people do not type faster."""


def draft(
    database: Database, matcher: Matcher, requirement_id: uuid.UUID, by: Actor, *, again: bool = False
) -> Recommendation:
    """The draft of a requirement as it stands: the latest one where it still fits, else a new one.

    It fits while the requirement says the same and the day is the same; with `again` another is made all the same.
    Judging happens on a snapshot, before anybody has to wait for the writer; who was overtaken begins anew.

    Raises:
        NotFound, StateForbids: there is no such requirement, or nothing is owed to it any more.
        Invalid, WindowOver: it cannot be judged.
        EngineUnavailable: nobody is judged on half of the rows.
    """
    for _ in range(TRIES):
        with database.read() as session:
            row, before = live(session, requirement_id), latest(session, requirement_id)
            if before is not None and not again and fits(session, row, before):
                return before
            read = judging.read(session, row, before.inputs if before else None)
            inputs = judging.inputs_of(session, row, read, judging.judge(session, matcher, read))
        with database.write() as session:
            row, now_latest = live(session, requirement_id, lock=True), latest(session, requirement_id)
            same = (now_latest.number if now_latest else 0) == (before.number if before else 0)
            if same and row.body == inputs["requirement"]["body"]:
                return keep(session, row, inputs, now_latest, by)
    raise DatabaseBusy


def ended(database: Database, requirement_id: uuid.UUID) -> Recommendation:
    """The draft from which it is told that the window is over: the latest one of these words, else one of nobody.

    Raises:
        NotFound, StateForbids: there is no such requirement, or nothing is owed to it any more.
        Invalid: it cannot be read.
    """
    with database.write() as session:
        row, before = live(session, requirement_id, lock=True), latest(session, requirement_id)
        if before is not None and row.body == before.inputs["requirement"]["body"]:
            return before
        read = judging.read(session, row, before.inputs if before else None, ended=True)
        nobody = gathered(session, read.asked, Proposal({}, {}))
        return keep(session, row, judging.inputs_of(session, row, read, nobody), before, SYSTEM)


def fits(session: Session, row: Requirement, found: Recommendation) -> bool:
    """Whether a recommendation is still of this requirement; a draft, also of this day."""
    same = row.body == found.inputs["requirement"]["body"]
    return same and (found.sent_at is not None or found.judged_on == judging.today(session))


def keep(
    session: Session, row: Requirement, inputs: dict[str, Any], before: Recommendation | None, by: Actor
) -> Recommendation:
    """Store a draft, with what staff had said of the one before it."""
    found = answer(thaw_basis(inputs))
    kept = Recommendation(
        requirement_id=row.id,
        number=before.number + 1 if before else 1,
        judged_on=judging.today(session),
        made_at=session.info["now"](),
        made_by=by.name,
        inputs=inputs,
        answer=found,
        edits=edits.carried(before, inputs),
    )
    session.add(kept)
    session.flush()
    data = {
        "recommendation": str(kept.id),
        "number": kept.number,
        "digest": digest(found),
        "met": sum(one["met"] > 0 for one in found["institutions"]),
    }
    events.record(session, row.id, events.DRAFTED, by=by.name, data=data, once=f"drafted:{kept.number}")
    if by != SYSTEM:  # what the clock does by itself stands in the requirement's own events
        trail.note(session, by, "draft_recommendation", KIND, row.id)
    return kept


def open_items(found: Mapping[str, Any], count: int) -> list[int]:
    """Items that nobody meets."""
    met = {
        cell["item"] for one in found["institutions"] for cell in one["items"] if cell["outcome"] == Outcome.MET.word
    }
    return [at for at in range(count) if at not in met]
