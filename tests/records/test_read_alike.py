"""Standards whose numbers read alike but are printed otherwise: two rows, through tables, changes, dump and load."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from search_service.errors import Conflict
from search_service.kinds import REGISTRY
from search_service.kinds.numbers import as_printed, number_key
from search_service.records.interchange import dump, load
from search_service.records.write import change, create, delete, replace
from search_service.store.session import Database, sqlite_url
from search_service.store.standard import Standard
from tests.records.conftest import STAFF

STANDARDS = REGISTRY.record("standard")
DASH, DOT = "GB/T 10471-2008", "GB/T 10471.2008"
TABLE = f"no,title,title_en,status,publish,implement,ccs,ics,dept\n{DASH},甲,,,,,,,\n{DOT},乙,,,,,,,\n"


@pytest.fixture
def alike(database: Database, tmp_path: Path) -> dict[str, str]:
    """The ids of both rows by their printed number, as the published list stores them."""
    path = tmp_path / "jjg_jjf_list.csv"
    path.write_text(TABLE, encoding="utf-8")
    assert load(database, [path]).stored == 2
    return {number: str(row.id) for number, row in stored(database).items()}


@pytest.fixture
def elsewhere(tmp_path: Path, empty_data_dir: Path, database: Database) -> Iterator[Database]:
    folder = tmp_path / "elsewhere"
    shutil.copytree(empty_data_dir, folder)
    found = Database(sqlite_url(folder), database.now)
    yield found
    found.close()


def stored(database: Database) -> dict[str, Standard]:
    with database.read() as session:
        return {row.number: row for row in session.scalars(select(Standard))}


def put(tmp_path: Path, *rows: dict[str, Any]) -> Path:
    path = tmp_path / "standards.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    return path


def test_the_two_numbers_do_read_alike() -> None:
    assert number_key(DASH) == number_key(DOT)
    assert as_printed(DASH) != as_printed(DOT)


@pytest.mark.parametrize("number", [DASH, DOT])
def test_either_row_may_be_changed(database: Database, alike: dict[str, str], number: str) -> None:
    key = stored(database)[number].number_key
    change(database, STANDARDS, STAFF, alike[number], {"title": "改过"}, "*")
    replace(database, STANDARDS, STAFF, alike[number], {"number": number, "title": "换过"}, "*")
    found = stored(database)
    assert (found[number].title, found[number].number_key) == ("换过", key)
    assert len({row.number_key for row in found.values()}) == 2


def test_another_number_is_read_anew_and_its_own_stays_taken(database: Database, alike: dict[str, str]) -> None:
    for number in (DASH, DOT):
        with pytest.raises(Conflict):
            create(database, STANDARDS, STAFF, {"number": number, "title": "丙"})
    delete(database, STANDARDS, STAFF, alike[DASH], "*")
    with pytest.raises(Conflict):
        create(database, STANDARDS, STAFF, {"number": DOT, "title": "丙"})
    change(database, STANDARDS, STAFF, alike[DOT], {"number": "GB/T 10472.2008"}, "*")
    assert stored(database)["GB/T 10472.2008"].number_key == "GB/T 10472-2008"


@pytest.mark.usefixtures("alike")
def test_both_rows_go_through_dump_and_load(database: Database, elsewhere: Database, tmp_path: Path) -> None:
    dump(database, tmp_path / "one")
    again = load(database, [tmp_path / "one"])
    assert (again.stored, again.unchanged, again.refused, again.warnings) == (0, 2, [], [])
    report = load(elsewhere, [tmp_path / "one"])
    assert (report.stored, report.refused) == (2, [])
    assert [warning.code for warning in report.warnings] == ["reads_alike"]
    assert load(elsewhere, [tmp_path / "one"]).stored == 0
    dump(elsewhere, tmp_path / "two")
    assert (tmp_path / "two" / "standards.jsonl").read_bytes() == (tmp_path / "one" / "standards.jsonl").read_bytes()


@pytest.mark.parametrize("extra", [{}, {"replaces": ["GB/T 1-1990"]}], ids=["plain", "children"])
@pytest.mark.parametrize("keys", [False, True], ids=["numbers", "keys"])
@pytest.mark.parametrize("numbers", [(DASH, DOT), (DOT, DASH)], ids=["dash", "dot"])
def test_a_file_brings_both(
    database: Database, tmp_path: Path, numbers: tuple[str, str], extra: dict[str, Any], *, keys: bool
) -> None:
    rows = [{"number": n, "title": f"题 {n}", **extra, **({"key": n} if keys else {})} for n in numbers]
    report = load(database, [put(tmp_path, *rows)])
    assert (report.stored, report.refused, [w.code for w in report.warnings]) == (2, [], ["reads_alike"])
    for order in (rows, rows[::-1]):
        assert (load(database, [put(tmp_path, *order)]).unchanged) == 2
    changed = load(database, [put(tmp_path, *({**row, "title": f"新 {row['number']}"} for row in rows))])
    assert (changed.stored, changed.refused, changed.warnings) == (2, [], [])
    assert {number: row.title for number, row in stored(database).items()} == {n: f"新 {n}" for n in numbers}


def test_another_way_of_printing_one_row_is_no_second_row(database: Database, tmp_path: Path) -> None:
    load(database, [put(tmp_path, {"number": DASH, "title": "甲"})])
    report = load(database, [put(tmp_path, {"number": DOT, "title": "乙"})])
    assert (report.stored, report.refused) == (1, [])
    assert {number: row.title for number, row in stored(database).items()} == {DOT: "乙"}
