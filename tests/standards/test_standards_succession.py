"""What stands in a standard's place today: chains, splits, merges, circles, ways that end."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.wiring import Services
from search_service.standards.known import Known
from search_service.standards.slips import one_slip
from tests.standards.conftest import Ask, Shelve, add_standard


def successors(ask: Ask, typed: str) -> list[tuple[str, str]]:
    return [(one.row.number, one.how) for one in ask(typed).successors]


def test_a_chain_is_followed_to_what_is_in_force(ask: Ask, shelve: Shelve) -> None:
    shelve(
        ["GB/T 228-1987", "withdrawn"],
        ["GB/T 228-2002", "withdrawn", ["GB/T 228-1987"]],
        ["GB/T 228.1-2010", "withdrawn", ["GB/T 228-2002"]],
        ["GB/T 228.1-2021", "current", ["GB/T 228.1-2010"]],
    )
    assert successors(ask, "GB/T 228-1987") == [("GB/T 228.1-2021", "replaced_by")]
    assert successors(ask, "GB/T 228.1-2021") == []
    assert ask("GB/T 228-1987").note == ""


def test_split_and_merged(ask: Ask, shelve: Shelve) -> None:
    shelve(
        ["GB 1-1990", "withdrawn"],
        ["GB 2-1990", "withdrawn"],
        ["GB 1.1-2010", "current", ["GB 1-1990", "GB 2-1990"]],
        ["GB 1.2-2010", "current", ["GB 1-1990"]],
    )
    assert [number for number, _ in successors(ask, "GB 1-1990")] == ["GB 1.1-2010", "GB 1.2-2010"]
    assert [number for number, _ in successors(ask, "GB 2-1990")] == ["GB 1.1-2010"]


def test_a_circle_ends(ask: Ask, shelve: Shelve) -> None:
    shelve(
        ["GB 1-1990", "withdrawn", ["GB 2-1990"]],
        ["GB 2-1990", "withdrawn", ["GB 1-1990"]],
        ["GB 3-2020", "current", ["GB 2-1990"]],
    )
    assert [number for number, _ in successors(ask, "GB 1-1990")] == ["GB 3-2020"]


def test_a_newer_edition_is_named_where_nobody_says_what_replaced(ask: Ask, shelve: Shelve) -> None:
    shelve(["HG/T 7-2000", "withdrawn"], ["HG/T 7-2012", "current"], ["HG/T 7-2012E", "current"])
    assert successors(ask, "HG/T 7-2000") == [("HG/T 7-2012", "newer_edition")]
    assert "没有代替关系的记录" in ask("HG/T 7-2000").note


def test_ways_that_end_are_said(ask: Ask, shelve: Shelve) -> None:
    shelve(["GB 5-1990", "withdrawn"], ["GB 6-1990", "withdrawn", ["GB 5-1990"]])
    assert (successors(ask, "GB 6-1990"), ask("GB 6-1990").note) == ([], "已废止,没有代替它的标准的记录")
    assert (successors(ask, "GB 5-1990"), ask("GB 5-1990").note) == ([], "已废止;代替它的 GB 6-1990 也已废止")


def test_what_comes_next_is_shown_while_the_old_one_holds(ask: Ask, shelve: Shelve) -> None:
    shelve(["GB 8-2010", "current"], ["GB 8-2026", "upcoming", ["GB 8-2010"]])
    found = ask("GB 8-2010")
    assert found.standing == "current"
    assert [(one.row.number, one.row.standing(found.as_of)) for one in found.successors] == [("GB 8-2026", "upcoming")]


def test_a_replaced_number_without_a_year_means_the_editions_before(ask: Ask, shelve: Shelve) -> None:
    shelve(["GB 9-1990", "withdrawn"], ["GB 9-2030", "withdrawn"], ["GB/T 10-2020", "current", ["GB 9"]])
    assert [number for number, _ in successors(ask, "GB 9-1990")] == ["GB/T 10-2020"]
    assert successors(ask, "GB 9-2030") == []


TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("status", "effective", "withdrawn", "standing"),
    [
        ("current", None, None, "current"),
        ("current", date(2026, 12, 1), None, "upcoming"),
        ("current", date(2020, 1, 1), date(2026, 11, 21), "withdrawn"),
        ("current", date(2020, 1, 1), date(2026, 11, 22), "current"),
        ("upcoming", None, None, "upcoming"),
        ("upcoming", date(2026, 11, 21), None, "current"),
        ("withdrawn", date(2020, 1, 1), None, "withdrawn"),
        ("withdrawn", date(2020, 1, 1), date(2027, 1, 1), "current"),
        ("unknown", date(2020, 1, 1), None, "unknown"),
    ],
)
def test_the_dates_decide_where_they_are_recorded(
    services: Services, status: str, effective: date | None, withdrawn: date | None, standing: str
) -> None:
    with services.database.write() as session:
        row = add_standard(session, "GB 1-2020", status=status, effective_on=effective, withdrawn_on=withdrawn)
        known = Known(None, row.id, None, row.number, row.number_key, row.line_key, "", status, effective, withdrawn)
    assert known.standing(TODAY) == standing


@given(st.text("abt", max_size=5), st.text("abt", max_size=5))
def test_one_slip_is_symmetric_and_means_one_edit(one: str, other: str) -> None:
    def edits(text: str) -> set[str]:
        found = {text[:i] + text[i + 1 :] for i in range(len(text))}
        found |= {text[:i] + c + text[i:] for i in range(len(text) + 1) for c in "abt"}
        found |= {text[:i] + c + text[i + 1 :] for i in range(len(text)) for c in "abt"}
        return found | {text[:i] + text[i + 1] + text[i] + text[i + 2 :] for i in range(len(text) - 1)}

    assert one_slip(one, other) == one_slip(other, one) == (one == other or other in edits(one))
