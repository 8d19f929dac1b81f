"""How soon a committed change is found while fifty a second are committed: asked by searching, with each engine."""

import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from sqlalchemy import select

from api import wiring
from api.wiring import Services
from bench.speed import service
from bench.speed.measure import Result, limited, p50_p99
from search_service.query.request import SearchRequest
from search_service.store.standard import Standard

RATE, SECONDS = 50, 20
WATCHED = 10
"""One change in ten is looked for, so that looking does not become the load."""
PATIENCE = 60.0
MOST = {"embedded": 2.0, "elastic": 5.0}
"""p99: what is promised."""


def run() -> list[Result]:
    """The same writes with the embedded engine, and with Elasticsearch where `scripts/services env` names one."""
    results = []
    for engine in service.engines():
        with tempfile.TemporaryDirectory() as folder, _serving(Path(folder) / "data", engine) as services:
            waits = sorted(_measured(services))
        name = f"freshness, {engine}: committed → found at {RATE} writes a second, slowest of {len(waits)} (p50 / p99)"
        results.append(limited(name, waits[-1], MOST[engine], peer=p50_p99(waits)))
    return results


@contextmanager
def _serving(folder: Path, engine: str) -> Iterator[Services]:
    services = service.copied(folder, engine)
    jobs = wiring.background(services)
    jobs.start()
    services.search.learn()  # as `serve` does at its start: else the first search waits for it, and is counted as stale
    try:
        yield services
    finally:
        jobs.stop()
        service.close(services)


def _measured(services: Services) -> list[float]:
    """Seconds from the end of a commit to the first search that finds it."""
    with services.database.read() as session:
        ids = session.scalars(select(Standard.id).limit(RATE * SECONDS)).all()
    committed: list[tuple[str, float]] = []
    began = time.perf_counter()

    def write() -> None:
        for at, row_id in enumerate(ids):
            time.sleep(max(0.0, began + at / RATE - time.perf_counter()))
            with services.database.write() as session:
                session.get_one(Standard, row_id).title = f"示例改名 x{at:06d}z"
            services.wake()
            if at % WATCHED == 0:
                committed.append((f"x{at:06d}z", time.perf_counter()))

    writer = threading.Thread(target=write)
    writer.start()
    waits: list[float] = []
    while writer.is_alive() or len(waits) < len(committed):
        if len(waits) == len(committed):
            time.sleep(1e-3)
            continue
        word, at = committed[len(waits)]
        while not services.search.search(SearchRequest(q=word, kinds=("standard",), size=1)).hits:
            assert time.perf_counter() - at < PATIENCE, f"{word} is not found"
            time.sleep(1e-3)
        waits.append(time.perf_counter() - at)
    writer.join()
    assert median(waits) > 0
    return waits
