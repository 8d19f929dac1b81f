"""Question frames are cut from the ends, and only where somebody asks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_service.query.question import QUESTION_WORDS, content_words, core, telling_words


@pytest.mark.parametrize(
    ("asked", "meant"),
    [
        ("请问热轧带肋钢筋有什么标准", "热轧带肋钢筋"),
        ("热轧带肋钢筋的标准有哪些", "热轧带肋钢筋"),
        ("有没有关于电梯制动器的标准", "电梯制动器"),
        ("压力表怎么检定", "压力表"),
        ("哪里可以做 led 灯具能效", "led 灯具能效"),
    ],
)
def test_the_core_of_a_question(asked: str, meant: str) -> None:
    assert core(asked) == meant


@pytest.mark.parametrize("title", ["锅炉水质检测", "标准", "压力表检定规程", "检测机构能力评价标准", "", "有机肥料"])
def test_a_title_is_no_question(title: str) -> None:
    assert core(title) is None


def test_a_question_about_nothing_has_no_core() -> None:
    assert core("请问有什么标准吗") is None


@given(st.text(alphabet="压力表检定规程请问什么有的标准哪些吗大米镉led ,。", max_size=30))
def test_a_core_is_a_piece_of_the_query(text: str) -> None:
    found = core(text)
    assert found is None or (found in text and found.strip())


def test_small_words_are_demanded_only_where_nobody_asks() -> None:
    assert content_words("大米的镉") == ["大米", "镉"]
    assert content_words("可以做甲醛检测") == ["可以", "做", "甲醛", "检测"]
    assert content_words("哪里可以做甲醛检测") == ["甲醛", "检测"]


def test_where_nothing_else_was_typed_everything_counts() -> None:
    assert content_words("什么") == ["什么"]
    assert content_words("的") == ["的"]


def test_beside_a_number_service_words_tell_nothing() -> None:
    assert telling_words("按照 检测 拉伸 机构") == ["拉伸"]
    assert telling_words("检测") == []
    assert not set(telling_words("请问拉伸试验怎么收费")) & QUESTION_WORDS
