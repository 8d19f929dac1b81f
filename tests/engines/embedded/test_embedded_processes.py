"""Several processes on one directory: one writes, all read; and a killed writer loses only what was not refreshed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from embedded_rows import MakeRow

from search_service.engines.base import Ask, IndexSchema
from search_service.engines.embedded import EmbeddedEngine
from search_service.errors import EngineUnavailable
from search_service.query.nodes import Everything

# Runs one statement for each line that it is sent, and answers each with "done".
OTHER = """
import sys
from pathlib import Path
from search_service.engines.base import *
from search_service.engines.embedded import EmbeddedEngine

engine = EmbeddedEngine(Path(sys.argv[1]))
def row(key, seq=1):
    return Document(key, seq, key, {"body": "水"}, {"title": ["题"]}, {"grade": 0})
for line in sys.stdin:
    exec(line)
    print("done", flush=True)
"""


class Other:
    """Another process with the same engine."""

    def __init__(self, place: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", "-c", OTHER, str(place)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def do(self, statement: str) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{statement}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"


@contextmanager
def other_process(place: Path) -> Iterator[Other]:
    other = Other(place)
    try:
        yield other
    finally:
        other.process.kill()
        other.process.communicate()


def ids(engine: EmbeddedEngine) -> list[str]:
    return [hit.id for hit in engine.search("toy", Ask(Everything())).hits]


def test_a_commit_and_a_publication_of_another_process_are_seen_at_once(
    engine: EmbeddedEngine, tmp_path: Path, schema: IndexSchema
) -> None:
    assert ids(engine) == []
    with other_process(tmp_path) as other:
        other.do("engine.write('toy-1', [row('a')])")
        assert ids(engine) == []
        other.do("engine.refresh('toy-1')")
        assert ids(engine) == ["a"]
        assert list(engine.suggest("toy", "", 5)) == ["题"]
        assert engine.frequencies("toy", "body", ["水"]) == {"水": 1}
        engine.create(schema, "toy-2")
        other.do("engine.write('toy-2', [row('b')]); engine.refresh('toy-2')")
        other.do("from dataclasses import replace")
        other.do("engine.publish(engine._index('toy-2').fields.declared, 'toy-2')")
        assert engine.published("toy") == "toy-2"
        assert ids(engine) == ["b"]
        other.do("engine.drop('toy-1')")
        assert [info.name for info in engine.list("toy")] == ["toy-2"]


def test_a_second_writing_process_is_refused_and_still_reads(
    engine: EmbeddedEngine, tmp_path: Path, make_row: MakeRow
) -> None:
    with other_process(tmp_path) as other:
        other.do("engine.write('toy-1', [row('a')]); engine.refresh('toy-1')")
        with pytest.raises(EngineUnavailable, match="另一个进程"):
            engine.write("toy-1", [make_row("b")])
        assert ids(engine) == ["a"]
        engine.refresh("toy-1")
        other.do("engine.close()")
        assert engine.write("toy-1", [make_row("a", seq=0), make_row("b")]).newer == ("a",)
        engine.refresh("toy-1")
        assert ids(engine) == ["a", "b"]


def test_an_index_that_another_process_writes_cannot_be_dropped(
    engine: EmbeddedEngine, tmp_path: Path, schema: IndexSchema
) -> None:
    engine.create(schema, "toy-2")
    with other_process(tmp_path) as other:
        other.do("engine.write('toy-2', [row('a')])")
        with pytest.raises(EngineUnavailable, match="另一个进程"):
            engine.drop("toy-2")
    engine.drop("toy-2")
    assert [info.name for info in engine.list("toy")] == ["toy-1"]


def test_a_killed_writer_loses_only_what_was_not_refreshed(
    engine: EmbeddedEngine, tmp_path: Path, make_row: MakeRow
) -> None:
    with other_process(tmp_path) as other:
        other.do("engine.write('toy-1', [row('kept', 3)]); engine.refresh('toy-1')")
        other.do("engine.write('toy-1', [row('kept', 9), row('lost')])")
        other.process.kill()
    assert ids(engine) == ["kept"]
    report = engine.write("toy-1", [make_row("kept", seq=2), make_row("lost", seq=1)])
    assert (report.newer, report.written) == (("kept",), ("lost",))
    engine.refresh("toy-1")
    assert dict(engine.entries("toy-1")) == {"kept": 3, "lost": 1}
