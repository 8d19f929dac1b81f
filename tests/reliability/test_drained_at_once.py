"""R16: the same drain delivered ten times at once, and one that takes longer than it may: every effect once.

Redis delivers a task again that takes longer than 600 s, and none does: it is ended after 120 (`api/worker.py`).  What
takes longer than it may is here a drain that outlives its lease.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any, cast

import pytest
from elasticsearch import Elasticsearch

from api import wiring
from api import worker as celery
from api.wiring import Services
from indexers.claims import LEASE
from indexers.drain import drain, drain_all
from search_service.engines.base import Document, Engine, Tombstone, WriteReport
from search_service.store.standard import Standard
from tests.reliability.clients import title
from tests.reliability.convergence import converged, not_as_written
from tests.reliability.filling import fill
from tests.reliability.world import Report, World
from tests.support import rows

TIMES = 10
ROWS = 300
SECONDS = 10


class Watched:
    """An engine that counts what it is given, and can be made to wait before it takes anything."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.given: Counter[tuple[str, int]] = Counter()
        self.gate: threading.Event | None = None
        self.reached = threading.Event()

    def write(self, index: str, batch: Sequence[Document | Tombstone]) -> WriteReport:
        self.given.update((item.id, item.seq) for item in batch)
        if self.gate is not None:
            gate, self.gate = self.gate, None
            self.reached.set()
            gate.wait(60)
        return self._engine.write(index, batch)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)


@pytest.fixture
def services(world: World) -> Iterator[Services]:
    found = world.open()
    wiring.bring_up_to_date(found)
    with found.database.write() as session:
        for number in range(ROWS):
            rows.standard(session, f"T/R16 {number}-2020", title(number))
    return found


def at_once(services: Services, watched: Watched, times: int, limit: int) -> None:
    line = threading.Barrier(times)

    def work(number: int) -> None:
        line.wait()
        while drain(services.database, cast("Engine", watched), worker=f"w{number}", limit=limit).due:
            pass

    with ThreadPoolExecutor(times) as pool:
        list(pool.map(work, range(times)))


def test_ten_drains_at_once_write_everything_once(services: Services, report: Report) -> None:
    watched = Watched(services.engine)
    at_once(services, watched, TIMES, limit=20)
    assert len(watched.given) == ROWS
    twice = [mark for mark, times in watched.given.items() if times > 1]
    assert not twice
    seconds = converged(services, SECONDS)
    assert not not_as_written(services)
    report(drains=TIMES, written=ROWS, twice=len(twice), lost=0, stale=0, seconds_to_converge=f"{seconds:.1f} (N 10)")


def test_a_drain_that_outlives_its_lease_harms_nothing(services: Services, report: Report) -> None:
    """Another worker takes over, a row changes, and then the first one wakes up with what it loaded."""
    watched, gate = Watched(services.engine), threading.Event()
    watched.gate = gate
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(drain, services.database, cast("Engine", watched), worker="slow")
        assert watched.reached.wait(60)
        services.clock.move(LEASE + timedelta(seconds=1))
        with services.database.write() as session:
            for row in session.query(Standard).limit(50):
                row.title = title(ROWS + int(row.number.split()[1][:-5]))
        drain_all(services.database, services.engine, worker="quick")
        gate.set()
        slow.result()
    seconds = converged(services, SECONDS)
    assert not not_as_written(services)
    report(written=ROWS, lost=0, stale=0, seconds_to_converge=f"{seconds:.1f} (N 10)")


RUNG = 3_000
"""Rows for the workers: six claims."""


@pytest.mark.slow
def test_ten_rings_at_once_write_everything_once(production: World, report: Report) -> None:
    """Two real workers hear one ring ten times, and look by themselves besides; Elasticsearch counts its writes."""
    services = production.ready()
    for _ in range(2):
        production.worker()
    fill(services.database, 1, "T/R16 first")
    converged(services, 60)  # they are there
    before = writes(production, services)
    fill(services.database, RUNG, "T/R16 rung")
    celery.app.conf.broker_url = services.settings.broker_url
    with ThreadPoolExecutor(TIMES) as pool:
        list(pool.map(lambda _: celery.ring(), range(TIMES)))
    seconds = converged(services, SECONDS)
    written = writes(production, services) - before
    assert written == RUNG
    report(rings=TIMES, workers=2, written=written, twice=0, lost=0, seconds_to_converge=f"{seconds:.1f} (N 10)")


def writes(world: World, services: Services) -> int:
    """How many documents the standards' index has ever taken."""
    place = f"{world.env['ZHIXUN_INDEX_PREFIX']}-{services.engine.published('standard')}"
    with Elasticsearch(world.env["ZHIXUN_ELASTICSEARCH_URL"], request_timeout=30) as client:
        found = client.indices.stats(index=place, metric="indexing")
    return int(found["_all"]["primaries"]["indexing"]["index_total"])
