"""Publishing, rolling back, dropping; and searching while all that and writing goes on."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from contract_rows import SCHEMA, fill, row

from search_service.engines.base import Ask, Engine, Found, IndexInfo
from search_service.errors import Conflict, NotFound
from search_service.query.nodes import Everything, Term


def test_only_the_published_index_is_searched(engine: Engine) -> None:
    assert engine.published("toy") is None
    assert list(engine.list("toy")) == []
    fill(engine, [row("old")], "toy-b")
    engine.create(SCHEMA, "toy-a")
    engine.write("toy-a", [row("new"), row("newer")])
    engine.refresh("toy-a")
    assert [hit.id for hit in engine.search("toy", Ask(Everything())).hits] == ["old"]
    assert engine.publish(SCHEMA, "toy-a") == "toy-b"
    assert engine.published("toy") == "toy-a"
    assert [hit.id for hit in engine.search("toy", Ask(Everything())).hits] == ["new", "newer"]
    # Oldest first by making, not by name.
    assert list(engine.list("toy")) == [IndexInfo("toy-b", 1, published=False), IndexInfo("toy-a", 2, published=True)]


def test_a_state_that_is_told_stands_for_what_is_found(engine: Engine) -> None:
    fill(engine, [row("old")], "toy-1")
    seen = [engine.state("toy")]
    assert engine.state("toy") == seen[0]
    engine.write("toy-1", [row("new")])
    engine.refresh("toy-1")
    seen.append(engine.state("toy"))
    engine.create(SCHEMA, "toy-2")
    engine.publish(SCHEMA, "toy-2")
    seen.append(engine.state("toy"))
    told = [state for state in seen if state is not None]
    assert len(set(told)) == len(told)


def test_rolling_back_is_publishing_the_previous_one(engine: Engine) -> None:
    fill(engine, [row("old")], "toy-1")
    fill(engine, [row("new")], "toy-2")
    assert engine.publish(SCHEMA, "toy-1") == "toy-2"
    engine.write("toy-1", [row("late")])
    engine.refresh("toy-1")
    assert [hit.id for hit in engine.search("toy", Ask(Everything())).hits] == ["late", "old"]
    assert engine.publish(SCHEMA, "toy-1") == "toy-1"


def test_what_was_prepared_is_there_at_the_first_search(engine: Engine) -> None:
    fill(engine, [row("old", texts={"body": "油"})], "toy-1")
    engine.create(SCHEMA, "toy-2")
    engine.write("toy-2", [row("new", texts={"body": "水"}, keywords={"title": ["题"]})])
    engine.refresh("toy-2")
    engine.prepare("toy-2")
    assert engine.published("toy") == "toy-1", "prepared, not published"
    assert engine.frequencies("toy", "body", ["水", "油"]) == {"水": 0, "油": 1}
    engine.publish(SCHEMA, "toy-2")
    assert engine.frequencies("toy", "body", ["水", "油"]) == {"水": 1, "油": 0}
    assert list(engine.suggest("toy", "", 5)) == ["题"]
    with pytest.raises(NotFound, match="toy-3"):
        engine.prepare("toy-3")


def test_kinds_are_published_apart(engine: Engine) -> None:
    other = replace(SCHEMA, kind="other")
    fill(engine, [row("a")], "toy-1")
    fill(engine, [row("b")], "other-1", schema=other)
    assert (engine.published("toy"), engine.published("other")) == ("toy-1", "other-1")
    assert [info.name for info in engine.list("other")] == ["other-1"]
    with pytest.raises(Conflict, match="other"):
        engine.publish(SCHEMA, "other-1")
    assert engine.published("toy") == "toy-1"


def test_the_published_index_cannot_be_dropped(engine: Engine) -> None:
    fill(engine, [row("a")], "toy-1")
    with pytest.raises(Conflict, match="toy-1"):
        engine.drop("toy-1")
    fill(engine, [row("b")], "toy-2")
    engine.drop("toy-1")
    assert [info.name for info in engine.list("toy")] == ["toy-2"]
    assert [hit.id for hit in engine.search("toy", Ask(Everything())).hits] == ["b"]


def test_a_dropped_name_can_be_used_again_for_other_fields(engine: Engine) -> None:
    fill(engine, [row("a")], "toy-1")
    fill(engine, [row("b")], "toy-2")
    engine.drop("toy-1")
    fill(engine, [row("c", texts={"body": "水"})], "toy-1", schema=replace(SCHEMA, suggest=None))
    assert [hit.id for hit in engine.search("toy", Ask(Term("body", "水"))).hits] == ["c"]


def test_what_was_refreshed_outlives_the_engine(
    open_engine: Callable[[Path], Engine],
    tmp_path: Path,
) -> None:
    first = open_engine(tmp_path)
    fill(first, [row("a", seq=4, texts={"body": "水"}, keywords={"title": ["题"]})])
    first.close()
    first.close()
    second = open_engine(tmp_path)
    assert second.published("toy") == "toy-1"
    assert [hit.id for hit in second.search("toy", Ask(Term("body", "水"))).hits] == ["a"]
    assert second.frequencies("toy", "body", ["水"]) == {"水": 1}
    assert second.write("toy-1", [row("a", seq=3)]).newer == ("a",)
    second.close()


@contextmanager
def searching(engine: Engine, ask: Ask, threads: int = 2) -> Iterator[list[Found]]:
    """Search without pause in other threads; an exception there fails the test."""
    found: list[Found] = []
    failed: list[BaseException] = []
    stop = threading.Event()

    def run() -> None:
        try:
            while not stop.is_set():
                found.append(engine.search("toy", ask))
        except BaseException as error:  # noqa: BLE001 - handed to the test's own thread
            failed.append(error)

    running = [threading.Thread(target=run) for _ in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield found
    finally:
        stop.set()
        for thread in running:
            thread.join()
    assert failed == []


def test_searches_see_the_old_index_or_the_new_one_but_never_a_mixture(engine: Engine) -> None:
    generations = {
        f"toy-{name}": [row(f"{name}-{n}", keywords={"tag": [name]}) for n in range(size)]
        for name, size in (("a", 40), ("b", 70))
    }
    for name, rows in generations.items():
        fill(engine, rows, name)
    with searching(engine, Ask(Everything(), limit=100, facets={"tag": 5})) as found:
        for _ in range(15):
            for name in generations:
                engine.publish(SCHEMA, name)
                seen_since(found)
        for round_ in range(5):
            extra = f"toy-extra-{round_}"
            engine.create(SCHEMA, extra)
            engine.drop(extra)
    assert set(map(_state, found)) == {(40, 40, frozenset("a"), 40), (70, 70, frozenset("b"), 70)}


def seen_since(found: list[Found]) -> None:
    """Wait until a search that began from now on has ended: one of each thread may have begun before."""
    wanted, until = len(found) + 3, time.monotonic() + 60
    while len(found) < wanted:
        assert time.monotonic() < until, "nobody searches any more"
        time.sleep(0.001)


def _state(answer: Found) -> tuple[int, int, frozenset[str], int]:
    return (
        answer.total,
        len(answer.hits),
        frozenset(hit.id[0] for hit in answer.hits),
        answer.facets["tag"][0].count,
    )


def test_the_old_index_can_be_dropped_while_it_is_searched(engine: Engine) -> None:
    fill(engine, [row("a")], "toy-0")
    with searching(engine, Ask(Everything())) as found:
        for number in range(1, 15):
            fill(engine, [row("a")], f"toy-{number}")
            engine.drop(f"toy-{number - 1}")
    assert {tuple(hit.id for hit in answer.hits) for answer in found} == {("a",)}


def test_replacing_rows_is_never_seen_half_done(engine: Engine) -> None:
    index = fill(engine, [row(f"{n}", texts={"body": "水"}) for n in range(50)])
    with searching(engine, Ask(Term("body", "水"), limit=60)) as found:
        for seq in range(2, 40):
            engine.write(index, [row(f"{n}", seq=seq, texts={"body": "水"}) for n in range(50)])
            engine.refresh(index)
    assert {(answer.total, len({hit.id for hit in answer.hits})) for answer in found} == {(50, 50)}


def test_many_threads_write_at_once(engine: Engine) -> None:
    index = fill(engine, [])

    def work(number: int) -> None:
        for seq in range(10):
            engine.write(index, [row("shared", seq=number * 10 + seq), row(f"own-{number}", seq=seq)])
            engine.refresh(index)

    running = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    assert dict(engine.entries(index)) == {"shared": 39} | {f"own-{number}": 9 for number in range(4)}
