"""What staff change of a draft, each with a reason that is kept; no edit turns 待确认 or 不满足 into 满足."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from search_service.errors import Invalid, Problem, StateForbids
from search_service.kinds.access import Actor
from search_service.matching.words import Outcome
from search_service.people import trail
from search_service.recommendation.basis import answer
from search_service.recommendation.effects import CHOOSE, CLEARED, KINDS, LEAVE_OUT, NOTE, PUT_BACK, effects
from search_service.recommendation.frozen import thaw_basis
from search_service.recommendation.reading import live, one
from search_service.records.access import instant
from search_service.requirements import events
from search_service.requirements.access import KIND
from search_service.store.requirement import Recommendation
from search_service.store.session import Database

LONGEST = 1_000
"""Characters of a reason or a note: half a page."""

MOST = 200
"""Edits of one draft; more is a script that went wrong."""


def add(database: Database, recommendation_id: uuid.UUID, by: Actor, said: Mapping[str, Any]) -> Recommendation:
    """Add an edit to a draft: {kind, reason, and what it is about: institution, item, at_most, text}.

    Raises:
        NotFound, StateForbids: there is no such draft, or it was sent.
        Invalid: it has no reason, or is about nothing that the draft says.
    """
    with database.write() as session:
        requirement = one(session, recommendation_id).requirement_id
        live(session, requirement, lock=True)
        found = one(session, recommendation_id, lock=True)
        if found.sent_at is not None:
            raise StateForbids("推荐意见已发送，不能再修改；需要更正的请重新生成草稿")
        log = list(found.edits.get("log", ()))
        if len(log) >= MOST:
            raise _invalid("kind", "too_many", f"一份草稿至多修改 {MOST} 次", "请重新生成草稿")
        edit = {**_read(found, said), "by": by.name, "at": instant(session.info["now"]())}
        found.edits = {"log": [*log, edit]}
        data = {"recommendation": str(found.id), "number": found.number, "edit": edit["kind"], "reason": edit["reason"]}
        events.record(session, requirement, events.EDITED, by=by.name, data=data)
        trail.note(session, by, "edit_recommendation", KIND, requirement)
        return found


def carried(before: Recommendation | None, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """What of an earlier draft's edits holds for the next: who is left out stays so until somebody says otherwise.

    The rest is about cells and options, and holds while the requirement says the same and nothing was sent.
    """
    if before is None:
        return {}
    same = before.sent_at is None and before.inputs["requirement"]["body"] == inputs["requirement"]["body"]
    log = [e for e in before.edits.get("log", ()) if same or e["kind"] in {LEAVE_OUT, PUT_BACK}]
    return {"log": log} if log else {}


def _read(found: Recommendation, said: Mapping[str, Any]) -> dict[str, Any]:
    kind = said.get("kind")
    if not isinstance(kind, str) or kind not in KINDS:
        raise _invalid("kind", "unknown_word", "没有这种修改", f"可用：{'、'.join(KINDS)}")
    reason = _text(said, "reason", "请说明理由，理由会存档")
    readers: Mapping[str, Callable[[], dict[str, Any]]] = {
        LEAVE_OUT: lambda: {"institution": _institution(found, said)},
        PUT_BACK: lambda: {"institution": _institution(found, said)},
        CHOOSE: lambda: {"at_most": _option(found, said)},
        NOTE: lambda: {"text": _text(said, "text", "请填写补充说明")},
        CLEARED: lambda: _cell(found, said),
    }
    return {"kind": kind, "reason": reason, **readers[kind]()}


def _institution(found: Recommendation, said: Mapping[str, Any]) -> str:
    listed = {one["id"] for one in found.answer["institutions"]}
    institution = said.get("institution")
    if not isinstance(institution, str) or institution not in listed:
        raise _invalid("institution", "unknown", "草稿中没有这家机构", "请从草稿列出的机构中选择")
    return institution


def _option(found: Recommendation, said: Mapping[str, Any]) -> int:
    without = effects(found.edits).without
    given = [option["at_most"] for option in answer(thaw_basis(found.inputs), without)["options"]]
    at_most = said.get("at_most")
    if isinstance(at_most, bool) or not isinstance(at_most, int) or at_most not in given:
        raise _invalid("at_most", "unknown", "草稿中没有这个方案", f"可用：{'、'.join(map(str, given)) or '无'}")
    return at_most


def _cell(found: Recommendation, said: Mapping[str, Any]) -> dict[str, Any]:
    institution, item = _institution(found, said), said.get("item")
    cells = next(one["items"] for one in found.answer["institutions"] if one["id"] == institution)
    if isinstance(item, bool) or not isinstance(item, int) or not 0 <= item < len(cells):
        raise _invalid("item", "unknown", "需求中没有这一项", f"序号从 0 到 {len(cells) - 1}")
    if cells[item]["outcome"] != Outcome.UNSURE.word:
        raise _invalid("item", "not_unsure", "只有“待确认”的一格有问题可澄清", "不满足的不能改为满足")
    return {"institution": institution, "item": item}


def _text(said: Mapping[str, Any], name: str, hint: str) -> str:
    text = said.get(name)
    plain = text.replace("\x00", " ").strip() if isinstance(text, str) else ""
    if not plain:
        raise _invalid(name, "required", "不能为空", hint)
    if len(plain) > LONGEST:
        raise _invalid(name, "too_long", f"不超过 {LONGEST} 个字", "请写得短一些")
    return plain


def _invalid(loc: str, code: str, message: str, hint: str) -> Invalid:
    return Invalid(message, problems=[Problem(loc, code, message, hint)])
