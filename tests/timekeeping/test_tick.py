"""One look at the clock does what is due, once; what fails waits, is counted, and stops nothing else."""

import uuid
from datetime import date, timedelta

import pytest

from search_service.clock.notices import announce
from search_service.errors import DatabaseBusy
from search_service.requirements import events, states
from search_service.timekeeping import patience
from search_service.timekeeping.tick import FIRST_WAKE, WAKE_EVERY, Timekeeper
from tests.timekeeping.office import Office, SimpleHands


@pytest.fixture
def keeper(office: Office, hands: SimpleHands) -> Timekeeper:
    office.set("2026-11-23 10:00")  # a Monday
    return Timekeeper(office.database, hands)


def test_a_draft_is_there_after_the_first_look(office: Office, keeper: Timekeeper) -> None:
    one = office.post()
    assert keeper.tick().done == {"draft": 1}
    assert keeper.tick().done == {}
    assert office.marks(one) == ["drafted"]


def test_three_days_without_anybody_at_the_desk(office: Office, keeper: Timekeeper) -> None:
    office.staff("13900000001", "a@example.com")
    office.staff("13900000002")
    one = office.post()
    for day in range(23, 27):
        for minute in range(9 * 60, 18 * 60, 10):
            office.set(f"2026-11-{day} {minute // 60:02}:{minute % 60:02}")
            keeper.tick()
            keeper.tick()
    assert office.marks(one) == ["drafted", "missed_response", "escalated:50", "escalated:80", "recommended"]
    # Half-time goes to the mail address of who has one; what hurries rings the phone.
    assert office.told() == {"a@example.com": 1, "13900000001": 2, "13900000002": 3}


def test_without_automatic_sending_the_breach_is_told(office: Office, hands: SimpleHands, keeper: Timekeeper) -> None:
    office.staff("13900000001")
    one = office.post()
    by_hand = Timekeeper(office.database, hands, automatic=False)
    for day in ("23 10:00", "26 16:45", "26 17:30", "26 17:31", "27 09:00"):
        office.set(f"2026-11-{day}")
        by_hand.tick()
    assert office.marks(one)[-1] == "escalated:100"
    assert office.told("staff.overdue") == {"13900000001": 1}
    del keeper


def test_who_was_asleep_over_the_deadline_sends_at_once_and_tells_of_the_breach(
    office: Office, keeper: Timekeeper
) -> None:
    office.staff("13900000001")
    one = office.post()
    office.set("2026-11-27 09:00")
    keeper.tick()
    assert office.marks(one) == ["missed_response", "escalated:100", "drafted", "recommended"]
    assert office.told() == {"13900000001": 2}  # half-time and the call to hurry are stale news


@pytest.mark.parametrize("how", [events.CONTACTED, events.ASKED])
def test_a_response_is_not_missed_and_does_not_stop_the_clock(office: Office, keeper: Timekeeper, how: str) -> None:
    one = office.post()
    office.respond(one, how)
    office.set("2026-11-26 16:30")
    keeper.tick()
    assert office.marks(one) == ["drafted", "recommended"]


@pytest.mark.parametrize("to", [states.RECOMMENDED, states.REFERRED, states.WITHDRAWN])
def test_what_is_answered_or_over_is_left_alone(office: Office, keeper: Timekeeper, to: str) -> None:
    one = office.post()
    office.move(one, to)
    office.set("2026-11-30 10:00")
    assert keeper.tick().watched == 0
    assert office.marks(one) == []


def test_a_deadline_follows_the_calendar_in_force(office: Office, keeper: Timekeeper) -> None:
    one = office.post()
    with office.database.write() as session:  # Thursday is made a holiday
        days = {date(2026, 11, 26): (False, "示例")}
        announce(session, 2026, days, source="示例", by="甲", now=office.database.now())
    office.set("2026-11-26 16:30")
    keeper.tick()
    assert "recommended" not in office.marks(one)
    office.set("2026-11-27 16:30")
    keeper.tick()
    assert office.marks(one)[-1] == "recommended"
    with office.database.read() as session:
        escalated = next(event for event in events.of(session, one) if event.once == "escalated:50")
    assert escalated.data["due"].startswith("2026-11-27T17:30")


def test_one_that_cannot_be_judged_holds_up_no_other(office: Office, hands: SimpleHands, keeper: Timekeeper) -> None:
    bad, good = office.post(), office.post()
    hands.broken = {bad}
    assert keeper.tick().failed == 1
    assert office.marks(good) == ["drafted"]
    with office.database.read() as session:
        (trouble,) = patience.troubles(session)
    assert (trouble.requirement_id, trouble.step, trouble.failures) == (bad, "draft", 1)
    assert trouble.error == "ValueError"  # what people typed stays out of it


