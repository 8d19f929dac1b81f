"""A small index for tests of what only the embedded engine has."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from embedded_rows import SCHEMA, MakeRow

from search_service.engines.base import Document, IndexSchema
from search_service.engines.embedded import EmbeddedEngine


@pytest.fixture
def make_row() -> MakeRow:
    """A row by its id, sequence, body and title."""

    def make(key: str, seq: int = 1, body: str = "水", title: str = "题", tie: str | None = None) -> Document:
        return Document(key, seq, tie or key, {"body": body}, {"title": [title]}, {"grade": 0})

    return make


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[EmbeddedEngine]:
    """An engine with one published, empty index `toy-1`."""
    opened = EmbeddedEngine(tmp_path, suggest_age=0)
    opened.create(SCHEMA, "toy-1")
    opened.publish(SCHEMA, "toy-1")
    yield opened
    opened.close()


@pytest.fixture
def schema() -> IndexSchema:
    """The declaration of `toy-1`."""
    return SCHEMA
