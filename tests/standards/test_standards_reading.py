"""What people paste, as numbers with their lines: nothing is invented, and nothing is dropped without being said."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers.standard_number import print_number
from search_service.errors import Invalid
from search_service.standards.column import numbers_column
from search_service.standards.reading import LONGEST, LONGEST_LINE, MOST, read_list, read_text


def read(text: str) -> list[str | None]:
    """The likeliest reading of each entry."""
    return [print_number(entry.readings[0]) if entry.readings else None for entry in read_text(text)]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("ＧＢ／Ｔ　２２８．１－２０２１", ["GB/T 228.1-2021"]),
        ("gb/t228.1—2021 金属材料 拉伸试验 第1部分:室温试验方法", ["GB/T 228.1-2021"]),
        ("12、GB/T 228.1-2021；JJG 98-2019", ["GB/T 228.1-2021", "JJG 98-2019"]),
        ("GB/T 228.1、228.2-2015", ["GB/T 228.1", "GB/T 228.2-2015"]),
        ("1\tGB 2762-2022\t食品中污染物限量", ["GB 2762-2022"]),
        ("GB 2762-2022,3,合格", ["GB 2762-2022"]),
        ("GB/T 228.1一2021", ["GB/T 228.1-2021"]),
        ("GB/T 228.1-2021(代替GB/T 228.1-2010)", ["GB/T 228.1-2021"]),
        ("GB/Z 19030-2009 GB/T 19001—2000的统计技术指南", ["GB/Z 19030-2009"]),
        ("GB/T 19001-2016/ISO 9001:2015", ["GB/T 19001-2016", "ISO 9001:2015"]),
        ("DBB37/T 3126-2018", ["DBB37/T 3126-2018"]),
        ("DDB32/1072-2018", ["DDB32/1072-2018"]),
        ("GA/T 600.1~600.3-2006", ["GA/T 600.1-2006", "GA/T 600.2-2006", "GA/T 600.3-2006"]),
        ("GB 38598-2020/XG1 - 2024", ["GB 38598-2020/XG1-2024"]),
        ("4706.32-2012 家用和类似用途电器的安全 特殊要求", ["4706.32-2012"]),
        ("压力表", [None]),
        ("=1+1", [None]),
        ("第12页", [None]),
    ],
)
def test_lines(text: str, numbers: list[str | None]) -> None:
    assert read(text) == numbers


def test_lines_count_from_one_and_blank_ones_count_too() -> None:
    found = read_text("\nGB 1-2000\n\n  \r\nGB 2-2000、GB 3-2000")
    assert [(entry.line, entry.typed) for entry in found] == [(2, "GB 1-2000"), (5, "GB 2-2000"), (5, "GB 3-2000")]


def test_what_goes_on_behind_a_number_is_not_left_out_in_silence() -> None:
    year, cut = read_text("GB/T 228.1/2021\nIEC 60335- 1:2010")
    assert year.year_behind == 2021
    assert cut.cut == "- 1:2010"


@pytest.mark.parametrize(
    "text", ["\n".join(f"GB {n}-2000" for n in range(MOST + 1)), "、".join(f"GB {n}-2000" for n in range(MOST + 1))]
)
def test_one_too_many_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_text(text)
    assert [p.code for p in refused.value.problems] == ["too_many_numbers"]
    assert str(MOST + 1) in refused.value.detail


def test_as_many_as_are_allowed_are_taken() -> None:
    assert len(read_text("\n".join(f"GB {n}-2000" for n in range(MOST)))) == MOST
    assert len(read_list([f"GB {n}-2000" for n in range(MOST)])) == MOST


@pytest.mark.parametrize("text", ["", " \n\t\n", "\ufeff"])
def test_nothing_is_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_text(text)
    assert [p.code for p in refused.value.problems] == ["required"]


def test_longer_than_anybody_would_paste() -> None:
    with pytest.raises(Invalid) as refused:
        read_text("x" * (LONGEST + 1))
    assert [p.code for p in refused.value.problems] == ["too_long"]
    with pytest.raises(Invalid) as refused:
        read_list(["GB 1-2000", "x" * (LONGEST_LINE + 1)])
    assert [p.loc for p in refused.value.problems] == ["body.numbers.1"]


@given(st.text(max_size=300) | st.text(st.sampled_from("GB/T 1.2-０年一:(）、；DQ"), max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(Invalid):
        found = read_text(text)
        assert all(entry.typed for entry in found)
        assert [entry.line for entry in found] == sorted(entry.line for entry in found)


class TestColumn:
    def test_by_its_heading(self) -> None:
        rows = [["序号", "标准名称", "标准编号"], ["1", "GB/T 1-2000 的说明", "GB/T 228.1-2021"], ["2", "", ""]]
        assert numbers_column(rows) == "\nGB/T 228.1-2021\n"

    def test_without_a_heading_by_what_is_in_it(self) -> None:
        rows = [["1", "金属材料", "GB/T 228.1-2021"], ["2", "天平"], ["3", "天平", "JJG 98-2019"]]
        assert numbers_column(rows) == "GB/T 228.1-2021\n\nJJG 98-2019"

    def test_a_cell_of_several_lines_stays_one_line(self) -> None:
        assert numbers_column([["GB 1-2000\nGB 2-2000"]]) == "GB 1-2000 GB 2-2000"

    def test_no_rows(self) -> None:
        assert numbers_column([]) == ""
