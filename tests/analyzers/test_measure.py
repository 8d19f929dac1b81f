"""Ranges, accuracies and what a sentence holds of them (P17): exact, and nothing guessed."""

from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from analyzers.measure import Interval, Range, Unreadable, gaps, read_range
from analyzers.measure_accuracy import Kind, as_good, equal_text, read_accuracy
from analyzers.measure_find import find_measures
from analyzers.measure_units import known, unit

METRE = (("m", 1),)


def ends(text: str) -> list[tuple[Fraction | None, Fraction | None]]:
    read = read_range(text)
    assert isinstance(read, Range), (text, read)
    return [(interval.low, interval.high) for interval in read.intervals]


def reason(text: str) -> str:
    read = read_range(text)
    assert isinstance(read, Unreadable), (text, read)
    return read.reason


@pytest.mark.parametrize(
    "text",
    [
        "0~60MPa",
        "(0～60) MPa",
        "0-60mpa",
        "０～６０ＭＰａ",
        "0～60兆帕",
        "0 MPa～60 MPa",
        "（0-60）Mpa",
        "0至60MPa",
        "0——60MPa",
    ],
)
def test_one_range_in_many_spellings(text: str) -> None:
    assert ends(text) == [(Fraction(0), Fraction(60_000_000))]


def test_units_are_converted_exactly() -> None:
    assert ends("0.1~0.3 mm") == [(Fraction(1, 10_000), Fraction(3, 10_000))]
    assert ends("(0.05～2×10⁵) μS/cm") == [(Fraction(5, 10**6), Fraction(20))]
    assert ends("36 km/h~72 km/h") == [(Fraction(10), Fraction(20))]
    assert ends("1 mPa·s~2 mPa·s") == [(Fraction(1, 1000), Fraction(2, 1000))]
    assert ends("1 g～2000 kg") == [(Fraction(1, 1000), Fraction(2000))]


def test_a_small_and_a_large_m_are_nine_orders_apart() -> None:
    small, large = unit("mPa"), unit("MPa")
    assert small is not None
    assert large is not None
    assert large.factor / small.factor == 10**9


def test_thermometers_are_points_on_one_scale() -> None:
    assert ends("-40℃~150℃") == [(Fraction(23315, 100), Fraction(42315, 100))]
    assert ends("32℉~212℉") == ends("0℃~100℃") == ends("273.15K~373.15K")
    assert ends("-40--10℃") == [(Fraction(23315, 100), Fraction(26315, 100))]


def test_one_side_is_open_and_ends_belong_unless_written_otherwise() -> None:
    read = read_range("最大秤量≤150 t")
    assert isinstance(read, Range)
    assert read.intervals[0] == Interval(None, Fraction(150_000), (("kg", 1),), label="最大秤量")
    assert ends("100kg以上") == [(Fraction(100), None)]
    assert ends("100 kg 以下") == [(None, Fraction(100))]
    for text, included in (("≥5 m", True), (">5 m", False), ("大于5 m", False), ("不小于5 m", True)):
        read = read_range(text)
        assert isinstance(read, Range)
        assert read.intervals[0].low_included is included


def test_several_intervals_and_what_they_are_called() -> None:
    read = read_range("DCV：10 mV～1000 V；ACV：10 mV～750 V")
    assert isinstance(read, Range)
    assert [interval.label for interval in read.intervals] == ["DCV", "ACV"]
    assert len(ends("0~5 m、10~20 m")) == 2


@pytest.mark.parametrize(
    "text", ["见证书附件第12页", "FID、TCD、ECD", "0~5 m；见附件", "~", "0~", "9" * 5000, "5~3 kg/"]
)
def test_what_cannot_be_read_says_so(text: str) -> None:
    assert reason(text) == "unreadable"


def test_blank_and_upside_down_are_told_apart() -> None:
    assert reason("  ") == "blank"
    assert reason("(25～0) Mpa") == "upside_down"


def test_numbers_without_a_unit_are_unclear_and_cover_nothing() -> None:
    bare = read_range("0~100")
    assert isinstance(bare, Range)
    assert not bare.unit_clear
    assert not bare.intervals[0].contains(bare.intervals[0])


def test_touching_stretches_join_and_gaps_are_named() -> None:
    wanted = Interval(Fraction(0), Fraction(10), METRE)
    low, high = Interval(Fraction(0), Fraction(4), METRE), Interval(Fraction(4), Fraction(10), METRE)
    assert gaps(wanted, [low, high]) == []
    assert gaps(wanted, [low]) == [Interval(Fraction(4), Fraction(10), METRE, low_included=False)]
    open_end = Interval(Fraction(0), Fraction(4), METRE, high_included=False)
    after = Interval(Fraction(4), Fraction(10), METRE, low_included=False)
    assert gaps(wanted, [open_end, after]) == [Interval(Fraction(4), Fraction(4), METRE)]
    assert gaps(Interval(None, Fraction(3), METRE), [low]) == [Interval(None, Fraction(0), METRE, high_included=False)]


numbers = st.integers(-8, 8).map(Fraction)
intervals = (
    st.builds(
        Interval,
        st.none() | numbers,
        st.none() | numbers,
        st.just(METRE),
        st.booleans(),
        st.booleans(),
    )
    .filter(lambda i: i.low is None or i.high is None or i.low <= i.high)
    .filter(lambda i: i.low is None or i.low != i.high or (i.low_included and i.high_included))
)


def inside(point: Fraction, interval: Interval) -> bool:
    if interval.low is not None and (point < interval.low or (point == interval.low and not interval.low_included)):
        return False
    return interval.high is None or point < interval.high or (point == interval.high and interval.high_included)


