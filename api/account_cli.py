"""``zhixun account``: the first administrator, and whatever has to be done when nobody can sign in."""

from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from api.terminal import Json, add, opened, out, show
from search_service.kinds.access import SYSTEM, Role
from search_service.people import administration, memberships
from search_service.people.permissions import GRANTED, WORDS

app = typer.Typer(no_args_is_help=True, help="登录用的账号与角色")

Named = Annotated[str, typer.Argument(help="账号的 id、手机号或邮箱")]


@app.command("create")
def create(
    role: Annotated[str, typer.Option(help="、".join(role.value for role in administration.GIVEN))],
    name: Annotated[str, typer.Option(help="姓名")],
    phone: Annotated[str | None, typer.Option(help="手机号,用于登录")] = None,
    mail: Annotated[str | None, typer.Option(help="邮箱,用于登录")] = None,
    code: Annotated[str | None, typer.Option(help="企业或机构的统一社会信用代码")] = None,
    organisation: Annotated[str, typer.Option(help="企业全称;机构仅在代码有多家使用时需要")] = "",
    send: Annotated[bool, typer.Option(help="把激活链接发送给本人")] = False,
    as_json: Json = False,
) -> None:
    """开通账号:没有初始密码,给出 24 小时内有效、只显示一次的激活链接。"""
    linked = role in (Role.ENTERPRISE, Role.INSTITUTION)
    want = memberships.wanted(role, code, organisation) if linked else None
    with opened() as services:
        link = services.settings.activation_link
        made = administration.create(
            services.database,
            SYSTEM,
            role=role,
            name=name,
            phone=phone,
            mail=mail,
            organisation=want,
            link=link if send else None,
        )
    data = {"id": str(made.id), "link": link.format(ticket=made.ticket)}
    show(data, as_json=as_json, table=lambda: out.print(escape(f"账号 {data['id']}\n激活链接 {data['link']}")))


@app.command("disable")
def disable(account: Named, reason: Annotated[str, typer.Option(help="原因,记入审计")], as_json: Json = False) -> None:
    """停用账号:不能再登录,所有设备随即退出。"""
    with opened() as services:
        wanted = administration.find(services.database, account)
        administration.disable(services.database, SYSTEM, wanted, reason)
    show({"id": str(wanted), "disabled": True}, as_json=as_json, table=lambda: out.print("已停用"))


@app.command("enable")
def enable(account: Named, as_json: Json = False) -> None:
    """重新启用账号。"""
    with opened() as services:
        wanted = administration.find(services.database, account)
        administration.enable(services.database, SYSTEM, wanted)
    show({"id": str(wanted), "disabled": False}, as_json=as_json, table=lambda: out.print("已启用"))


@app.command("roles")
def roles(as_json: Json = False) -> None:
    """角色与权限:整张表。"""
    data: dict[str, Any] = {
        role.value: {"label": WORDS[role], "permissions": sorted(granted)} for role, granted in GRANTED.items()
    }

    def table() -> None:
        found = Table("角色", "名称", "权限")
        for name, row in data.items():
            add(found, name, row["label"], " ".join(row["permissions"]))
        out.print(found)

    show(data, as_json=as_json, table=table)
