"""``zhixun index …``: the life of the indices from the command line.

Exit codes: 0 done, 1 failed, not finished or different from the database, 2 usage, 3 refused by a guard.
"""

import sys
import time
import uuid
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from api import wiring
from api.background import worker_name
from api.terminal import FAILED, GUARDED, Json, add, bars, err, opened, out, show
from api.wiring import Services
from indexers import generations, guards, jobs
from indexers.drain import drain_all
from indexers.health import Dead, dead
from indexers.rebuild import MANUAL, rebuild, rollback
from indexers.repair import repair
from indexers.status import status
from indexers.steps import LABELS
from indexers.verify import NAMED, Difference, compare
from indexers.work import Progress
from search_service.errors import EngineUnavailable, InProgress
from search_service.kinds.base import Kind
from search_service.store.journal import IndexJob

app = typer.Typer(no_args_is_help=True, help="索引的生命周期")

Some = Annotated[str | None, typer.Argument(help="类别,不写则为全部")]

LOOK_SECONDS = 0.5
"""Between two looks at what a running server does for us."""
SETTLE_SECONDS = 60.0
"""In so long everything that is marked is drained after any single fault: what is left then needs a person."""


@app.command("status")
def index_status(kind: Some = None, as_json: Json = False) -> None:
    """每一类的索引:现用、上一代、未完成的,以及该怎么办。"""
    with opened() as services:
        data = [status(services.database, services.engine, k) for k in _wanted(services, kind)]

    def table() -> None:
        found = Table("类别", "索引", "状态", "条数", "数据库可见", "待写入", "失败", "说明")
        for row in data:
            counts = (row["visible"], row["due"], row["dead"])
            for index in row["indices"]:
                shown = counts if index["published"] else ("", "", "")
                documents = "" if index["documents"] is None else index["documents"]
                add(found, row["label"], index["name"], index["label"], documents, *shown, index["advice"])
            if not any(index["published"] for index in row["indices"]):
                add(found, row["label"], "", "没有索引", "", *counts, f"请执行 zhixun index rebuild {row['kind']}")
        out.print(found)
        for row in data:
            if row["job"] is not None and row["job"]["state"] != jobs.DONE:
                out.print(escape(f"{row['label']}:{_said(row['job'])}"))

    show(data, as_json=as_json, table=table)


@app.command("rebuild")
def index_rebuild(kind: Some = None, as_json: Json = False) -> None:
    """重建索引:旁建、核对、切换;中断后再次执行会继续。"""
    with opened() as services, bars(quiet=as_json) as progress:
        data = {k.name: _do(services, k, jobs.REBUILD, progress) for k in _wanted(services, kind)}
    show(data, as_json=as_json, table=lambda: out.print(escape("\n".join(f"{k} → {v}" for k, v in data.items()))))


@app.command("rollback")
def index_rollback(kind: str, as_json: Json = False) -> None:
    """回退到上一代索引:先补上它缺的变更,再切换。"""
    with opened() as services, bars(quiet=as_json) as progress:
        data = {kind: _do(services, services.registry.kind(kind), jobs.ROLLBACK, progress)}
    show(data, as_json=as_json, table=lambda: out.print(escape(f"{kind} → {data[kind]}")))


@app.command("check")
def index_check(
    kind: Some = None,
    fix: Annotated[bool, typer.Option("--repair", help="把不一致的记录重新标记并写入")] = False,
    as_json: Json = False,
) -> None:
    """逐条核对索引与数据库;可在运行中执行,尚未写入的变更不算差异。"""
    with opened() as services:
        data = []
        for each in _wanted(services, kind):
            found = _compare(services, each)
            row = {**_counts(each, found), "repaired": 0}
            if fix and not found.sound:
                row["repaired"] = repair(services.database, each, found)
                _settle(services, each)
                found = _compare(services, each)
                row["left"] = len(found.all)
            data.append({**row, "sound": found.sound})

    def table() -> None:
        found = Table(
            "类别", "索引条数", "数据库可见", "待写入", "缺失", "落后", "超前", "多余", "失败", "修复", "一致"
        )
        for row in data:
            cells = ("documents", "visible", "due", "missing", "behind", "ahead", "ghosts", "dead", "repaired")
            add(found, row["label"], *(row[c] for c in cells), "是" if row["sound"] else "否")
        out.print(found)
        for row in data:
            for what, ids in row["first"].items():
                out.print(escape(f"{row['label']} {what}:{'、'.join(ids)}"))
        if not fix and not all(row["sound"] for row in data):
            err.print("加上 --repair 即重新标记并写入这些记录")

    show(data, as_json=as_json, table=table)
    if not all(row["sound"] for row in data):
        sys.exit(FAILED)


@app.command("dead")
def index_dead(kind: Some = None, as_json: Json = False) -> None:
    """列出无法写入索引的记录及原因;修改记录后自动重试。"""
    with opened() as services:
        if kind is not None:
            services.registry.kind(kind)
        data = [{**asdict(found), "url": _page(services, found)} for found in dead(services.database, kind)]

    def table() -> None:
        found = Table("类别", "记录", "自", "次数", "原因", "页面")
        for row in data:
            since = f"{row['since']:%Y-%m-%d %H:%M} UTC"
            add(found, row["kind"], row["id"], since, row["attempts"], row["reason"], row["url"])
        out.print(found)

    show(data, as_json=as_json, table=table)


