"""Announcements in the store: seeded, corrected, kept as they were."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from api.wiring import Services
from search_service.clock.notices import announce, current, seed
from search_service.errors import Invalid
from search_service.records.interchange import load

NOW = datetime(2026, 11, 21, tzinfo=UTC)
NEW_YEAR = {date(2027, 1, 1): (False, "元旦"), date(2027, 1, 3): (True, "元旦")}
FILE = {
    "year": 2027,
    "papers": ["国办发明电〔2026〕示例"],
    "days": [
        {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
        {"name": "元旦", "date": "2027-01-03", "isOffDay": False},
    ],
}


def test_the_years_of_the_library_are_there_once(services: Services) -> None:
    with services.database.read() as session:
        calendar = current(session)
    assert {2015, 2026} <= set(calendar.years)
    assert 2027 not in calendar.years
    assert seed(services.database) == []


def test_a_correction_is_a_new_version_and_the_old_one_stays(services: Services) -> None:
    with services.database.write() as session:
        before = current(session).version
        assert announce(session, 2027, NEW_YEAR, source="示例", by="甲", now=NOW)
        assert not announce(session, 2027, NEW_YEAR, source="示例", by="甲", now=NOW)
        assert announce(session, 2027, {date(2027, 1, 1): (False, "元旦")}, source="更正", by="甲", now=NOW)
    with services.database.read() as session:
        assert current(session).version == before + 2
        assert not current(session).is_working(date(2027, 1, 3))
        assert current(session, before + 1).is_working(date(2027, 1, 3))
        assert current(session, before).day(date(2027, 1, 4)).tentative
        assert not current(session).day(date(2027, 1, 4)).tentative


def test_seeding_leaves_what_staff_announced(services: Services) -> None:
    with services.database.write() as session:
        announce(session, 2026, {date(2026, 11, 23): (False, "示例")}, source="示例", by="甲", now=NOW)
    seed(services.database)
    with services.database.read() as session:
        assert not current(session).is_working(date(2026, 11, 23))


def test_days_of_another_year_are_refused_by_name(services: Services) -> None:
    with services.database.write() as session, pytest.raises(Invalid) as caught:
        announce(session, 2027, {date(2026, 11, 1): (False, "")}, source="", by="甲", now=NOW)
    assert [problem.loc for problem in caught.value.problems] == ["days.2026-11-01"]


def test_loading_a_year_fills_a_gap_only(services: Services, tmp_path: Path) -> None:
    (tmp_path / "2027.json").write_text(json.dumps(FILE), "utf-8")
    (tmp_path / "2028.json").write_text('{"year": 2028, "days": [{"date": "2028-13-01", "isOffDay": true}]}', "utf-8")
    report = load(services.database, [tmp_path / "2027.json", tmp_path / "2028.json"])
    assert (report.stored, len(report.refused)) == (2, 1)
    again = load(services.database, [tmp_path / "2027.json"])
    assert (again.stored, again.unchanged) == (0, 2)
    with services.database.read() as session:
        assert current(session).is_working(date(2027, 1, 3))