def test_what_failed_waits_ever_longer_and_is_forgotten_when_it_is_done(
    office: Office, hands: SimpleHands, keeper: Timekeeper
) -> None:
    bad = office.post()
    hands.broken = {bad}
    tries = 0
    for _ in range(60 * 12):  # an hour in looks of five seconds
        tries += keeper.tick().failed
        office.services.clock.move(timedelta(seconds=5))
    assert 14 <= tries <= 18, tries  # 5 s, 10 s, … 5 min
    hands.broken = set()
    office.services.clock.move(patience.LONGEST_WAIT)
    assert keeper.tick().done == {"draft": 1}
    with office.database.read() as session:
        assert patience.count(session) == 0


def test_a_sending_that_fails_does_not_keep_staff_from_being_told(
    office: Office, hands: SimpleHands, keeper: Timekeeper
) -> None:
    office.staff("13900000001")
    one = office.post()
    keeper.tick()
    hands.broken = {one}
    office.set("2026-11-26 16:30")
    keeper.tick()
    assert office.marks(one) == ["drafted", "missed_response", "escalated:50", "escalated:80"]
    office.move(one, states.RECOMMENDED)  # somebody does it by hand
    keeper.tick()
    with office.database.read() as session:
        assert patience.count(session) == 0


def test_a_database_that_is_busy_ends_the_look(
    office: Office, hands: SimpleHands, keeper: Timekeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_: uuid.UUID) -> object:
        raise DatabaseBusy

    office.post()
    monkeypatch.setattr(hands, "draft", busy)
    with pytest.raises(DatabaseBusy):
        keeper.tick()


def test_what_nobody_could_do_is_looked_at_now_and_then(office: Office, hands: SimpleHands, keeper: Timekeeper) -> None:
    one, bad = office.post(), office.post()
    hands.asleep, hands.broken = [bad, one], {bad}
    keeper.tick()
    assert hands.woken == {}, "a process that has just begun has other things to do"
    office.services.clock.move(FIRST_WAKE)
    keeper.tick()
    keeper.tick()
    assert hands.woken == {one: 1}
    office.services.clock.move(WAKE_EVERY)
    keeper.tick()
    assert hands.woken == {one: 2}
    hands.asleep = [one]
    office.services.clock.move(WAKE_EVERY)
    keeper.tick()
    with office.database.read() as session:
        assert "wake" not in {trouble.step for trouble in patience.troubles(session)}


def test_what_sleeps_is_looked_at_in_parts_and_each_of_it_once(
    office: Office, hands: SimpleHands, keeper: Timekeeper
) -> None:
    keeper.tick()
    hands.asleep = [office.post() for _ in range(3)]
    keeper.tick()  # their drafts
    office.services.clock.move(FIRST_WAKE)
    seen = []
    for _ in range(3):
        asked = iter((False, True))
        seen.append((keeper.tick(lambda asked=asked: next(asked)).more, len(hands.woken)))  # type: ignore[misc]
    assert seen == [(True, 1), (True, 2), (False, 3)]
    keeper.tick()
    assert set(hands.woken.values()) == {1}
    office.services.clock.move(WAKE_EVERY)
    fresh = office.post()
    asked = iter((False, True))
    ticked = keeper.tick(lambda: next(asked))
    assert (ticked.done, ticked.more) == ({"draft": 1}, True), "a draft goes before what sleeps"
    assert set(hands.woken.values()) == {1}
    assert office.marks(fresh) == ["drafted"]


def test_a_database_that_is_busy_loses_none_of_what_sleeps(
    office: Office, hands: SimpleHands, keeper: Timekeeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(_: uuid.UUID) -> object:
        raise DatabaseBusy

    keeper.tick()
    hands.asleep = [uuid.uuid4()]
    office.services.clock.move(FIRST_WAKE)
    with monkeypatch.context() as now:
        now.setattr(hands, "wake", busy)
        with pytest.raises(DatabaseBusy):
            keeper.tick()
    keeper.tick()
    assert hands.woken == {hands.asleep[0]: 1}


def test_a_clock_that_goes_back_repeats_nothing(office: Office, keeper: Timekeeper) -> None:
    office.staff("13900000001")
    one = office.post()
    for now in ("25 09:30", "25 08:30", "25 10:30", "26 16:30", "26 15:30", "26 17:40", "26 16:40"):
        office.set(f"2026-11-{now}")
        keeper.tick()
    assert office.marks(one) == ["missed_response", "drafted", "escalated:50", "recommended"]
    assert office.told() == {"13900000001": 2}


def test_without_staff_the_administrators_are_told(office: Office, keeper: Timekeeper) -> None:
    office.staff("13900000009", role="administrator")
    office.staff("13900000008", role="person")
    office.post()
    office.set("2026-11-25 10:00")
    keeper.tick()
    assert office.told() == {"13900000009": 2}


def test_looking_is_two_statements_however_many_there_are(
    office: Office, keeper: Timekeeper, statements: list[str]
) -> None:
    office.post()
    keeper.tick()
    statements.clear()
    keeper.tick()
    few = len(statements)
    for _ in range(30):
        office.post()
    keeper.tick()
    statements.clear()
    keeper.tick()
    assert len(statements) == few
