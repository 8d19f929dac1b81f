"""The worlds that scenarios run in."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import FIGURES
from tests.reliability.world import Report, World, embedded_settings, production_settings


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[World]:
    """Everything in the web process: SQLite, and the embedded engine."""
    found = World(tmp_path, embedded_settings(tmp_path), production=False)
    yield found
    found.close()


@pytest.fixture
def production(
    tmp_path: Path, postgres_url: str, redis_url: str, elasticsearch_url: str, index_prefix: str
) -> Iterator[World]:
    """PostgreSQL, Elasticsearch and Redis of the common servers, with rooms of our own in each."""
    settings = production_settings(tmp_path, postgres_url, redis_url, elasticsearch_url, index_prefix)
    found = World(tmp_path, settings, production=True)
    yield found
    found.close()


@pytest.fixture(params=["embedded", pytest.param("production", marks=pytest.mark.slow)])
def world(request: pytest.FixtureRequest) -> World:
    """Both ways to run; the servers of the second take ten seconds to make their indices."""
    found: World = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def report(record_property: Callable[[str, object], None]) -> Report:
    """A scenario's figures, printed at the end of the run (tests/conftest.py)."""

    def show(**figures: object) -> None:
        told = " · ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items())
        record_property(FIGURES, told)

    return show
