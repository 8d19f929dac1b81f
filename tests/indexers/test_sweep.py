"""The nightly sweep (reliability §3.5): what came past the marks is found within a day, mended and counted."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from api import wiring
from api.wiring import Services
from indexers import generations
from indexers.drain import drain_all
from indexers.sweep import sweep
from search_service.engines.base import Tombstone
from search_service.kinds.days import SHANGHAI
from search_service.kinds.registry import REGISTRY
from tests.conftest import NOW

NIGHT = (NOW + timedelta(days=1)).astimezone(SHANGHAI).replace(hour=3)
Held = Callable[..., dict[str, int]]


@pytest.fixture
def stand_at(services: Services, monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    return lambda when: monkeypatch.setattr(services.database, "now", lambda: when)


def damage(services: Services, held: dict[str, int]) -> None:
    """Take a document away behind everybody's back."""
    index, (name, seq) = str(services.engine.published("standard")), min(held.items())
    services.engine.write(index, [Tombstone(name, seq)])
    services.engine.refresh(index)


def all_swept(services: Services) -> int:
    return sum(iter(lambda: sweep(services.database, services.engine), False))


@pytest.mark.usefixtures("both_engines", "standards")
def test_a_night_finds_and_mends_what_came_past_the_marks(
    services: Services, held: Held, stand_at: Callable[[datetime], None]
) -> None:
    before = held()
    damage(services, before)
    stand_at(NIGHT)
    assert all_swept(services) == len(REGISTRY.kinds)
    assert generations.drift(services.database)["standard"] == 1
    drain_all(services.database, services.engine, worker="w")
    assert held().keys() == before.keys()
    assert all_swept(services) == 0, "once a night"
    stand_at(NIGHT + timedelta(days=1))
    assert all_swept(services) == len(REGISTRY.kinds)
    assert generations.drift(services.database)["standard"] == 0


@pytest.mark.usefixtures("standards")
@pytest.mark.parametrize(
    ("when", "swept"),
    [
        (NIGHT.replace(hour=14), False),  # nobody waits for it, and people search
        (NIGHT - timedelta(days=1), False),  # the night before it was made
        (NIGHT.replace(hour=6), False),
        (NIGHT.replace(hour=2), True),
        (NIGHT.replace(hour=14) + timedelta(days=1), True),  # nothing ran in the night
    ],
)
def test_its_turn(services: Services, stand_at: Callable[[datetime], None], when: datetime, *, swept: bool) -> None:
    stand_at(when)
    assert sweep(services.database, services.engine) is swept


@pytest.mark.usefixtures("standards")
def test_workers_share_the_turns(services: Services, stand_at: Callable[[datetime], None]) -> None:
    stand_at(NIGHT)
    with ThreadPoolExecutor(4) as pool:
        counts = [pool.submit(all_swept, services) for _ in range(4)]
    assert sum(count.result() for count in counts) == len(REGISTRY.kinds)


@pytest.mark.usefixtures("standards")
def test_whoever_rebuilds_also_sweeps(services: Services, stand_at: Callable[[datetime], None], held: Held) -> None:
    damage(services, held())
    stand_at(NIGHT)
    while wiring.index_jobs(services, lambda: False):
        pass
    assert generations.drift(services.database)["standard"] == 1
