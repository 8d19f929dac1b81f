"""The calendar in the store: read as of a version, announced year by year, seeded from the calendar library."""

from collections.abc import Mapping
from datetime import date, datetime, time
from importlib.metadata import version
from typing import Any

import chinese_calendar
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from search_service.clock.calendar import Calendar
from search_service.clock.hours import USUAL, Hours
from search_service.errors import Invalid, Problem
from search_service.store.calendar import CalendarNotice
from search_service.store.session import Database

Exceptions = Mapping[date, tuple[bool, str]]
"""Days that are not as the week says: day → works, name of the holiday."""

LIBRARY = f"chinesecalendar {version('chinesecalendar')}"
SEED = "system"

NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "Mid-autumn Festival": "中秋节",
    "National Day": "国庆节",
    "Anti-Fascist 70th Day": "抗战胜利日",
}
"""What the library calls them."""

MOST_DAYS = 80
"""Exceptions of one year; 2026 has 39, and twice that is a file of something else."""


def current(session: Session, at_version: int | None = None) -> Calendar:
    """The calendar in force, or as it was at an earlier version (T14)."""
    notices = select(CalendarNotice).order_by(CalendarNotice.number)
    if at_version is not None:
        notices = notices.where(CalendarNotice.number <= at_version)
    number, years, hours = 0, dict[int, Exceptions](), USUAL
    for notice in session.scalars(notices):
        number = notice.number
        if notice.hours is not None:
            hours = _hours(notice.hours)
        if notice.year is not None:
            years[notice.year] = {
                date.fromisoformat(day): (said["working"], said["name"]) for day, said in notice.days.items()
            }
    return Calendar(number, years, hours)


def announce(session: Session, year: int, days: Exceptions, *, source: str, by: str, now: datetime) -> bool:
    """Put a year's exceptions in force; False where they are in force already.

    Raises:
        Invalid: days that cannot be of this year, none at all, or far too many.
    """
    problems = _wrong(year, days)
    if problems:
        raise Invalid(f"{year} 年的放假安排有 {len(problems)} 处错误", problems=problems)
    stored = {day.isoformat(): {"working": works, "name": name} for day, (works, name) in sorted(days.items())}
    last = select(CalendarNotice.days).where(CalendarNotice.year == year).order_by(CalendarNotice.number.desc())
    if session.scalar(last.limit(1)) == stored:
        return False
    _add(session, CalendarNotice(year=year, days=stored, source=source, made_by=by, made_at=now))
    return True


def open_at(session: Session, hours: Hours, *, by: str, now: datetime) -> bool:
    """Put business hours and the usual period of a service in force; False where they are in force already.

    What runs is reckoned by them from now on; what was answered keeps the version that it was answered under.
    """
    if current(session).hours == hours:
        return False
    said = {"opens": f"{hours.opens:%H:%M}", "closes": f"{hours.closes:%H:%M}", "service_days": hours.service_days}
    _add(session, CalendarNotice(days={}, hours=said, source="", made_by=by, made_at=now))
    return True


def _hours(said: Mapping[str, Any]) -> Hours:
    return Hours(time.fromisoformat(said["opens"]), time.fromisoformat(said["closes"]), said["service_days"])


def _add(session: Session, notice: CalendarNotice) -> None:
    notice.number = (session.scalar(select(func.max(CalendarNotice.number))) or 0) + 1
    session.add(notice)
    session.flush()  # the next one counts on from here


def seed(database: Database) -> list[int]:
    """Announce the years that the library knows and the table does not; returns them.  What staff set stays.

    To be called when a process starts: an upgraded library brings the year that was announced meanwhile.
    """
    with database.read() as session:
        if not _missing(session):
            return []
    with database.write() as session:
        missing = _missing(session)
        for year, days in sorted(missing.items()):
            announce(session, year, days, source=LIBRARY, by=SEED, now=database.now())
    return sorted(missing)


def _missing(session: Session) -> dict[int, Exceptions]:
    known = set(session.scalars(select(CalendarNotice.year)))
    return {year: days for year, days in library_years().items() if year not in known}


def library_years() -> dict[int, Exceptions]:
    """What the calendar library knows, 2004 to the last announced year, each with its exceptions."""
    found: dict[int, dict[date, tuple[bool, str]]] = {}
    for works, days in ((False, chinese_calendar.holidays), (True, chinese_calendar.workdays)):
        for day, name in days.items():
            found.setdefault(day.year, {})[day] = works, NAMES.get(name, name)
    return dict(found)


def _wrong(year: int, days: Exceptions) -> list[Problem]:
    found = [
        Problem(
            f"days.{day.isoformat()}",
            "year",
            f"{day.isoformat()} 不属于 {year} 年的安排",
            f"只能是 {year} 年,或 {year - 1} 年 12 月",
        )
        for day in days
        if day.year != year and (day.year, day.month) != (year - 1, 12)
    ]
    if not 0 < len(days) <= MOST_DAYS:
        found.append(Problem("days", "count", f"共 {len(days)} 天,应为 1 至 {MOST_DAYS} 天", "请检查文件是否完整"))
    return found
