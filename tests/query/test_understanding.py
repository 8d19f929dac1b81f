"""One pass over a query: typed slots, and none that is not there."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_service.query.parse import parse_query
from search_service.query.understanding.counts import find_counts
from search_service.query.understanding.days import find_days
from search_service.query.understanding.leftover import without
from search_service.query.understanding.lexicon import Collected, Lexicon, Meaning, Squeezed, squeeze
from search_service.query.understanding.read import Read
from search_service.query.understanding.reader import is_name, read_slots

TODAY = date(2026, 11, 21)
"""A Saturday."""


def lexicon(*names: str, **phrases: dict[str, str] | list[str]) -> Lexicon:
    collected = Collected()
    for slot, said in phrases.items():
        for text in said:
            collected.add(text, Meaning(slot, said[text] if isinstance(said, dict) else ""))
    for name in names:
        collected.add_name(name)
    return collected.lexicon()


CLOSED = lexicon(
    region={
        "西安": "610100",
        "西安市": "610100",
        "雁塔区": "610113",
        "雁塔": "610113",
        "大理": "532900",
        "白银": "620400",
    },
    service={"检定": "verification", "校准": "calibration", "检测": "testing", "认证": "certification"},
    nature={"CMA": "CMA", "cal": "CAL", "资质认定": "CMA"},
)
LIVE = lexicon(
    "北京市公园绿地检测",
    "大米",
    institution={"西安示例检测中心有限公司": "one", "华测": "two", "示例·秦川检测": "three"},
    object=["压力表", "大米", "白银", "室内空气"],
    parameter=["镉", "甲醛", "拉伸"],
)


def read(text: str) -> list[tuple[str, str]]:
    return [(one.slot, text[one.start : one.end]) for one in reads(text)]


def reads(text: str) -> list[Read]:
    return read_slots(text, parse_query(text).numbers, (CLOSED, LIVE), TODAY)


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("雁塔区 压力表 检定", [("region", "雁塔区"), ("object", "压力表"), ("service", "检定")]),
        ("雁塔区压力表检定", [("region", "雁塔区"), ("object", "压力表"), ("service", "检定")]),
        ("检定压力表", [("service", "检定"), ("object", "压力表")]),
        ("可以检测石墨烯吗", [("service", "检测")]),
        ("绿色产品认证", [("service", "认证")]),
        ("大米镉", [("object", "大米"), ("parameter", "镉")]),
        ("镉大米", [("parameter", "镉"), ("object", "大米")]),
        ("要CMA资质的", [("nature", "CMA")]),
        ("ＣＭＡ　检测机构", [("nature", "ＣＭＡ"), ("service", "检测")]),
        ("西安示例检测中心有限公司 甲醛", [("institution", "西安示例检测中心有限公司"), ("parameter", "甲醛")]),
        ("示例秦川检测", [("institution", "示例秦川检测")]),
        ("室內空氣 甲醛", [("object", "室內空氣"), ("parameter", "甲醛")]),
        (
            "压力表 0~60MPa 1.6级 3台 12月1日 检定",
            [
                ("object", "压力表"),
                ("range", "0~60MPa"),
                ("accuracy", "1.6级"),
                ("quantity", "3台"),
                ("date", "12月1日"),
                ("service", "检定"),
            ],
        ),
        ("压力表 U=0.5MPa k=2 校准", [("object", "压力表"), ("accuracy", "U=0.5MPa k=2"), ("service", "校准")]),
        ("压力表检定 3到5天内", [("object", "压力表"), ("service", "检定"), ("date", "3到5天内")]),
        (
            "12月1日到12月15日之间 压力表检定",
            [("date", "12月1日到12月15日之间"), ("object", "压力表"), ("service", "检定")],
        ),
        ("250MPa压力表检定", [("range", "250MPa"), ("object", "压力表"), ("service", "检定")]),
    ],
)
def test_slots_are_read_where_they_stand(text: str, slots: list[tuple[str, str]]) -> None:
    assert read(text) == slots


@pytest.mark.parametrize(
    "text",
    [
        "大理石板",  # a stone, not the city
        "压力变送器",
        "检定规程",  # a document
        "无损检测",  # a method
        "CMA-示例-230020610002",  # a certificate's number
        "300cal 食品热量",  # a unit
        "含镉废物",  # a single character inside of a word
        "中华测绘",  # a short name inside of words
        "250MPa",  # nobody asks for a measurement
        "三聚氰胺",
        "PM2.5",
        "",
        "   ",
        "的",
    ],
)
def test_no_slot_is_invented(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "refused", "kept"),
    [
        ("不要CMA的 压力表", ["不要CMA"], [("object", "压力表")]),
        ("压力表 不需要CMA", ["不需要CMA"], [("object", "压力表")]),
        ("不要求有CMA资质 压力表", ["不要求有CMA"], [("object", "压力表")]),
        ("不要CMA和西安的 压力表", ["不要CMA和西安"], [("object", "压力表")]),
        ("除西安外 压力表检定", ["除西安外"], [("object", "压力表"), ("service", "检定")]),
        ("除了西安、雁塔区以外 压力表", ["除了西安、雁塔区以外"], [("object", "压力表")]),
        ("不是检定 是校准 压力表", ["不是检定"], [("service", "校准"), ("object", "压力表")]),
        ("无需检定 压力表", ["无需检定"], [("object", "压力表")]),
        ("压力表检定 CMA不需要，西安", ["CMA不需要"], [("object", "压力表"), ("service", "检定"), ("region", "西安")]),
        ("没有CMA的 大米", ["没有CMA"], [("object", "大米")]),
        ("不要大米 镉", ["不要大米"], [("parameter", "镉")]),
        ("無需檢定 压力表", ["無需檢定"], [("object", "压力表")]),
    ],
)
def test_what_is_refused_is_no_condition(text: str, refused: list[str], kept: list[tuple[str, str]]) -> None:
    found = reads(text)
    assert [text[one.start : one.end] for one in found if one.refused] == refused
    assert [(one.slot, text[one.start : one.end]) for one in found if not one.refused] == kept


@pytest.mark.parametrize(
    "text",
    [
        "要不要CMA 大米",
        "是不是检定",
        "西安有没有检定",
        "除CMA外还要认证",
        "西安 除尘器 检定",
        "不锈钢 检定",
        "不甲醛",  # whatever it is, a parameter is refused in plain words only
        "西安检定 不要紧",
    ],
)
def test_what_only_looks_like_a_refusal(text: str) -> None:
    assert not [one for one in reads(text) if one.refused]


ORDINARY = Lexicon(
    {
        "石棉": (Meaning("region", "511824", leans=True),),
        "石棉县": (Meaning("region", "511824"),),
        "比如": (Meaning("region", "540627", leans=True),),
        "四川": (Meaning("region", "510000"),),
        "西安": (Meaning("region", "610100"),),
    }
)


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("石棉 检测", [("service", "检测")]),
        ("比如大米", [("object", "大米")]),
        ("西安 石棉 检测", [("region", "西安"), ("service", "检测")]),
        ("四川 压力表 石棉", [("region", "四川"), ("object", "压力表")]),
        ("石棉县 检测", [("region", "石棉县"), ("service", "检测")]),
        ("四川石棉 检测", [("region", "四川"), ("region", "石棉"), ("service", "检测")]),
    ],
)
def test_an_ordinary_word_is_a_place_only_beside_one_that_holds_it(text: str, slots: list[tuple[str, str]]) -> None:
    found = read_slots(text, (), (ORDINARY, lexicon(service={"检测": "testing"}), LIVE), TODAY)
    assert [(one.slot, text[one.start : one.end]) for one in found] == slots


def test_a_number_is_taken_before_anything_else() -> None:
    assert read("GB/T 228.1-2021 拉伸") == [("parameter", "拉伸")]
    assert read("JJG 52-2013 0~60MPa") == [("range", "0~60MPa")]


def test_a_word_that_names_a_place_and_a_thing_is_contested() -> None:
    (one,) = [one for one in reads("白银 压力表") if one.slot == "region"]
    assert one.contested
    assert not [one for one in reads("西安 压力表") if one.contested]


def test_the_script_of_the_records_is_the_value() -> None:
    assert [one.values for one in reads("壓力表 鎘")] == [("压力表",), ("镉",)]
    assert [one.values for one in reads("压力表")] == [("压力表",)]


def test_a_whole_name_is_known_as_one_whatever_its_punctuation() -> None:
    assert is_name("北京市 公园绿地检测", (CLOSED, LIVE))
    assert not is_name("公园绿地检测", (CLOSED, LIVE))
    assert not is_name("大米", (CLOSED, LIVE)), "one phrase may still be what it means"
    assert not is_name("", (CLOSED, LIVE))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("雁塔区 压力表 检定", "压力表"),
        ("西安哪里能做拉伸，要CMA的", "拉伸"),
        ("西安 检定", ""),
        ("请问西安有CMA资质的机构吗", ""),
        ("西安实验室家具", "实验室家具"),
        ("3台压力表 西安", "压力表"),
    ],
)
def test_what_is_left_has_lost_what_only_led_to_a_slot(text: str, left: str) -> None:
    leaving = [one for one in reads(text) if one.slot in {"region", "service", "nature", "quantity"}]
    assert without(text, leaving) == left


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("下周", "2026-11-23/2026-11-29"),
        ("12月1日", "2026-12-01"),
        ("11月1日", "2027-11-01"),
        ("2026-12-01", "2026-12-01"),
        ("2026年12月1日前", "2026-12-01"),
        ("下周三", "2026-11-25"),
        ("周三", "2026-11-25"),
        ("星期天", "2026-11-22"),
        ("明天", "2026-11-22"),
        ("三天后", "2026-11-24"),
        ("3天内", "2026-11-21/2026-11-24"),
        ("下个月", "2026-12-01/2026-12-31"),
        ("下月底", "2026-12-31"),
        ("12月", "2026-12-01/2026-12-31"),
        ("12月1日至12月15日", "2026-12-01/2026-12-15"),
        ("12月1日到12月15日之间", "2026-12-01/2026-12-15"),
        ("12月1日—15日", "2026-12-01/2026-12-15"),
        ("12月1-15日", "2026-12-01/2026-12-15"),
        ("12月20日至1月5日", "2026-12-20/2027-01-05"),
        ("11月20日至11月25日", "2026-11-20/2026-11-25"),
        ("2026-12-01~2026-12-15", "2026-12-01/2026-12-15"),
        ("2026/12/01-2026/12/15", "2026-12-01/2026-12-15"),
        ("2026年12月1日至15日", "2026-12-01/2026-12-15"),
        ("2026年12月20日至1月5日", "2026-12-20/2027-01-05"),
        ("下周一到下周三", "2026-11-23/2026-11-25"),
        ("3到5天内", "2026-11-21/2026-11-26"),
        ("三至五天后", "2026-11-24/2026-11-26"),
    ],
)
def test_days_and_spans(text: str, value: str) -> None:
    assert [one.value for one in find_days(text, TODAY)] == [value]


@pytest.mark.parametrize(
    "text", ["2月30日", "13月5日", "12月40日至50日", "检定周期", "周转箱", "9999-99-99", "2014-2015", "一般"]
)
def test_what_is_no_day(text: str) -> None:
    assert find_days(text, TODAY) == []


def test_a_span_that_ends_before_it_begins_is_its_days() -> None:
    assert [one.value for one in find_days("12月15日-1日", TODAY)] == ["2026-12-15"]


@pytest.mark.parametrize(
    ("text", "pieces"), [("3台", 3), ("20 块", 20), ("两个样品", 2), ("压力表3台", 3), ("十套", 10)]
)
def test_how_many(text: str, pieces: int) -> None:
    assert [one.pieces for one in find_counts(text)] == [pieces]


@pytest.mark.parametrize("text", ["3个月", "第2组", "2个参数", "1.5台", "a3台", "一般", "5个工作日"])
def test_what_is_no_count(text: str) -> None:
    assert list(find_counts(text)) == []


@given(st.text(max_size=200) | st.text(alphabet="西安雁塔压力表检定镉CMA0~60MPa12月1日台. -（）℃", max_size=80))
def test_any_text_is_read_and_slots_never_overlap(text: str) -> None:
    found = reads(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert isinstance(without(text, found), str)
    is_name(text, (CLOSED, LIVE))


@given(st.lists(st.text(alphabet="压力表 ·(0.5)a-", min_size=1, max_size=6), min_size=1, max_size=6), st.data())
def test_a_phrase_is_found_wherever_it_stands(phrases: list[str], data: st.DataObject) -> None:
    collected = Collected()
    for phrase in phrases:
        collected.add(phrase, Meaning("object"))
    made = collected.lexicon()
    wanted = squeeze(data.draw(st.sampled_from(phrases)))
    if not wanted or wanted.replace(".", "").isdigit():
        return
    assert len(wanted) in [end for end, _ in made.at(wanted, 0)]


@given(st.text(max_size=40))
def test_squeezing_a_query_and_a_phrase_is_the_same(text: str) -> None:
    squeezed = Squeezed.of(text)
    assert squeezed.text == squeeze(text)
    assert [text[place] for place in squeezed.places] == list(squeezed.text)
