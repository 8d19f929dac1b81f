"""``zhixun timeliness``: proof that responses and recommendations came in time, or not."""

import sys
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from api.terminal import Json, add, opened, out, show
from search_service.kinds.days import day_of
from search_service.timekeeping.timeliness import OUTCOMES, as_csv, period, report

PROMISES = {"response": "1 个工作日内响应", "recommendation": "3 个工作日内推荐"}


def timeliness(
    first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="首日,按收到日期")] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="末日(含),默认今天")] = None,
    as_table: Annotated[bool, typer.Option("--csv", help="输出 CSV,逐项列出")] = False,
    as_json: Json = False,
) -> None:
    """应答及时性证明:收到、响应、推荐的时间与时限,所用日历版本,是否按时,人工还是自动。"""
    with opened() as services:
        now = services.clock.now()
        begin, end = period(first.date() if first else None, last.date() if last else None, day_of(now))
        with services.database.read() as session:
            found = report(session, begin, end, now)
    if as_table and not as_json:
        sys.stdout.write(as_csv(found["requirements"]))
        return

    def table() -> None:
        totals = found["totals"]
        counted = Table("承诺", *OUTCOMES.values(), "按时率")
        for name, label in PROMISES.items():
            share = totals[name]["share_within"]
            cells = (totals[name][outcome] for outcome in OUTCOMES)
            add(counted, label, *cells, "-" if share is None else f"{share:.1%}")
        out.print(f"{found['from']} 至 {found['to']} 收到的需求 {totals['requirements']} 项")
        out.print(counted)
        out.print(
            f"推荐由撮合人员发出 {totals['by_staff']} 项,系统自动发出 {totals['automatic']} 项;逐项见 --csv 或 --json"
        )

    show(found, as_json=as_json, table=table)
