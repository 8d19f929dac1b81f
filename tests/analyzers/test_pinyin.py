import re
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.fold import fold
from analyzers.grams import units
from analyzers.pinyin import index_tokens, is_latin_query, query_chunks, spelt_from, spelt_out


def found(query: str, name: str, *, initials: bool = True) -> bool:
    """What a query of phrases and terms over the field answers."""
    tokens = index_tokens(fold(name))
    chunks = query_chunks(fold(query))
    return bool(chunks) and all(
        any(tokens[i : i + len(r)] == list(r) for r in chunk.readings for i in range(len(tokens)))
        or (initials and chunk.initials in tokens)
        for chunk in chunks
    )


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("shuibiao", "水表检定规程"),
        ("shui biao", "冷水水表"),
        ("shuibiao jianding", "检定：电子水表"),  # each piece by itself
        ("biaojian", "水表检定规程"),  # across words
        ("shanxi", "陕西省计量院"),
        ("shanxi", "山西省计量院"),
        ("xian", "西安市"),
        ("xi'an", "西安市"),
        ("xian", "限值"),
        ("fangan", "方案"),
        ("chongqing", "重庆市"),
        ("zhongliang", "重量法"),
        ("lvse", "绿色产品"),
        ("lüse", "绿色产品"),
        ("nüe", "虐"),
        ("leduan", "LED灯具 乐段"),  # no such way through led: only the syllables
        ("LED dengju", "LED灯具"),
        ("sb jianding", "水表检定"),
        ("led2.5dengju", "LED2.5灯具"),
        ("ＳＨＵＩＢＩＡＯ", "水表"),
        ("sb", "水表"),
        ("dnb", "电能表检定"),
        ("dnbjd", "电能表检定规程"),
        ("sbjdgc", "水表检定规程"),
    ],
)
def test_found(query: str, name: str) -> None:
    assert found(query, name)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("shuibia", "水表"),  # no syllables: nothing is guessed
        ("jianding", "水表，检；定"),  # not across punctuation
        ("biaosb", "水表"),  # not from the syllables into the initials
        ("an", "水表按"),  # 按 is an, but see below
        ("sj", "水表检定"),  # initials of words side by side only
        ("s", "水表"),
        ("gbt", "水表"),
    ],
)
def test_not_found(query: str, name: str) -> None:
    if query == "an":
        assert found(query, name)  # a syllable of its own
        assert not found("an", "爱农", initials=False)  # and not the initials a + n
        return
    assert not found(query, name)


@pytest.mark.parametrize("query", ["水表", "水biao", "shuibiao 检定", "228.1", "", "--", "㐀a"])
def test_a_query_with_han_or_without_letters_asks_nothing(query: str) -> None:
    assert query_chunks(fold(query)) == []
    assert not is_latin_query(fold(query))


def test_readings_and_initials_stay_apart_and_few() -> None:
    (chunk,) = query_chunks("fangan")
    assert chunk.readings == (("fang", "an"), ("fan", "gan"))
    assert chunk.initials == "=fangan"
    (chunk,) = query_chunks("sb")
    assert (chunk.readings, chunk.initials) == ((), "=sb")
    (chunk,) = query_chunks("xianan" * 10)
    assert 1 < len(chunk.readings) <= 8
    assert chunk.initials is None
    assert query_chunks("xianan" * 11) == []
    (chunk,) = query_chunks("xi an")
    assert chunk.readings == (("xi", "an"),)


def test_a_long_name_stays_small() -> None:
    tokens = index_tokens("电能表检定装置" * 1000)
    assert len(tokens) < 64 * 5


def test_queries_do_not_load_the_pinyin_dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypinyin", None)
    assert query_chunks("shuibiao")


@given(st.text("水表检定规程重庆长度，（𠀀㐀", max_size=20), st.data())
def test_the_pinyin_of_any_fragment_of_a_stretch_finds_it(name: str, data: st.DataObject) -> None:
    stretches = [run for run in re.findall(r"[^，（𠀀㐀]+", name) if run]
    if not stretches:
        return
    stretch = data.draw(st.sampled_from(stretches))
    first = data.draw(st.integers(0, len(stretch) - 1))
    last = data.draw(st.integers(first, len(stretch) - 1))
    # The pinyin that the whole name has there: a fragment alone may cut a word, and then reads otherwise (重庆, 重).
    tokens = [token for token in index_tokens(name) if not token.startswith("=")]
    place = next(match.start() for match in re.finditer(stretch, name))
    before = sum(1 for character in name[:place] if character not in "，（")
    bars = sum(1 for unit in units(name[: place + 1]) if unit.gap_before)
    typed = tokens[before + bars + first : before + bars + last + 1]
    assert len(typed) == last - first + 1
    for query in ("".join(typed), " ".join(typed), "'".join(typed)):
        readings = [reading for chunk in query_chunks(query) for reading in chunk.readings]
        assert tuple(typed) in readings or len(readings) >= 8


@given(st.text("水表检定重庆长度规程，:(2.5-é e\u0301led𠀀", max_size=80), st.lists(st.integers(0, 80), max_size=8))
def test_every_end_of_a_text_is_spelt_as_by_itself(text: str, starts: list[int]) -> None:
    assert spelt_from(text, starts) == [spelt_out(text[start:]) for start in starts]
