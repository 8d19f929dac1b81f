"""``zhixun vocabulary …``: change words and synonyms in a way that can be looked at first and taken back.

Exit codes: 0 done, 1 failed, 2 usage or an invalid change, 3 refused because a record would not be found by its name.
"""

import sys
import time
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from api import vocabulary as surface
from api import wiring
from api.terminal import FAILED, GUARDED, USAGE, Json, add, bars, err, opened, out, refuse, show
from api.wiring import Services
from indexers import dictionaries
from indexers.outdated import ensure
from search_service.errors import InProgress
from search_service.kinds.access import SYSTEM
from search_service.records import vocabulary, vocabulary_versions
from search_service.records.vocabulary import NameLost
from search_service.records.vocabulary_changes import ACTIONS

app = typer.Typer(no_args_is_help=True, help="词表:词典词与同义词的变更、预览、启用与回退")

LOOK_SECONDS = 0.5
SETTLE_SECONDS = 3600.0
"""A million records are rebuilt in half of that; whoever waits may stop waiting."""

Id = Annotated[str, typer.Argument(help="提案的 id")]
Days = Annotated[int, typer.Option(help="最近多少天")]
Size = Annotated[int, typer.Option(help="条数")]


@app.command("show")
def show_vocabulary(as_json: Json = False) -> None:
    """现用的版本、自加的词、未完成的提案,以及各类索引用的是哪一版。"""
    with opened() as services:
        data = surface.shown(services, SYSTEM) | {"versions": vocabulary_versions.versions(services.database, SYSTEM)}
        labels = {kind.name: kind.label for kind in services.registry.kinds}

    def table() -> None:
        there = data["version"]
        out.print(escape(f"现用版本 {there['number']}:{there['reason']}" if there else "词表没有变更过,只有随程序的词"))
        changed = "、".join(f"{word} {frequency or '(去掉)'}" for word, frequency in data["words"].items())
        out.print(escape(f"自加的词:{changed or '无'};同义词 {data['synonyms']} 条"))
        for draft in data["drafts"]:
            out.print(escape(f"提案 {draft['id']}:{draft['reason']}({len(draft['changes'])} 条变更)"))
        found = Table("类别", "索引", "词表版本", "已生效")
        for row in data["indices"]:
            add(
                found,
                labels.get(row["kind"], row["kind"]),
                row["index"],
                row["vocabulary"],
                "是" if row["settled"] else "重建中",
            )
        out.print(found)

    show(data, as_json=as_json, table=table)


@app.command("propose")
def propose(
    reason: Annotated[str, typer.Option(help="为什么要改")],
    add_word: Annotated[list[str] | None, typer.Option(help="加词:词 或 词=词频")] = None,
    remove_word: Annotated[list[str] | None, typer.Option(help="从词典中去掉的词")] = None,
    reset_word: Annotated[list[str] | None, typer.Option(help="恢复出厂的词")] = None,
    synonym: Annotated[list[str] | None, typer.Option(help="同义词:词=含义=关系(same、narrower、related)")] = None,
    remove_synonym: Annotated[list[str] | None, typer.Option(help="删除的同义词:词=含义")] = None,
    query: Annotated[str | None, typer.Option(help="由哪个查而未得的词引起")] = None,
    to: Annotated[str | None, typer.Option(help="添加到已有的提案(id)")] = None,
    as_json: Json = False,
) -> None:
    """提出变更;预览并启用之后才生效。"""
    given = {
        "add_word": add_word,
        "remove_word": remove_word,
        "reset_word": reset_word,
        "set_synonym": synonym,
        "remove_synonym": remove_synonym,
    }
    changes = [_change(action, text) for action, texts in given.items() for text in texts or ()]
    with opened() as services:
        if to is not None:
            changes = [{**change, "reason": reason} for change in changes]
            data = vocabulary.add(services.database, SYSTEM, to, {"changes": changes})
        else:
            data = vocabulary.propose(services.database, SYSTEM, {"reason": reason, "query": query, "changes": changes})
    show(data, as_json=as_json, table=lambda: _proposal(data))


@app.command("preview")
def preview(proposal: Id, as_json: Json = False) -> None:
    """在旁边的小索引上试运行:每个查询多了、少了、换了位置的记录;不影响检索。"""
    with opened() as services:
        if not services.settings.has_workers:
            wiring.bring_up_to_date(services)
        data = surface.previewed(services, SYSTEM, proposal)
    show(data, as_json=as_json, table=lambda: _preview(data["preview"]))
    if data["preview"]["lost_names"]:
        sys.exit(GUARDED)


@app.command("activate")
def activate(
    proposal: Id,
    wait: Annotated[bool, typer.Option(help="等到全部索引生效")] = True,
    as_json: Json = False,
) -> None:
    """启用看过预览的提案;检索一直可用,词典词随各类索引重建生效。"""
    with opened() as services, bars(quiet=as_json) as progress:
        try:
            data = vocabulary.activate(services.database, SYSTEM, proposal)
        except NameLost as error:
            refuse(error, GUARDED)
        settled = _bring(services, progress) if wait else False
    _versioned({**data, "settled": settled}, as_json=as_json, wait=wait)


