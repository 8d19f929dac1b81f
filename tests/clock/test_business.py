"""Deadlines and working time, in Shanghai, whatever zone an instant was written in."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_service.clock.business import Office
from search_service.clock.calendar import Calendar
from search_service.clock.hours import Hours
from search_service.clock.notices import library_years
from search_service.kinds.days import SHANGHAI

OFFICE = Office(Calendar(7, library_years()))

instants = st.dates(date(2015, 1, 1), date(2026, 11, 30)).flatmap(
    lambda day: st.times().map(lambda time_of_day: datetime.combine(day, time_of_day, SHANGHAI))
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("posted", "respond", "recommend"),
    [
        ("2026-11-23 00:01", "2026-11-24 17:30", "2026-11-26 17:30"),
        ("2026-11-23 10:00", "2026-11-24 17:30", "2026-11-26 17:30"),
        ("2026-11-23 23:59", "2026-11-24 17:30", "2026-11-26 17:30"),  # T15: the day of posting never counts
        ("2026-11-20 18:00", "2026-11-23 17:30", "2026-11-25 17:30"),  # Friday evening
        ("2026-09-30 17:29", "2026-10-08 17:30", "2026-10-10 17:30"),
        ("2026-10-04 09:00", "2026-10-08 17:30", "2026-10-10 17:30"),
    ],
)
def test_one_working_day_to_respond_and_three_to_recommend(posted: str, respond: str, recommend: str) -> None:
    assert OFFICE.respond_by(at(posted)).at == at(respond)
    assert OFFICE.recommend_by(at(posted)).at == at(recommend)


def test_the_day_is_that_of_shanghai() -> None:
    late = datetime(2026, 11, 23, 16, 30, tzinfo=UTC)  # half past midnight of the 24th there
    assert OFFICE.respond_by(late).at == at("2026-11-25 17:30")


def test_a_deadline_names_its_calendar_and_whether_it_may_move() -> None:
    assert (
        OFFICE.recommend_by(at("2026-11-23 10:00")).tentative,
        OFFICE.respond_by(at("2026-11-23 10:00")).calendar,
    ) == (
        False,
        7,
    )
    assert OFFICE.recommend_by(at("2026-12-30 10:00")).tentative


def test_the_system_acts_one_hour_before() -> None:
    assert OFFICE.automatic_at(OFFICE.recommend_by(at("2026-11-23 10:00"))) == at("2026-11-26 16:30")


def test_working_time_leaves_out_nights_weekends_and_holidays() -> None:
    assert OFFICE.working_time(at("2026-11-20 16:30"), at("2026-11-23 10:00")) == timedelta(hours=2)
    assert OFFICE.working_time(at("2026-10-01 00:00"), at("2026-10-07 23:59")) == timedelta()
    assert OFFICE.working_time(at("2026-11-23 12:00"), at("2026-11-23 11:00")) == timedelta()


@given(instants, st.timedeltas(timedelta(), timedelta(days=20)), st.sampled_from([50, 80, 100]))
def test_so_much_of_the_working_time_has_passed_then(start: datetime, length: timedelta, percent: int) -> None:
    end = start + length
    passed = OFFICE.working_time(start, OFFICE.after(start, end, percent))
    assert abs(passed - OFFICE.working_time(start, end) * percent / 100) <= timedelta(microseconds=1)


@given(instants, instants, instants)
def test_working_time_adds_up(one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted((one, two, three))
    assert OFFICE.working_time(first, middle) + OFFICE.working_time(middle, last) == OFFICE.working_time(first, last)


def test_hours_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(ValueError, match="before they begin"):
        Hours(time(18), time(9))
    with pytest.raises(ValueError, match="too short"):
        Hours(time(9), time(10, 59))


def test_hours_are_a_setting() -> None:
    short = Office(replace(OFFICE.calendar, hours=Hours(time(10), time(16))))
    assert short.respond_by(at("2026-11-23 10:00")).at == at("2026-11-24 16:00")
    assert short.working_time(at("2026-11-23 00:00"), at("2026-11-24 00:00")) == timedelta(hours=6)
    assert date(2026, 11, 24) == short.respond_by(at("2026-11-23 10:00")).at.date()