@app.command("drop")
def index_drop(name: str, as_json: Json = False) -> None:
    """删除一个不再需要的索引(写全名);现用的、正在建立的和上一代不会被删除。"""
    with opened() as services:
        for kind in services.registry.kinds:
            if any(name == index["name"] for index in status(services.database, services.engine, kind)["indices"]):
                guards.drop(services.database, services.engine, kind, name)
                show({"dropped": name}, as_json=as_json, table=lambda: out.print(escape(f"已删除 {name}")))
                return
    err.print(f"[bold red]没有名为 {escape(name)} 的索引[/]:请用 zhixun index status 查看全名,不支持通配符")
    sys.exit(GUARDED)


def _page(services: Services, found: Dead) -> str:
    """Where somebody can look at the row."""
    return f"{services.settings.public_url.rstrip('/')}/{services.registry.kind(found.kind).plural}/{found.id}"


def _wanted(services: Services, kind: str | None) -> list[Kind]:
    return [services.registry.kind(kind)] if kind else services.registry.kinds


def _do(services: Services, kind: Kind, action: str, progress: Progress) -> str:
    """Do a job here where this process may write, else ask the one that does and watch; the name that serves then."""
    asked: uuid.UUID | None = None
    while True:
        if services.lock.acquire():
            try:
                if asked is not None and (job := jobs.get(services.database, asked)).finished_at is not None:
                    return _outcome(job)
                return _do_here(services, kind, action, progress)
            finally:
                services.lock.release()
        if asked is None:
            asked = jobs.request(services.database, kind.name, action, MANUAL)
            err.print(f"{escape(kind.label)}:已交给正在运行的服务执行;按 Ctrl+C 只停止等待")
        job = jobs.get(services.database, asked)
        if job.finished_at is not None:
            return _outcome(job)
        if job.step is not None:
            progress(f"{kind.label} {LABELS.get(job.step, job.step)}", job.done, job.total)  # type: ignore[call-overload]
        time.sleep(LOOK_SECONDS)


def _do_here(services: Services, kind: Kind, action: str, progress: Progress) -> str:
    """Work on it in this process; what a dead one left is taken over when its lease lapses."""
    bring = rebuild if action == jobs.REBUILD else rollback
    alone = wiring.writes_alone(services)
    seen: IndexJob | None = None
    while True:
        try:
            return bring(services.database, services.engine, kind, progress, worker=worker_name(), alone=alone)
        except InProgress:
            there = jobs.open_job(services.database, kind.name)
            if there is None or (seen is not None and there.leased_until != seen.leased_until):
                raise  # it shows signs of life
            if seen is None:
                err.print(f"{escape(jobs.describe(there))};若它已终止,{jobs.LEASE.seconds} 秒内由本进程接手")
            seen = there
            time.sleep(LOOK_SECONDS)


def _outcome(job: IndexJob) -> str:
    if job.state == jobs.REFUSED:
        raise guards.RebuildRefused(job.message or "")
    if job.state == jobs.FAILED:
        raise EngineUnavailable(f"任务失败:{job.message}")
    return job.message or ""


def _compare(services: Services, kind: Kind) -> Difference:
    published = services.engine.published(kind.name)
    if published is None:
        raise EngineUnavailable(f"“{kind.label}”还没有可用的索引,请执行 zhixun index rebuild {kind.name}")
    found = compare(services.database, services.engine, kind, published)
    generations.checked(services.database, published, len(found.all))
    return found


def _counts(kind: Kind, found: Difference) -> dict[str, Any]:
    parts = {"missing": found.missing, "behind": found.behind, "ahead": found.ahead, "ghosts": found.ghosts}
    return {
        "kind": kind.name,
        "label": kind.label,
        "documents": found.documents,
        "visible": found.visible,
        "due": found.due,
        "dead": found.dead,
        **{what: len(ids) for what, ids in parts.items()},
        "first": {what: list(ids)[:NAMED] for what, ids in parts.items() if ids},
    }


def _settle(services: Services, kind: Kind) -> None:
    """Drain here, or wait until the running server has."""
    if services.lock.acquire():
        try:
            drain_all(services.database, services.engine, worker=worker_name())
        finally:
            services.lock.release()
    until = time.monotonic() + SETTLE_SECONDS
    while status(services.database, services.engine, kind)["due"] and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)


def _said(job: dict[str, Any]) -> str:
    name, state = jobs.ACTIONS[job["action"]], jobs.STATES[job["state"]]
    where = f",{LABELS.get(job['step'], '')} {job['done']}/{job['total']}" if job["step"] else ""
    again = f";{job['again_at']} 自动再试,也可现在执行 zhixun index rebuild" if job["again_at"] else ""
    return f"{name}{state}{where};原因:{job['reason']}{';' + job['message'] if job['message'] else ''}{again}"
