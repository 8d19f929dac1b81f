"""Visibility is one predicate (founding decision 7): in SQL and in Python it says the same, at every moment."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from api.wiring import Services
from search_service.kinds.days import day_of, midnight, unbroken
from search_service.kinds.parts import Days, Window
from tests.support import rows

DAY = date(2026, 11, 21)
# hypothesis wants naive bounds; the test makes the instants aware
OCTOBER, JANUARY = (datetime(y, m, 1) for y, m in ((2026, 10), (2027, 1)))  # noqa: DTZ001
days = st.integers(-40, 40).map(lambda n: DAY + timedelta(days=n))
maybe = st.one_of(st.none(), days)


def holds(window: Window | None, now: datetime) -> bool:
    return (
        window is not None
        and (window.start is None or window.start <= now)
        and (window.end is None or now < window.end)
    )


@given(st.lists(st.builds(Days, maybe, maybe), max_size=5), st.datetimes(OCTOBER, JANUARY))
def test_a_window_holds_now_exactly_when_a_span_covers_today(spans: list[Days], at: datetime) -> None:
    now = at.replace(tzinfo=UTC)
    today = day_of(now)
    covered = any((s.first is None or s.first <= today) and (s.last is None or today <= s.last) for s in spans)
    assert holds(unbroken(spans, now), now) == covered


@given(st.lists(st.builds(Days, maybe, maybe), min_size=1, max_size=5))
def test_a_window_is_unbroken_and_nothing_longer_is(spans: list[Days]) -> None:
    now = midnight(DAY)
    window = unbroken(spans, now)
    if window is None or not holds(window, now) or window.end is None:
        return
    last = day_of(window.end - timedelta(seconds=1))
    after = last + timedelta(days=1)
    assert not any((s.first is None or s.first <= after) and (s.last is None or after <= s.last) for s in spans)


def test_the_last_day_counts_until_midnight_in_shanghai() -> None:
    window = unbroken([Days(None, date(2026, 11, 21))], midnight(DAY))
    assert window == Window(None, datetime(2026, 11, 21, 16, 0, tzinfo=UTC))


@pytest.mark.parametrize("last", [None, date.max])
def test_a_register_that_writes_9999_means_no_end(last: date | None) -> None:
    assert unbroken([Days(date(2020, 1, 1), last), Days(date(2026, 1, 1), date(2026, 2, 1))], midnight(DAY)) == Window(
        midnight(date(2020, 1, 1)), None
    )


@pytest.mark.parametrize("seed", range(3))
def test_sql_and_python_agree_on_generated_rows(services: Services, seed: int) -> None:
    rng = random.Random(seed)
    with services.database.write() as session:
        for _ in range(40):
            owner = rows.institution(session, status=rng.choice(["active", "active", "active", "suspended", "left"]))
            certificates = [
                rows.certificate(
                    session,
                    owner,
                    valid_from=rng.choice([None, DAY + timedelta(days=rng.randint(-60, 20))]),
                    valid_to=rng.choice([None, DAY + timedelta(days=rng.randint(-20, 60))]),
                    state=rng.choice(["valid", "valid", "suspended", "revoked"]),
                    deleted_at=rng.choice([None, None, None, services.clock.now()]),
                )
                for _ in range(rng.randint(0, 3))
            ]
            state = rng.choice(["published", "published", "draft", "hidden"])
            rows.capability(session, owner, *rng.sample(certificates, rng.randint(0, len(certificates))), state=state)
            rows.authorisation(session, owner, *certificates, state=state)
            rows.plan(session, owner, certificates=certificates[:1], state=state)
            if rng.random() < 0.1:
                owner.deleted_at = services.clock.now()
        rows.standard(session, "GB/T 1-2000")
        rows.catalogue_entry(session)
    shown = hidden = 0
    for kind in services.registry.kinds:
        for offset in (-30, -1, 0, 1, 15, 45):
            now = services.clock.now() + timedelta(days=offset)
            with services.database.read() as session:
                listed = session.execute(select(kind.model, kind.visible(now)).options(*kind.document_loads())).unique()
                for row, in_sql in listed:
                    assert holds(kind.window(row, now), now) == bool(in_sql), (kind.name, row.id, offset)
                    shown += bool(in_sql)
                    hidden += not in_sql
    assert shown > 100
    assert hidden > 100
