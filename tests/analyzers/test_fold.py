import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.fold import fold, fold_with_offsets

# Every class that the fold treats specially, beside plain text.
texts = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "GB/T13456-2014℃㈱½Ⅱ㎡計量器具压力表①（）：；，、．\u200b\u202e\ufeff\u00ad\x00\n\t\ud800\u3000ｅİß"
        ),
        st.characters(),
    ),
    max_size=30,
)


@pytest.mark.parametrize("dash", "‐‑‒–—―−－﹣﹘-")
def test_every_dash_is_one_dash(dash: str) -> None:
    assert fold(f"13456{dash}2014") == "13456-2014"


@pytest.mark.parametrize("slash", "／∕⁄╱/")
def test_every_slash_is_one_slash(slash: str) -> None:
    assert fold(f"GB{slash}T") == "gb/t"


@pytest.mark.parametrize(
    ("original", "folded"),
    [
        ("ＧＢ／Ｔ　１３４５６", "gb/t 13456"),
        ("計量器具", "计量器具"),
        ("檢驗檢測機構", "检验检测机构"),
        ("-40℃～150℃", "-40°c~150°c"),
        ("㈱示例", "(株)示例"),
        ("½", "1/2"),
        ("Ⅱ级", "ii级"),
        ("m²", "m2"),
        ("古丽•某某", "古丽·某某"),
        ("0〜60 MPa", "0~60 mpa"),
        ("压\u200b力\ufeff表\u00ad", "压力表"),
        ("a\u202eb\u2066c", "abc"),
        ("a\x00b\x1fc\nd\te\u2028f", "a b c d e f"),
        ("a\ud800b", "a b"),
        ("", ""),
    ],
)
def test_folds_to(original: str, folded: str) -> None:
    assert fold(original) == folded


def test_simplifies_single_characters_only() -> None:
    # OpenCC's phrase tables would make 以后 of both; by character 皇后 keeps its 后 and nothing depends on neighbours.
    assert fold("以後") == "以后"
    assert fold("乾") + fold("坤") == fold("乾坤")


def test_every_character_is_stable() -> None:
    unstable = [
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) not in {"Cn", "Co"} and fold(fold(chr(code))) != fold(chr(code))
    ]
    assert unstable == []


@given(texts)
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(texts, texts)
def test_a_fragment_folds_as_it_does_in_its_text(one: str, other: str) -> None:
    assert fold(one + other) == fold(one) + fold(other)


@given(texts)
def test_nothing_that_engines_or_utf8_refuse_is_left(text: str) -> None:
    folded = fold(text)
    folded.encode()
    assert not [c for c in folded if unicodedata.category(c) in {"Cc", "Cf", "Cs"}]


@given(texts, st.data())
def test_a_folded_range_leads_back_to_what_it_came_from(text: str, data: st.DataObject) -> None:
    folded = fold_with_offsets(text)
    assert folded.text == fold(text)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))
    first, last = folded.span(start, end)
    assert 0 <= first <= last <= len(text)
    if start == end:
        assert first == last
    else:
        # Whole characters of the original: all that the range came from, and none at either end that adds nothing.
        assert len(fold(text[:first])) <= start < len(fold(text[: first + 1]))
        assert len(fold(text[: last - 1])) < end <= len(fold(text[:last]))


def test_offsets_of_characters_that_grow_shrink_and_vanish() -> None:
    folded = fold_with_offsets("温度℃\u200b計")
    assert folded.text == "温度°c计"
    assert folded.span(2, 4) == (2, 3)
    assert folded.span(3, 4) == (2, 3)  # half of ℃ is all of it
    assert folded.span(4, 5) == (4, 5)  # the zero-width space belongs to nobody
    assert folded.span(0, 5) == (0, 5)
    assert folded.span(5, 5) == (5, 5)
