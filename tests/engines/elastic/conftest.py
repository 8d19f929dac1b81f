"""An engine on the real cluster with one published, empty index."""

from collections.abc import Iterator

import pytest
from elastic_rows import SCHEMA
from elasticsearch import Elasticsearch

from search_service.engines.elastic import ElasticEngine


class Clock:
    """Stands where the test says."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def prefix(index_prefix: str) -> str:
    return f"{index_prefix}own"


@pytest.fixture
def client(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    """For looking at what is stored."""
    with Elasticsearch(elasticsearch_url, request_timeout=30) as opened:
        yield opened


@pytest.fixture
def engine(elasticsearch_url: str, prefix: str, clock: Clock) -> Iterator[ElasticEngine]:
    """An engine with one published, empty index `toy-1`."""
    opened = ElasticEngine(elasticsearch_url, prefix, clock=clock)
    opened.create(SCHEMA, "toy-1")
    opened.publish(SCHEMA, "toy-1")
    yield opened
    opened.close()
