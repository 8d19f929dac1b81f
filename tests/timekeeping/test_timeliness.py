"""The proof: what became of each promise, by which calendar, by whom; as numbers, as JSON and as a table."""

import csv
import io
from datetime import date, time

import pytest
from starlette.testclient import TestClient

from search_service.clock.hours import Hours
from search_service.clock.notices import announce, open_at
from search_service.errors import Invalid
from search_service.kinds.access import Role
from search_service.requirements import events, states
from search_service.timekeeping.tick import Timekeeper
from search_service.timekeeping.timeliness import COLUMNS, report
from tests.support.shell import Shell
from tests.support.signed_in import account, sign_in
from tests.timekeeping.office import Office, SimpleHands

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))


def found(office: Office) -> dict[str, dict[str, object]]:
    with office.database.read() as session:
        rows = report(session, *NOVEMBER, office.database.now())["requirements"]
    return {row["number"]: row for row in rows}


def test_what_became_of_each_promise(office: Office, hands: SimpleHands) -> None:
    office.set("2026-11-23 10:00")
    kept, late, missed, ended, fresh = (office.post() for _ in range(5))
    del missed
    office.set("2026-11-24 10:00")
    office.respond(kept)
    office.move(ended, states.WITHDRAWN)
    office.set("2026-11-25 10:00")
    office.respond(late)
    office.set("2026-11-26 16:30")
    hands.send(kept)
    office.set("2026-11-27 10:00")
    office.move(late, states.RECOMMENDED)
    del fresh
    office.post()
    rows = found(office)
    assert {number: (row["response"], row["recommendation"], row["sent_by"]) for number, row in rows.items()} == {
        "XQ000001": ("within", "within", "system"),
        "XQ000002": ("late", "late", "staff"),
        "XQ000003": ("missed", "missed", None),
        "XQ000004": ("ended", "ended", None),
        "XQ000005": ("missed", "missed", None),
        "XQ000006": ("running", "running", None),
    }
    assert rows["XQ000001"]["respond_by"] == "2026-11-24T17:30:00+08:00"
    assert rows["XQ000001"]["recommend_by"] == "2026-11-26T17:30:00+08:00"
    with office.database.read() as session:
        totals = report(session, *NOVEMBER, office.database.now())["totals"]
    assert totals["requirements"] == 6
    assert totals["recommendation"] == {
        "within": 1,
        "late": 1,
        "missed": 2,
        "running": 1,
        "ended": 1,
        "share_within": 0.25,
    }
    assert (totals["automatic"], totals["by_staff"]) == (1, 1)


def test_what_is_over_keeps_the_calendar_that_it_was_ended_by(office: Office) -> None:
    office.set("2026-11-23 10:00")
    done, running = office.post(), office.post()
    office.set("2026-11-26 10:00")
    office.move(done, states.RECOMMENDED)
    with office.database.write() as session:
        announce(
            session, 2026, {date(2026, 11, 25): (False, "示例")}, source="示例", by="甲", now=office.database.now()
        )
    rows = found(office)
    before, after = rows["XQ000001"], rows["XQ000002"]
    assert (before["recommend_by"], after["recommend_by"]) == ("2026-11-26T17:30:00+08:00", "2026-11-27T17:30:00+08:00")
    assert before["calendar_version"] != after["calendar_version"]
    del running


def test_other_business_hours_are_for_what_still_runs(office: Office) -> None:
    """The proof of what was kept is not written anew by a setting."""
    office.set("2026-11-23 10:00")
    done, _ = office.post(), office.post()
    office.set("2026-11-26 16:30")
    office.move(done, states.RECOMMENDED)
    with office.database.write() as session:
        assert open_at(session, Hours(time(8), time(16)), by="甲", now=office.database.now())
        assert not open_at(session, Hours(time(8), time(16)), by="甲", now=office.database.now())
    rows = found(office)
    before, after = rows["XQ000001"], rows["XQ000002"]
    assert (before["recommend_by"], after["recommend_by"]) == ("2026-11-26T17:30:00+08:00", "2026-11-26T16:00:00+08:00")
    assert before["calendar_version"] + 1 == after["calendar_version"]


def test_days_count_in_shanghai_and_both_are_included(office: Office) -> None:
    office.set("2026-12-02 10:00")
    for received in ("2026-10-31 23:59", "2026-11-01 00:00", "2026-11-30 23:59", "2026-12-01 00:00"):
        office.post(received)
    assert list(found(office)) == ["XQ000002", "XQ000003"]


def test_days_the_wrong_way_round_are_refused(office: Office) -> None:
    with office.database.read() as session, pytest.raises(Invalid):
        report(session, date(2026, 11, 2), date(2026, 11, 1), office.database.now())


def test_without_anything_there_is_no_share(office: Office) -> None:
    with office.database.read() as session:
        totals = report(session, *NOVEMBER, office.database.now())["totals"]
    assert totals["recommendation"]["share_within"] is None


def test_staff_download_it(shop: Office, client: TestClient, keeper: Timekeeper) -> None:
    shop.post("2026-11-16 09:00")
    keeper.tick()
    staff = sign_in(client, account(shop.services, Role.STAFF))
    path = "/api/v1/staff/timeliness"
    answer = staff.get(path, params={"from": "2026-11-16", "to": "2026-11-16"}).json()
    (row,) = answer["requirements"]
    assert row["events"][0] == {**row["events"][0], "kind": events.POSTED, "by": "person"}
    assert {event["once"] for event in row["events"]} >= {"missed_response", "escalated:100"}
    table = staff.get(path, params={"format": "csv"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    assert table.headers["content-disposition"] == 'attachment; filename="timeliness-2026-10-24-2026-11-23.csv"'
    head, *lines = csv.reader(io.StringIO(table.text.removeprefix("\ufeff")))
    assert head == list(COLUMNS.values())
    assert len(lines) == 1
    assert "张三" not in table.text
    assert staff.get(path, params={"from": "9999-12-31", "to": "9999-12-31"}).status_code == 422
    for wrong in (
        {"from": "gestern"},
        {"format": "xml"},
        {"from": "2026-12-01", "to": "2026-11-01"},
        {"to": "0001-01-01"},
    ):
        assert staff.get(path, params=wrong).status_code == 422


def test_the_command_line_prints_it(shop: Office, keeper: Timekeeper) -> None:
    shop.post("2026-11-20 09:00")
    keeper.tick()
    zhixun = Shell(shop.services.settings.data_dir)
    told = zhixun.json("timeliness", "--from", "2026-11-20", "--to", "2026-11-20")
    assert told["totals"]["requirements"] == 1
    assert "XQ000001" in zhixun("timeliness", "--from", "2026-11-20", "--to", "2026-11-21", "--csv")
    assert "3 个工作日内推荐" in zhixun("timeliness", "--to", "2026-11-21")
    assert "不是可用的期间" in zhixun("timeliness", "--from", "2026-11-22", "--to", "2026-11-20", code=2)
