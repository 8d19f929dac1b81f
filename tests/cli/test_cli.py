"""The command line (`docs/api.md`): what it prints for people and for scripts, and its exit codes."""

import json
from pathlib import Path

import pytest

from api.wiring import Services
from search_service.query.request import SearchRequest
from tests.support.shell import Shell


def test_search_is_the_same_answer_as_the_facade(zhixun: Shell, sample: Services) -> None:
    said = zhixun.json("search", "压力表", "--kind", "authorisation", "--size", "5")
    asked = sample.search.search(SearchRequest(q="压力表", kinds=("authorisation",), size=5)).to_json()
    assert [hit["id"] for hit in said["hits"]] == [hit["id"] for hit in asked["hits"]]
    assert said["total"] == asked["total"]
    assert "压力表" in zhixun("search", "压力表", "--explain")


def test_a_person_sees_the_parameter_what_may_be_meant_and_what_is_promised(zhixun: Shell, sample: Services) -> None:
    (first, *_) = sample.search.search(SearchRequest(q="大米 镉", kinds=("capability",))).hits
    said = zhixun("search", "大米 镉", "--kind", "capability")
    assert f"{first.fields['object']} {first.fields['parameter']}" in said
    for q in ("压立表", "量子纠缠态检测zzz"):
        answer, said = sample.search.search(SearchRequest(q=q)), zhixun("search", q)
        assert all(text in said for text in (*answer.did_you_mean, answer.promise))
        assert answer.did_you_mean or answer.promise


def test_the_sample_is_there_and_loading_it_again_changes_nothing(zhixun: Shell) -> None:
    again = zhixun.json("demo")
    assert (again["stored"], again["refused_rows"]) == (0, 0)
    assert again["unchanged"] == again["read"] > 5_000


def test_bad_rows_are_named_and_the_good_ones_kept(zhixun: Shell, tmp_path: Path) -> None:
    good = {"key": "new", "number": "GB/T 99991-2020", "title": "示例新标准"}
    lines = [json.dumps(good), '{"number": "GB/T 99992-2020"}', "not json", '{"number": 5, "title": "错"}']
    (tmp_path / "standards.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "strange.txt").write_text("?")
    report = zhixun.json("load", str(tmp_path / "standards.jsonl"), str(tmp_path / "strange.txt"))
    assert report["stored"] == 1
    assert [(row["line"], row["field"]) for row in report["refused"]] == [(2, "title"), (3, ""), (4, "number")]
    assert all(row["reason"] for row in report["refused"])
    assert [Path(name).name for name in report["skipped"]] == ["strange.txt"]
    assert zhixun.json("search", "GB/T 99991")["hits"][0]["key"] == "new"
    assert "第 2 行" in zhixun("load", str(tmp_path / "standards.jsonl"))


def test_each_refused_row_is_named_and_warnings_that_are_left_out_are_counted(zhixun: Shell, tmp_path: Path) -> None:
    refused = [json.dumps({"number": f"GB/T 9980{n}-2020"}) for n in range(30)]
    doubtful = [json.dumps({"number": f"GB/T 9970{n}-2020", "title": "x", "kind": "陌生"}) for n in range(8)]
    path = tmp_path / "standards.jsonl"
    path.write_text("\n".join([*refused, *doubtful]), encoding="utf-8")
    said = zhixun("load", str(path))
    assert [line for line in range(1, 39) if f"第 {line} 行 title" in said] == list(range(1, 31))
    assert sum(line.startswith("提醒 ") for line in said.splitlines()) == 5
    assert "另有 3 条提醒,用 --json 查看" in said


def test_brackets_in_data_are_text(zhixun: Shell, tmp_path: Path) -> None:
    strange = "方括号[/red]与[2008]及[bold]和:smile:"
    rows = [
        {"number": "GB/T 99981-2020", "title": strange},
        {"number": "GB/T 99982-2020", "title": "x", "kind": "[/x]"},
    ]
    wrong = {"number": "GB/T 99983-2020", "title": "x", "published_on": "[/x]"}
    path = tmp_path / "[/x]" / "standards.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(json.dumps(row) for row in [*rows, wrong]), encoding="utf-8")
    said = "".join(zhixun("load", str(path)).split())
    assert "日期“[/x]”无法识别" in said
    assert "“[/x]”不是已知的标准类别" in said
    assert strange in zhixun("search", "GB/T 99981", "--explain")
    assert "[/red]" in zhixun("search", "x", "--kind", "[/red]", code=2)
    assert "[/red]" in zhixun("load", "/nowhere/[/red]", code=2)
    assert "[/red]" in zhixun("token", "create", "--role", "[/red]", code=2)


@pytest.mark.slow
def test_dump_and_load_into_an_empty_folder(zhixun: Shell, tmp_path: Path) -> None:
    written = zhixun.json("dump", str(tmp_path / "out"))
    assert written
    other = Shell(tmp_path / "other")
    report = other.json("load", str(tmp_path / "out"))
    assert report["refused_rows"] == 0
    for q in ("压力表", "GB/T 228.1", "大米 镉"):
        assert other.json("search", q)["kinds"] == zhixun.json("search", q)["kinds"]


def test_tokens_are_shown_once(zhixun: Shell) -> None:
    assert zhixun.json("token", "create", "--role", "staff")["token"].startswith("zx_")
    assert "可用" in zhixun("token", "create", "--role", "king", code=2)


def test_exit_codes(zhixun: Shell) -> None:
    zhixun("load", "/nowhere/at/all", code=2)
    assert "capability" in zhixun("search", "x", "--kind", "nonsense", code=2)
    assert "检测能力" in zhixun("kinds")
