import csv
import lzma
import random
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.standard_number import StandardNumber, find, parse, parse_all, print_number
from analyzers.standard_number_prefixes import ASSOCIATIONS
from analyzers.vocabulary import load_lines
from tests.support.number_samples import NUMBERS
from tests.support.number_variants import written_forms


def _found(text: str) -> list[tuple[str, str]]:
    """What stands there, and its likeliest reading."""
    return [(text[found.start : found.end], print_number(found.readings[0])) for found in find(text)]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "CH4",
            "SF6",
            "LD50",
            "PM2.5检测",
            "LED灯具",
            "H7N9",
            "60dB",
            "60 dB(A) 30",
            "IP67",
            "CAT6",
            "UV254",
            "DN15",
            "A4纸 80g",
        ),
        *(
            "16GB内存",
            "16 GB 512GB",
            "SD 32GB",
            "RF 433MHz",
            "Q235钢",
            "C30混凝土",
            "3C认证",
            "RoHS2.0检测",
            "CA125",
            "CAS 50-00-0",
        ),
        *(
            "0~60MPa",
            "-40℃~150℃",
            "0.02级",
            "0-2000mm",
            "100-2000Hz 振动",
            "100-2000V",
            "1:2000",
            "1:500、1:1000、1:2000地形图",
        ),
        *(
            "2014年",
            "2014-2015年检测",
            "2024-05-01",
            "LED灯具 GB 2014年",
            "029-88881234",
            "13812345678",
            "第3部分",
            "标准13456",
        ),
        *("GH-3112型测试仪", "WH20-1型电位器", "SAC/TC 217", "TC28", "GB", "GB/T", "T/", "Q/", "DB", "检定", "", " "),
        *("COVID-19 2020", "HPLC-MS/MS 2020", "NB-IoT 5G", "T1 T2", "压力表"),
    ],
)
def test_stays_text(text: str) -> None:
    assert _found(text) == []


@pytest.mark.parametrize(
    ("text", "part", "printed"),
    [
        ("JJG 98检测", "JJG 98", "JJG 98"),
        ("JJG98", "JJG98", "JJG 98"),
        ("依据GB/T228.1拉伸试验", "GB/T228.1", "GB/T 228.1"),
        ("西安哪里能做 GB/T 228.1 拉伸,要 CMA,下周", "GB/T 228.1", "GB/T 228.1"),
        ("请问ＧＢ／Ｔ　１３４５６—２０１４有什么要求", "ＧＢ／Ｔ　１３４５６—２０１４", "GB/T 13456-2014"),
        ("GB\u200b/T\u200b 13456的标准", "GB\u200b/T\u200b 13456", "GB/T 13456"),
        ("℃ GB 4706.1", "GB 4706.1", "GB 4706.1"),
        ("13456-2014是什么", "13456-2014", "13456-2014"),
        ("  13456 ", "13456", "13456"),
        ("228.1", "228.1", "228.1"),
        ("13456-93", "13456-93", "13456-93"),
        ("ISO9001认证", "ISO9001", "ISO 9001"),
        ("GB18030编码", "GB18030", "GB 18030"),
        ("GB4706LED灯", "GB4706", "GB 4706"),
        ("GB/T 19001 2016版", "GB/T 19001 2016", "GB/T 19001-2016"),
        ("GB/T 19001-2016应用指南", "GB/T 19001-2016", "GB/T 19001-2016"),
        ("Q/07866/02011-2014", "Q/07866/02011-2014", "Q/07866/02011-2014"),
        ("查 Q/07866/02011 声明", "Q/07866/02011", "Q/07866/02011"),
        ("tcecs10001-2019 检测", "tcecs10001-2019", "TCECS 10001-2019"),
        ("tzzzzq10001-2019", "tzzzzq10001-2019", "TZZZZQ 10001-2019"),
        ("GB 2760-2014 表A.1", "GB 2760-2014", "GB 2760-2014"),
        ("按DB3202/T 1063—2024执行", "DB3202/T 1063—2024", "DB3202/T 1063-2024"),
        ("GB/T 13456-", "GB/T 13456", "GB/T 13456"),
        ("GB 5009.3-2016第一法", "GB 5009.3-2016", "GB 5009.3-2016"),
        ("出口 EN71-3 玩具", "EN71-3", "EN 71-3"),
    ],
)
def test_is_a_number(text: str, part: str, printed: str) -> None:
    assert _found(text) == [(part, printed)]


def test_several_numbers_in_a_sentence() -> None:
    text = "按 GB/T 228.1-2021、228.2 和ISO 6892-1:2019 做拉伸"
    assert _found(text) == [
        ("GB/T 228.1-2021", "GB/T 228.1-2021"),
        ("228.2", "GB/T 228.2"),
        ("ISO 6892-1:2019", "ISO 6892-1:2019"),
    ]


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("DB111234", ["DB11/1234", "DB1112/34"]),
        ("DB440400123-2020", ["DB44/0400123-2020", "DB4404/00123-2020", "DB440400/123-2020"]),
        ("DB11T1234", ["DB11/T 1234"]),
        ("T/CMAMK13", ["T/CMAM K13", "T/CMA MK13", "T/CMAMK 13"]),
        ("GA 600.1~600.3-2006", ["GA 600.1-2006", "GA 600.2-2006", "GA 600.3-2006"]),
        ("JJG 98B级天平", ["JJG 98B", "JJG 98"]),
    ],
)
def test_every_reading_is_given(text: str, readings: list[str]) -> None:
    assert [[print_number(reading) for reading in found.readings] for found in find(text)] == [readings]


