"""Files with a year's holidays, in the form in which they are collected from the State Council's notices.

``{"year": 2026, "papers": [url, …], "days": [{"name": "元旦", "date": "2026-01-01", "isOffDay": true}, …]}``
"""

import re
from datetime import date
from typing import Any

from search_service.clock.notices import Exceptions
from search_service.errors import Invalid, Problem

NAMED = re.compile(r"(?:19|20)[0-9]{2}\.json")
"""How such a file is called: by its year."""

HINT = '应为 {"year": 2027, "days": [{"date": "2027-01-01", "isOffDay": true, "name": "元旦"}, …]}'


def read_year(content: Any) -> tuple[int, Exceptions, str]:
    """Year, exceptions and source of a file's JSON.

    Raises:
        Invalid: with every day that cannot be read, by its place.
    """
    if (
        not isinstance(content, dict)
        or type(content.get("year")) is not int
        or not isinstance(content.get("days"), list)
    ):
        raise Invalid("不是放假安排文件", problems=[Problem("", "shape", "缺少 year 或 days", HINT)])
    days: dict[date, tuple[bool, str]] = {}
    problems: list[Problem] = []
    for place, entry in enumerate(content["days"]):
        found = _day(entry)
        if found is None:
            problems.append(Problem(f"days.{place}", "day", "这一天无法识别", HINT))
        elif found[0] in days:
            problems.append(Problem(f"days.{place}.date", "repeated", f"{found[0]} 出现了两次", "请只保留一条"))
        else:
            days[found[0]] = found[1:]
    if problems:
        raise Invalid(f"{content['year']} 年的放假安排有 {len(problems)} 处无法识别", problems=problems)
    papers = content.get("papers")
    source = " ".join(map(str, papers)) if isinstance(papers, list) else ""
    return content["year"], days, source


def _day(entry: Any) -> tuple[date, bool, str] | None:
    if not isinstance(entry, dict) or type(entry.get("isOffDay")) is not bool:
        return None
    try:
        day = date.fromisoformat(entry.get("date", ""))
    except (TypeError, ValueError):
        return None
    return day, not entry["isOffDay"], str(entry.get("name", ""))[:20]
