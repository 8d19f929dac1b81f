from hypothesis import given
from hypothesis import strategies as st

from analyzers.collation import LETTERS, natural, sort_number


def test_names_are_in_the_order_of_their_pinyin() -> None:
    names = ["", "2号压力表", "8号压力表", "安全阀", "电能表", "电子秤", "水表", "重庆"]
    assert sorted(sorted(names), key=sort_number) == names


def test_blanks_width_and_script_do_not_count() -> None:
    assert sort_number("电 子 秤") == sort_number("電子秤")
    assert sort_number("ＬＥＤ灯") == sort_number("led 灯")


def test_what_is_invisible_or_blank_in_front_does_not_count() -> None:
    assert sort_number("\u200b" * LETTERS + "电子秤") == sort_number("电子秤")
    assert sort_number(" " * LETTERS + "电子计价秤") == sort_number("电子计价秤")


def test_only_the_first_letters_count() -> None:
    assert sort_number("压力容器压力容器甲") == sort_number("压力容器压力容器乙")


@given(st.text(max_size=40))
def test_any_text_has_a_number_that_fits(text: str) -> None:
    assert 0 <= sort_number(text) < 32**LETTERS


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_texts_have_a_natural_order(one: str, other: str) -> None:
    assert (natural(one) < natural(other)) or (natural(other) <= natural(one))


def test_part_2_stands_before_part_10() -> None:
    assert sorted(["228.10", "228.2", "228", "228.2²1"], key=natural) == ["228", "228.2", "228.2²1", "228.10"]
