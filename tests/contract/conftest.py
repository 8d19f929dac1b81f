"""The engines that the contract suite runs on: a further one adds a line to `ENGINES`."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from search_service.engines.base import Engine
from search_service.engines.embedded import EmbeddedEngine

ENGINES: dict[str, Callable[[Path], Engine]] = {
    "embedded": lambda place: EmbeddedEngine(place, suggest_age=0),
}


@pytest.fixture(scope="session", params=sorted(ENGINES))
def open_engine(request: pytest.FixtureRequest) -> Callable[[Path], Engine]:
    """How to open one engine at a place of its own."""
    return ENGINES[request.param]


@pytest.fixture
def engine(open_engine: Callable[[Path], Engine], tmp_path: Path) -> Iterator[Engine]:
    """One engine, empty."""
    opened = open_engine(tmp_path / "engine")
    yield opened
    opened.close()