def test_near_numbers_stay_apart() -> None:
    asked = [found.readings for text in ("13456", "134561", "228.1", "228.10", "13456-2014") for found in find(text)]
    assert len({reading for readings in asked for reading in readings}) == len(asked) == 5


@pytest.mark.parametrize("printed", NUMBERS)
def test_every_written_form_is_found(printed: str) -> None:
    number = parse(printed)
    assert number is not None
    for form in written_forms(number, random.Random(printed)):
        assert [any(map(form.agrees, found.readings)) for found in find(form.text)] == [True], form.text


def _made_up(rng: random.Random) -> StandardNumber:
    """A number of any listed prefix, any year and any shape of body."""
    lines = [[part.strip() for part in line.split("|")] for line in load_lines("prefixes.txt") if "slash" not in line]
    listed = rng.choice(lines)
    endings = listed[1].split() if len(listed) > 1 else []
    literal = rng.choice([listed[0], *(listed[0] + ending for ending in endings)])
    local = f"DB{rng.choice(['11', '61', '3202', '440400'])}{rng.choice(['', '/T'])}"
    prefix = rng.choice([literal, literal, local, f"T/{rng.choice(sorted(ASSOCIATIONS))}"])
    body = f"{rng.randint(1, 10 ** rng.randint(2, 5))}{rng.choice(['', f'.{rng.randint(1, 40)}'])}"
    year = rng.choice(["", f"-{rng.randint(1957, 2026)}"])
    number = parse(f"{prefix} {body}{year}")
    assert number is not None, (prefix, body, year)
    return number


def test_ten_thousand_written_forms_of_made_up_numbers_are_found() -> None:
    rng = random.Random(3)
    forms = [form for _ in range(1_000) for form in written_forms(_made_up(rng), rng)]
    wrong = [form.text for form in rng.sample(forms, 10_000) if not _finds(form.text, form.agrees)]
    assert len(wrong) <= 10, wrong


def _finds(text: str, agrees: Callable[[StandardNumber], bool]) -> bool:
    found = find(text)
    return len(found) == 1 and any(map(agrees, found[0].readings))


@given(st.text(alphabet="GBTQ/DJFISO 0123456789-—.~:()京、，年℃\u200bｘ检", max_size=40))
def test_offsets_lead_into_the_original_and_never_overlap(text: str) -> None:
    end = 0
    for found in find(text):
        assert end <= found.start < found.end <= len(text)
        assert found.readings
        # What was found is a number by itself, too: the offsets cut out neither too much nor too little.
        assert parse_all(text[found.start : found.end])
        end = found.end


@given(st.text(max_size=80))
def test_any_text_can_be_searched(text: str) -> None:
    assert all(text[found.start : found.end] for found in find(text))


def _calls(work: Callable[[str], object], text: str) -> int:
    """Python and C functions called, a measure of work that no other process disturbs."""
    counted: Counter[str] = Counter()

    def count(_: FrameType, event: str, __: Any) -> None:
        counted[event] += 1

    sys.setprofile(count)
    try:
        work(text)
    finally:
        sys.setprofile(None)
    return counted["call"] + counted["c_call"]


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "-",
        "1-",
        "1.",
        "1-1",
        "1.-",
        "GB",
        "GB ",
        "GB/",
        "T/",
        "T/A-",
        "Q/A/",
        "GB 1~",
        "DB11",
        "1、",
        "GB 1-2000",
        "(",
        " ",
        "国",
        "a1",
        "1/1",
    ],
)
@pytest.mark.parametrize("work", [find, parse_all])
def test_work_grows_with_the_text_and_no_faster(work: Callable[[str], object], piece: str) -> None:
    work(piece * 200)  # tables and caches filled
    short, long = (_calls(work, piece * count) for count in (200, 1_600))
    assert long <= 8.5 * short + 200


def test_a_cell_that_is_too_long_is_not_even_looked_at() -> None:
    assert _calls(parse, "GB " * 100_000) < 10


def _rows(real_data: Path) -> list[dict[str, str]]:
    with lzma.open(real_data / "standards" / "cn_standards_merged.csv.xz", "rt", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.real_data
def test_every_real_number_is_found_where_it_is_the_query(real_data: Path) -> None:
    rows = _rows(real_data)
    missed = []
    for row in rows:
        number = parse(row["no"])
        if number is not None and not _finds(row["no"], number.__eq__):
            missed.append(row["no"])
    assert len(missed) <= 1, missed  # B46/T 359-2015 has lost its D


@pytest.mark.real_data
def test_ten_thousand_written_forms_of_the_real_list_are_found(real_data: Path) -> None:
    rng = random.Random(1)
    numbers = [number for row in rng.sample(_rows(real_data), 2_000) if (number := parse(row["no"]))]
    forms = [form for number in numbers for form in written_forms(number, rng)]
    wrong = [form.text for form in rng.sample(forms, 10_000) if not _finds(form.text, form.agrees)]
    assert len(wrong) <= 10, wrong


@pytest.mark.real_data
def test_real_titles_rarely_look_like_numbers(real_data: Path) -> None:
    # 129 of 66,585 titles name a standard; a looser rule would find CA125, 1:2000 and hundreds of product names.
    assert sum(bool(find(row["title"])) for row in _rows(real_data)) < 200


def test_a_full_stop_typed_for_a_dot_is_one_but_no_end_of_a_sentence() -> None:
    assert [print_number(found.readings[0]) for found in find("GB/T 228。1-2021")] == ["GB/T 228.1-2021"]
    assert [print_number(found.readings[0]) for found in find("拉伸 GB/T 228。1")] == ["GB/T 228.1"]
    assert [print_number(found.readings[0]) for found in find("见GB/T 228。1月起施行")] == ["GB/T 228"]
