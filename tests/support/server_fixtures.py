"""Fixtures for a room of one's own on each common server; where there is no server the test is skipped, or fails."""

from collections.abc import Iterator

import pytest

from tests.support.rooms import own_database, own_number, own_prefix
from tests.support.services import require


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """An empty PostgreSQL database that nobody has migrated."""
    with own_database(require("postgres")) as url:
        yield url


@pytest.fixture
def redis_url() -> Iterator[str]:
    """An empty Redis database."""
    with own_number(require("redis")) as url:
        yield url


@pytest.fixture
def elasticsearch_url() -> str:
    """The common Elasticsearch; names in it begin with ``index_prefix``."""
    return require("elasticsearch")


@pytest.fixture
def index_prefix(elasticsearch_url: str) -> Iterator[str]:
    """A beginning for names of indices and aliases."""
    with own_prefix(elasticsearch_url) as prefix:
        yield prefix
