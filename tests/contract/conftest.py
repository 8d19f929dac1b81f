"""The engines that the contract suite runs on: a further one adds a line to `ENGINES`."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from zlib import crc32

import pytest

from search_service.engines.base import Engine
from search_service.engines.elastic import ElasticEngine
from search_service.engines.embedded import EmbeddedEngine
from tests.support.rooms import own_prefix
from tests.support.services import require

OpenEngine = Callable[[Path], Engine]
"""Opens an engine at a place of its own: what was stored at the same place before is there again."""


@contextmanager
def embedded() -> Iterator[OpenEngine]:
    yield lambda place: EmbeddedEngine(place, suggest_age=0)


@contextmanager
def elastic() -> Iterator[OpenEngine]:
    url = require("elasticsearch")
    with own_prefix(url) as prefix:
        # The cluster's counterpart of a directory is a prefix.
        yield lambda place: ElasticEngine(url, f"{prefix}{crc32(str(place).encode()):08x}")


ENGINES: dict[str, Callable[[], AbstractContextManager[OpenEngine]]] = {"embedded": embedded, "elastic": elastic}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Random queries over 5,000 rows, a request for each, take a cluster a minute: ``make test-slow`` asks them."""
    for item in items:
        if item.path.name == "test_contract_random.py" and "elastic" in item.name:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session", params=sorted(ENGINES))
def open_engine(request: pytest.FixtureRequest) -> Iterator[OpenEngine]:
    """How to open one engine at a place of its own."""
    with ENGINES[request.param]() as opening:
        yield opening


@pytest.fixture
def engine(open_engine: OpenEngine, tmp_path: Path) -> Iterator[Engine]:
    """One engine, empty."""
    opened = open_engine(tmp_path / "engine")
    yield opened
    opened.close()
