"""States and clock: the table of moves, once only, calendars kept, working time."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from search_service.clock.business import Office
from search_service.clock.calendar import Calendar
from search_service.clock.notices import announce
from search_service.errors import StateForbids
from search_service.kinds.days import SHANGHAI as ZONE
from search_service.requirements import events, states
from search_service.requirements.access import Reader
from search_service.requirements.clock import clock_of, clocks_of, reckon
from search_service.requirements.posting import Made
from search_service.store.requirement import Requirement, RequirementEvent
from tests.requirements.conftest import STAFF, Desk

OFFICE = Office(Calendar(0, {2026: {}}))


def move(desk: Desk, made: Made, to: str, once: str | None = None) -> RequirementEvent | None:
    with desk.database.write() as session:
        row = states.locked(session, uuid.UUID(made.body["id"]))
        assert row is not None
        return states.move(session, row, to, by="test", once=once)


def kinds(desk: Desk, made: Made) -> list[str]:
    with desk.database.read() as session:
        return [event.kind for event in events.of(session, uuid.UUID(made.body["id"]))]


def test_every_state_is_in_the_table_and_leads_to_an_end() -> None:
    assert set(states.MOVES) == set(states.STATES)
    for state in states.STATES:
        seen, waiting = set[str](), {state}
        while waiting:
            seen |= waiting
            waiting = {to for one in waiting for to in states.MOVES[one]} - seen
        assert (seen & states.ENDED) or state in states.ENDED, state
    assert all(not states.MOVES[state] for state in states.ENDED)


def test_the_way_of_the_sources(desk: Desk) -> None:
    made = desk.post()
    for to in (states.RESPONDED, states.RECOMMENDED, states.AGREED, states.ORDERED, states.EVALUATED):
        assert desk.row(made).closed_at is None
        assert move(desk, made, to) is not None
        assert desk.row(made).state == to
    assert desk.row(made).closed_at is not None
    assert kinds(desk, made)[2:] == ["responded", "recommended", "agreed", "ordered", "evaluated"]
    with pytest.raises(StateForbids, match="已评价"):
        move(desk, made, states.RECOMMENDED)


def test_what_is_refused_leaves_nothing(desk: Desk) -> None:
    made = desk.post()
    for to in (states.AGREED, states.ORDERED, states.INFORMED, states.EVALUATED, states.POSTED):
        with pytest.raises(StateForbids):
            move(desk, made, to)
    assert kinds(desk, made) == ["posted", "acknowledged"]
    assert desk.row(made).state == "posted"


def test_once_is_once(desk: Desk) -> None:
    made = desk.post()
    assert move(desk, made, states.RECOMMENDED, once="recommended") is not None
    assert move(desk, made, states.RECOMMENDED, once="recommended") is None
    assert kinds(desk, made).count("recommended") == 1
    assert move(desk, made, states.WITHDRAWN) is not None
    assert move(desk, made, states.RECOMMENDED, once="recommended") is None, "also where the table has no such move"


def test_the_calendar_is_kept_when_the_clock_stops(desk: Desk) -> None:
    open_, kept = desk.post(), desk.post()
    before = kept.body["clock"]["recommend_by"]
    move(desk, kept, states.RECOMMENDED)
    with desk.database.write() as session:
        days = {date(2026, 11, 24): (False, "停工")}
        announce(session, 2026, days, source="test", by="test", now=desk.database.now())
    now = desk.database.now()
    with desk.database.read() as session:
        rows = {row.id: row for row in session.query(Requirement)}
        found = clocks_of(session, rows.values(), now)
        assert found == {one: clock_of(session, row, now) for one, row in rows.items()}
    due = {str(one): clock.recommend_by.at.isoformat() for one, clock in found.items()}
    assert due[kept.body["id"]] == before
    assert due[open_.body["id"]] == "2026-11-26T17:30:00+08:00", "one day later"


def test_a_response_moves_once_and_is_counted_from_the_first(desk: Desk) -> None:
    made = desk.post()
    desk.clock.move(timedelta(days=2))  # Monday morning
    desk.act(made, Reader(STAFF), "contacted")
    desk.clock.move(timedelta(days=3))
    shown = desk.act(made, Reader(STAFF), "asked", text="要旧版吗？")
    assert shown["state"] == "responded"
    assert shown["clock"]["responded_at"][:10] == "2026-11-23"
    assert (shown["clock"]["response_late"], shown["clock"]["recommendation_late"]) == (False, True)


def test_open_ones(desk: Desk) -> None:
    first, second, gone = (desk.post() for _ in range(3))
    move(desk, gone, states.CLOSED)
    move(desk, second, states.RECOMMENDED)
    with desk.database.read() as session:
        assert [row.number for row in states.open_ones(session)] == [
            first.body["number"], second.body["number"]
        ]  # fmt: skip
        assert [row.number for row in states.open_ones(session, states.RUNNING)] == [first.body["number"]]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def event(kind: str, moment: datetime) -> RequirementEvent:
    return RequirementEvent(kind=kind, at=moment)


def requirement(received: datetime, closed: datetime | None = None) -> Requirement:
    return Requirement(received_at=received, closed_at=closed)


@pytest.mark.parametrize(
    ("now", "used"),
    [
        (at(20, 9), 0.0),  # Friday, as business begins
        (at(20, 17, 30), 0.25),
        (at(22, 12), 0.25),  # Sunday
        (at(24, 17, 30), 0.75),
        (at(25, 17, 30), 1.0),
        (at(30, 9), 1.0),
    ],
)
def test_the_share_of_working_time(now: datetime, used: float) -> None:
    clock = reckon(requirement(at(20, 9)), (), OFFICE, now)
    assert clock.used == pytest.approx(used)
    assert clock.recommend_by.at == at(25, 17, 30)
    assert clock.recommendation_late is (now > at(25, 17, 30))


def test_what_counts_as_kept() -> None:
    now = at(30, 9)
    posted = requirement(at(20, 9))
    acknowledged = reckon(posted, [event(events.ACKNOWLEDGED, at(20, 9))], OFFICE, now)
    assert (acknowledged.responded_at, acknowledged.response_late) == (None, True), "the system's word is no response"
    for kind in (events.RECOMMENDED, events.REFERRED, events.INFORMED):
        clock = reckon(posted, [event(kind, at(23, 10))], OFFICE, now)
        assert (clock.recommendation_late, clock.response_late, clock.running) == (False, False, False), kind
    late = reckon(posted, [event(events.ASKED, at(24, 9)), event(events.RECOMMENDED, at(26, 9))], OFFICE, now)
    assert (late.response_late, late.recommendation_late) == (True, True)
    gone = reckon(requirement(at(20, 9), closed=at(23, 9)), (), OFFICE, now)
    assert (gone.running, gone.recommendation_late, gone.response_late) == (False, False, False)
    assert gone.used == pytest.approx(0.25)
    too_late = reckon(requirement(at(20, 9), closed=at(27, 9)), (), OFFICE, now)
    assert too_late.recommendation_late
