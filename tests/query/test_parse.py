"""Any text is a query; offsets point into what was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_service.query.parse import parse_query


@given(st.text(max_size=200))
def test_any_text_is_a_query(text: str) -> None:
    parsed = parse_query(text)
    assert parsed.empty == (not text.strip())
    assert all(0 <= slot.start < slot.end <= len(text) for slot in parsed.numbers)
    assert all(isinstance(term, str) for term in parsed.terms)
    assert len(parsed.identifiers) <= 32
    assert len(parsed.whole.content) <= 64


def test_what_stands_beside_numbers_is_kept() -> None:
    text = "西安 ＧＢ／Ｔ 228.1—2021 拉伸 JJG 52 检定"
    parsed = parse_query(text)
    assert [text[slot.start : slot.end] for slot in parsed.numbers] == ["ＧＢ／Ｔ 228.1—2021", "JJG 52"]
    assert [slot.label for slot in parsed.numbers] == ["GB/T 228.1-2021", "JJG 52"]
    assert [slot.undated for slot in parsed.numbers] == [False, True]
    assert parsed.rest.telling == ("西安", "拉伸")
    assert parsed.rest.content == ("西安", "拉伸", "检定")


@pytest.mark.parametrize("text", ["LED灯具", "PM2.5", "H7N9", "CH4", "60dB", "24口交换机"])
def test_letters_and_digits_alone_are_no_number(text: str) -> None:
    assert parse_query(text).numbers == ()


def test_an_identifier_is_found_in_pieces_and_in_a_sentence() -> None:
    assert "cnasl1234" in parse_query("CNAS L1234 拉伸").identifiers
    assert "2023010101a" in parse_query("证书编号2023010101A有效吗").identifiers
    assert "陕法计202001001号" in parse_query("(陕) 法计 (2020)01001号").identifiers
    assert parse_query("拉伸试验").identifiers == ()


def test_a_tail_that_is_being_typed_is_left_open() -> None:
    def settled(text: str) -> list[str]:
        return [chunk.text for chunk in parse_query(text).whole.settled]

    assert settled("室温拉伸试验方法第1") == ["室温拉伸试验方法第"]
    assert settled("室温拉伸试验方法第1 ") == ["室温拉伸试验方法第1"]
    assert settled("室温拉伸试验方法 第1") == ["室温拉伸试验方法", "第"]
    assert settled("室内空气质量 PM2.5") == ["室内空气质量", "pm2.5"]
    assert settled("第1") == ["第1"]
    assert settled("金属材料 室温拉伸") == ["金属材料", "室温拉伸"]


def test_pinyin_is_asked_without_han_and_without_a_number() -> None:
    assert parse_query("yalibiao").pinyin
    assert not parse_query("yali表").pinyin
    assert not parse_query("gbt 228.1").pinyin
