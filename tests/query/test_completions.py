"""Completions: what is stored to complete to, and what is looked up for what was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_service.query.completions import (
    EXACT,
    LONGEST,
    SHORTENED,
    SPOKEN,
    WRITTEN,
    completions,
    forms,
    lookups,
    settled,
)


def answered(typed: str, text: str) -> set[int]:
    """How well a text answers what was typed."""
    values = completions([text])
    return {
        lookup.rank
        for lookup in lookups(typed)
        for value in values
        if value.startswith(lookup.prefix) and lookup.accepts(value)
    }


@pytest.mark.parametrize(
    ("typed", "text", "rank"),
    [
        ("压力", "压力表", WRITTEN),
        ("壓力", "压力表", WRITTEN),
        ("热轧", "钢筋混凝土用钢 第2部分:热轧带肋钢筋", WRITTEN),
        ("yalib", "压力表", SPOKEN),
        ("ya li", "压力表", SPOKEN),
        ("rezha", "钢筋混凝土用钢 第2部分:热轧带肋钢筋", SPOKEN),
        ("lvse", "绿色产品", SPOKEN),
        ("lüse", "绿色产品", SPOKEN),
        ("xi'an", "西安市", SPOKEN),
        ("ylb", "压力表", SHORTENED),
        ("yalb", "压力表", SHORTENED),
        ("ylbiao", "压力表", SHORTENED),
        ("zhjl", "中华计量", SHORTENED),
        ("ldj", "LED灯具", SHORTENED),
        ("gbt228.1", "GB/T 228.1-2021", EXACT),
        ("GB/T 228.1—2021", "GB/T 228.1-2021", EXACT),
        ("228.1-2021", "GB/T 228.1-2021", EXACT),
        ("228", "GB/T 228.1-2021", WRITTEN),
    ],
)
def test_answered(typed: str, text: str, rank: int) -> None:
    assert min(answered(typed, text)) == rank


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("压力b", "压力表"),
        ("ylq", "压力表"),
        ("yalab", "压力表"),
        ("yelb", "压力表"),
        ("y", "压力表"),
        ("gbt2281", "GB/T 228.1-2021"),
        ("228.1-2020", "GB/T 228.1-2021"),
        ("", "压力表"),
        ("???", "压力表"),
    ],
)
def test_not_answered(typed: str, text: str) -> None:
    assert answered(typed, text) == set()


@given(st.text(max_size=80))
def test_han_is_never_a_sound_and_nothing_breaks(typed: str) -> None:
    found = lookups(typed)
    if any("\u4e00" <= character <= "\u9fff" for character in typed):
        assert all(lookup.rank <= WRITTEN for lookup in found)
    assert len({lookup.prefix for lookup in found}) == len(found)
    assert all(form.value and form.start >= 0 for form in forms(typed))
    assert all(len(form.value) <= LONGEST for form in forms(typed) if form.value[0] not in "~=")


def test_what_an_input_method_has_not_turned_into_han_is_left_out() -> None:
    assert settled("压力b") == "压力"
    assert settled("压力 biao") == "压力"
    assert settled("LED灯具d") == "led灯具"
    assert settled("压力") == settled("led") == settled("b压力") == ""
