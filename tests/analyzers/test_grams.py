import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers import grams
from analyzers.fold import fold

# What names are made of: Han of several blocks, Latin with accents, digits with points, punctuation, spaces.
_ALPHABET = "压力表检定规程和の大米镉々〇㐀\U00020000aéledµ0123.9.5-—·（）()、/ ^|_%\u0301"
names = st.text(alphabet=_ALPHABET, max_size=24).map(fold)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("压力表", ["压", "力", "表"]),
        ("led灯具 2.5级", ["led", "灯", "具", "2.5", "级"]),
        ("gb/t 228.1-2021", ["gb", "t", "228.1", "2021"]),
        ("h7n9", ["h", "7", "n", "9"]),
        ("0~60mpa", ["0", "60", "mpa"]),
        ("1.", ["1"]),
        ("snake_case", ["snake", "case"]),
        ("人々〇一", ["人", "々", "〇", "一"]),
        ("cafe\u0301", ["cafe\u0301"]),
        ("±%", []),
        ("", []),
    ],
)
def test_units(text: str, expected: list[str]) -> None:
    assert grams.unit_tokens(text) == expected
    assert [unit.text for unit in grams.units(text)] == expected


def test_bigrams_never_cross_a_gap_and_bars_stand_between_stretches() -> None:
    assert grams.bigrams_strict("绞盘机 性能要求") == ["绞_盘", "盘_机", "|", "性_能", "能_要", "要_求"]
    assert grams.bigrams_strict("led灯（室内）", start_mark=True) == ["^", "led_灯", "|", "室_内"]
    assert grams.bigrams_strict("《水表》", start_mark=True) == ["^", "水_表"]
    assert grams.bigrams_strict("人々的〇级") == ["人_々", "々_的", "的_〇", "〇_级"]
    assert grams.bigrams_strict("pt-100 和 k型") == ["|", "|", "|", "k_型"]
    assert grams.bigrams_strict("表", start_mark=True) == ["^"]
    assert grams.bigrams_strict("") == []


def test_the_short_way_for_pure_han_gives_what_the_general_way_gives() -> None:
    # One Latin letter at the end makes the same text take the general way.
    short = grams.bigrams_strict("电子天平检定规程", start_mark=True)
    general = grams.bigrams_strict("电子天平检定规程a", start_mark=True)
    assert general == [*short, "程_a"]


@given(names)
def test_units_lie_where_they_say_and_gaps_are_exactly_what_lies_between(text: str) -> None:
    end = None
    for unit in grams.units(text):
        assert text[unit.start : unit.end] == unit.text
        assert unit.gap_before == (end is not None and end < unit.start)
        end = unit.end
    covered = "".join(unit.text for unit in grams.units(text))
    letters = re.compile(r"[^\W_]")
    assert letters.findall(covered) == letters.findall(text)


@given(names)
def test_stretches_are_the_units_between_two_gaps(text: str) -> None:
    expected: list[str] = []
    for unit in grams.units(text):
        if unit.gap_before or not expected:
            expected.append("")
        expected[-1] += unit.text
    assert grams.stretches(text) == expected


@given(names)
def test_bigrams_are_the_neighbours_without_a_gap(text: str) -> None:
    expected: list[str] = []
    found = grams.units(text)
    for one, other in pairwise(found):
        expected.append("|" if other.gap_before else f"{one.text}_{other.text}")
    assert grams.bigrams_strict(text) == expected


@given(names, st.data())
def test_every_fragment_of_two_units_is_contained(text: str, data: st.DataObject) -> None:
    found = grams.units(text)
    if len(found) < 2:
        return
    first = data.draw(st.integers(0, len(found) - 2))
    last = data.draw(st.integers(first + 1, len(found) - 1))
    fragment = text[found[first].start : found[last].end]
    assert contains(grams.unit_tokens(text), grams.unit_tokens(fragment))
    assert contains(grams.bigrams_strict(text, start_mark=True), grams.bigrams_strict(fragment))


def test_chunks_are_what_a_phrase_query_needs() -> None:
    led, title, mark = grams.chunks(" led灯具 铂电阻pt-100  表 --")
    assert led.text == "led灯具"
    assert led.bigrams == ("led_灯", "灯_具")
    assert led.complete
    assert title.tokens == ("铂", "电", "阻", "pt", "100")
    assert title.bigrams == ("铂_电", "电_阻", "阻_pt", "|")
    assert not title.complete  # 100 is in no bigram
    assert (mark.tokens, mark.bigrams, mark.complete) == (("表",), (), False)
    assert grams.chunks("  -- ") == []


@given(names)
def test_chunks_hold_all_units_at_their_places_in_the_query(text: str) -> None:
    pieces = grams.chunks(text)
    placed = [(unit.text, unit.start, unit.end) for piece in pieces for unit in piece.units]
    assert placed == [(unit.text, unit.start, unit.end) for unit in grams.units(text)]
    for piece in pieces:
        assert text[piece.start :].startswith(piece.text)
        if piece.complete:
            inside = [part for gram in piece.bigrams if gram != grams.BAR for part in gram.split("_")]
            assert set(inside) == set(piece.tokens)


def contains(tokens: list[str], wanted: list[str]) -> bool:
    return any(tokens[i : i + len(wanted)] == wanted for i in range(len(tokens) - len(wanted) + 1))
