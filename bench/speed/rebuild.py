"""A rebuild of 100,000 rows beside twenty writes a second: failed searches, lost writes, how long the swap takes."""

import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from api import wiring
from api.background import worker_name
from api.wiring import Services
from bench.speed import service
from bench.speed.measure import Result, limited, p50_p99, shown
from bench.speed.pipeline import standard
from bench.speed.rows import rows
from indexers.rebuild import rebuild
from indexers.verify import compare
from search_service.kinds import REGISTRY
from search_service.query.request import SearchRequest
from search_service.store.bulk import bulk_insert
from search_service.store.standard import Standard

ROWS, RATE = 100_000, 20
SWAP = 0.1
"""Promised of the embedded engine; a cluster moves its aliases in its own time."""
STANDARD = REGISTRY.kind("standard")


def run() -> list[Result]:
    """In the process that serves, with each engine."""
    results = []
    for engine in service.engines():
        with tempfile.TemporaryDirectory() as folder:
            services = service.copied(Path(folder) / "data", engine)
            _fill(services)
            wiring.bring_up_to_date(services)
            results += _rebuilt(services, engine)
            service.close(services)
    return results


def _fill(services: Services) -> None:
    """Up to `ROWS` standards; those beyond the real ones repeat them with changed numbers."""
    with services.database.read() as session:
        there = session.scalar(select(func.count()).select_from(Standard)) or 0
        numbers = set(session.scalars(select(Standard.number_key)))
    columns = [column.key for column in Standard.__table__.columns if column.key not in {"id", "row_version"}]
    made = (standard(row) for row in rows(ROWS + len(numbers)))
    fresh = [row for row in made if row.number_key not in numbers and not numbers.add(row.number_key)]  # type: ignore[func-returns-value]
    values = [{name: getattr(row, name) for name in columns if name[-3:] != "_at"} for row in fresh[: ROWS - there]]
    for at in range(0, len(values), 1_000):
        with services.database.write() as session:
            bulk_insert(session, Standard, values[at : at + 1_000])


class _Watched:
    """The engine, noting how long preparing and publishing an index take, and how long others stood still meanwhile."""

    def __init__(self, engine: Any) -> None:
        self._engine, self.took, self.stood = engine, dict[str, float](), dict[str, float]()
        self.swapping = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def prepare(self, *given: Any) -> Any:
        return self._timed("prepare", given)

    def publish(self, *given: Any) -> Any:
        return self._timed("publish", given)

    def _timed(self, name: str, given: tuple[Any, ...]) -> Any:
        over, longest = threading.Event(), [0.0]

        def live() -> None:
            """What any other thread of the process would see: it wants to go on every millisecond."""
            last = time.perf_counter()
            while not over.wait(0.001):
                longest[0] = max(longest[0], time.perf_counter() - last)
                last = time.perf_counter()

        beside = threading.Thread(target=live)
        beside.start()
        began = time.perf_counter()
        if name == "publish":
            self.swapping = began
        try:
            return getattr(self._engine, name)(*given)
        finally:
            self.took[name] = time.perf_counter() - began
            over.set()
            beside.join()
            self.stood[name] = longest[0]


def _rebuilt(services: Services, engine: str) -> list[Result]:
    done, written, waits, failed = threading.Event(), [0], list[float](), list[str]()
    with services.database.read() as session:
        ids = session.scalars(select(Standard.id).limit(2_000)).all()

    def write() -> None:
        began = time.perf_counter()
        while not done.wait(max(0.0, began + written[0] / RATE - time.perf_counter())):
            with services.database.write() as session:
                session.get_one(Standard, ids[written[0] % len(ids)]).title = f"示例改名 w{written[0]:06d}z"
            written[0] += 1

    def search() -> None:
        while not done.is_set():
            began = time.perf_counter()
            try:
                if not services.search.search(SearchRequest(q="压力表", kinds=("standard",))).total:
                    failed.append("empty")
            except Exception as error:  # noqa: BLE001 - counted
                failed.append(repr(error))
            waits.append(time.perf_counter() - began)
            done.wait(0.05)

    beside = [threading.Thread(target=write), threading.Thread(target=search)]
    watched: Any = _Watched(services.engine)
    for thread in beside:
        thread.start()
    began = time.perf_counter()
    rebuild(services.database, watched, STANDARD, worker=worker_name(), alone=True)
    ended = time.perf_counter()
    done.set()
    for thread in beside:
        thread.join()
    wiring.bring_up_to_date(services)
    index = services.engine.published(STANDARD.name)
    assert index is not None
    lost = len(compare(services.database, services.engine, STANDARD, index).all)
    reached = written[0] / (ended - began)
    name, took = f"rebuild, {engine}: {ROWS:,} rows beside {reached:.0f} writes a second", watched.took["publish"]
    swap = f"{name}: the swap, before which searches ask the old index and after which the new"
    return [
        limited(swap, took, SWAP) if engine == "embedded" else Result(swap, shown(took)),
        Result(f"{name}: another thread stood still during the swap, at most", shown(watched.stood["publish"])),
        Result(f"{name}: the whole step (swap, books, old index dropped)", shown(ended - watched.swapping)),
        Result(
            f"{name}: counting words before it; another thread stood still, at most",
            f"{shown(watched.took['prepare'])}; {shown(watched.stood['prepare'])}",
        ),
        Result(
            f"{name}: searches that failed or found nothing",
            f"{len(failed)} of {len(waits)}",
            "",
            None,
            "0",
            not failed,
        ),
        Result(f"{name}: changes that the new index lacks", f"{lost} of {written[0]}", "", None, "0", not lost),
        Result(f"{name}: all of it; a search meanwhile, p50 / p99", f"{ended - began:.0f} s; {p50_p99(waits)}"),
    ]
