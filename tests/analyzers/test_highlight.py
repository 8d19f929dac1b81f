import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.fold import fold
from analyzers.grams import unit_tokens
from analyzers.highlight import excerpt, highlight, marked, number_spans, render
from analyzers.standard_number import parse

_ALPHABET = "压力表計量器具计量和aAＢbé\u03012.50℃㈱①\ufdfa\u200b\ufe00<>&\"' （）-/"
texts = st.text(alphabet=_ALPHABET, max_size=30)


def brackets(original: str, *terms: str, typing: bool = False) -> str:
    return highlight(original, [fold(term) for term in terms], mark=("[", "]"), typing=typing)


@pytest.mark.parametrize(
    ("original", "terms", "expected"),
    [
        ("金属材料 拉伸试验", ["拉伸"], "金属材料 [拉伸]试验"),
        ("計量器具 ＧＢ", ["计量", "gb"], "[計量]器具 [ＧＢ]"),  # P11
        ("氧气压力表", ["压力", "压力表", "力表"], "氧气[压力表]"),  # overlaps: one mark
        ("压力表检定", ["压力表", "检定"], "[压力表检定]"),  # touching: one mark
        ("压力表和压力表", ["压力表"], "[压力表]和[压力表]"),
        ("190011和19001", ["19001"], "190011和[19001]"),  # whole units only
        ("LEDs和led", ["LED"], "LEDs和[led]"),
        ("绞盘机 性能", ["机性能"], "绞盘机 性能"),  # strict
        ("绞盘机、性能", ["机 性能"], "绞盘[机、性能]"),  # a gap of the term allows any gap
        ("按 RoHS 2.0 检测", ["rohs2.0检测"], "按 [RoHS 2.0 检测]"),  # P13
        ("RoHS-2.0", ["rohs2.0"], "RoHS-2.0"),
        ("led led", ["ledled"], "led led"),
        ("GB/T 228.1—2021", ["gb/t 228.1"], "[GB/T 228.1]—2021"),
        ("20℃时", ["20 c"], "[20℃]时"),  # ℃ folds to °c: whole
        ("20℃时", ["c"], "20[℃]时"),
        ("澄信㈱公司", ["株"], "澄信[㈱]公司"),
        ("压\u200b力表", ["压力表"], "[压\u200b力表]"),
        ("葛\ufe00根", ["葛"], "[葛\ufe00]根"),
        ("é", ["é"], "[é]"),
        ("水表", ["水", "--", ""], "[水]表"),
        ("", ["水"], ""),
    ],
)
def test_marks(original: str, terms: list[str], expected: str) -> None:
    assert brackets(original, *terms) == expected


def test_every_word_of_an_arabic_ligature_marks_it_whole() -> None:
    ligature = "\ufdfa"
    for word in unit_tokens(fold(ligature)):
        assert brackets(f"（{ligature}）表", word) == f"（[{ligature}]）表"


def test_what_is_still_being_typed_marks_the_beginning() -> None:
    assert brackets("GB/T 22812", "gb/t 228", typing=True) == "[GB/T 228]12"
    assert brackets("GB/T 22812", "gb/t 228") == "GB/T 22812"
    assert brackets("pressure", "press", typing=True) == "[press]ure"


def test_html_is_escaped_inside_and_outside_of_marks() -> None:
    assert highlight('<b>&"水表"</b>', ["水表"]) == "&lt;b&gt;&amp;&quot;<mark>水表</mark>&quot;&lt;/b&gt;"
    assert highlight("<mark>水</mark>", ["mark"]) == "&lt;<mark>mark</mark>&gt;水&lt;/<mark>mark</mark>&gt;"


def test_given_spans_are_marked_and_joined_with_the_terms() -> None:
    original = "依据gbt１３４５６－2014检测"
    assert highlight(original, ["检测"], spans=[(2, 15)], mark=("[", "]")) == "依据[gbt１３４５６－2014检测]"
    assert marked(original, [], spans=[(3, 3)]) == []


