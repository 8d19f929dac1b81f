"""Proof that the promises of one and three working days were kept, or not: from the events, with their calendar.

What is counted here is what `requirements/clock.py` says of each requirement, so that the enterprise's page, the
worklist and the proof cannot differ.
"""

import csv
import io
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.errors import Invalid, Problem
from search_service.kinds.days import ONE_DAY, midnight
from search_service.records.access import instant
from search_service.requirements import events, showing, states
from search_service.requirements.clock import ANSWERS, Clock, clocks_of
from search_service.store.chunks import chunks
from search_service.store.requirement import Requirement, RequirementEvent

WITHIN, LATE, MISSED, RUNNING, ENDED = "within", "late", "missed", "running", "ended"
OUTCOMES: Mapping[str, str] = {
    WITHIN: "按时",
    LATE: "逾期完成",
    MISSED: "逾期未完成",
    RUNNING: "进行中，未到期",
    ENDED: "到期前已撤回或关闭",
}
"""What became of a promise."""

SETTLED = (WITHIN, LATE, MISSED)
"""What a share is counted of: the others were never due."""

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
"""Days outside are slips of the keyboard."""
USUAL_DAYS = timedelta(days=30)
"""How far back where nobody says."""

COLUMNS: Mapping[str, str] = {
    "number": "需求编号",
    "channel_label": "渠道",
    "received_at": "收到时间",
    "calendar_version": "日历版本",
    "tentative": "暂定",
    "respond_by": "应响应时间",
    "responded_at": "响应时间",
    "response_label": "响应结果",
    "recommend_by": "应推荐时间",
    "recommended_at": "推荐时间",
    "recommendation_label": "推荐结果",
    "sent_by_label": "发出方式",
    "state_label": "当前状态",
}
"""Of the table, in order."""

SENT_BY = {"system": "系统自动推荐", "staff": "撮合人员发送", None: ""}


def report(session: Session, first: date, last: date, now: datetime) -> dict[str, Any]:
    """Everything received from the first to the last day in Shanghai, both included, oldest first.

    Raises:
        Invalid: the days are the wrong way round, or of another century.
    """
    if not EARLIEST <= first <= last <= LATEST:
        hint = f"结束日期不早于开始日期，且在 {EARLIEST} 至 {LATEST} 之间"
        problem = Problem("to", "range", f"{first} 至 {last} 不是可用的期间", hint)
        raise Invalid(problem.message, problems=[problem])
    rows = list(_rows(session, first, last, now))
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "made_at": instant(now),
        "totals": totals(rows),
        "requirements": rows,
    }


def period(first: date | None, last: date | None, today: date) -> tuple[date, date]:
    """What somebody who left out one day or both means: until today, from thirty days before the end."""
    last = last or today
    return first or max(last, EARLIEST) - USUAL_DAYS, last


def totals(rows: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Counts by outcome of each promise, and the share kept of what was due; None where nothing was."""
    rows = list(rows)
    found: dict[str, Any] = {"requirements": len(rows)}
    for promise in ("response", "recommendation"):
        counted = Counter(row[promise] for row in rows)
        settled = sum(counted[outcome] for outcome in SETTLED)
        found[promise] = {
            **{outcome: counted[outcome] for outcome in OUTCOMES},
            "share_within": round(counted[WITHIN] / settled, 4) if settled else None,
        }
    sent = Counter(row["sent_by"] for row in rows)
    return {**found, "automatic": sent["system"], "by_staff": sent["staff"]}


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """A table for spreadsheets: with a mark of its encoding, every cell quoted; nothing in it is what people typed."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS.values())
    for row in rows:
        writer.writerow(_cell(row[name]) for name in COLUMNS)
    return "\ufeff" + text.getvalue()


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return "" if value is None else str(value)


def _rows(session: Session, first: date, last: date, now: datetime) -> Iterator[dict[str, Any]]:
    wanted = select(Requirement).where(
        Requirement.received_at >= midnight(first),
        Requirement.received_at < midnight(last + ONE_DAY),
        Requirement.deleted_at.is_(None),
    )
    found = list(session.scalars(wanted.order_by(Requirement.received_at, Requirement.id)))
    for part in chunks(found):
        clocks = clocks_of(session, part, now)
        happened = _events(session, [row.id for row in part])
        for row in part:
            yield _row(row, clocks[row.id], happened[row.id])


def _events(session: Session, ids: list[uuid.UUID]) -> Mapping[uuid.UUID, list[RequirementEvent]]:
    found: dict[uuid.UUID, list[RequirementEvent]] = defaultdict(list)
    query = select(RequirementEvent).where(RequirementEvent.requirement_id.in_(ids))
    for event in session.scalars(query.order_by(RequirementEvent.number)):
        found[event.requirement_id].append(event)
    return found


def _row(row: Requirement, clock: Clock, happened: list[RequirementEvent]) -> dict[str, Any]:
    answer = next((event for event in happened if event.kind in ANSWERS), None)
    sent_by = None if answer is None else "system" if answer.by == events.SYSTEM else "staff"
    responded = clock.responded_at is not None or clock.recommended_at is not None
    response = _outcome(done=responded, late=clock.response_late, ended=clock.ended_at is not None)
    recommendation = _outcome(
        done=clock.recommended_at is not None, late=clock.recommendation_late, ended=clock.ended_at is not None
    )
    return {
        "id": str(row.id),
        "number": row.number,
        "channel": row.channel,
        "channel_label": showing.CHANNELS.get(row.channel, row.channel),
        "state": row.state,
        "state_label": states.STATES[row.state],
        "received_at": instant(row.received_at),
        "calendar_version": clock.recommend_by.calendar,
        "tentative": clock.tentative,
        "respond_by": instant(clock.respond_by.at),
        "responded_at": instant(clock.responded_at) if clock.responded_at else None,
        "response": response,
        "response_label": OUTCOMES[response],
        "recommend_by": instant(clock.recommend_by.at),
        "recommended_at": instant(clock.recommended_at) if clock.recommended_at else None,
        "recommendation": recommendation,
        "recommendation_label": OUTCOMES[recommendation],
        "answer": answer.kind if answer else None,
        "sent_by": sent_by,
        "sent_by_label": SENT_BY[sent_by],
        "events": [
            {
                "number": event.number,
                "kind": event.kind,
                "label": showing.WORDS.get(event.kind, event.kind),
                "at": instant(event.at),
                "by": "system" if event.by == events.SYSTEM else "person",
                "once": event.once,
            }
            for event in happened
        ],
    }


def _outcome(*, done: bool, late: bool, ended: bool) -> str:
    if late:
        return LATE if done else MISSED
    if done:
        return WITHIN
    return ENDED if ended else RUNNING
