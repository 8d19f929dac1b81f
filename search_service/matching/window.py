"""服务期: from what was wanted to first and last day (docs/matching.md, The window)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from search_service.errors import Conflict, Invalid, Problem
from search_service.matching.words import Window

LONGEST = 3_660
"""Days: ten years are a slip of the keyboard."""


class WindowOver(Conflict):
    """The last day of service has passed: nothing is judged any more."""

    code, title = "window_over", "服务期已过"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an enterprise says of the time: any of it may be missing."""

    start: date | None = None
    end: date | None = None
    service_days: int | None = None


def window(wanted: Wanted, *, today: date, posted: date, due: Callable[[], date], service_days: int) -> Window:
    """The window as it is judged on `today`; `due` is the recommendation's last day, asked only where it matters.

    `service_days` is how long a service takes when nobody says (`clock/hours.py`).

    Raises:
        Invalid: the dates contradict each other; each contradiction is named.
        WindowOver: its last day is past.
    """
    problems = _contradictions(wanted, posted)
    if problems:
        raise Invalid("需求的日期相互矛盾，请更正后再提交", problems=problems)
    start = wanted.start or due()
    end = wanted.end or start + timedelta(days=(wanted.service_days or service_days) - 1)
    if end < start:
        problem = Problem(
            "end", "end_before_start", f"结束日期 {end} 早于可以开始的日期 {start}", "请推迟结束日期，或填写开始日期"
        )
        raise Invalid(problem.message, problems=[problem])
    if end < today:
        raise WindowOver(f"服务期已于 {end} 结束，不再核对；如仍有需要请重新发布需求")
    return Window(max(start, today), end)


def _contradictions(wanted: Wanted, posted: date) -> list[Problem]:
    found = []
    start, end, days = wanted.start, wanted.end, wanted.service_days
    if start is not None and start < posted:
        found.append(
            Problem("start", "start_before_posting", f"开始日期 {start} 早于需求提出日期 {posted}", "请改为当日或以后")
        )
    if start is not None and end is not None and end < start:
        found.append(Problem("end", "end_before_start", f"结束日期 {end} 早于开始日期 {start}", "请核对两个日期"))
    if days is not None and not 1 <= days <= LONGEST:
        found.append(Problem("service_days", "service_days", f"服务天数 {days} 应在 1 到 {LONGEST} 之间", "例如 15"))
    elif None not in {start, end, days} and (end - start).days + 1 != days:  # type: ignore[operator]
        found.append(
            Problem(
                "service_days", "dates_contradict", "开始日期、结束日期与服务天数不一致", "结束日期与服务天数请只填一项"
            )
        )
    return found
