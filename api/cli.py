"""The command line ``zhixun``; every command has ``--json``.

Exit codes: 0 done, 1 failed, 2 usage, 3 refused by a guard.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from api import wiring
from api.sample import FOLDER as SAMPLE
from api.wiring import Services
from indexers.rebuild import RebuildRefused, rebuild
from indexers.verify import compare
from search_service.errors import Conflict, Invalid, ZhixunError
from search_service.kinds.access import Role
from search_service.query.request import SearchRequest
from search_service.records import interchange, tokens

app = typer.Typer(no_args_is_help=True, add_completion=False, help="质寻:质量基础设施服务的搜索与撮合")
index_app = typer.Typer(no_args_is_help=True, help="索引的生命周期")
token_app = typer.Typer(no_args_is_help=True, help="脚本用的令牌")
app.add_typer(index_app, name="index")
app.add_typer(token_app, name="token")

FAILED, USAGE, GUARDED = 1, 2, 3

Json = Annotated[bool, typer.Option("--json", help="输出 JSON")]
# Data may hold anything: what stands in [brackets] is escaped, what stands in :colons: is no picture.
out = Console(emoji=False)
err = Console(stderr=True, emoji=False)


def main() -> None:
    """Run a command; what is refused is one clear message, never a stack."""
    try:
        app()
    except RebuildRefused as error:
        _refuse(error, GUARDED)
    except (Conflict, Invalid) as error:
        _refuse(error, USAGE if isinstance(error, Invalid) else FAILED)
    except ZhixunError as error:
        _refuse(error, FAILED)


def _refuse(error: ZhixunError, code: int) -> None:
    err.print(f"[bold red]{error.title}[/]:{escape(error.detail)}")
    for problem in error.problems:
        err.print(escape(f"  {problem.loc}:{problem.message}。{problem.hint}"))
    sys.exit(code)


@contextmanager
def _services() -> Iterator[Services]:
    services = wiring.build()
    try:
        yield services
    finally:
        services.close()


@contextmanager
def _bars(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar for each thing that reports (label, done, total)."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=err, disable=quiet) as progress:
        bars: dict[str, Any] = {}

        def report(label: str, done: int, total: int) -> None:
            bar = bars.setdefault(label, None)
            if bar is None:
                bar = bars[label] = progress.add_task(label, total=total)
            progress.update(bar, completed=done, total=total)

        yield report


def _add(found: Table, *cells: object) -> None:
    """A row of plain texts."""
    found.add_row(*(escape(str(cell)) for cell in cells))


def _print(data: Any, *, as_json: bool, table: Callable[[], None]) -> None:
    if as_json:
        sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")
    else:
        table()


@app.command()
def serve(
    host: str = "127.0.0.1",
    port: Annotated[int, typer.Option(envvar="PORT")] = 8000,
    workers: int = 1,
) -> None:
    """提供页面与接口;嵌入模式同时运行后台任务。"""
    wiring.build().close()  # migrate once, before several processes would
    out.print(f"质寻正在 http://{escape(host)}:{port} 提供服务,按 Ctrl+C 停止")
    uvicorn.run("api.app:create", factory=True, host=host, port=port, workers=workers, log_level="warning")


@app.command()
def load(paths: list[Path], as_json: Json = False) -> None:
    """装入文件或文件夹:交换格式,以及标准、行政区划、分类等公开表格。"""
    _load(paths, as_json=as_json)


@app.command()
def demo(as_json: Json = False) -> None:
    """装入随项目提供的示例数据(可重复执行)。"""
    _load(sorted(SAMPLE.glob("*.jsonl")), as_json=as_json)


def _load(paths: list[Path], *, as_json: bool) -> None:
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        err.print(f"[bold red]找不到[/]:{escape('、'.join(missing))}")
        sys.exit(USAGE)
    with _services() as services, _bars(quiet=as_json) as progress:
        report = interchange.load(services.database, paths, progress)
        indexed = wiring.bring_up_to_date(services, lambda label, done, total: progress(f"索引 {label}", done, total))
    data = {**report.to_json(), "indexed": indexed}

    def table() -> None:
        found = Table("文件", "读取", "存入", "未变", "拒绝", "提醒")
        for file in data["files"]:
            _add(found, *(file[k] for k in ("file", "read", "stored", "unchanged", "refused", "warnings")))
        out.print(found)
        for name in data["skipped"]:
            out.print(escape(f"跳过(不认识的文件):{name}"))
        for row in data["refused"][:20]:  # enough to see what is wrong; --json has all
            place = escape(f"{row['file']} 第 {row['line']} 行 {row['field']}:{row['message']} {row['hint']}")
            err.print(f"[red]拒绝[/] {place}")
        for row in data["warnings"][:5]:  # likewise
            out.print(escape(f"提醒 {row['file']} 第 {row['line']} 行 {row['field']}:{row['message']}"))
        if not indexed:
            out.print("正在运行的服务会在数秒内更新索引")

    _print(data, as_json=as_json, table=table)


@app.command()
def dump(folder: Path, as_json: Json = False) -> None:
    """以交换格式写出公开的记录。"""
    with _services() as services:
        written = interchange.dump(services.database, folder)
    _print(
        written, as_json=as_json, table=lambda: out.print(escape("\n".join(f"{k} {v} 条" for k, v in written.items())))
    )


@app.command()
def search(
    q: str,
    kind: Annotated[list[str] | None, typer.Option(help="类别,可重复")] = None,
    size: int = 10,
    explain: Annotated[bool, typer.Option(help="显示每条结果命中的原因")] = False,
    as_json: Json = False,
) -> None:
    """搜索,与接口的回答相同。"""
    with _services() as services:
        wiring.bring_up_to_date(services)
        answer = services.search.search(SearchRequest(q=q, kinds=tuple(kind or ()), size=size))
        labels = {k.name: k.label for k in services.registry.kinds}

    def table() -> None:
        counts = " · ".join(f"{labels[name]} {count}" for name, count in answer.kinds.items())
        out.print(f"共 {answer.total} 条({counts}),{answer.took_ms} ms")
        found = Table("类别", "名称", "编号/机构", *(["命中"] if explain else []))
        for hit in answer.hits:
            beside = hit.fields.get("number") or (hit.fields.get("institution") or {}).get("name") or ""
            _add(found, labels[hit.kind], hit.title, beside, *([" ".join(hit.why)] if explain else []))
        out.print(found)
        for text in answer.relaxed:
            out.print(escape(text))

    _print(answer.to_json(), as_json=as_json, table=table)


@app.command()
def kinds(as_json: Json = False) -> None:
    """已声明的类别:字段、筛选项、排序与权重。"""
    from search_service.kinds import REGISTRY  # noqa: PLC0415 - needs no database

    data = [
        {
            "kind": kind.name,
            "plural": kind.plural,
            "label": kind.label,
            "fields": {
                f.name: {"label": f.label, "use": f.use, "read": f.read.name, "write": f.write.name}
                for f in kind.fields
            },
            "filters": {f.name: {"label": f.label, "facet": f.facet} for f in kind.all_filters.values()},
            "sorts": list(kind.all_sorts),
            "weights": kind.priors,
        }
        for kind in REGISTRY.kinds
    ]

    def table() -> None:
        found = Table("类别", "字段", "筛选", "排序", "权重")
        for kind in data:
            _add(
                found,
                f"{kind['label']} {kind['kind']}",
                " ".join(kind["fields"]),
                " ".join(kind["filters"]),
                " ".join(kind["sorts"]),
                kind["weights"] or "",
            )
        out.print(found)

    _print(data, as_json=as_json, table=table)


@index_app.command("status")
def index_status(as_json: Json = False) -> None:
    """每一类的索引:条数、与数据库的差异。"""
    with _services() as services:
        data = []
        for kind in services.registry.kinds:
            published = services.engine.published(kind.name)
            for info in services.engine.list(kind.name):
                row: dict[str, Any] = {"kind": kind.name, "name": info.name, "documents": info.documents}
                row["published"] = info.name == published
                if row["published"]:
                    difference = compare(services.database, services.engine, kind, info.name)
                    row.update(visible=difference.visible, sound=difference.sound)
                data.append(row)

    def table() -> None:
        found = Table("类别", "索引", "条数", "使用中", "数据库可见", "一致")
        for row in data:
            cells = (
                row["kind"],
                row["name"],
                row["documents"],
                row["published"],
                row.get("visible", ""),
                row.get("sound", ""),
            )
            _add(found, *cells)
        out.print(found)

    _print(data, as_json=as_json, table=table)


@index_app.command("rebuild")
def index_rebuild(kind: Annotated[str | None, typer.Argument()] = None, as_json: Json = False) -> None:
    """重建索引:旁建、核对、切换。"""
    with _services() as services, _bars(quiet=as_json) as progress:
        if not services.lock.acquire():
            err.print("[bold red]索引正由另一进程写入[/]:请先停止正在运行的服务,再重建")
            sys.exit(GUARDED)
        wanted = [services.registry.kind(kind)] if kind else services.registry.kinds
        prefix = services.settings.index_prefix
        data = {k.name: rebuild(services.database, services.engine, k, prefix, progress) for k in wanted}
    _print(data, as_json=as_json, table=lambda: out.print(escape("\n".join(f"{k} → {v}" for k, v in data.items()))))


@token_app.command("create")
def token_create(
    role: Annotated[str, typer.Option(help="administrator、staff 或 institution")],
    institution: Annotated[str | None, typer.Option(help="机构的 id 或 key")] = None,
    as_json: Json = False,
) -> None:
    """新建令牌,只显示一次。"""
    choices = [r.value for r in Role if r is not Role.PUBLIC]
    if role not in choices:
        err.print(f"[bold red]没有“{escape(role)}”这个角色[/],可用:{'、'.join(choices)}")
        sys.exit(USAGE)
    with _services() as services:
        token = tokens.create_token(services.database, Role(role), institution)
    _print({"token": token}, as_json=as_json, table=lambda: out.print(escape(token)))