@app.command("rollback")
def rollback(
    reason: Annotated[str, typer.Option(help="为什么回退")] = "人工要求",
    to: Annotated[int | None, typer.Option(help="版本号;不写则回到最近一次变更之前")] = None,
    wait: Annotated[bool, typer.Option(help="等到全部索引生效")] = True,
    as_json: Json = False,
) -> None:
    """回到先前的版本;保留着的上一代索引补上变更后直接启用。"""
    with opened() as services, bars(quiet=as_json) as progress:
        data = vocabulary_versions.rollback(services.database, SYSTEM, reason, to)
        settled = _bring(services, progress) if wait else False
    _versioned({**data, "settled": settled}, as_json=as_json, wait=wait)


@app.command("withdraw")
def withdraw(proposal: Id, as_json: Json = False) -> None:
    """撤回提案,留作记录。"""
    with opened() as services:
        data = vocabulary.withdraw(services.database, SYSTEM, proposal)
    show(data, as_json=as_json, table=lambda: _proposal(data))


@app.command("no-hits")
def no_hits(days: Days = 30, size: Size = 50, as_json: Json = False) -> None:
    """查而未得的词,最多的在前:同义词、缺的标准和供给缺口由此而来。"""
    with opened() as services:
        data = surface.missed(services, SYSTEM, days, size)

    def table() -> None:
        found = Table("查询", "次数", "未得", "最近一次结果数", "最近")
        for row in data["queries"]:
            add(found, row["query"], row["asked"], row["missed"], row["found"], row["last_at"])
        out.print(found)

    show(data, as_json=as_json, table=table)


def _change(action: str, text: str) -> dict[str, Any]:
    word, *rest = [part.strip() for part in text.split("=")]
    match action, rest:
        case "add_word", [frequency] if frequency.isdecimal() and len(frequency) < 10:  # noqa: PLR2004 - fits any column
            return {"action": action, "word": word, "frequency": int(frequency)}
        case "set_synonym", [meaning, relation]:
            return {"action": action, "word": word, "meaning": meaning, "relation": relation}
        case "remove_synonym", [meaning]:
            return {"action": action, "word": word, "meaning": meaning}
        case (("add_word" | "remove_word" | "reset_word"), []):
            return {"action": action, "word": word}
    err.print(f"[bold red]“{escape(text)}”写法不对[/]:见 zhixun vocabulary propose --help")
    sys.exit(USAGE)


def _bring(services: Services, progress: Any) -> bool:
    """Rebuild here where this process may, else watch the one that does; whether the version holds everywhere."""
    until = time.monotonic() + SETTLE_SECONDS
    said = False
    while not all(row["settled"] for row in dictionaries.progress(services.database)):
        if time.monotonic() > until:
            return False
        try:
            if _rebuilt(services, progress):
                continue
        except InProgress:
            pass  # another process is at it
        if not said:
            err.print("已交给正在运行的服务重建索引;按 Ctrl+C 只停止等待")
            said = True
        time.sleep(LOOK_SECONDS)
    return True


def _rebuilt(services: Services, progress: Any) -> bool:
    """Bring the indices to the newest version, if this process may write; what is marked is drained by whoever does."""
    if not services.lock.acquire():
        return False
    try:
        ensure(
            services.database,
            services.engine,
            lambda label, done, total: progress(f"索引 {label}", done, total),
            alone=wiring.writes_alone(services),
        )
    finally:
        services.lock.release()
    return True


def _versioned(data: dict[str, Any], *, as_json: bool, wait: bool) -> None:
    where = "已在全部索引生效" if data["settled"] else "随各类索引重建生效,见 zhixun vocabulary show"
    show(data, as_json=as_json, table=lambda: out.print(f"词表版本 {data['version']['number']},{where}"))
    if wait and not data["settled"]:
        sys.exit(FAILED)


def _proposal(data: dict[str, Any]) -> None:
    out.print(escape(f"提案 {data['id']}({data['state_label']}):{data['reason']}"))
    found = Table("序号", "变更", "词", "含义", "说明")
    for at, change in enumerate(data["changes"]):
        meaning = " ".join(str(change[name]) for name in ("frequency", "meaning", "relation") if name in change)
        add(found, at, ACTIONS[change["action"]], change["word"], meaning, change["reason"])
    out.print(found)
    if data["state"] == vocabulary.DRAFT:
        out.print(escape(f"下一步:zhixun vocabulary preview {data['id']}"))


def _preview(data: dict[str, Any]) -> None:
    asked, summary = data["queries"], data["summary"]
    where = "全部记录" if data["whole"] else "受影响的记录"
    out.print(
        f"对照查询 {asked['control']} 条、常查的词 {asked['log']} 条、名称 {asked['name']} 个;"
        f"在{where}({data['documents']} 条)上比较"
        if data["documents"]
        else f"对照查询 {asked['control']} 条、常查的词 {asked['log']} 条、名称 {asked['name']} 个;在现用索引上比较"
    )
    out.print(
        f"有变化 {summary['changed']}:多出 {summary['gained']}、减少 {summary['lost']}、换位 {summary['reordered']}"
    )
    found = Table("查询", "来源", "条数", "多出", "减少", "换位")
    for row in data["changed"]:
        names = [" / ".join(hit["title"] for hit in row[what][:3]) for what in ("gained", "lost", "moved")]
        add(found, row["query"], row["source"], " → ".join(map(str, row["total"])), *names)
    if data["changed"]:
        out.print(found)
    for lost in data["lost_names"]:
        err.print(f"[bold red]按名称查不到[/]:{escape(lost['query'])} → {escape(lost['title'])}({lost['kind']})")
    if data["lost_names"]:
        err.print("有记录按准确名称查不到,不能启用:请修改提案")
