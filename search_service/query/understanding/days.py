"""Days in a query: 12月1日, 2026-12-01, 下周三 are days; 下周, 12月 and 12月1日至15日 are spans.

Read against today in Shanghai.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

_WEEKDAYS = {name: at for names in ("一二三四五六日", "      天") for at, name in enumerate(names) if name != " "}
_NUMERALS = {name: at for at, name in enumerate("零一二三四五六七八九十")} | {"两": 2}
_WEEK = r"(?:周|星期|礼拜)"
_JOIN = r"\s*(?:[-~—–]{1,2}|至|到)\s*"
_AFTER = r"(?:之?前|之?后|以前|以后|起|开始|左右)?"
_MOST_DAYS = 366
"""`…天后` further away is no appointment."""


class FoundDay(NamedTuple):
    """A day, or a span from `first` to `last`, both included; `start` and `end` are places in the folded text."""

    first: date
    last: date
    start: int
    end: int

    @property
    def value(self) -> str:
        """ISO 8601: a day, or first and last day with a slash between."""
        first = self.first.isoformat()
        return first if self.first == self.last else f"{first}/{self.last.isoformat()}"


Span = tuple[date, date] | None


def find_days(folded: str, today: date) -> list[FoundDay]:
    """All of them, in order; what is no day of the calendar (2月30日) is none."""
    if not _SOME.search(folded):
        return []
    found: list[FoundDay] = []
    for one in sorted(_all(folded, today), key=lambda one: (one.start, -one.end)):
        last = found[-1] if found else None
        if last and one.start < last.end:
            continue
        if last and last.last <= one.first and _JOINING.fullmatch(folded, last.end, one.start):
            found[-1] = FoundDay(last.first, one.last, last.start, one.end)  # 周一到周三
        else:
            found.append(one)
    return found


def _all(folded: str, today: date) -> Iterator[FoundDay]:
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(folded):
            try:
                span = read(match, today)
            except (ValueError, OverflowError):  # no such day
                continue
            if span is not None:
                yield FoundDay(*span, match.start(), match.end())


def _written(match: re.Match[str], today: date) -> Span:
    del today
    return _one(date(int(match[1]), int(match[2]), int(match[3])))


def _from_to(match: re.Match[str], today: date) -> Span:
    """Two days, of which the second says no more than it has to; without a year the last one is still to come."""
    month = int(match["month"] or match["bare_month"])
    day = int(match["day"] or match["bare_day"])
    last_month = int(match["last_month"] or match["same_year_month"] or month)
    last_day = int(match["last_day"] or match["same_year_day"] or match["same_month_day"])
    over = last_month < month
    if match["year"]:
        first = date(int(match["year"]), month, day)
        last = date(int(match["last_year"] or first.year + over), last_month, last_day)
    else:
        last = date(int(match["last_year"] or today.year), last_month, last_day)
        if not match["last_year"] and last < today:
            last = date(today.year + 1, last_month, last_day)
        first = date(last.year - over, month, day)
    return (first, last) if first <= last else None


def _coming(match: re.Match[str], today: date) -> Span:
    day = date(today.year, int(match[1]), int(match[2]))
    return _one(day if day >= today else date(today.year + 1, day.month, day.day))


def _spoken(match: re.Match[str], today: date) -> Span:
    return _one(today + timedelta(days=("今", "明", "后", "大后").index(match[1])))


def _weekday(match: re.Match[str], today: date) -> Span:
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(days=7 * _weeks(match[1]) + _WEEKDAYS[match[2]])
    return _one(day + timedelta(days=7) if not match[1] and day < today else day)


def _week(match: re.Match[str], today: date) -> Span:
    monday = today - timedelta(days=today.weekday()) + timedelta(days=7 * _weeks(match[1]))
    return monday, monday + timedelta(days=6)


def _weeks(said: str | None) -> int:
    return (said or "").count("下")


def _month(match: re.Match[str], today: date) -> Span:
    """本月, 下个月; with 底 its last day."""
    months = today.month - 1 + match[1].count("下")
    return _whole_month(today.year + months // 12, months % 12 + 1, ends=bool(match[2]))


def _numbered_month(match: re.Match[str], today: date) -> Span:
    month = int(match[2])
    year = int(match[1]) if match[1] else today.year + (month < today.month)
    return _whole_month(year, month, ends=bool(match[3]))


def _whole_month(year: int, month: int, *, ends: bool) -> Span:
    last = date(year, month, monthrange(year, month)[1])
    return (last if ends else date(year, month, 1)), last


def _later(match: re.Match[str], today: date) -> Span:
    days = _NUMERALS[match[2]] if match[2] in _NUMERALS else int(match[2])
    if days > _MOST_DAYS:
        return None
    last = today + timedelta(days=days)
    if match[3] in {"内", "以内", "之内"}:
        return today, last
    least = _NUMERALS.get(match[1]) or int(match[1]) if match[1] else days
    return (today + timedelta(days=least), last) if least <= days else None


def _one(day: date) -> Span:
    return day, day


_FEW = r"\d{1,3}|[一二两三四五六七八九十]"
_YEAR = r"(?:19|20)\d\d"
_SPAN = (
    rf"(?:(?<![\d/.-])(?P<year>{_YEAR})[-/.年](?P<month>\d{{1,2}})[-/.月](?P<day>\d{{1,2}})"
    r"|(?<!\d)(?<!\d年)(?P<bare_month>\d{1,2})月(?P<bare_day>\d{1,2}))[日号]?(?:起|开始)?"
    rf"{_JOIN}"
    rf"(?:(?P<last_year>{_YEAR})[-/.年](?P<last_month>\d{{1,2}})[-/.月](?P<last_day>\d{{1,2}})[日号]?(?!\d)"
    r"|(?P<same_year_month>\d{1,2})月(?P<same_year_day>\d{1,2})[日号]?(?!\d)|(?P<same_month_day>\d{1,2})[日号])"
    r"(?:之间|期间|为?止|之?前|以前)?"
)

_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], Span]], ...] = (
    (re.compile(_SPAN), _from_to),
    (re.compile(rf"(?<![\d/.-])((?:19|20)\d\d)[-/.年](\d{{1,2}})[-/.月](\d{{1,2}})[日号]?(?!\d){_AFTER}"), _written),
    (re.compile(rf"(?<!\d)(?<!\d年)(\d{{1,2}})月(\d{{1,2}})[日号]{_AFTER}"), _coming),
    (re.compile(rf"(今|明|大?后)天{_AFTER}"), _spoken),
    (re.compile(rf"((?:这|本|下{{1,2}})个?)?{_WEEK}([一二三四五六日天])(?!期){_AFTER}"), _weekday),
    (re.compile(rf"((?:这|本|下{{1,2}})个?){_WEEK}(?![一二三四五六日天])"), _week),
    (re.compile(r"((?:本|这个|下{1,2}个?)月)(底)?"), _month),
    (re.compile(r"(?<!\d)(?:((?:19|20)\d\d)年)?(\d{1,2})月份?(底)?(?!\d)"), _numbered_month),
    (re.compile(rf"(?<![\d.])(?:({_FEW}){_JOIN})?({_FEW})天(内|以内|之内|后|之后|以后)"), _later),
)
_JOINING = re.compile(_JOIN)
_SOME = re.compile(r"[年月周天]|星期|礼拜|(?:19|20)\d\d[-/.]")
