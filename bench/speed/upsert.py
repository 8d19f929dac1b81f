"""One change: committed in the database, drained, found; and the engine's part of it alone."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median

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
    commit, drained, found = zip(*whole, strict=True)
    from_commit = [d + f for d, f in zip(drained, found, strict=True)]
    return [
        limited(f"upsert: committed → drained → first in a search, p50 ({size})", median(from_commit), MOST),
        _information("upsert: the transaction before it (row, mark; fsync), p50 / p99", commit),
        _information("upsert: `drain` (claim, load, build, write, refresh, acknowledge), p50 / p99", drained),
        _information("upsert: the search that finds it, through the facade, p50 / p99", found),
        _information("upsert: the engine alone (write, refresh, found by its id), p50 / p99", engine),
    ]


def _information(name: str, seconds: Sequence[float]) -> Result:
    return Result(name, p50_p99(seconds))


def _changed(services: Services, at: int, row_id: object) -> tuple[float, float, float]:
    name = f"示例改名第{at}号压力容器"

    def commit() -> None:
        with services.database.write() as session:
            session.get_one(Standard, row_id).title = name

    def search() -> None:
        hits = services.search.search(SearchRequest(q=name, kinds=("standard",), size=1)).hits
        assert [hit.title for hit in hits] == [name]

    times = [
        seconds_of(side) for side in (commit, lambda: drain(services.database, services.engine, worker="bench"), search)
    ]
    return times[0], times[1], times[2]


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
