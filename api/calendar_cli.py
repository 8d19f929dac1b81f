"""``zhixun calendar``: the working-day calendar, its announcements, and counting by it."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from api.terminal import Json, add, opened, out, show
from search_service.clock.calendar import FURTHEST, Calendar
from search_service.clock.files import read_year
from search_service.clock.hours import LONGEST_SERVICE, SHORTEST, Hours
from search_service.clock.notices import announce, current, open_at
from search_service.errors import Invalid, NotFound, Problem
from search_service.kinds.days import day_of
from search_service.records.files import read
from search_service.records.strict_json import BadJson, loads

app = typer.Typer(help="工作日历。")

WORKS = {True: "上班(调休)", False: "放假"}


@app.command("show")
def show_year(
    year: Annotated[int | None, typer.Argument(help="年份,默认今年")] = None,
    as_json: Json = False,
) -> None:
    """一年中与周末规律不同的日子,以及各年是否已公布。"""
    with opened() as services:
        chosen = year or day_of(services.clock.now()).year
        with services.database.read() as session:
            calendar = current(session)
    days = _exceptions(calendar, chosen)
    data = {
        "version": calendar.version,
        "announced": sorted(calendar.years),
        "year": chosen,
        "tentative": chosen not in calendar.years,
        "days": days,
    }

    def table() -> None:
        if chosen not in calendar.years:
            out.print(f"{chosen} 年尚未公布:按周末与固定的法定节日推算,涉及的时限标为“暂定”")
        found = Table("日期", "安排", "节日")
        for day in days:
            add(found, day["date"], WORKS[day["working"]], day["name"])
        out.print(found)
        out.print(f"日历版本 {calendar.version}")

    show(data, as_json=as_json, table=table)


@app.command("set")
def set_year(path: Annotated[Path, typer.Argument(help="放假安排文件(JSON)")], as_json: Json = False) -> None:
    """公布或更正一年的放假与调休安排;进行中的时限随之重算,已结束的不变。"""
    if not path.is_file():
        raise NotFound(f"找不到文件 {path}")
    try:
        year, days, source = read_year(loads(read(path)))
    except BadJson as error:
        raise Invalid(f"{path} 不是 JSON", problems=[Problem("", "json", str(error), "请核对文件")]) from error
    with opened() as services:
        with services.database.write() as session:
            now = services.clock.now()
            changed = announce(session, year, days, source=source or path.name, by="zhixun calendar set", now=now)
        with services.database.read() as session:
            number = current(session).version
    told = f"{year} 年的安排已生效,日历版本 {number}" if changed else f"{year} 年的安排与已有的相同,没有变化"
    show({"year": year, "changed": changed, "version": number}, as_json=as_json, table=lambda: out.print(told))


@app.command("hours")
def hours(
    opens: Annotated[str | None, typer.Option(help="上班,如 09:00")] = None,
    closes: Annotated[str | None, typer.Option(help="下班,如 17:30")] = None,
    service_days: Annotated[int | None, typer.Option(help="未说明服务时间时的天数")] = None,
    as_json: Json = False,
) -> None:
    """工作时间与默认服务天数;给出新值即更改,进行中的时限随之重算,已结束的不变。"""
    with opened() as services:
        with services.database.write() as session:
            there = current(session).hours
            wanted = _wanted(there, opens, closes, service_days)
            changed = open_at(session, wanted, by="zhixun calendar hours", now=services.clock.now())
        with services.database.read() as session:
            calendar = current(session)
    data = {
        "opens": f"{wanted.opens:%H:%M}",
        "closes": f"{wanted.closes:%H:%M}",
        "service_days": wanted.service_days,
        "changed": changed,
        "version": calendar.version,
    }
    told = f"工作时间 {data['opens']}–{data['closes']},默认服务天数 {wanted.service_days},日历版本 {calendar.version}"
    show(data, as_json=as_json, table=lambda: out.print(told))


def _wanted(there: Hours, opens: str | None, closes: str | None, service_days: int | None) -> Hours:
    try:
        return Hours(
            time.fromisoformat(opens) if opens else there.opens,
            time.fromisoformat(closes) if closes else there.closes,
            there.service_days if service_days is None else service_days,
        )
    except ValueError as error:
        hint = f"例如 --opens 09:00 --closes 17:30 --service-days 15;一天至少 {SHORTEST},天数 1 至 {LONGEST_SERVICE}"
        raise Invalid("工作时间或天数不能这样设置", problems=[Problem("", "hours", str(error), hint)]) from error


@app.command("add-workdays")
def add_workdays(
    start: Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="起算日,当日不计")],
    count: Annotated[int, typer.Argument(min=1, max=FURTHEST, help="工作日数")],
    as_json: Json = False,
) -> None:
    """从某日起数若干个工作日。"""
    with opened() as services, services.database.read() as session:
        due = current(session).add_workdays(start.date(), count)
    told = f"{due.date.isoformat()}{'(暂定:其间有未公布的日子)' if due.tentative else ''}"
    data = {"start": start.date().isoformat(), "workdays": count, "date": due.date.isoformat()}
    show({**data, "tentative": due.tentative}, as_json=as_json, table=lambda: out.print(told))


def _exceptions(calendar: Calendar, year: int) -> list[dict[str, Any]]:
    days = {day for known in calendar.years.values() for day in known if day.year == year}
    found = [calendar.day(day) for day in sorted(days)]
    return [{"date": day.date.isoformat(), "working": day.working, "name": day.name} for day in found]


def next_year_missing(calendar: Calendar, today: date) -> bool:
    """Whether it is time to ask for next year's announcement (usually published in the first half of November)."""
    return (today.month, today.day) >= (11, 1) and today.year + 1 not in calendar.years
