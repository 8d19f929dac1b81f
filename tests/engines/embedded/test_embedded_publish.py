"""What is done before a swap, so that the swap itself takes milliseconds and nobody waits after it."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from embedded_rows import SCHEMA, MakeRow
from tantivy import Searcher

from search_service.engines.base import IndexSchema
from search_service.engines.embedded import EmbeddedEngine
from search_service.engines.embedded.frequencies import FrequencyTable


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Of how many documents the words were counted, each time."""
    found: list[int] = []
    count = FrequencyTable.count

    def noted(self: FrequencyTable, searcher: Searcher, fields: Sequence[str], documents: int) -> None:
        found.append(documents)
        count(self, searcher, fields, documents)

    monkeypatch.setattr(FrequencyTable, "count", noted)
    return found


@pytest.fixture
def next_one(engine: EmbeddedEngine, make_row: MakeRow, schema: IndexSchema, counted: list[int]) -> str:
    """A second index with one row, ready to be published."""
    engine.create(schema, "toy-2")
    engine.write("toy-2", [make_row("new")])
    engine.refresh("toy-2")
    counted.clear()
    return "toy-2"


def test_a_prepared_index_is_only_switched(engine: EmbeddedEngine, next_one: str, counted: list[int]) -> None:
    engine.prepare(next_one)
    assert counted == [1]
    engine.publish(SCHEMA, next_one)
    assert engine.frequencies("toy", "body", ["水"]) == {"水": 1}
    assert counted == [1], "nothing more, neither by the swap nor by who came first"


def test_an_index_that_nobody_prepared_is_prepared(engine: EmbeddedEngine, next_one: str, counted: list[int]) -> None:
    engine.publish(SCHEMA, next_one)
    engine.prepare(next_one)
    engine.publish(SCHEMA, next_one)
    engine.publish(SCHEMA, next_one)
    assert counted == [1, 1, 1], "once for each publication, or a rollback would bring back old counts"


def test_what_was_counted_here_is_not_read_back(
    engine: EmbeddedEngine, next_one: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading some MB of JSON would stop every search of the process."""
    read: list[Path] = []
    monkeypatch.setattr(Path, "read_bytes", lambda path: read.append(path) or b"{}")
    engine.prepare(next_one)
    engine.publish(SCHEMA, next_one)
    assert engine.frequencies("toy", "body", ["水"]) == {"水": 1}
    assert [path.name for path in read if path.name == "frequencies.json"] == []
