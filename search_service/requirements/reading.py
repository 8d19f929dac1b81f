"""A requirement as somebody posts it → as it is stored: every problem at once, nothing typed is lost (docs/api.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from search_service.clock.business import Office
from search_service.clock.notices import current
from search_service.errors import Invalid, Problem
from search_service.kinds.days import SHANGHAI, day_of
from search_service.kinds.vocabulary import SERVICES
from search_service.matching import entry, loading
from search_service.matching.entry import CHANNELS, Posted
from search_service.matching.match import dues_of
from search_service.matching.window import window
from search_service.people import contacts
from search_service.people.guests import Guest

ONLINE, *BY_STAFF = CHANNELS
"""By themselves; and the channels that staff write down (S5-40, S5-41)."""

OLDEST = timedelta(days=31)
"""How late a requirement may be written down: a station that visits its enterprises hands its list in once a month;
what is older is a slip of the year, and would be born four weeks overdue."""

LONGEST_TEXT = 10_000
"""Characters of the free text: ten pages of a tender's list; 100 items with their standards take half of it."""
LONGEST_TITLE = 200
LONGEST_SHORT = 500
MOST_PIECES = 1_000_000_000
DEAREST = 100_000_000_000
"""分: a thousand million yuan; more is a slip."""

WHO = ("channel", "received_at", "contact")
"""What says who posts and how; it is stored in columns, beside the body."""


@dataclass(frozen=True, slots=True)
class Received:
    """How a requirement came in."""

    channel: str
    received_at: datetime
    contact: Guest


@dataclass(frozen=True, slots=True)
class Entry:
    """A requirement that may be stored.

    Attributes:
        body: as posted, without who posts it; a place that was mapped is its present code there.
        typed: what stood in places that were mapped, by path; notes: what the reader should know.
    """

    body: dict[str, Any]
    title: str
    posted: Posted
    typed: dict[str, str]
    notes: tuple[Problem, ...]


def received(content: Mapping[str, Any], now: datetime, *, by_staff: bool, own: Guest | None) -> Received:
    """Channel, time and contact; `own` is the contact of who is signed in, for where none is given.

    Raises:
        Invalid: with every problem.
    """
    problems: list[Problem] = []
    channel = content.get("channel")
    if by_staff:
        if channel not in BY_STAFF:
            text = "请说明需求是怎样收到的"
            problems.append(Problem("channel", "required", text, f"可用:{'、'.join(BY_STAFF)}"))
    elif channel not in (None, "", ONLINE):
        text = "电话、上门与站点渠道由平台人员登记"
        problems.append(Problem("channel", "for_staff", text, "自行发布时请去掉 channel,或填 online"))
    at = now
    given = content.get("received_at")
    if given not in (None, ""):
        if by_staff:
            at = _instant(given, now, problems)
        else:
            text = "收到时间由平台记录"
            problems.append(Problem("received_at", "for_staff", text, "请去掉 received_at"))
    contact = own or Guest("", "")
    asked = content.get("contact")
    if asked is not None and not isinstance(asked, dict):
        problems.append(Problem("contact", "type", "联系人应为对象", '例如 {"name": "张三", "phone": "13800000000"}'))
    else:
        said = dict(asked or {})
        problems += [
            Problem(f"contact.{name[:60]}", "unknown_field", "没有这个字段", "可用:name、phone")
            for name in sorted(said.keys() - {"name", "phone"})
        ]
        contact = Guest(
            _said(lambda: contacts.name(said.get("name") or contact.name, "contact.name"), problems),
            _said(lambda: contacts.phone(said.get("phone") or contact.phone, "contact.phone"), problems),
        )
    if problems:
        raise _invalid(problems)
    return Received(str(channel) if by_staff else ONLINE, at, contact)


