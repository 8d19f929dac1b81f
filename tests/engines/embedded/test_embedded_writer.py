"""A writer that fails, and one that is given more than it keeps in memory."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from embedded_rows import MakeRow

from search_service.engines.base import Ask
from search_service.engines.embedded import EmbeddedEngine, writer
from search_service.errors import EngineUnavailable
from search_service.query.nodes import Everything


class FullDisk:
    """A tantivy writer whose disk is full."""

    def __init__(self, real: Any, failing: str) -> None:
        self.real, self.failing = real, failing

    def __getattr__(self, name: str) -> Any:
        if name == self.failing:
            raise ValueError("An IO error occurred: 'No space left on device'")
        return getattr(self.real, name)


@pytest.mark.parametrize("failing", ["add_document", "commit"])
def test_a_failed_writer_is_replaced_and_what_it_lost_is_told_once(
    engine: EmbeddedEngine, make_row: MakeRow, failing: str
) -> None:
    engine.write("toy-1", [make_row("kept", seq=5)])
    engine.refresh("toy-1")
    engine.write("toy-1", [make_row("lost")])
    own = engine._index("toy-1").writer
    own._writer = FullDisk(own._writer, failing)

    def write_and_refresh() -> None:
        engine.write("toy-1", [make_row("lost too")])
        engine.refresh("toy-1")

    with pytest.raises(EngineUnavailable, match="磁盘") as failure:
        write_and_refresh()
    assert failure.traceback  # held on purpose: it must not keep the lock
    with pytest.raises(EngineUnavailable, match="重新写入"):
        engine.refresh("toy-1")
    assert engine.write("toy-1", [make_row("kept", seq=4), make_row("again")]).newer == ("kept",)
    engine.refresh("toy-1")
    assert [hit.id for hit in engine.search("toy", Ask(Everything())).hits] == ["again", "kept"]


def test_each_thread_is_told_of_what_it_lost(engine: EmbeddedEngine, make_row: MakeRow) -> None:
    """The drain and a rebuild write beside each other: neither may take the other's refresh for its own success."""
    engine.write("toy-1", [make_row("lost")])

    def fail_and_try_again() -> None:
        own = engine._index("toy-1").writer
        own._writer = FullDisk(own._writer, "add_document")
        with suppress(EngineUnavailable):
            engine.write("toy-1", [make_row("kept")])
        engine.write("toy-1", [make_row("kept")])
        engine.refresh("toy-1")  # has all that this one wrote

    with ThreadPoolExecutor(1) as beside:
        beside.submit(fail_and_try_again).result()
    with pytest.raises(EngineUnavailable, match="重新写入"):
        engine.refresh("toy-1")
    engine.refresh("toy-1")
    assert [key for key, _ in engine.entries("toy-1")] == ["kept"]


def test_who_had_nothing_to_lose_is_not_troubled(engine: EmbeddedEngine, make_row: MakeRow) -> None:
    engine.write("toy-1", [make_row("early")])
    engine.refresh("toy-1")

    def fail() -> None:
        own = engine._index("toy-1").writer
        own._writer = FullDisk(own._writer, "add_document")
        with suppress(EngineUnavailable):
            engine.write("toy-1", [make_row("lost")])

    with ThreadPoolExecutor(1) as beside:
        beside.submit(fail).result()
    engine.write("toy-1", [make_row("late")])
    engine.refresh("toy-1")
    assert sorted(key for key, _ in engine.entries("toy-1")) == ["early", "late"]


def test_a_long_load_commits_by_itself(
    engine: EmbeddedEngine, make_row: MakeRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "PENDING", 10)
    for start in range(0, 50, 7):
        engine.write("toy-1", [make_row(f"{number:02d}", seq=2) for number in range(start, start + 7)])
        assert len(engine._index("toy-1").writer._pending) < 10
    assert engine.write("toy-1", [make_row("00", seq=1), make_row("55", seq=1)]).newer == ("00", "55")
    engine.refresh("toy-1")
    assert len(dict(engine.entries("toy-1"))) == 56


def test_closing_forgets_what_was_not_refreshed(engine: EmbeddedEngine, make_row: MakeRow) -> None:
    engine.write("toy-1", [make_row("lost")])
    engine.close()
    engine.close()
    assert list(engine.entries("toy-1")) == []
    engine.write("toy-1", [make_row("kept")])
    engine.refresh("toy-1")
    assert list(engine.entries("toy-1")) == [("kept", 1)]
