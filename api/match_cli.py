"""``zhixun match``: judge a requirement in a file, without storing it."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from api import wiring
from api.terminal import Json, add, opened, out, show
from search_service.errors import Invalid, NotFound, Problem
from search_service.records.strict_json import BadJson, loads

WORDS = {"met": "满足", "unsure": "待确认", "unmet": "不满足"}


def match(
    path: Annotated[Path, typer.Argument(metavar="REQUIREMENT.json", help="需求文件(JSON,与接口相同)")],
    explain: Annotated[bool, typer.Option("--explain", help="显示每一格的依据")] = False,
    as_json: Json = False,
) -> None:
    """核对一份需求:哪些机构满足、待确认或不满足,凭什么;不保存。"""
    body = _read(path)
    with opened() as services:
        if not services.settings.has_workers:
            wiring.bring_up_to_date(services)
        answer = services.matcher.match(body)
    show(answer, as_json=as_json, table=lambda: _shown(answer, explain=explain))


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        raise NotFound(f"找不到文件 {path}")
    try:
        body = loads(path.read_bytes())
    except BadJson as error:
        raise Invalid(f"{path.name}{error}", problems=[Problem(path.name, error.code, str(error))]) from None
    if not isinstance(body, dict):
        problem = Problem(path.name, "type", "文件内容应为 JSON 对象", '例如 {"items": [{"object": "大米"}]}')
        raise Invalid(problem.message, problems=[problem])
    return body


def _shown(answer: dict[str, Any], *, explain: bool) -> None:
    window = answer["window"]
    out.print(f"核对日 {answer['judged_on']},服务期 {window['start']} 至 {window['end']}")
    for note in answer["notes"]:
        out.print(escape(f"提醒 {note['loc']}:{note['message']} {note['hint']}"))
    names = {one["id"]: one["name"] for one in answer["institutions"]}
    count = len(answer["institutions"][0]["items"]) if answer["institutions"] else 0
    found = Table("机构", *(f"第 {at + 1} 项" for at in range(count)))
    for one in answer["institutions"]:
        add(found, one["name"], *("\n".join([WORDS[cell["outcome"]], *cell["codes"]]) for cell in one["items"]))
    if count:
        out.print(found)
    for option in answer["options"]:
        chosen = "、".join(names[one] for one in option["institutions"])
        missing = "、".join(f"第 {at + 1} 项" for at in option["uncovered"]) or "无"
        text = f"至多 {option['at_most']} 家:{chosen}(满足 {option['met']},待确认 {option['unsure']},未覆盖 {missing})"
        out.print(escape(text))
    if answer["nobody"]:
        out.print(escape(answer["nobody"]))
    if explain:
        _evidence(answer)


def _evidence(answer: dict[str, Any]) -> None:
    for one in answer["institutions"]:
        for cell in one["items"]:
            out.print(escape(f"{one['name']} · 第 {cell['item'] + 1} 项 · {WORDS[cell['outcome']]}"))
            for finding in cell["evidence"]:
                refs = " ".join(f"{ref['kind']}:{ref['key'] or ref['id']}" for ref in finding["refs"])
                code = f" {finding['code']}" if finding["code"] else ""
                out.print(escape(f"    [{WORDS[finding['outcome']]}{code}] {finding['text']} {refs}"))
