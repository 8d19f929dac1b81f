"""``zhixun vocabulary …`` as a person works with it: from a search in vain to a word that holds, and back."""

import pytest

from tests.support.shell import Shell

Q = "热轧带肋钢筋屈服强度"
"""Object and parameter of a capability typed as one."""


def titles(zhixun: Shell, q: str) -> list[str]:
    return [hit["id"] for hit in zhixun.json("search", q, "--kind", "standard", "--size", "50")["hits"]]


@pytest.mark.slow
def test_a_change_that_hides_a_record_is_shown_and_refused(zhixun: Shell) -> None:
    proposal = zhixun.json("vocabulary", "propose", "--reason", "试", "--add-word", "钢筋屈服=5000")["id"]
    said = zhixun("vocabulary", "preview", proposal, code=3)
    assert "按名称查不到" in said
    assert Q in said
    assert "请修改提案" in said
    refused = zhixun("vocabulary", "activate", proposal, code=3)
    assert "名称" in refused
    assert zhixun.json("vocabulary", "show")["version"] is None
    assert "撤回" in zhixun("vocabulary", "withdraw", proposal)


@pytest.mark.slow
def test_a_harmless_change_holds_at_once_and_is_taken_back(zhixun: Shell) -> None:
    before = titles(zhixun, "压力表检定")
    said = zhixun("vocabulary", "propose", "--reason", "试", "--remove-word", "压力表", "--query", "压力表检定")
    assert "下一步:zhixun vocabulary preview" in said
    proposal = zhixun.json("vocabulary", "show")["drafts"][0]["id"]
    more = zhixun.json("vocabulary", "propose", "--to", proposal, "--reason", "顺便", "--synonym", "台秤=衡器=narrower")
    assert [change["action"] for change in more["changes"]] == ["remove_word", "set_synonym"]
    assert "尚未预览" in zhixun("vocabulary", "activate", proposal, code=1)
    assert "压力表检定" in zhixun("vocabulary", "preview", proposal)
    assert titles(zhixun, "压力表检定") == before
    done = zhixun.json("vocabulary", "activate", proposal)
    assert (done["version"]["number"], done["settled"]) == (2, True)
    assert titles(zhixun, "压力表检定") != before
    shown = zhixun("vocabulary", "show")
    assert "现用版本 2" in shown
    assert "压力表 (去掉)" in shown
    assert zhixun.json("vocabulary", "rollback", "--reason", "误启用")["settled"]
    assert titles(zhixun, "压力表检定") == before
    assert "没有" in zhixun("vocabulary", "rollback", "--to", "99", code=1)


def test_what_cannot_be_is_a_usage_error(zhixun: Shell) -> None:
    for words in (
        ("--add-word", "LED灯具"),
        ("--add-word", "盐雾箱=很多"),
        ("--synonym", "检定=校准=same"),
        ("--synonym", "检定"),
        (),
    ):
        said = zhixun("vocabulary", "propose", "--reason", "试", *words, code=2)
        assert "Traceback" not in said
    assert zhixun.json("vocabulary", "no-hits") == {"since": "2026-10-22", "queries": []}
