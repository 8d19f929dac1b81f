"""One change: committed in the database, drained, found; and the engine's part of it alone."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import select

from api.wiring import Services
from bench.speed import service
from bench.speed.measure import Result, limited, p50_p99, quiet, seconds_of
from indexers.documents import schema_of
from indexers.drain import drain
from search_service.engines.base import IDENTIFIER, SEQUENCE, Ask, Document
from search_service.kinds import REGISTRY
from search_service.query.nodes import Keyword
from search_service.query.request import SearchRequest
from search_service.store.standard import Standard

CHANGES = 60
MOST = 15e-3
STANDARD = REGISTRY.kind("standard")


def run() -> list[Result]:
    """Titles of standards, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        services = service.copied(Path(folder) / "data")
        with services.database.read() as session:
            ids = session.scalars(select(Standard.id).limit(CHANGES + 5)).all()
        with quiet():
            whole = [_changed(services, at, row_id) for at, row_id in enumerate(ids)][5:]
            engine = [_written(services, at) for at in range(CHANGES + 5)][5:]
        size = service.size(services)
        services.close()
    commit, shown, drained, found = zip(*whole, strict=True)
    to_answer = [d + f for d, f in zip(drained, found, strict=True)]
    return [
        limited(f"upsert: committed → visible to any search that begins then, p50 ({size})", median(shown), MOST),
        _information("upsert: the transaction before it (row, mark; fsync), p50 / p99", commit),
        _information("upsert: committed → visible (claim, load, build, write, refresh), p50 / p99", shown),
        _information("upsert: committed → acknowledged, too (the whole `drain`), p50 / p99", drained),
        _information("upsert: the search that finds it, through the facade, p50 / p99", found),
        _information("upsert: committed → acknowledged → first in that search's answer, p50 / p99", to_answer),
        _information("upsert: the engine alone (write, refresh, found by its id), p50 / p99", engine),
    ]


def _information(name: str, seconds: Sequence[float]) -> Result:
    return Result(name, p50_p99(seconds))


class _Watched:
    """The engine, noting when what was written became visible: the acknowledgement after it keeps no search waiting."""

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self.visible = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def refresh(self, index: str) -> None:
        self._engine.refresh(index)
        self.visible = time.perf_counter()


def _changed(services: Services, at: int, row_id: object) -> tuple[float, float, float, float]:
    name = f"示例改名第{at}号压力容器"
    watched: Any = _Watched(services.engine)

    def commit() -> None:
        with services.database.write() as session:
            session.get_one(Standard, row_id).title = name

    def search() -> None:
        hits = services.search.search(SearchRequest(q=name, kinds=("standard",), size=1)).hits
        assert [hit.title for hit in hits] == [name]

    def bring() -> None:
        drain(services.database, watched, worker="bench")

    committing, began = seconds_of(commit), time.perf_counter()
    draining = seconds_of(bring)
    return committing, watched.visible - began, draining, seconds_of(search)


def _written(services: Services, at: int) -> float:
    index = services.engine.published(STANDARD.name)
    assert index is not None
    key = f"bench-{at}"
    numbers = {number.name: 0 for number in schema_of(STANDARD).numbers if number.name != SEQUENCE}
    document = Document(key, 1, key, {"body_w": "# 压力 容器"}, {}, numbers)

    def step() -> None:
        services.engine.write(index, [document])
        services.engine.refresh(index)
        assert services.engine.search(STANDARD.name, Ask(Keyword(IDENTIFIER, key))).total == 1

    return seconds_of(step)
