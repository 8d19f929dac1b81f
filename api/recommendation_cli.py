"""``zhixun replay``: a recommendation's answer again, from what was stored when it was made."""

from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from api.terminal import Json, add, opened, out, show
from search_service.recommendation import replaying
from search_service.recommendation.differences import WORDS

WHAT = {"changed": "已修改", "gone": "已删除、隐藏或不再是能力条目"}
MOST = 50
"""Changed rows that are listed for people; JSON has all of them."""


def replay(
    which: Annotated[str, typer.Argument(metavar="编号或ID", help="需求编号(XQ…)、需求 id 或推荐意见 id")],
    as_json: Json = False,
) -> None:
    """由当时存下的输入重新核对一份推荐意见:结论是否一致,哪些数据此后有变化。"""
    with opened() as services:
        found = replaying.replay(services.database, replaying.find(services.database, which))
    show(found, as_json=as_json, table=lambda: _shown(found))


def _shown(found: dict[str, Any]) -> None:
    answer, versions = found["answer"], found["versions"]
    sent = f"{found['sent_at']} 发送" if found["sent_at"] else "草稿"
    out.print(
        escape(f"需求 {found['requirement']} 第 {found['number']} 份推荐意见({sent}),核对日 {answer['judged_on']}")
    )
    if found["same"]:
        out.print(escape(f"重新核对的结论与存档逐字节一致,摘要 {found['digest']}"))
    else:
        out.print(escape(f"重新核对的结论与存档不一致:应为 {found['digest']},存档为 {found['stored_digest']}"))
    if versions["rule_changed"]:
        out.print(escape(f"规则版本已由 {versions['rule']} 变为 {versions['rule_now']},结论可能因此不同"))
    for row in found["damaged"]:
        out.print(escape(f"存档的数据与其摘要不符:{row['kind']} {row['id']}"))
    count = len(answer["institutions"][0]["items"]) if answer["institutions"] else 0
    if count:
        table = Table("机构", *(f"第 {at + 1} 项" for at in range(count)))
        for one in answer["institutions"]:
            add(table, one["name"], *("\n".join([WORDS[cell["outcome"]], *cell["codes"]]) for cell in one["items"]))
        out.print(table)
    if answer["nobody"]:
        out.print(escape(answer["nobody"]))
    changed = found["changed"]
    out.print(f"此后有变化的数据 {len(changed)} 条,均未用于重新核对" if changed else "所用数据此后没有变化")
    if changed:
        table = Table("类别", "id", "变化")
        for row in changed[:MOST]:
            add(table, row["kind"], row["id"], WHAT[row["what"]])
        out.print(table)
        if len(changed) > MOST:
            out.print(f"另有 {len(changed) - MOST} 条,--json 列出全部")
