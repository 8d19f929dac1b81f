"""The published tables (issue 3, step 5): adapters on small excerpts, the whole of them where they are present."""

import json
import lzma
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from search_service.kinds import REGISTRY
from search_service.records.interchange import load
from search_service.records.tables import STATUS_SOURCE, ccs_codes, kind_of
from search_service.records.write import change
from search_service.store.catalogue import Category
from search_service.store.division import Division
from search_service.store.session import Database
from search_service.store.standard import Standard
from tests.records.conftest import STAFF

HEADING = "no,title,title_en,status,status_raw,publish,implement,ccs,ics,dept,abstract,replaces,sources"
STANDARDS = f"""{HEADING}
GB/T 228.1-2021,金属材料 拉伸试验<span>,,现行,现行,2021-12-31,2022-07-01,H22,77.040.10,某部,适用,GB 1,luoda:x|laokevincn
JJG 52-2013,弹性元件压力表,,废止,,,2013-12-27,A 24;Y39,"17.100;17.120",,弹性元件压力表,,csdsq
GB/T 10471-2008,甲,,,,2009-01-01,2008-01-01,,,,,,luoda
GB/T 10471.2008,乙,,即将实施,,,,,,,,,luoda
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "files"
    found.mkdir()
    return found


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_bytes(lzma.compress(text.encode()) if name.endswith("xz") else text.encode("utf-8-sig"))
    return path


def all_of(database: Database, model: Any) -> list[Any]:
    with database.read() as session:
        return list(session.scalars(select(model)))


def test_standards_come_with_source_and_day(database: Database, folder: Path) -> None:
    report = load(database, [put(folder, "cn_standards_merged.csv.xz", STANDARDS)])
    assert (report.stored, report.refused) == (4, [])
    found = {row.number: row for row in all_of(database, Standard)}
    steel, gauge = found["GB/T 228.1-2021"], found["JJG 52-2013"]
    assert (steel.title, steel.kind, steel.status, steel.status_source) == (
        "金属材料 拉伸试验",
        "national",
        "current",
        STATUS_SOURCE,
    )
    assert (str(steel.status_as_of), steel.scope, steel.ccs) == ("2026-03-06", "适用", ["H22"])
    assert (gauge.kind, gauge.status, gauge.scope) == ("regulation", "withdrawn", None)
    assert (gauge.ccs, gauge.ics, str(gauge.effective_on)) == (["A24", "Y39"], ["17.100", "17.120"], "2013-12-27")
    assert (found["GB/T 10471-2008"].status, found["GB/T 10471-2008"].status_source) == ("unknown", None)
    assert Counter(w.code for w in report.warnings) == {"order": 1, "reads_alike": 1}


def test_a_table_fills_gaps_and_overwrites_nothing(database: Database, folder: Path) -> None:
    own = {
        "key": "s1",
        "number": "GB/T 228.1-2021",
        "title": "自己的题名",
        "status": "current",
        "status_source": "公告",
    }
    put(folder, "standards.jsonl", json.dumps(own))
    load(database, [folder])
    put(folder, "cn_standards_merged.csv.xz", STANDARDS)
    assert load(database, [folder]).stored == 3
    gauge = next(row for row in all_of(database, Standard) if row.number == "JJG 52-2013")
    change(database, REGISTRY.record("standard"), STAFF, str(gauge.id), {"title": "改过的"}, "*")
    again = load(database, [folder])
    assert (again.stored, again.refused, again.unchanged) == (0, [], 5)
    titles = {row.number: row.title for row in all_of(database, Standard)}
    assert (titles["GB/T 228.1-2021"], titles["JJG 52-2013"]) == ("自己的题名", "改过的")


def test_divisions_leave_out_what_is_no_place(database: Database, folder: Path) -> None:
    put(
        folder,
        "areas.csv",
        'code,name,cityCode,provinceCode\n610113,"雁塔区",6101,61\n110101,"东城区",1101,11\n429004,仙桃市,4290,42\n441900,东莞市,4419,44\n',
    )
    put(
        folder,
        "cities.csv",
        'code,name,provinceCode\n6101,"西安市",61\n1101,"市辖区",11\n4290,省直辖县级行政区划,42\n4419,东莞市,44\n',
    )
    put(folder, "provinces.csv", 'code,name\n61,"陕西省"\n11,"北京市"\n42,湖北省\n44,广东省\n')
    report = load(database, [folder])
    assert (report.stored, report.unchanged, report.refused) == (9, 1, [])
    found = {row.adcode: (row.name, row.parent_adcode, row.short_names) for row in all_of(database, Division)}
    assert found["610113"] == ("雁塔区", "610100", ["雁塔"])
    assert found["610100"] == ("西安市", "610000", ["西安"])
    assert found["110101"][1] == "110000"
    assert found["429004"][1] == "420000"
    assert found["441900"] == ("东莞市", "440000", ["东莞"])


def test_category_trees(database: Database, folder: Path) -> None:
    put(folder, "ccs_level1.csv", "代码 / Code,名称 / Name\nA,综合\n")
    put(folder, "ccs_level2.csv", "代码 / Code,名称 / Name,类 / Category,注释 /Notes\nA00/09,标准化管理,A,\n")
    put(folder, "ccs_level3.csv", "代码 / Code,名称 / Name,代码 / Code,备注 / Notes\nA00,标准化,A00/09,注\n")
    put(
        folder,
        "GBT4754-2017.csv",
        "code,name,,,\nA,农业,,,\n01,农业,,,\n011,谷物,,,\n0111,稻谷,,,\n0190,其他,,,\nB,采矿业,,,\n06,煤炭,,,\n",
    )
    assert load(database, [folder]).stored == 10
    found = {(row.scheme, row.code): row.parent for row in all_of(database, Category)}
    assert found == {
        ("ccs", "A"): None,
        ("ccs", "A00/09"): "A",
        ("ccs", "A00"): "A00/09",
        ("gbt4754", "A"): None,
        ("gbt4754", "01"): "A",
        ("gbt4754", "011"): "01",
        ("gbt4754", "0111"): "011",
        ("gbt4754", "0190"): "01",
        ("gbt4754", "B"): None,
        ("gbt4754", "06"): "B",
    }


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("GB/T 228.1-2021", "national"),
        ("GB 1-2020", "national"),
        ("JJF 1001-2011", "regulation"),
        ("JJG(交通) 5-2020", "regulation"),
        ("DB61/T 1-2020", "local"),
        ("DB 3201/T 1-2020", "local"),
        ("T/CSTM 1-2020", "association"),
        ("Q/AB 1-2020", "enterprise"),
        ("QB/T 1-2020", "sector"),
        ("TB/T 3-2020", "sector"),
        ("ISO 9001:2015", "international"),
        ("ZB B 93008-1988", "sector"),
    ],
)
def test_the_kind_is_in_the_letters(number: str, kind: str) -> None:
    assert kind_of(number) == kind


@pytest.mark.parametrize(
    ("cell", "codes"),
    [
        ("A00/09", ["A00/09"]),
        ("Z05/D4620", ["Z05"]),
        ("CCSR85/G544", ["R85"]),
        ("Y14;Y39，Y14", ["Y14", "Y39"]),
        ("A 24", ["A24"]),
        ("无", []),
    ],
)
def test_ccs_cells(cell: str, codes: list[str]) -> None:
    assert ccs_codes(cell) == codes


@pytest.mark.real_data
def test_the_real_tables_are_taken_in_whole(database: Database, real_data: Path) -> None:
    report = load(database, [real_data])
    assert report.refused == []
    with database.read() as session:
        counts = [session.scalar(select(func.count()).select_from(model)) for model in (Standard, Division, Category)]
        kinds: dict[Any, int] = dict(session.execute(select(Standard.kind, func.count()).group_by(Standard.kind)).all())
        status: dict[Any, int] = dict(
            session.execute(select(Standard.status, func.count()).group_by(Standard.status)).all()
        )
    assert counts == [66_585, 31 + 333 + 2_975, 24 + 225 + 1_608 + 1_768]
    assert kinds["regulation"] == 3_413
    assert status == {"current": 37_077, "withdrawn": 25_236, "upcoming": 3_086, "unknown": 1_186}
    assert any("multicpr" in name for name in report.skipped)
    again = load(database, [real_data])
    assert (again.stored, again.refused, again.read) == (0, [], report.read)
