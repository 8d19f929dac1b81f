"""An indexed kind to try things on, and what searches and the engine say of it."""

from collections.abc import Callable

import pytest

from api.wiring import Services
from indexers.drain import drain_all
from indexers.outdated import ensure
from search_service.kinds.base import Kind
from search_service.query.request import SearchRequest
from search_service.store.standard import Standard
from tests.support import rows

MANY = 29


@pytest.fixture
def both_engines() -> None:
    """Asked for by what an index lives through, on Elasticsearch, too (`tests/support/both_databases.py`)."""


@pytest.fixture
def standards(services: Services) -> Kind:
    """The kind, with 29 indexed rows."""
    with services.database.write() as session:
        for number in range(1, MANY + 1):
            rows.standard(session, f"GB/T {number}-2000", f"第{number}号标准")
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")
    return services.registry.kind("standard")


@pytest.fixture
def total(services: Services) -> Callable[..., int]:
    """How many standards a search finds."""
    return lambda q="": services.search.search(SearchRequest(q=q, kinds=("standard",))).total


@pytest.fixture
def held(services: Services) -> Callable[..., dict[str, int]]:
    """What an index holds; without a name, the one that serves."""
    return lambda name=None: dict(services.engine.entries(name or services.engine.published("standard")))


@pytest.fixture
def change(services: Services) -> Callable[..., list[str]]:
    """Give the first rows another title, and drain that; returns their ids."""

    def titles(title: str, count: int = 1, *, drained: bool = True) -> list[str]:
        with services.database.write() as session:
            there = session.query(Standard).where(Standard.deleted_at.is_(None))
            found = there.order_by(Standard.id).limit(count).all()
            for row in found:
                row.title = title
        if drained:
            drain_all(services.database, services.engine, worker="w")
        return [str(row.id) for row in found]

    return titles
