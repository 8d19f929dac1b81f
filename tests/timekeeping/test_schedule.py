"""What is due when: half-time, the call to hurry, the breach, the missed first day, the automatic sending."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_service.clock.business import Office
from search_service.clock.calendar import Calendar
from search_service.clock.hours import Hours
from search_service.clock.notices import library_years
from search_service.kinds.days import SHANGHAI
from search_service.requirements import events
from search_service.timekeeping.schedule import Due, Step, due, instants

OFFICE = Office(Calendar(3, library_years()))
MONDAY = "2026-11-23 10:00"
DRAFTED, RESPONDED = {events.DRAFTED}, {events.DRAFTED, events.CONTACTED}

posted = st.datetimes(datetime(2015, 1, 1), datetime(2027, 6, 30)).map(lambda at: at.replace(tzinfo=SHANGHAI))  # noqa: DTZ001


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def names(now: str, kinds: set[str], marks: set[str] | None = None, *, automatic: bool = True) -> list[str]:
    return [
        found.once for found in due(instants(OFFICE, at(MONDAY)), at(now), kinds, marks or set(), automatic=automatic)
    ]


def test_the_instants_of_a_monday_morning() -> None:
    # 7.5 hours are left of Monday and three days of 8.5 follow: 33 hours, half of which end on Wednesday at 09:30.
    when = instants(OFFICE, at(MONDAY))
    assert when.respond_by.at == at("2026-11-24 17:30")
    assert when.recommend_by.at == at("2026-11-26 17:30")
    assert when.automatic_at == at("2026-11-26 16:30")
    assert when.escalations == (
        (50, at("2026-11-25 09:30")),
        (80, at("2026-11-26 10:54")),
        (100, at("2026-11-26 17:30")),
    )


@pytest.mark.parametrize(
    ("posted_at", "respond_by", "automatic_at"),
    [
        ("2026-11-20 23:59", "2026-11-23 17:30", "2026-11-25 16:30"),  # Friday, one minute before midnight
        ("2026-11-21 00:00", "2026-11-23 17:30", "2026-11-25 16:30"),  # and one later
        (
            "2026-02-13 18:00",
            "2026-02-14 17:30",
            "2026-02-25 16:30",
        ),  # before Spring Festival, a working Saturday follows
        ("2026-02-17 12:00", "2026-02-24 17:30", "2026-02-26 16:30"),  # inside of it
        ("2026-09-30 23:59", "2026-10-08 17:30", "2026-10-10 16:30"),  # National Day; the third day is a Saturday
        ("2025-12-31 23:59", "2026-01-04 17:30", "2026-01-06 16:30"),  # year end; 4 January is a working Sunday
        ("2024-02-28 09:00", "2024-02-29 17:30", "2024-03-04 16:30"),  # the leap day
        ("2026-12-31 10:00", "2027-01-04 17:30", "2027-01-06 16:30"),  # into a year that nobody has announced
    ],
)
def test_borders_of_the_calendar(posted_at: str, respond_by: str, automatic_at: str) -> None:
    when = instants(OFFICE, at(posted_at))
    assert (when.respond_by.at, when.automatic_at) == (at(respond_by), at(automatic_at))
    assert when.recommend_by.tentative is (when.recommend_by.at.year == 2027)


@given(posted)
def test_instants_come_in_order(when_posted: datetime) -> None:
    when = instants(OFFICE, when_posted)
    moments = [moment for _, moment in when.escalations]
    assert when_posted < moments[0] < moments[1] < when.automatic_at < moments[2] == when.recommend_by.at
    assert when.recommend_by.at - when.automatic_at == timedelta(hours=1)
    assert all(OFFICE.calendar.is_working(moment.astimezone(SHANGHAI).date()) for moment in moments)


def test_a_draft_is_due_at_once_and_once() -> None:
    assert names(MONDAY, set()) == ["draft"]
    assert names(MONDAY, DRAFTED) == []


def test_the_first_day_is_missed_when_it_is_over() -> None:
    assert names("2026-11-24 17:30", DRAFTED) == []  # who answers at this very second is in time
    assert names("2026-11-24 17:31", DRAFTED) == ["missed_response"]
    assert names("2026-11-24 17:31", RESPONDED) == []
    assert names("2026-11-24 17:31", DRAFTED, {"missed_response"}) == []
    assert names("2026-11-24 17:31", {*DRAFTED, events.ACKNOWLEDGED}) == ["missed_response"]  # that was a machine


def test_each_share_of_the_time_is_told_when_it_is_used() -> None:
    assert names("2026-11-25 09:29", RESPONDED) == []
    assert names("2026-11-25 09:30", RESPONDED) == ["escalated:50"]
    assert names("2026-11-26 10:54", RESPONDED, {"escalated:50"}) == ["escalated:80"]
    assert names("2026-11-26 16:29", RESPONDED, {"escalated:50", "escalated:80"}) == []


def test_in_the_last_working_hour_it_is_sent_before_anybody_is_told_to_hurry() -> None:
    assert names("2026-11-26 16:30", RESPONDED) == ["send", "escalated:50", "escalated:80"]
    assert names("2026-11-26 16:30", RESPONDED, automatic=False) == ["escalated:50", "escalated:80"]


def test_a_question_does_not_stop_the_clock() -> None:
    assert "send" in names("2026-11-26 16:30", {events.DRAFTED, events.ASKED})


def test_a_breach_is_told_first_and_still_sent() -> None:
    marks = {"escalated:50", "escalated:80"}
    assert names("2026-11-26 17:30", RESPONDED, marks) == ["send"]
    assert names("2026-11-26 17:31", RESPONDED, marks) == ["escalated:100", "send"]
    assert names("2026-11-26 17:31", RESPONDED, {*marks, "escalated:100"}, automatic=False) == []


def test_a_service_that_is_over_sooner_is_recommended_sooner() -> None:
    assert instants(OFFICE, at(MONDAY), date(2026, 11, 24)).automatic_at == at("2026-11-24 16:30")
    assert instants(OFFICE, at(MONDAY), date(2026, 12, 24)).automatic_at == at("2026-11-26 16:30")
    assert instants(OFFICE, at("2026-11-23 18:00"), date(2026, 11, 23)).automatic_at == at("2026-11-23 18:00")


def test_other_hours_move_everything() -> None:
    hours = Hours(at(MONDAY).time(), at("2026-11-23 16:00").time())
    when = instants(Office(replace(OFFICE.calendar, hours=hours)), at(MONDAY))
    assert (when.automatic_at, when.recommend_by.at) == (at("2026-11-26 15:00"), at("2026-11-26 16:00"))


def test_a_step_is_named_by_its_mark() -> None:
    assert (Due(Step.ESCALATE, 80).once, Due(Step.SEND).once) == ("escalated:80", "send")
