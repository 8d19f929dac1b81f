"""Check 7's arithmetic: containment, joining, gaps (docs/matching.md, Range)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.measure import Range, read_range
from search_service.matching.ranges import cover, spoken, together

ENDS = st.integers(-20, 20)


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, int]:
    low = draw(ENDS)
    return low, low + draw(st.integers(0, 15))


def text(span: tuple[int, int]) -> str:
    return f"({span[0]}～{span[1]}) MPa"


def inside(point: Fraction, offered: list[tuple[int, int]]) -> bool:
    return any(low <= point <= high for low, high in offered)


@given(spans(), st.lists(spans(), max_size=6))
def test_covered_is_every_point_covered(asked: tuple[int, int], offered: list[tuple[int, int]]) -> None:
    halves = [Fraction(at, 2) for at in range(2 * asked[0], 2 * asked[1] + 1)]
    every = all(inside(point, offered) for point in halves)
    found = cover(text(asked), [text(one) for one in offered])
    assert (found.code is None) == every
    assert found.code in ({None} if every else {"range_not_covered"} if offered else {"unit_unclear"})


@given(spans(), st.lists(spans(), max_size=6))
def test_what_is_named_together_is_needed(asked: tuple[int, int], offered: list[tuple[int, int]]) -> None:
    cells = [text(one) for one in offered]
    used = together(text(asked), cells)
    assert bool(used) == (cover(text(asked), cells).code is None)
    if used:
        assert cover(text(asked), [cells[at] for at in used]).code is None
    for at in used:
        rest = [cells[other] for other in used if other != at]
        assert cover(text(asked), rest).code is not None


def test_a_row_that_nobody_can_read_does_not_spoil_the_others() -> None:
    assert together("0~60 MPa", ["见附表", "0~25 MPa", "25~60 MPa"]) == (1, 2)
    assert cover("0~60 MPa", ["见附表", "0~60 MPa"]).code == "range_unknown"


@pytest.mark.parametrize(
    ("asked", "offered", "code"),
    [
        ("0~60 MPa", "0~60 MPa", None),
        ("0~60 MPa", "0~60 Mpa", None),
        ("0~60 MPa", "0~60 mPa", "range_not_covered"),
        ("0~60 MPa", "0~600 bar", None),
        ("≤60 MPa", "0~60 MPa", "range_not_covered"),
        ("0~60 MPa", "≤60 MPa", None),
        ("60 MPa", "<60 MPa", "range_not_covered"),
        ("60 MPa", "≤60 MPa", None),
        ("0~100 ℃", "273.15~373.15 K", None),
        ("32~212 ℉", "0~100 ℃", None),
        ("0~60", "0~60", "unit_unclear"),
        ("0~60 MPa", "0~60", "unit_unclear"),
        ("0~10 V", "DCV：(0.1～1000) V", "unit_unclear"),
        ("DCV：1~10 V", "DCV：(0.1～1000) V", None),
        ("0~30 t", "最大秤量≤150 t", None),
        ("0~10 km/h", "(0～120) km/h；(0～99) km", None),
        ("0~100 km；0~10 km/h", "(0～120) km/h；(0～99) km", "range_not_covered"),
    ],
)
def test_examples(asked: str, offered: str, code: str | None) -> None:
    assert cover(asked, [offered]).code == code


def test_gaps_are_said_in_the_items_unit() -> None:
    found = cover("0~60 MPa", ["5~100 bar"])
    assert spoken("0~60 MPa", found.open) == "[0, 0.5)、(10, 60] MPa"
    found = cover("≥10 ℃", ["20~30 ℃"])
    assert spoken("≥10 ℃", found.open) == "[10, 20)、(30, ∞) ℃"


def test_a_text_reads_as_numbers_exactly() -> None:
    read = read_range("0.1~0.3 MPa")
    assert isinstance(read, Range)
    assert read.intervals[0].high == Fraction(300_000)
