"""``zhixun doctor``: what is not as it should be, and what to do about it; checks in the order of causes.

Exit codes: 0 all well or only warnings, 1 something is wrong.
"""

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Annotated

import redis
import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy import text

from api import production
from api.calendar_cli import next_year_missing
from api.terminal import FAILED, USAGE, Json, err, opened, out, show
from api.wiring import Services
from indexers import dictionaries, generations
from indexers.generations import State
from indexers.health import oldest_job_seconds, queues
from search_service.clock.notices import current
from search_service.errors import EngineUnavailable
from search_service.kinds.days import day_of
from search_service.outbox.delivery import counts
from search_service.people.desk import recipients
from search_service.store.migrate import difference
from search_service.timekeeping import patience
from search_service.timekeeping.schedule import LABELS, Step
from search_service.timekeeping.worklist import pressure

LAG_SECONDS = 60.0
"""After any single fault the indices are level again within this: what waits longer waits for a person."""
JOB_SECONDS = 3_600.0
"""A rebuild of a million rows takes minutes."""
FREE_BYTES = 1 << 30
"""Below this a rebuild, which keeps two generations side by side, may fill the disk."""
BROKER_SECONDS = 2.0
DUE_SECONDS = 45 * 60.0
"""A recommendation is sent by itself an hour before it is due; a quarter of an hour later that has failed."""
MOST_TROUBLES = 5
"""Steps of the clock that are listed; the worklist has all."""

