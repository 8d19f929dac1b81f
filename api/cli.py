"""The command line ``zhixun``; every command has ``--json``.

Exit codes: 0 done, 1 failed, 2 usage, 3 refused by a guard.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table
from sqlalchemy.exc import InterfaceError, OperationalError

from api import (
    account_cli,
    calendar_cli,
    explaining,
    index_cli,
    match_cli,
    process_cli,
    recommendation_cli,
    timeliness_cli,
    vocabulary_cli,
    wiring,
)
from api.doctor import doctor
from api.sample import FOLDER as SAMPLE
from api.settings import SettingsRefused
from api.terminal import FAILED, GUARDED, USAGE, Json, add, bars, err, opened, out, refuse, show
from indexers.guards import DropRefused, RebuildRefused
from search_service.errors import Conflict, DatabaseUnavailable, InProgress, Invalid, ZhixunError
from search_service.kinds.access import Role
from search_service.kinds.slots import ACTS, SLOTS
from search_service.query.request import SearchRequest
from search_service.records import interchange, tokens

app = typer.Typer(no_args_is_help=True, add_completion=False, help="质寻:质量基础设施服务的搜索与撮合")
token_app = typer.Typer(no_args_is_help=True, help="脚本用的令牌")
app.add_typer(process_cli.app)  # without a name: its commands are ours
app.add_typer(index_cli.app, name="index")
app.add_typer(calendar_cli.app, name="calendar")
app.add_typer(account_cli.app, name="account")
app.add_typer(token_app, name="token")
app.add_typer(vocabulary_cli.app, name="vocabulary")
app.command()(doctor)
app.command()(match_cli.match)
app.command()(recommendation_cli.replay)
app.command()(timeliness_cli.timeliness)

WARNINGS = 5
"""Shown of a load: its rows are stored, and real tables have thousands of one sort."""


def main() -> None:
    """Run a command; what is refused is one clear message, never a stack."""
    try:
        app()
    except (RebuildRefused, DropRefused, InProgress, SettingsRefused) as error:
        refuse(error, GUARDED)
    except (Conflict, Invalid) as error:
        refuse(error, USAGE if isinstance(error, Invalid) else FAILED)
    except ZhixunError as error:
        refuse(error, FAILED)
    except (OperationalError, InterfaceError):  # before the first session, where nobody translates them
        refuse(DatabaseUnavailable("数据库无法连接:请检查地址、用户与密码,以及数据库是否在运行"), FAILED)


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
    with opened() as services, bars(quiet=as_json) as progress:
        report = interchange.load(services.database, paths, progress)
        indexed = wiring.bring_up_to_date(services, lambda label, done, total: progress(f"索引 {label}", done, total))
    data = {**report.to_json(), "indexed": indexed}

    def table() -> None:
        found = Table("文件", "读取", "存入", "未变", "拒绝", "提醒")
        for file in data["files"]:
            add(found, *(file[k] for k in ("file", "read", "stored", "unchanged", "refused", "warnings")))
        out.print(found)
        for name in data["skipped"]:
            out.print(escape(f"跳过(不认识的文件):{name}"))
        for row in data["refused"]:
            place = escape(f"{row['file']} 第 {row['line']} 行 {row['field']}:{row['message']} {row['hint']}")
            err.print(f"[red]拒绝[/] {place}")
        for row in data["warnings"][:WARNINGS]:
            out.print(escape(f"提醒 {row['file']} 第 {row['line']} 行 {row['field']}:{row['message']}"))
        if (more := len(data["warnings"]) - WARNINGS) > 0:
            out.print(f"另有 {more} 条提醒,用 --json 查看")
        if not indexed:
            out.print("正在运行的服务会在数秒内更新索引")

    show(data, as_json=as_json, table=table)


@app.command()
def dump(folder: Path, as_json: Json = False) -> None:
    """以交换格式写出公开的记录。"""
    with opened() as services:
        written = interchange.dump(services.database, folder)
    show(
        written, as_json=as_json, table=lambda: out.print(escape("\n".join(f"{k} {v} 条" for k, v in written.items())))
    )


@app.command()
def search(
    q: str,
    kind: Annotated[list[str] | None, typer.Option(help="类别,可重复")] = None,
    size: int = 10,
    explain: Annotated[bool, typer.Option(help="显示如何理解查询、每条结果的分数由来与耗时")] = False,
    as_json: Json = False,
) -> None:
    """搜索,与接口的回答相同。"""
    with opened() as services:
        if not services.settings.has_workers:  # they do it, and a search has nothing to write
            wiring.bring_up_to_date(services)
        request = SearchRequest(q=q, kinds=tuple(kind or ()), size=size)
        labels = {k.name: k.label for k in services.registry.kinds}
        if explain:
            found = services.search.explain(request)
            show(explaining.as_json(found), as_json=as_json, table=lambda: explaining.show_explained(found, labels))
            return
        answer = services.search.search(request)

    def table() -> None:
        counts = " · ".join(f"{labels[name]} {count}" for name, count in answer.kinds.items())
        out.print(f"共 {answer.total} 条({counts}),{answer.took_ms} ms")
        if answer.understood:
            read = (f"{SLOTS[s.slot].label} {s.label}({ACTS[s.act]})" for s in answer.understood)
            out.print(escape(f"我理解为:{' · '.join(read)}"))
        found = Table("类别", "名称", "编号/机构")
        for hit in answer.hits:
            beside = hit.fields.get("number") or (hit.fields.get("institution") or {}).get("name") or ""
            add(found, labels[hit.kind], " ".join(filter(None, [hit.title, hit.fields.get("parameter")])), beside)
        out.print(found)
        meant = f"您是不是要找 {'、'.join(answer.did_you_mean)}?" if answer.did_you_mean else ""
        for text in filter(None, (meant, *answer.relaxed, *answer.notes, answer.promise)):
            out.print(escape(text))

    show(answer.to_json(), as_json=as_json, table=table)


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
            add(
                found,
                f"{kind['label']} {kind['kind']}",
                " ".join(kind["fields"]),
                " ".join(kind["filters"]),
                " ".join(kind["sorts"]),
                kind["weights"] or "",
            )
        out.print(found)

    show(data, as_json=as_json, table=table)


@token_app.command("create")
def token_create(
    role: Annotated[str, typer.Option(help="administrator、staff 或 institution")],
    institution: Annotated[str | None, typer.Option(help="机构的 id 或 key")] = None,
    as_json: Json = False,
) -> None:
    """新建令牌,只显示一次。"""
    choices = [r.value for r in tokens.GIVEN]
    if role not in choices:
        err.print(f"[bold red]没有“{escape(role)}”这个角色[/],可用:{'、'.join(choices)}")
        sys.exit(USAGE)
    with opened() as services:
        token = tokens.create_token(services.database, Role(role), institution)
    show({"token": token}, as_json=as_json, table=lambda: out.print(escape(token)))