@pytest.mark.parametrize(
    ("wanted", "original", "expected"),
    [
        ("GB/T 13456-2014", "依据gbt１３４５６－2014检测", "依据[gbt１３４５６－2014]检测"),
        ("GB/T 13456", "GB/T13456—2014", "[GB/T13456—2014]"),
        ("13456", "GB／T 13456-2014、JJG 13456-2014", "[GB／T 13456-2014]、[JJG 13456-2014]"),
        ("GB/T 228", "GB/T 228.1-2021", "[GB/T 228.1-2021]"),
        ("GB/T 228.1", "GB/T 228.2-2021、GB/T 228.10-2021", "GB/T 228.2-2021、GB/T 228.10-2021"),
        ("GB/T 13456-2014", "GB/T 13456-2015", "GB/T 13456-2015"),
        ("GB/T 13456", "GB/T 134561-2014、JJG 13456-2014", "GB/T 134561-2014、JJG 13456-2014"),
        ("Q/07866/02011-2014", "见q／07866／02011—2014。", "见[q／07866／02011—2014]。"),
    ],
)
def test_numbers_are_marked_in_any_spelling(wanted: str, original: str, expected: str) -> None:
    number = parse(wanted)
    assert number is not None
    spans = number_spans(original, [number])
    assert render(original, marked(original, [], spans=spans), mark=("[", "]")) == expected


@pytest.mark.parametrize("span", [(-1, 2), (0, 3), (2, 1)])
def test_a_span_outside_of_the_text_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="does not lie in a text of 2 characters"):
        marked("水表", [], spans=[span])


@given(texts, st.lists(texts, max_size=4))
def test_the_text_comes_back_whole_and_marks_ascend_apart(original: str, terms: list[str]) -> None:
    result = highlight(original, map(fold, terms))
    assert html.unescape(re.sub(r"</?mark>", "", result)) == original
    spans = marked(original, map(fold, terms))
    places = [place for span in spans for place in span]
    assert places == sorted(set(places))
    assert all(0 <= place <= len(original) for place in places)


@given(texts)
def test_a_text_marks_itself_from_its_first_unit_to_its_last(original: str) -> None:
    folded = fold(original)
    spans = marked(original, [folded])
    if not unit_tokens(folded):
        assert spans == []
        return
    assert len(spans) == 1
    start, end = spans[0]
    assert unit_tokens(fold(original[start:end])) == unit_tokens(folded)
    assert unit_tokens(fold(original[:start])) == []


@given(texts, texts)
def test_what_is_marked_is_the_term_or_an_expansion_around_it(original: str, term: str) -> None:
    wanted = unit_tokens(fold(term))
    for start, end in marked(original, [fold(term)]):
        inside = unit_tokens(fold(original[start:end]))
        assert any(inside[i : i + len(wanted)] == wanted for i in range(len(inside)))


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (100, "这里说的是别的事情，与问题无关，后面才说到[压力表]的检定和[压力表]的校准。"),
        (24, "…问题无关，后面才说到[压力表]的检定和[压力表]的校准。"),
        (12, "…才说到[压力表]的检定和[压力]…"),
        (5, "…到[压力表]的…"),
    ],
)
def test_excerpt_shows_where_most_is_marked(length: int, expected: str) -> None:
    original = "这里说的是别的事情，与问题无关，后面才说到压力表的检定和压力表的校准。"
    assert excerpt(original, marked(original, ["压力表"]), length=length, mark=("[", "]")) == expected


@given(texts, texts, st.integers(1, 40))
def test_an_excerpt_is_a_part_of_the_text(original: str, term: str, length: int) -> None:
    shown = excerpt(original, marked(original, [fold(term)]), length=length)
    plain = html.unescape(re.sub(r"</?mark>", "", shown)).removeprefix("…").removesuffix("…")
    assert plain in original
    assert len(plain) == min(length, len(original))


def test_render_without_marks_is_the_escaped_text() -> None:
    assert render("a<b", []) == "a&lt;b"
