"""The golden queries through the whole search, once on each engine: the same answers, to the last hit and facet."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from api.wiring import Services
from indexers.documents import build, schema_of
from search_service.kinds.registry import REGISTRY
from search_service.query.request import SearchRequest
from search_service.search import Search
from search_service.search.answer import Answer
from tests.engines.parity.pairs import Pair, fill, pair
from tests.golden.judge import Entry, load

ENTRIES = load()


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
def searches(sample: Services, engines: Pair) -> tuple[Search, Search]:
    return Search(sample.database, engines.embedded), Search(sample.database, engines.elastic)


def shown(answer: Answer) -> object:
    return [(hit.kind, hit.id, hit.why) for hit in answer.hits], answer.total, answer.kinds, answer.relaxed


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_golden_queries_have_one_answer(searches: tuple[Search, Search], entry: Entry) -> None:
    request = SearchRequest(q=entry.q, kinds=(entry.kind,) if entry.kind else (), size=30)
    embedded, elastic = (search.search(request) for search in searches)
    assert shown(elastic) == shown(embedded)
    assert elastic.facets == embedded.facets


def test_suggestions_are_the_same(searches: tuple[Search, Search]) -> None:
    beginnings = {entry.q[:length] for entry in ENTRIES for length in (1, 2, 4)}
    different = [typed for typed in sorted(beginnings) if searches[0].suggest(typed) != searches[1].suggest(typed)]
    assert different == []
