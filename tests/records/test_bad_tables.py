"""Published tables with broken rows: the good rows are kept, the bad ones named, later files still load."""

from pathlib import Path

import pytest
from sqlalchemy import select

from search_service.records.files import csv_rows
from search_service.records.interchange import Report, load
from search_service.store.catalogue import Category
from search_service.store.division import Division
from search_service.store.session import Database
from search_service.store.standard import Standard

HEADING = "no,title,title_en,status,publish,implement,ccs,ics,dept"
GOOD = "JJG {}-2013,第 {} 个规程,,现行,,,,,"
BEYOND = "长" * 131_073
"""One character more than a cell may have (csv.field_size_limit)."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "files"
    found.mkdir()
    return found


def put(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def good(number: int) -> str:
    return GOOD.format(number, number)


def refused(report: Report) -> list[tuple[str, int, str, str]]:
    assert all(row.reason for row in report.refused)
    return [(Path(row.file).name, row.line, row.field, row.code) for row in report.refused]


@pytest.mark.parametrize(
    ("bad", "field", "code"),
    [
        ("JJG 9-2013,短行", "title_en", "columns"),
        (f"{good(9)},多一格", "", "columns"),
        (f"JJG 9-2013,{BEYOND},,,,,,,", "", "cell"),
        (f'JJG 9-2013,"{BEYOND}",,,,,,,', "", "cell"),
        ("JJG 9-2013,,,,,,,,", "title", "required"),
        (f"JJG 9-2013,{'长' * 5000},,,,,,,", "title", "too_long"),
        ('JJG 9-2013,"引号没有闭合,,,,,,,', "", "cell"),
        ('JJG 9-2013,末格,,,,,,,"引号没有闭合', "", "cell"),
        ('JJG 9-2013,"引号"之后,,,,,,,', "", "cell"),
    ],
    ids=["short", "long", "huge", "quoted", "untitled", "title", "open", "end", "after"],
)
def test_a_bad_row_of_standards_stands_alone(database: Database, folder: Path, bad: str, field: str, code: str) -> None:
    put(folder, "jjg_jjf_list.csv", HEADING, good(1), "", " , ,,", bad, good(2))
    report = load(database, [folder])
    assert refused(report) == [("jjg_jjf_list.csv", 5, field, code)]
    assert (report.stored, report.read, report.refused_rows) == (2, 3, 1)
    with database.read() as session:
        assert set(session.scalars(select(Standard.number))) == {"JJG 1-2013", "JJG 2-2013"}


def test_bad_rows_of_trees_and_divisions(database: Database, folder: Path) -> None:
    put(folder, "ccs_level1.csv", "代码 / Code,名称 / Name", "A,综合", "", "B", ",没有代码", "C,医药")
    put(folder, "GBT4754-2017.csv", "code,name,,,", "A,农业,,,", "01", "02,林业,,,", "", "03,,,,")
    put(folder, "provinces.csv", "code,name", "61,陕西省", "某某,甲省", "62", ",乙省", "63,青海省")
    put(folder, "cities.csv", "code,name,provinceCode", "6101,西安市,某", "6301,西宁市,", "6102,铜川市,61")
    report = load(database, [folder])
    assert refused(report) == [
        ("provinces.csv", 3, "adcode", "adcode"),
        ("provinces.csv", 4, "name", "columns"),
        ("provinces.csv", 5, "adcode", "required"),
        ("cities.csv", 2, "parent", "adcode"),
        ("ccs_level1.csv", 4, "名称 / Name", "columns"),
        ("ccs_level1.csv", 5, "code", "required"),
        ("GBT4754-2017.csv", 3, "name", "columns"),
        ("GBT4754-2017.csv", 6, "name", "required"),
    ]
    with database.read() as session:
        assert set(session.scalars(select(Category.code))) == {"A", "C", "02"}
        divisions = {row.adcode: row.parent_adcode for row in session.scalars(select(Division))}
    assert divisions == {"610000": None, "630000": None, "630100": None, "610200": "610000"}


def test_a_file_that_cannot_be_read_does_not_stop_the_next(database: Database, folder: Path) -> None:
    put(folder, "provinces.csv", BEYOND, "61,陕西省")
    put(folder, "cities.csv", "")
    (folder / "areas.csv.xz").write_bytes(b"no xz")
    put(folder, "jjg_jjf_list.csv", "no,title", "JJG 1-2013,只有两列")
    report = load(database, [folder])
    assert refused(report) == [
        ("provinces.csv", 0, "", "heading"),
        ("cities.csv", 0, "", "heading"),
        ("areas.csv.xz", 0, "", "unreadable"),
    ]
    assert report.stored == 1


def test_rows_over_several_lines_are_known_by_their_first() -> None:
    rows, bad = csv_rows('a,b\r\n1,"x\r\ny"\r\n\r\n2,"未闭合\r\n3,z,,\r\n'.encode())
    assert rows == [(1, ["a", "b"]), (2, ["1", "x\r\ny"]), (6, ["3", "z"])]
    assert [(line.number, line.problem.code) for line in bad if line.problem] == [(5, "cell")]
