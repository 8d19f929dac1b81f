"""Which record a typed number is: exact, filled in and said, offered, or unknown; never silently another one."""

import pytest

from search_service.standards.resolve import AMBIGUOUS, EXACT, RESOLVED, UNKNOWN
from tests.standards.conftest import Ask, Shelve


@pytest.fixture(autouse=True)
def shelf(shelve: Shelve) -> None:
    shelve(
        ["GB/T 228.1-2010", "withdrawn"],
        ["GB/T 228.1-2021", "current", ["GB/T 228.1-2010"]],
        ["GB/T 228.10-2009", "current"],
        ["GB/T 1499.2-2018", "withdrawn"],
        ["GB 1499.2-2024", "current", ["GB/T 1499.2-2018"]],
        ["GBZ 2.1-2019", "current"],
        ["GB/Z 2.1-1999", "withdrawn"],
        ["GB/Z 98-2020", "current"],
        ["JJG 98-2019", "current"],
        ["GB 14553-93", "withdrawn"],
        ["GB 13094-2017", "current"],
        ["GB/T 10000-1988E", "withdrawn"],
        ["Q/ABC 1-2020", "current"],
        ["Q/ABC 1-2022", "current"],
        ["GB 2762-2022", "current"],
        ["GB 2762-2025", "current"],
        ["HG/T 3-2000", "unknown"],
        ["HG/T 3-2010", "unknown"],
        ["YBB 00332003", "current"],
        ["企标 甲乙", "current"],
    )


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("GB/T 228.1-2021", "GB/T 228.1-2021"),
        ("gbt228.1—2010", "GB/T 228.1-2010"),
        ("ＧＢ／Ｔ２２８．１０－２００９", "GB/T 228.10-2009"),
        ("GB 14553-1993", "GB 14553-93"),
        ("ybb00332003", "YBB 00332003"),
        ("GB/Z 2.1-1999", "GB/Z 2.1-1999"),
        ("企标甲乙", "企标 甲乙"),
    ],
)
def test_every_slot_was_typed(ask: Ask, typed: str, number: str) -> None:
    found = ask(typed)
    assert (found.resolution.confidence, found.number, found.resolution.reason) == (EXACT, number, "")


@pytest.mark.parametrize(
    ("typed", "number", "reason"),
    [
        ("GB/T 228.1", "GB/T 228.1-2021", "缺年号,取现行版"),
        ("GB/T 1499.2", "GB/T 1499.2-2018", "缺年号,各版都已废止,取最新版"),
        ("GB 2762", "GB 2762-2025", "缺年号,取最新的现行版"),
        ("HG/T 3", "HG/T 3-2010", "缺年号,没有状态可查,取最新版"),
        ("228.1-2021", "GB/T 228.1-2021", "缺前缀,只有一个标准用这个编号"),
        ("GB/T 228.1/2021", "GB/T 228.1-2021", "年号按 2021 读取"),
        ("GB 13094-2017/XG1-2023", "GB 13094-2017", "修改单未单独收录,取它所属的版本"),
    ],
)
def test_what_was_filled_in_is_said(ask: Ask, typed: str, number: str, reason: str) -> None:
    found = ask(typed)
    assert (found.resolution.confidence, found.number, found.resolution.reason) == (RESOLVED, number, reason)


@pytest.mark.parametrize(
    ("typed", "candidates"),
    [
        ("BG/T 228.1-2021", ["GB/T 228.1-2021"]),
        ("GB 228.1-2021", ["GB/T 228.1-2021"]),
        ("GB/TT 228.1", ["GB/T 228.1-2021"]),
        ("GB/T 1499.2-2024", ["GB 1499.2-2024"]),
        ("1499.2", ["GB 1499.2-2024", "GB/T 1499.2-2018"]),
        ("GBZ 98-2020", ["GB/Z 98-2020"]),
        ("GBZ2.1", ["GB/Z 2.1-1999", "GBZ 2.1-2019"]),
        ("GB/T 10000-1988", ["GB/T 10000-1988E"]),
        ("Q/ABC 1", ["Q/ABC 1-2022", "Q/ABC 1-2020"]),
        ("GB/T 228.1- 1:2010", ["GB/T 228.1-2021"]),
    ],
)
def test_what_could_be_several_is_offered(ask: Ask, typed: str, candidates: list[str]) -> None:
    found = ask(typed)
    assert found.resolution.confidence == AMBIGUOUS
    assert found.row is None
    assert found.resolution.reason
    assert [row.number for row in found.resolution.candidates] == candidates


@pytest.mark.parametrize(
    ("typed", "candidates"),
    [
        ("GB/T 228.1-2015", ["GB/T 228.1-2021", "GB/T 228.1-2010"]),
        ("GB/T 228.2-2021", []),
        ("GB/T 228-2021", []),
        ("GB/T 2281-2021", []),
        ("JJG 99-2019", []),
        ("QB/T 98-2020", ["GB/Z 98-2020"]),
        ("压力表", []),
    ],
)
def test_near_numbers_and_other_years_never_match(ask: Ask, typed: str, candidates: list[str]) -> None:
    found = ask(typed)
    assert found.resolution.confidence == UNKNOWN
    assert found.row is None
    assert found.supply == {}
    assert [row.number for row in found.resolution.candidates] == candidates


def test_prints_that_read_alike_are_told_apart_by_the_print(ask: Ask, services: object) -> None:
    from search_service.kinds import REGISTRY  # noqa: PLC0415 - only here
    from tests.standards.conftest import add_standard  # noqa: PLC0415 - likewise

    with services.database.write() as session:
        add_standard(session, "GB/T 10471-2008", title="甲")
        row = add_standard(session, "GB/T 10471x2008", title="乙")
        row.number = "GB/T 10471.2008"
        REGISTRY.record("standard").prepare(row)
        REGISTRY.record("standard").set_apart(row)
    assert ask("GB/T 10471.2008").number == "GB/T 10471.2008"
    assert ask("gb/t10471-2008").number == "GB/T 10471-2008"