@given(intervals, st.lists(intervals, max_size=4))
@example(Interval(Fraction(0), Fraction(0), METRE), [Interval(Fraction(0), Fraction(1), METRE, low_included=False)])
def test_gaps_are_what_is_wanted_and_nobody_offers(wanted: Interval, offered: list[Interval]) -> None:
    left = gaps(wanted, offered)
    for tenth in range(-95, 96, 5):
        point = Fraction(tenth, 10)
        missing = inside(point, wanted) and not any(inside(point, one) for one in offered)
        assert any(inside(point, gap) for gap in left) == missing


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.sampled_from(["mm", "MPa", "℃", "kg", "L/min", "%RH", "m⁻¹"]))
def test_what_is_written_is_read_back(one: int, other: int, symbol: str) -> None:
    low, high = sorted((one, other))
    found = unit(symbol)
    assert found is not None
    assert ends(f"({low}～{high}) {symbol}") == [(found.base(Fraction(low)), found.base(Fraction(high)))]
    assert found.of(found.base(Fraction(low))) == low


@given(st.text(max_size=60) | st.text(alphabet="0123456789.~-() MPa℃≤以上、；级±U=k", max_size=60))
def test_any_text_is_read_or_said_to_be_unreadable(text: str) -> None:
    assert isinstance(read_range(text), Range | Unreadable)
    assert isinstance(read_accuracy(text), tuple | Unreadable)
    for one in find_measures(text):
        assert 0 <= one.start < one.end <= len(text)


def good(offered: str, asked: str) -> bool | None:
    have, want = read_accuracy(offered), read_accuracy(asked)
    assert isinstance(have, tuple), offered
    assert isinstance(want, tuple), asked
    return as_good(have, want)


@pytest.mark.parametrize(
    ("offered", "asked", "verdict"),
    [
        ("1.6级", "1.6级", True),
        ("0.4级", "1.6级", True),
        ("2.5级", "1.6级", False),
        ("1级~3级", "1级", True),
        ("E2级", "F1等级", True),
        ("M1级", "F1级", False),
        ("Ⅱ级", "Ⅲ级", True),
        ("3等", "2等", False),
        ("2等", "2级", None),
        ("0.5S级", "0.5级", None),
        ("MPE：±0.2%", "MPE：±0.5%", True),
        ("±0.5 mm", "±100 μm", False),
        ("±0.5%", "±0.5%FS", None),
        ("U=0.3% (k=3)", "U=0.2%", True),
        ("U=0.2% (k=1)", "U=0.3% (k=2)", False),
        ("U=0.3 ℃，U=1.5%RH (k=2)", "U=0.3 ℃", None),
        ("1级；0.5级", "0.5级", False),
        ("1级", "1级；U=0.2%", None),
        ("±1.6 mm", "±1 μm；±0.1%", False),
        ("±0.5 μm", "±1 μm；±0.1%", None),
        ("U=0.3%", "U=0.3%；U=3% (k=3)", True),
    ],
)
def test_as_good_or_not_or_unknown(offered: str, asked: str, verdict: bool | None) -> None:  # noqa: FBT001 - parametrised
    assert good(offered, asked) is verdict


def test_kinds_of_statements_are_told_apart() -> None:
    kinds = {text: read_accuracy(text)[0].kind for text in ("1.6级", "2等", "±1%", "U=1%")}  # type: ignore[index]
    assert list(kinds.values()) == [Kind.GRADE, Kind.RANK, Kind.ERROR, Kind.UNCERTAINTY]
    assert read_accuracy("见证书附件") == Unreadable("unreadable")
    assert equal_text("MPE：±（0.2～4.0）℃", "mpe:±(0.2~4.0) ℃")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("压力表 0~60MPa 1.6级 检定", [("range", "0~60MPa"), ("accuracy", "1.6级")]),
        ("-40℃~150℃高低温箱校准", [("range", "-40℃~150℃")]),
        ("电子秤 150kg以上 Ⅲ级", [("range", "150kg以上"), ("accuracy", "Ⅲ级")]),
        ("砝码F1等级", [("accuracy", "F1等级")]),
        ("0.02级", [("accuracy", "0.02级")]),
        ("PM2.5 二级标准 H7N9 3级能效", []),
        ("GB/T 228.1-2021 2014-2015年 1:2000 10台", []),
        ("电动车锂电池3C检测 4S店 5G", []),
        ("250MPa压力表 DN300水表", [("point", "250MPa"), ("point", "DN300")]),
        ("温度计 U=0.5℃ k=2 校准", [("accuracy", "U=0.5℃ k=2")]),
        ("U95=0.2mm, k=2", [("accuracy", "U95=0.2mm, k=2")]),
        ("Urel=0.05%(k=2)", [("accuracy", "Urel=0.05%(k=2)")]),
        ("扩展不确定度不大于0.1%", [("accuracy", "扩展不确定度不大于0.1%")]),
        ("U≤0.5℃ 0~100℃", [("accuracy", "U≤0.5℃"), ("range", "0~100℃")]),
        ("PVC-U管 U盘", []),
        ("3到5天内 24小时 48h 30分钟以内", []),
        ("秒表 0~24h 电子停表1ms~3600s", [("range", "0~24h"), ("range", "1ms~3600s")]),
    ],
)
def test_a_sentence_holds_what_is_measured_and_nothing_else(text: str, found: list[tuple[str, str]]) -> None:
    assert [(one.what, text[one.start : one.end]) for one in find_measures(text)] == found


def test_a_unit_of_our_own_is_known_and_a_word_is_none() -> None:
    assert known("kg")
    assert known("N·m")
    assert not known("FSN")
    assert unit("") is None
