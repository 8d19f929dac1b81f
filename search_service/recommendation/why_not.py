"""Why an institution was not recommended for a stored requirement, and the smallest fix (docs/matching.md, step 6)."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import Any

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from search_service.errors import NotFound
from search_service.kinds.offered import Offer
from search_service.matching import loading
from search_service.matching.answer import why_not_answer
from search_service.matching.coverage import Option
from search_service.matching.match import Matched, Matcher
from search_service.matching.verdict import Cell, Who, judge_cell
from search_service.recommendation import judging
from search_service.recommendation.basis import cells_of, judged
from search_service.recommendation.effects import effects
from search_service.recommendation.frozen import thaw_basis
from search_service.recommendation.reading import latest, live
from search_service.requirements import events
from search_service.store.requirement import Recommendation, RequirementEvent
from search_service.store.session import Database

LEFT_OUT = "left_out_by_staff"
"""It was among them, and the platform's staff did not list it; their reason is kept and told to whoever asks."""


def why_not(database: Database, matcher: Matcher, requirement_id: uuid.UUID, institution: str) -> dict[str, Any]:
    """The answer for one institution: as it was sent where it was among those listed, else judged now on all its rows.

    Of an institution that could do nothing of it, no rows are kept: it is judged as it is now, with what staff said of
    what was sent; a later draft is told to nobody.

    Raises:
        NotFound: there is no such requirement or institution.
        StateForbids, WindowOver: nothing is judged any more, and it was not listed.
        EngineUnavailable: nobody is judged on half of the rows.
    """
    with database.read() as session:
        sent = latest(session, requirement_id, sent=True)
        if sent is not None and institution in sent.inputs["judged"]:
            return as_sent(sent, institution)
        row, before = live(session, requirement_id), sent or latest(session, requirement_id)
        read = judging.read(session, row, before.inputs if before else None)
        found = judged(judging.judge(session, matcher, read), effects(before.edits).without if before else ())
        who, rows = _own(session, institution)
        return _said(before, why_not_answer(found, who, _cells(session, matcher, found, who, rows)), institution)


def as_sent(sent: Recommendation, institution: str) -> dict[str, Any]:
    """What was true of a listed institution when the recommendation was sent, from its stored inputs."""
    basis, document = thaw_basis(sent.inputs), sent.document or {}
    found = judged(replace(basis, rows={institution: basis.rows[institution]}))
    answer = why_not_answer(
        replace(found, options=_recommended(document)), basis.who[institution], cells_of(basis, institution)
    )
    return _said(sent, answer, institution)


def _recommended(document: Mapping[str, Any]) -> tuple[Option, ...]:
    """The one option that was recommended; who stands in another one was not."""
    one = document.get("recommended")
    if one is None:
        return ()
    members = tuple(member["id"] for member in one["institutions"])
    return (Option(one["at_most"], members, one["met"], one["unsure"], tuple(one["uncovered"]), exact=True),)


def _said(before: Recommendation | None, answer: dict[str, Any], institution: str) -> dict[str, Any]:
    if before is None or institution not in effects(before.edits).without or answer["item"] is not None:
        return answer
    text = "各项均满足；经平台撮合人员核对后未列入，理由已存档，可向平台询问"
    return {**answer, "codes": [LEFT_OUT], "fix": {"codes": [LEFT_OUT], "text": text}}


def _as_of_now(
    session: Session, matcher: Matcher, sent: Recommendation, who: Who, rows: Sequence[Offer]
) -> dict[str, Any]:
    """Of who could do nothing of what was asked, by its rows of now: none were kept of it."""
    found = judged(replace(thaw_basis(sent.inputs), rows={}))
    answer = why_not_answer(found, who, _cells(session, matcher, found, who, rows))
    if answer["item"] is not None:
        return answer
    text = "按现在登记的数据各项均满足；发出推荐意见时尚不满足"
    return {**answer, "codes": [], "fix": {"codes": [], "text": text}}


def _own(session: Session, institution: str) -> tuple[Who, Sequence[Offer]]:
    """An institution and all its rows, also those that nobody proposed."""
    known = loading.institutions(session, [institution]).get(institution)
    if known is None:
        raise NotFound("没有这家机构")
    return known[0], loading.offers_by_institution(session, [institution]).get(institution, [])


def _cells(session: Session, matcher: Matcher, found: Matched, who: Who, rows: Sequence[Offer]) -> tuple[Cell, ...]:
    requirement = found.requirement
    tables = matcher.tables(session, requirement.items, rows)
    return tuple(judge_cell(item, requirement.conditions, who, rows, tables) for item in requirement.items)


def asked_of(session: Session, matcher: Matcher, institution: uuid.UUID, *, most: int) -> list[dict[str, Any]]:
    """What was sent lately without an institution that could do some of it, or whose rows name it; the newest first.

    With why: as it was sent where it was listed; else (`today`) by its rows of now, since none are kept.

    Nothing of who asked stands in it: neither name nor contact, and no free text.
    """
    mine = cast(RequirementEvent.data, String).contains(str(institution))
    events_ = (
        select(RequirementEvent.data)
        .where(RequirementEvent.kind.in_((events.RECOMMENDED, events.REFERRED)), mine)
        .order_by(RequirementEvent.at.desc(), RequirementEvent.id.desc())
    )
    ids = [uuid.UUID(data["recommendation"]) for data in session.scalars(events_) if "recommendation" in data]
    own = cache(lambda: _own(session, str(institution)))  # thousands of rows may be its own, and most lists need none
    found = []
    for sent in islice(_without(session, ids, str(institution)), most):
        document, today = sent.document or {}, str(institution) not in sent.inputs["judged"]
        why = _as_of_now(session, matcher, sent, *own()) if today else as_sent(sent, str(institution))
        items = [{name: item.get(name) for name in ("item", *TOLD)} for item in document["requirement"]["items"]]
        found.append(
            {
                "sent_at": document["sent_at"],
                "judged_on": document["judged_on"],
                "window": document["window"],
                "rule_version": document["rule_version"],
                "items": items,
                "today": today,
                "why_not": why,
            }
        )
    return found


def _without(session: Session, ids: Sequence[uuid.UUID], institution: str) -> Iterator[Recommendation]:
    """Those of them, in this order, that did not recommend the institution."""
    for start in range(0, len(ids), AT_ONCE):
        part = ids[start : start + AT_ONCE]
        rows = {row.id: row for row in session.scalars(select(Recommendation).where(Recommendation.id.in_(part)))}
        for sent in (rows[one] for one in part if one in rows):
            if not any(institution in option.institutions for option in _recommended(sent.document or {})):
                yield sent


AT_ONCE = 20
"""Recommendations that are read together: as many as a page shows, since each holds all it was judged from."""

TOLD = ("service", "object", "parameter", "standard", "range", "accuracy")
"""Of an item, for those who were not chosen; a remark is free text, and a place may be an address."""
