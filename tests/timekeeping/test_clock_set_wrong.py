"""R20: clocks that are set, years that end, days that exist every fourth year, calendars that are not announced."""

import random
from datetime import datetime, timedelta

import pytest

from search_service.outbox.delivery import deliver
from search_service.requirements import events
from search_service.timekeeping import patience
from search_service.timekeeping.tick import Timekeeper
from tests.timekeeping.office import Office, SimpleHands, at
from tests.timekeeping.year import CountingGateway, deadline

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("posted", "tentative"),
    [
        ("2026-02-13 10:00", False),  # a make-up Saturday follows, then Spring Festival
        ("2026-09-30 10:00", False),
        ("2026-10-09 10:00", False),  # Saturday the 10th is worked
        ("2026-12-30 10:00", True),  # the year ends, and the next one is not announced
    ],
)
def test_a_clock_that_jumps_an_hour_to_and_fro(
    office: Office, hands: SimpleHands, posted: str, *, tentative: bool
) -> None:
    start = office.set(posted)
    office.staff("13900000001")
    one = office.post()
    due, gateway, dice = deadline(start, 3), CountingGateway(), random.Random(20)
    keeper, by_hand = Timekeeper(office.database, hands), Timekeeper(office.database, hands, automatic=False)
    now = start
    while now < due + 2 * HOUR:
        office.set(f"{now + dice.choice((-HOUR, timedelta(), HOUR)):%Y-%m-%d %H:%M}")
        (by_hand if now < due + HOUR else keeper).tick()
        deliver(office.database, gateway, worker="one")
        now += timedelta(minutes=30)
    office.set(f"{now + 2 * HOUR:%Y-%m-%d %H:%M}")
    keeper.tick()
    deliver(office.database, gateway, worker="one")
    # An hour to the wrong side may pass several marks at once, whose order is then that of one look.
    assert sorted(office.marks(one)) == sorted(
        ["drafted", "escalated:50", "escalated:80", "escalated:100", "missed_response", "recommended"]
    )
    assert set(gateway.sent.values()) == {1}
    assert len(gateway.sent) == 4
    with office.database.read() as session:
        told = [event for event in events.of(session, one) if event.kind == events.ESCALATED]
    assert {event.data["due"] for event in told} == {due.isoformat()}
    assert {event.data["tentative"] for event in told} == {tentative}


def test_the_leap_day_is_a_day(office: Office, hands: SimpleHands) -> None:
    office.set("2028-02-28 10:00")  # a Monday of a year that nobody has announced
    one = office.post()
    office.set("2028-03-02 16:29")
    keeper = Timekeeper(office.database, hands)
    keeper.tick()
    assert "recommended" not in office.marks(one)
    office.set("2028-03-02 16:30")
    keeper.tick()
    assert office.marks(one)[-1] == "recommended"


def test_a_wait_that_a_wrong_clock_began_is_not_waited_for(office: Office, hands: SimpleHands) -> None:
    office.set("2026-11-26 18:30")  # an hour and more ahead
    one = office.post("2026-11-23 10:00")
    hands.broken = {one}
    keeper = Timekeeper(office.database, hands)
    keeper.tick()
    with office.database.read() as session:
        assert patience.count(session) > 0
    hands.broken = set()
    office.set("2026-11-26 16:30")
    keeper.tick()
    assert office.marks(one)[-1] == "recommended"


def test_the_deadlines_of_the_test_are_those_of_the_product(office: Office) -> None:
    """What the simulated year is judged by was written apart: on every minute at a border both must agree."""
    from search_service.clock.business import Office as Hours  # noqa: PLC0415 - the name is the desk's here
    from search_service.clock.notices import current  # noqa: PLC0415

    with office.database.read() as session:
        hours = Hours(current(session))
    moment = at("2026-01-01 00:00")
    while moment < datetime(2027, 1, 1, tzinfo=moment.tzinfo):
        for minute in (0, 24 * 60 - 1):
            posted = moment + timedelta(minutes=minute)
            assert hours.respond_by(posted).at == deadline(posted, 1), posted
            assert hours.recommend_by(posted).at == deadline(posted, 3), posted
        moment += timedelta(days=1)