OK, WARNING, WRONG = "ok", "warning", "wrong"
MARKS = {OK: "[green]正常[/]", WARNING: "[yellow]注意[/]", WRONG: "[bold red]异常[/]"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw; `advice` is empty where nothing has to be done."""

    state: str
    message: str
    advice: str = ""


def _settings(services: Services) -> Iterator[Finding]:
    settings = services.settings
    yield Finding(OK, f"模式 {settings.mode},搜索引擎 {settings.engine},数据目录 {settings.data_dir}")
    if settings.mode != "production" and settings.engine == "elastic":
        problems = "、".join(problem.loc for problem in production.refused(settings))
        if problems:
            yield Finding(WARNING, f"以生产模式启动会被拒绝:{problems}", "对外提供服务前请逐项改正")


def _database(services: Services) -> Iterator[Finding]:
    with services.database.read() as session:
        session.execute(text("SELECT 1"))
        dialect = session.get_bind().dialect
        version = ".".join(map(str, getattr(dialect, "server_version_info", None) or ()))
    yield Finding(OK, f"{dialect.name} {version}".strip())
    if (found := difference(services.settings.url)) is not None:
        yield Finding(WRONG, found.message, found.advice)


def _disk(services: Services) -> Iterator[Finding]:
    free = shutil.disk_usage(services.settings.data_dir).free
    told = f"数据目录剩余 {free / (1 << 30):.1f} GiB"
    yield Finding(OK, told) if free >= FREE_BYTES else Finding(WARNING, told, "请清理或扩容,重建索引需要双份空间")


def _engine(services: Services) -> Iterator[Finding]:
    try:
        missing = [kind for kind in services.registry.kinds if services.engine.published(kind.name) is None]
    except EngineUnavailable:
        yield Finding(WRONG, "搜索引擎无法连接,搜索只按编号与名称进行", "请检查引擎进程、地址与密码;恢复后无需其他操作")
        return
    yield Finding(OK, "搜索引擎可用")
    for kind in missing:
        yield Finding(WRONG, f"{kind.label}没有索引", f"请执行 zhixun index rebuild {kind.name}")


def _indices(services: Services) -> Iterator[Finding]:
    for kind in services.registry.kinds:
        known = generations.known(services.database, kind, *generations.SERVING, State.FAILED)
        with dictionaries.using_wanted(services.database):
            fitting = {index.name for index in known if generations.fits(index, kind)}
        for index in known:
            if index.state == State.FAILED:
                yield Finding(WARNING, f"{kind.label}的索引 {index.name} 未建成:{index.note}", "查明原因后重建")
            elif index.name not in fitting:
                yield Finding(
                    WARNING, f"{kind.label}的索引不是由本版本的词表与声明建成", f"zhixun index rebuild {kind.name}"
                )
            elif index.drift:
                advice = f"请执行 zhixun index check {kind.name} --repair"
                yield Finding(WRONG, f"{kind.label}的索引与数据库有 {index.drift} 处不同", advice)
            else:
                seen = f",{index.checked_at:%Y-%m-%d %H:%M} UTC 核对一致" if index.checked_at else ",未核对过"
                yield Finding(OK, f"{kind.label}:{index.name}{seen}")


def _queue(services: Services) -> Iterator[Finding]:
    labels = {kind.name: kind.label for kind in services.registry.kinds}
    for queue in queues(services.database):
        label = labels[queue.kind]
        if queue.lag_seconds > LAG_SECONDS:
            told = f"{label}有 {queue.due} 条变更未进入索引,最早的已等待 {queue.lag_seconds:.0f} 秒"
            yield Finding(WRONG, told, "请检查后台进程是否在运行、引擎是否可写,并查看日志")
        if queue.dead:
            yield Finding(
                WARNING, f"{label}有 {queue.dead} 条无法写入索引", "zhixun index dead 列出原因;修改记录后自动重试"
            )
    waiting = oldest_job_seconds(services.database)
    if waiting > JOB_SECONDS:
        yield Finding(WRONG, f"有索引任务已等待 {waiting / 60:.0f} 分钟", "请执行 zhixun index status 查看")
    yield Finding(OK, "队列已检查")


def _broker(services: Services) -> Iterator[Finding]:
    if not services.settings.has_workers:
        yield Finding(OK, "不使用 Redis:网页进程自行更新索引")
        return
    try:
        limits = {"socket_connect_timeout": BROKER_SECONDS, "socket_timeout": BROKER_SECONDS}
        with redis.Redis.from_url(services.settings.broker_url, **limits) as client:
            client.ping()
    except redis.RedisError:
        yield Finding(WRONG, "Redis 无法连接:更新会晚几秒,不会丢失", "请检查 Redis 进程、地址与密码")
    else:
        yield Finding(OK, "Redis 可用")


def _calendar(services: Services) -> Iterator[Finding]:
    today = day_of(services.clock.now())
    with services.database.read() as session:
        calendar = current(session)
    if next_year_missing(calendar, today):
        told = f"{today.year + 1} 年的放假安排尚未录入:跨年的时限都是暂定的"
        yield Finding(WARNING, told, "国务院办公厅公布后执行 zhixun calendar set 文件,或升级到新版本")
    elif today.year not in calendar.years:
        yield Finding(WRONG, f"没有 {today.year} 年的放假安排,时限可能有误", "请执行 zhixun calendar set 文件")
    else:
        yield Finding(OK, f"已有至 {max(calendar.years)} 年的放假安排,日历版本 {calendar.version}")


def _outbox(services: Services) -> Iterator[Finding]:
    found = counts(services.database)
    if found.oldest_seconds > LAG_SECONDS:
        told = f"有 {found.due} 条短信或邮件未发出,最早的已等待 {found.oldest_seconds:.0f} 秒"
        yield Finding(WRONG, told, "请检查网关与后台进程,并查看日志")
    if found.dead:
        yield Finding(WARNING, f"有 {found.dead} 条短信或邮件没有发成", "原因在表 outbox_message 的 dead_reason")
    folder = "写入数据目录的 outbox 文件夹,没有真正发出"
    yield Finding(OK, f"短信与邮件{folder if services.settings.gateway in ('', 'folder') else '由网关发送'}")


def _requirements(services: Services) -> Iterator[Finding]:
    with services.database.read() as session:
        found = pressure(session, services.clock.now())
        troubles = patience.troubles(session)
    if found.overdue:
        told = f"有 {found.overdue} 项需求过了 3 个工作日仍未推荐"
        yield Finding(WRONG, told, "请立即在 /staff/worklist 处理,并查看后台进程的日志")
    elif found.next_due_seconds is not None and found.next_due_seconds < DUE_SECONDS:
        told = f"最近的推荐时限还有 {found.next_due_seconds / 60:.0f} 分钟,自动推荐尚未完成"
        yield Finding(WRONG, told, "请在 /staff/worklist 立即处理,并检查后台进程是否在运行")
    if found.undrafted:
        told = f"有 {found.undrafted} 项需求超过一分钟仍没有推荐草稿"
        yield Finding(WRONG, told, "请检查后台进程是否在运行、搜索引擎是否可用")
    for one in troubles[:MOST_TROUBLES]:
        told = f"{one.number}:{LABELS[Step(one.step)]}失败 {one.failures} 次({one.error})"
        yield Finding(WARNING, told, "系统会自动重试;临近时限请人工处理")
    if found.unanswered:
        yield Finding(WARNING, f"有 {found.unanswered} 项需求未在 1 个工作日内响应", "请在 /staff/worklist 联系企业")
    if not services.settings.automatic_sending:
        yield Finding(WARNING, "到时自动推荐已关闭:无人处理的需求会逾期", "设置 ZHIXUN_AUTOMATIC_SENDING=true")
    with services.database.read() as session:
        told_to = recipients(session)
    if not told_to:
        yield Finding(WARNING, "没有撮合人员账号:时限提醒无人接收", "请执行 zhixun account create")
    yield Finding(OK, f"有 {found.running} 项需求待推荐")


CHECKS: dict[str, tuple[str, Callable[[Services], Iterator[Finding]]]] = {
    "settings": ("设置", _settings),
    "database": ("数据库", _database),
    "disk": ("磁盘", _disk),
    "engine": ("搜索引擎", _engine),
    "indices": ("索引", _indices),
    "queue": ("待写入", _queue),
    "broker": ("消息", _broker),
    "outbox": ("短信与邮件", _outbox),
    "calendar": ("日历", _calendar),
    "requirements": ("需求时限", _requirements),
}


def doctor(
    only: Annotated[list[str] | None, typer.Option(help=f"只检查:{'、'.join(CHECKS)};可重复")] = None,
    as_json: Json = False,
) -> None:
    """检查设置、数据库、引擎、队列、差异与日历,并说明该怎么办。"""
    unknown = [name for name in only or () if name not in CHECKS]
    if unknown:
        err.print(f"[bold red]没有这项检查[/]:{escape('、'.join(unknown))},可用:{'、'.join(CHECKS)}")
        sys.exit(USAGE)
    with opened() as services:
        found = {name: list(CHECKS[name][1](services)) for name in only or CHECKS}

    def table() -> None:
        shown = Table("检查", "结果", "说明", "该怎么办")
        for name, findings in found.items():
            for finding in findings:
                shown.add_row(CHECKS[name][0], MARKS[finding.state], escape(finding.message), escape(finding.advice))
        out.print(shown)

    show(
        {name: [asdict(finding) for finding in findings] for name, findings in found.items()},
        as_json=as_json,
        table=table,
    )
    if any(finding.state == WRONG for findings in found.values() for finding in findings):
        sys.exit(FAILED)
