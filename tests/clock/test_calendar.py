"""Working days: announced years, years that nobody has announced, and counting over their borders."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_service.clock.calendar import Calendar, Due
from search_service.clock.notices import library_years

SEEDED = Calendar(1, library_years())
EMPTY = Calendar(0, {})

days = st.dates(date(2015, 1, 1), date(2029, 12, 31))


@pytest.mark.real_data
@pytest.mark.parametrize("year", range(2015, 2027))
def test_every_day_agrees_with_the_published_table(year: int, real_data: Path) -> None:
    off: dict[str, bool] = {}
    for near in (year, year + 1):  # a year's notice may begin with the end of the year before
        if (file := real_data / "holidays" / f"{near}.json").exists():
            off |= {day["date"]: day["isOffDay"] for day in json.loads(file.read_text("utf-8"))["days"]}
    day = date(year, 1, 1)
    while day.year == year:
        assert SEEDED.is_working(day) is not off.get(day.isoformat(), day.weekday() >= 5), day
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("posted", "count", "due"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # a Friday
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # a Saturday
        (date(2026, 11, 23), 3, date(2026, 11, 26)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # before the National Day holidays
        (date(2026, 9, 30), 3, date(2026, 10, 10)),  # 10 October is a make-up Saturday
        (date(2026, 10, 3), 1, date(2026, 10, 8)),  # inside of them
        (date(2026, 2, 13), 1, date(2026, 2, 14)),  # a make-up Saturday before the Spring Festival
        (date(2026, 2, 14), 1, date(2026, 2, 24)),
        (date(2019, 4, 26), 1, date(2019, 4, 28)),  # T12: a working Sunday
        (date(2019, 4, 30), 1, date(2019, 5, 5)),  # and the next one
        (date(2024, 2, 28), 1, date(2024, 2, 29)),
    ],
)
def test_holidays_and_make_up_days_count_as_announced(posted: date, count: int, due: date) -> None:
    assert SEEDED.add_workdays(posted, count) == Due(due, tentative=False)


@pytest.mark.parametrize(
    ("posted", "count", "due", "tentative"),
    [
        (date(2026, 12, 25), 1, date(2026, 12, 28), False),  # a Friday; Monday the 28th is still settled
        (date(2026, 12, 28), 1, date(2026, 12, 29), True),  # from the 29th on the next year's notice may speak
        (date(2026, 12, 30), 3, date(2027, 1, 5), True),  # 1 January is off in any case, then a weekend
        (date(2027, 4, 30), 1, date(2027, 5, 3), True),
        (date(2027, 9, 30), 1, date(2027, 10, 4), True),
    ],
)
def test_what_is_not_announced_is_a_guess_and_says_so(posted: date, count: int, due: date, *, tentative: bool) -> None:
    assert SEEDED.add_workdays(posted, count) == Due(due, tentative)


def test_an_announcement_settles_its_year_and_the_end_of_the_one_before() -> None:
    ahead = {date(2026, 12, 31): (False, "元旦"), date(2027, 1, 1): (False, "元旦"), date(2027, 1, 9): (True, "元旦")}
    calendar = Calendar(2, {**SEEDED.years, 2027: ahead})
    assert calendar.add_workdays(date(2026, 12, 30), 1) == Due(date(2027, 1, 4), tentative=False)
    assert calendar.add_workdays(date(2027, 1, 8), 1) == Due(date(2027, 1, 9), tentative=False)
    assert calendar.day(date(2026, 12, 31)).name == "元旦"


@given(days, st.integers(1, 60), st.integers(1, 60))
def test_counting_in_two_steps_is_counting_in_one(start: date, first: int, then: int) -> None:
    whole = SEEDED.add_workdays(start, first + then)
    half = SEEDED.add_workdays(start, first)
    rest = SEEDED.add_workdays(half.date, then)
    assert whole == Due(rest.date, half.tentative or rest.tentative)


@given(days, st.integers(1, 60))
def test_as_many_working_days_lie_between_as_were_counted(start: date, count: int) -> None:
    due = EMPTY.add_workdays(start, count)
    between = [start + timedelta(days=ahead) for ahead in range(1, (due.date - start).days + 1)]
    assert sum(map(EMPTY.is_working, between)) == count
    assert EMPTY.is_working(due.date)
    assert due.tentative


@pytest.mark.parametrize("count", [-1, 0, 100_000])
def test_counts_that_nobody_means_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="is not in"):
        SEEDED.add_workdays(date(2026, 11, 21), count)