def read(session: Session, content: Mapping[str, Any], received_at: datetime, now: datetime) -> Entry:
    """The requirement itself.

    Raises:
        Invalid: it cannot be judged, or its dates contradict each other; every problem is listed.
        WindowOver: its last day is past.
    """
    body = {name: _clean(value) for name, value in content.items() if name not in WHO and value is not None}
    problems = _own_problems(body)
    typed: dict[str, str] = {}
    try:
        posted = entry.read(body, lambda text: loading.resolve(session, text))
    except Invalid as error:
        raise _invalid([*error.problems, *problems]) from None
    if problems:
        raise _invalid(problems)
    office = Office(current(session))
    due, days = day_of(dues_of(office, received_at).recommend_by.at), office.hours.service_days
    window(posted.wanted, today=day_of(now), posted=day_of(received_at), due=lambda: due, service_days=days)
    if body.get("region") and posted.region != body["region"]:
        typed["region"], body["region"] = body["region"], posted.region
    for at, (item, read_item) in enumerate(zip(body["items"], posted.items, strict=True)):
        if item.get("place") and read_item.place != item["place"]:
            typed[f"items.{at}.place"], item["place"] = item["place"], read_item.place
    title = str(body.get("title") or "").strip() or _title(posted)
    return Entry(body, title[:LONGEST_TITLE], posted, typed, posted.notes)


def _own_problems(body: Mapping[str, Any]) -> list[Problem]:
    """What judging never looks at, and people read."""
    problems: list[Problem] = []
    for name, most in (("title", LONGEST_TITLE), ("text", LONGEST_TEXT)):
        problems += _text(name, body.get(name), most)
    budget = body.get("budget_fen")
    if budget is not None and (isinstance(budget, bool) or not isinstance(budget, int) or not 0 <= budget <= DEAREST):
        problems.append(Problem("budget_fen", "budget", "预算应为以分计的整数", "例如 500000 表示 5000 元"))
    items = body.get("items")
    for at, item in enumerate(items if isinstance(items, list) else ()):
        if not isinstance(item, dict):
            continue
        problems += _text(f"items.{at}.remark", item.get("remark"), LONGEST_SHORT)
        count = item.get("quantity")
        if count is None:
            continue
        if isinstance(count, bool) or not isinstance(count, int | float) or not 0 < count <= MOST_PIECES:
            problems.append(Problem(f"items.{at}.quantity", "quantity", "数量应为大于 0 的数", "例如 3"))
    return problems


def _text(loc: str, value: Any, most: int) -> list[Problem]:
    if value is None:
        return []
    if not isinstance(value, str):
        return [Problem(loc, "type", "应为文本", "请用引号括起")]
    if len(value) > most:
        return [Problem(loc, "too_long", f"不超过 {most} 个字,收到 {len(value)} 个", "请缩短,或分成几份需求")]
    return []


def _clean(value: Any) -> Any:
    """NUL stands in no text and in no database."""
    match value:
        case str():
            return value.replace("\x00", " ")
        case list():
            return [_clean(inner) for inner in value]
        case dict():
            return {_clean(name): _clean(inner) for name, inner in value.items()}
        case _:
            return value


def _title(posted: Posted) -> str:
    """What it is called where nobody says: the first item, and how many more."""
    first = posted.items[0]
    service = SERVICES.labels[first.service] if first.service else ""
    words = " ".join(text for text in (first.object, first.parameter, first.standard, service) if text)
    more = len(posted.items)
    return f"{words[:160]} 等 {more} 项" if more > 1 else words


def _instant(given: object, now: datetime, problems: list[Problem]) -> datetime:
    """A time that somebody wrote down: of Shanghai where it names no zone."""
    hint = "例如 2026-11-21T09:30:00+08:00"
    try:
        at = datetime.fromisoformat(given if isinstance(given, str) else "")
        at = (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).astimezone(now.tzinfo)
    except (ValueError, OverflowError):
        problems.append(Problem("received_at", "time", "收到时间应为日期和时间", hint))
        return now
    if at > now:
        problems.append(Problem("received_at", "future", "收到时间晚于现在", "请核对日期和时间"))
    elif at < now - OLDEST:
        text = f"收到时间早于 {OLDEST.days} 天前"
        problems.append(
            Problem("received_at", "too_old", text, "请核对年份;确为更早收到的,请按今天收到登记并在说明中写明")
        )
    return at


def _said(read_it: Any, problems: list[Problem]) -> str:
    try:
        found: str = read_it()
    except Invalid as error:
        problems.extend(error.problems)
        return ""
    return found


def _invalid(problems: list[Problem]) -> Invalid:
    return Invalid(f"需求有 {len(problems)} 处需要更正:{problems[0].message}", problems=problems)
