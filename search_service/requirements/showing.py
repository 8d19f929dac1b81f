"""A requirement as its reader sees it: state, clock, events, and what it asks for (docs/api.md, Requirements)."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.people import contacts
from search_service.records.access import instant
from search_service.requirements import events, states
from search_service.requirements.access import Side
from search_service.requirements.clock import Clock, clock_of
from search_service.requirements.completeness import Completeness, completeness
from search_service.store.requirement import Recommendation, Requirement, RequirementEvent

WORDS = {
    events.POSTED: "需求已提交",
    events.ACKNOWLEDGED: "系统已受理",
    events.CHANGED: "需求已修改",
    events.CONTACTED: "撮合人员已联系",
    events.ASKED: "撮合人员提问",
    events.ANSWERED: "企业已回答",
    events.DRAFTED: "推荐草稿已生成",
    events.EDITED: "推荐草稿已修改",
    events.MISSED_RESPONSE: "未按时响应，已提醒撮合人员",
    events.ESCALATED: "已提醒撮合人员",
    events.RECOMMENDED: "已发送推荐",
    events.REFERRED: "平台内无机构满足，已开始寻找外部机构",
    events.REFERRAL: "外部机构寻找进展",
    events.INFORMED: "已告知外部机构",
    events.AGREED: "已选定服务",
    events.WOKEN: "新的能力可能满足此需求",
    events.CLOSED: "已关闭",
    events.WITHDRAWN: "已撤回",
}
"""Events, for people."""

FOR_STAFF = frozenset(
    {events.DRAFTED, events.EDITED, events.MISSED_RESPONSE, events.ESCALATED, events.REFERRAL, events.WOKEN}
)
"""What goes on behind the desk."""

CHANNELS = {"online": "网上发布", "phone": "电话", "on_site": "上门", "station": "服务站点"}


def show(session: Session, row: Requirement, side: Side, now: datetime) -> dict[str, Any]:
    """The whole answer for one reader."""
    happened = events.of(session, row.id)
    return {
        **brief(row),
        "contact": {"name": row.contact_name, "phone": phone_for(row, side)},
        **({"entered_by": row.entered_by} if side is Side.STAFF else {}),
        "clock": clock_json(clock_of(session, row, now, happened)),
        "requirement": row.body,
        "completeness": meter(session, row).as_json(),
        "events": [event_json(event) for event in happened if side is Side.STAFF or event.kind not in FOR_STAFF],
        "row_version": row.row_version,
        "created_at": instant(row.created_at),
        "updated_at": instant(row.updated_at),
    }


def meter(session: Session, row: Requirement) -> Completeness:
    """Over the cells that were judged last, as long as the requirement still says what was judged."""
    query = select(Recommendation.inputs, Recommendation.answer).where(Recommendation.requirement_id == row.id)
    judged = session.execute(query.order_by(Recommendation.number.desc()).limit(1)).first()
    if judged is None or judged.inputs.get("requirement", {}).get("body") != row.body:
        return completeness(row.body)
    return completeness(row.body, judged.answer["institutions"])


def brief(row: Requirement) -> dict[str, Any]:
    """What every list says of it."""
    return {
        "id": str(row.id),
        "number": row.number,
        "url": f"/requirements/{row.id}",
        "title": row.title,
        "channel": row.channel,
        "received_at": instant(row.received_at),
        "state": row.state,
        "state_label": states.STATES[row.state],
        "closed_at": instant(row.closed_at) if row.closed_at else None,
    }


def phone_for(row: Requirement, side: Side) -> str:
    """Staff call the number; the enterprise recognises its own."""
    return row.contact_phone if side is Side.STAFF else contacts.masked(row.contact_phone)


def clock_json(clock: Clock) -> dict[str, Any]:
    """The clock; durations of working time in whole minutes."""
    return {
        "respond_by": instant(clock.respond_by.at),
        "recommend_by": instant(clock.recommend_by.at),
        "respond_tentative": clock.respond_by.tentative,
        "tentative": clock.tentative,
        "calendar_version": clock.recommend_by.calendar,
        "responded_at": instant(clock.responded_at) if clock.responded_at else None,
        "recommended_at": instant(clock.recommended_at) if clock.recommended_at else None,
        "response_late": clock.response_late,
        "recommendation_late": clock.recommendation_late,
        "running": clock.running,
        "respond_minutes_left": _minutes(clock.respond_left),
        "recommend_minutes_left": _minutes(clock.recommend_left),
        "minutes_of_a_working_day": _minutes(clock.day),
        "used": round(clock.used, 3),
    }


def event_json(event: RequirementEvent) -> dict[str, Any]:
    """One event; its data are words for whoever may see the requirement."""
    return {
        "number": event.number,
        "kind": event.kind,
        "label": WORDS.get(event.kind, event.kind),
        "at": instant(event.at),
        "data": {name: value for name, value in event.data.items() if name in _TOLD},
    }


_TOLD = frozenset({"text", "reason", "notes", "typed", "changed", "automatic", "institution", "service", "period"})
"""What of an event's data is for both sides; who did it, and what rooms note for themselves, is not."""


def _minutes(span: timedelta) -> int:
    return int(span.total_seconds() // 60)
