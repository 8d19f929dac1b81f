"""A requirement in words: what is asked for, how much working time is left, which tone a state has."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.kinds.days import SHANGHAI
from search_service.kinds.vocabulary import NATURES, SERVICES
from search_service.requirements import states
from search_service.requirements.clock import Clock
from search_service.store.division import Division

LABELS = {
    "service": "服务",
    "object": "对象",
    "parameter": "参数",
    "standard": "标准",
    "range": "测量范围",
    "accuracy": "准确度",
    "quantity": "数量",
    "place": "服务地点",
    "certificate_kinds": "资质",
    "remark": "说明",
}
"""Fields of an item, in the order in which people read them."""

CONDITIONS = {
    "region": "企业所在地",
    "start": "开始日期",
    "end": "完成日期",
    "service_days": "服务天数",
    "certificate_kinds": "报告资质",
    "max_institutions": "至多几家机构",
}

TONES = {
    states.POSTED: "soon",
    states.RESPONDED: "soon",
    states.RECOMMENDED: "good",
    states.REFERRED: "soon",
    states.INFORMED: "good",
    states.AGREED: "good",
    states.ORDERED: "good",
    states.EVALUATED: "good",
    states.WITHDRAWN: "quiet",
    states.CLOSED: "quiet",
}
_WEEK = "一二三四五六日"


def facts(item: Mapping[str, Any], labels: Mapping[str, str], names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Label and value of what is said; `names` are divisions by code."""
    return [(label, value(name, item[name], names)) for name, label in labels.items() if item.get(name)]


def value(name: str, said: Any, names: Mapping[str, str]) -> str:
    """A stored value for people."""
    if name == "service":
        return SERVICES.label(SERVICES.resolve(str(said)) or str(said))
    if name in {"region", "place"}:
        return names.get(str(said), str(said))
    if isinstance(said, list):
        return "、".join(NATURES.label(str(one)) for one in said)
    return str(said)


def divisions(session: Session, body: Mapping[str, Any]) -> dict[str, str]:
    """The names of the divisions that a requirement mentions."""
    items = [item for item in body.get("items") or () if isinstance(item, dict)]
    codes = {str(code) for code in (body.get("region"), *(item.get("place") for item in items)) if code}
    rows = select(Division.adcode, Division.name).where(Division.adcode.in_(sorted(codes)))
    return {code: f"{name}（{code}）" for code, name in session.execute(rows)}


def moment(at: datetime) -> str:
    """11月23日（周一）17:30."""
    local = at.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日（周{_WEEK[local.weekday()]}）{local:%H:%M}"


def working(span: timedelta, day: timedelta) -> str:
    """Working time in words, in days of business hours."""
    days, rest = divmod(int(span.total_seconds() // 60), int(day.total_seconds() // 60))
    parts = [f"{days} 个工作日" if days else "", f"{rest // 60} 小时" if rest >= _HOUR else ""]
    if not days and rest % _HOUR:
        parts.append(f"{rest % _HOUR} 分钟")
    return " ".join(part for part in parts if part) or "不到 1 分钟"


_HOUR = 60


def clock_lines(clock: Clock) -> list[dict[str, str]]:
    """The two promises: what, until when, how it stands, and the tone to say it in."""
    return [
        _line("响应", "1 个工作日内联系您、了解需求", clock, first=True),
        _line("推荐", "3 个工作日内推荐机构，或告知已寻找外部机构", clock, first=False),
    ]


def _line(label: str, promise: str, clock: Clock, *, first: bool) -> dict[str, str]:
    due = clock.respond_by if first else clock.recommend_by
    kept = clock.responded_at if first else clock.recommended_at
    late = clock.response_late if first else clock.recommendation_late
    left = clock.respond_left if first else clock.recommend_left
    if kept is None and first:
        kept = clock.recommended_at  # a recommendation is more than a response
    if kept is not None:
        text, tone = f"已于{moment(kept)}完成" + ("，晚于期限" if late else "，按时"), "bad" if late else "good"
    elif clock.ended_at is not None:
        text, tone = "需求已结束", "quiet"
    elif late:
        text, tone = "已超过期限，平台正在处理", "bad"
    else:
        text, tone = f"还有 {working(left, clock.day)}（工作时间）", "soon"
    tentative = "（暂定：放假安排公布后可能变化）" if due.tentative else ""
    return {"label": label, "promise": promise, "due": moment(due.at) + tentative, "text": text, "tone": tone}
