"""The document's side: fields, sentinels, keys, flags."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.fold import fold
from analyzers.grams import BAR, unit_tokens
from search_service.query.lexical import (
    ABS_B,
    BODY_W,
    CITED,
    FLAG,
    KEYWORD_FIELDS,
    NUM,
    PINYIN,
    SENTINEL,
    TEXT_FIELDS,
    TITLE_B,
    TITLE_K,
    TITLE_U,
    LexicalRow,
    analyse,
)

texts = st.lists(st.text(max_size=30), max_size=3).map(tuple)
rows = st.builds(LexicalRow, names=texts, texts=texts, numbers=texts, identifiers=texts, cited=texts, flags=texts)


@given(rows)
def test_every_text_field_of_every_row_holds_the_sentinel_once(row: LexicalRow) -> None:
    found = analyse(row)
    assert set(found.texts) == {name for name, _ in TEXT_FIELDS}
    assert all(text.split().count(SENTINEL) == 1 for text in found.texts.values())
    assert set(found.keywords) == set(KEYWORD_FIELDS)


@given(st.text())
def test_no_analyser_makes_the_sentinel(text: str) -> None:
    found = analyse(LexicalRow(names=(text,), texts=(text + "甲",)))
    assert all(tokens.split()[0] == SENTINEL and SENTINEL not in tokens.split()[1:] for tokens in found.texts.values())


def test_no_phrase_reaches_from_one_name_or_text_into_the_next() -> None:
    found = analyse(LexicalRow(names=("大米", "镉含量"), texts=("食品", "粮食")))
    for field in (TITLE_U, ABS_B, PINYIN):
        tokens = found.texts[field].split()
        assert BAR in tokens
    assert ("米", "镉") not in pairwise(found.texts[TITLE_U].split())
    assert found.texts[TITLE_B].split() == [SENTINEL, "^", "大_米", "^", "镉_含", "含_量"]


@pytest.mark.parametrize("abstract", ["压力表检定规程", "压力表 检定规程", "JJG 52—2013 压力表检定规程", ""])
def test_a_text_that_only_repeats_the_name_is_dropped(abstract: str) -> None:
    bare = analyse(LexicalRow(names=("压力表检定规程",), numbers=("JJG 52-2013",)))
    told = analyse(LexicalRow(names=("压力表检定规程",), texts=(abstract,), numbers=("JJG 52-2013",)))
    assert told.texts == bare.texts


def test_a_text_that_says_more_stays() -> None:
    found = analyse(LexicalRow(names=("压力表",), texts=("压力表的检定",)))
    assert "检_定" in found.texts[ABS_B].split()
    assert "检定" in found.texts[BODY_W].split()


@pytest.mark.parametrize(
    ("numbers", "flag"),
    [
        (("GB/T 228.1-2021",), "ok"),
        (("GB/T 228.1-2021E",), "odd"),
        (("GB 13094-2017/XG1-2023",), "odd"),
        (("GB/T 228.1",), "odd"),
        (("GB/T 228.1-2021", "GB/T 228.2-2015"), "odd"),
        (("没有编号",), "odd"),
        ((), "ok"),
    ],
)
def test_only_a_plain_number_is_well_formed(numbers: tuple[str, ...], flag: str) -> None:
    assert analyse(LexicalRow(numbers=numbers, flags=("current",))).keywords[FLAG] == ["current", flag]


def test_own_and_cited_numbers_have_fields_of_their_own() -> None:
    found = analyse(LexicalRow(numbers=("GB/T 1-2020",), cited=("GB/T 2-2021",))).keywords
    assert "p:gbt 1" in found[NUM]
    assert "p:gbt 2" not in found[NUM]
    assert "p:gbt 2" in found[CITED]
    assert "p:gbt 1" not in found[CITED]


def test_an_identifier_is_the_same_however_it_is_written() -> None:
    one = analyse(LexicalRow(identifiers=("(陕)法计(2020)01001号",))).keywords[NUM]
    other = analyse(LexicalRow(identifiers=("（陕） 法计〔2020〕 01001 号",))).keywords[NUM]
    assert one == other


@given(st.text(min_size=1, max_size=20).filter(lambda text: bool(unit_tokens(fold(text)))))
def test_a_name_is_known_as_written_and_as_spoken(name: str) -> None:
    written, spoken = analyse(LexicalRow(names=(name,))).keywords[TITLE_K]
    spaced = analyse(LexicalRow(names=(f"《{name}》",))).keywords[TITLE_K]
    assert spaced[1] == spoken
    assert spaced[0] != written
