"""R21: two beats ring for a thousand simulated minutes over two hundred open requirements."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from search_service.requirements import events
from search_service.timekeeping.tick import Timekeeper
from tests.timekeeping.office import Office, SimpleHands, at


@pytest.mark.parametrize(
    ("system_of_record", "open_ones", "minutes"),
    [
        ("sqlite", 40, 200),
        pytest.param("sqlite", 200, 1_000, marks=pytest.mark.slow),
        pytest.param("postgresql", 200, 1_000, marks=pytest.mark.slow),
    ],
    scope="session",
)
def test_each_notice_once(office: Office, hands: SimpleHands, open_ones: int, minutes: int) -> None:
    office.set("2026-11-23 09:00")
    office.staff("13900000001")
    requirements = [office.post() for _ in range(open_ones)]
    beats = [Timekeeper(office.database, hands, automatic=False) for _ in range(2)]
    # The minutes around the end of the first working day, and around the end of the third.
    half = timedelta(minutes=minutes // 4)
    parts = [f"{at(end) - half:%Y-%m-%d %H:%M}" for end in ("2026-11-24 17:30", "2026-11-26 17:30")]
    with ThreadPoolExecutor(2) as pool:
        for part in parts:
            office.set(part)
            for _ in range(minutes // len(parts)):
                list(pool.map(lambda beat: beat.tick(), beats))
                office.services.clock.move(timedelta(minutes=1))
    counted = office.event_count()
    assert Counter(counted[one, events.MISSED_RESPONSE] for one in requirements) == {1: open_ones}
    assert Counter(counted[one, events.ESCALATED] for one in requirements) == {3: open_ones}
    assert Counter(counted[one, events.DRAFTED] for one in requirements) == {1: open_ones}
    assert office.told("staff.missed_response") == {"13900000001": open_ones}
    assert office.told("staff.overdue") == {"13900000001": open_ones}
