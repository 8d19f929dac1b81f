from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.fold import fold
from analyzers.synonyms import RELATIONS, SynonymError, SynonymTable, services_in, validate

_SERVICES = ["检定", "校准", "检测", "检验", "评价"]


@pytest.mark.parametrize(("word", "meaning"), list(permutations(_SERVICES, 2)))
@pytest.mark.parametrize("relation", RELATIONS)
def test_services_are_never_joined(word: str, meaning: str, relation: str) -> None:
    with pytest.raises(SynonymError, match="法律上不同的服务") as error:
        validate(word, meaning, relation)
    assert error.value.code == "service"


@pytest.mark.parametrize(
    ("word", "meaning", "code"),
    [
        ("压力表检定", "压力表校准", "service"),
        ("檢定", "校 准", "service"),
        ("calibration", "检定", "service"),
        ("检验检测", "检测", "service"),
        ("鉴定", "检定", "service"),
        ("", "衡器", "empty"),
        ("电子秤", " -- ", "empty"),
        ("ＰＨ计", "pH 计", "equal"),
        ("計量", "计量", "equal"),
        ("GB/T 228.1-2010", "GB/T 228.1-2021", "number"),
        ("19001", "质量管理体系", "number"),
        ("拉伸试验", "GB/T 228.1", "number"),
        ("拉伸", "按GB/T 228.1-2021拉伸", "number"),
    ],
)
def test_entries_that_must_not_be_used(word: str, meaning: str, code: str) -> None:
    with pytest.raises(SynonymError) as error:
        validate(word, meaning, "same")
    assert error.value.code == code
    assert any("\u4e00" <= character <= "\u9fff" for character in str(error.value))


def test_an_unknown_relation_is_refused() -> None:
    with pytest.raises(SynonymError, match="broader") as error:
        validate("电子秤", "衡器", "broader")
    assert error.value.code == "relation"


@pytest.mark.parametrize(
    ("word", "meaning"),
    [
        ("电子秤", "衡器"),
        ("酒精检测仪", "呼出气体酒精含量检测仪"),  # the same service
        ("燃气报警器", "可燃气体检测报警器"),  # only one of them names one
        ("calibration", "校准"),
        ("细颗粒物", "PM2.5"),
        ("Cd", "镉"),
        ("B超", "医用超声诊断仪"),
        ("砼", "混凝土"),
    ],
)
def test_entries_that_may_be_used(word: str, meaning: str) -> None:
    validate(word, meaning, "same")


def test_entries_lead_one_way_and_compare_folded() -> None:
    table = SynonymTable([("電子秤", "衡器", "narrower"), ("pH计", "酸度计", "same")])
    assert table.expand("电子秤") == [("衡器", "narrower")]
    assert table.expand("衡器") == []
    assert table.expand("ph计") == table.expand("PH 计") == [("酸度计", "same")]


def test_chains_lead_on_related_does_not() -> None:
    table = SynonymTable(
        [
            ("电子计价秤", "电子秤", "narrower"),
            ("电子秤", "衡器", "narrower"),
            ("电子秤", "数字指示秤", "same"),
            ("电子秤", "天平", "related"),
            ("衡器", "计量器具", "narrower"),
            ("计量器具", "器具", "narrower"),
            ("器具", "东西", "narrower"),
            ("天平", "砝码", "same"),
        ]
    )
    assert table.expand("电子秤") == [
        ("数字指示秤", "same"),
        ("衡器", "narrower"),
        ("计量器具", "narrower"),
        ("器具", "narrower"),
        ("东西", "narrower"),
        ("天平", "related"),
    ]
    # 数字指示秤 is the same as 电子秤, of which 电子计价秤 is a case; five steps are too many.
    assert table.expand("电子计价秤") == [
        (word, "narrower") for word in ["电子秤", "衡器", "数字指示秤", "计量器具", "器具"]
    ]


def test_no_chain_leads_from_service_to_service() -> None:
    table = SynonymTable([("检定", "首检", "related"), ("校准", "量值确认", "same"), ("量值确认", "检定", "same")])
    assert table.expand("校准") == [("量值确认", "same")]
    assert table.expand("量值确认") == [("检定", "same")]


def test_a_wrong_entry_is_named_and_the_others_work() -> None:
    table = SynonymTable([("检定", "校准", "same"), ("电度表", "电能表", "same")])
    assert table.expand("检定") == []
    assert table.expand("电度表") == [("电能表", "same")]
    ((entry, error),) = table.refused
    assert (entry.word, error.code) == ("检定", "service")


_words = st.sampled_from(
    ["检定", "校准", "首检", "压力表检定", "压力表校准", "压力表", "仪表", "计量器具", "pH计", "检验检测"]
)


@given(st.lists(st.tuples(_words, _words, st.sampled_from([*RELATIONS, "wrong"])), max_size=25))
def test_whatever_is_entered_nothing_wrong_comes_out(entries: list[tuple[str, str, str]]) -> None:
    table = SynonymTable(entries)
    for word, _, _ in entries:
        meanings = table.expand(word)
        assert len({meaning for meaning, _ in meanings}) == len(meanings) <= 12
        for meaning, relation in meanings:
            assert relation in RELATIONS
            assert meaning != fold(word)
            assert not services_in(word) or services_in(meaning) in (frozenset(), services_in(word))
