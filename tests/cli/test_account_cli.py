"""``zhixun account``: opening the first account, closing one, and the table of roles."""

import sqlite3

from tests.support.shell import Shell


def test_an_account_is_opened_with_a_link_and_closed(zhixun: Shell) -> None:
    made = zhixun.json("account", "create", "--role", "administrator", "--name", "李四", "--phone", "138 0000 0001")
    assert made["link"].startswith("http://127.0.0.1:8000/activate?ticket=")
    assert "激活链接" in zhixun("account", "create", "--role", "auditor", "--name", "王五", "--mail", "w@example.cn")
    assert "最后一个" in zhixun("account", "disable", "13800000001", "--reason", "离职", code=1)
    zhixun("account", "create", "--role", "administrator", "--name", "赵六", "--phone", "13800000002", "--send")
    assert zhixun.json("account", "disable", "13800000001", "--reason", "离职")["disabled"] is True
    assert zhixun.json("account", "enable", made["id"])["disabled"] is False
    with sqlite3.connect(zhixun.folder / "zhixun.db") as connection:
        sent = connection.execute("SELECT recipient, template FROM outbox_message").fetchall()
    assert sent == [("13800000002", "activate")]


def test_what_cannot_be_opened_is_said(zhixun: Shell) -> None:
    zhixun("account", "create", "--role", "root", "--name", "x", "--phone", "13800000001", code=2)
    zhixun("account", "create", "--role", "enterprise", "--name", "x", "--phone", "13800000001", code=2)
    zhixun("account", "create", "--role", "staff", "--name", "x", code=2)
    zhixun("account", "disable", "13800000009", "--reason", "x", code=1)


def test_somebody_of_an_enterprise(zhixun: Shell) -> None:
    code = ("--code", "91320200MA1XXXXX03", "--organisation", "无锡某某有限公司")
    zhixun("account", "create", "--role", "enterprise", "--name", "李四", "--phone", "13800000001", *code)


def test_the_table_of_roles(zhixun: Shell) -> None:
    table = zhixun.json("account", "roles")
    assert "service.choose" in table["person"]["permissions"]
    assert "service.choose" not in table["public"]["permissions"]
    assert "审计员" in zhixun("account", "roles")
