"""The shipped sample on both engines, and the whole search over each."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from api.wiring import Services
from indexers.documents import build, schema_of
from search_service.kinds.registry import REGISTRY
from search_service.search import Search
from tests.engines.parity.pairs import Pair, fill, pair


@pytest.fixture(scope="session")
def engines(sample: Services, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """The sample on both, one shard, merged."""
    with pair(tmp_path_factory.mktemp("golden")) as made, sample.database.read() as session:
        for kind in REGISTRY.kinds:
            rows = session.scalars(select(kind.model).options(*kind.document_loads()).order_by(kind.model.id))
            documents = [build(kind, row, 1, sample.database.now()) for row in rows]
            for engine in made.both():
                index = fill(engine, schema_of(kind), documents)
            made.merge(index)
        yield made


@pytest.fixture(scope="session")
def searches(sample: Services, engines: Pair) -> tuple[Search, Search]:
    return Search(sample.database, engines.embedded), Search(sample.database, engines.elastic)
