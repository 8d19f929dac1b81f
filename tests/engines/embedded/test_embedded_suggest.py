"""When completions are rebuilt: not more often than allowed, and never twice at once."""

import threading
from pathlib import Path

from embedded_rows import MakeRow

from search_service.engines.base import IndexSchema
from search_service.engines.embedded import EmbeddedEngine
from search_service.engines.embedded.suggest import CROWDED, KEPT, Completions, Suggester


class Searcher:
    """One state of an index that has these values."""

    def __init__(self, *values: str) -> None:
        self.values = values
        self.builds = 0
        self.gate: threading.Event | None = None
        self.begun = threading.Event()

    def terms_with_prefix(self, *_: object, **__: object) -> list[tuple[str, int]]:
        self.builds += 1
        self.begun.set()
        if self.gate:
            self.gate.wait(10)
        return [(value, 1) for value in self.values]


def test_an_unchanged_index_is_listed_once() -> None:
    time = [0.0]
    suggester, state = Suggester(1.0, lambda: time[0]), Searcher("甲")
    for time[0] in (0.0, 5.0, 50.0):
        assert suggester.find(state, "title", "", 5) == ("甲",)  # type: ignore[arg-type]
    assert state.builds == 1


def test_a_changed_index_is_listed_again_when_the_last_list_is_old_enough() -> None:
    time = [0.0]
    suggester = Suggester(1.0, lambda: time[0])
    seen = []
    for time[0], value in ((0.0, "甲"), (0.9, "乙"), (1.0, "丙"), (1.5, "丁"), (2.0, "戊")):
        seen.append(suggester.find(Searcher(value), "title", "", 5))  # type: ignore[arg-type]
    assert seen == [("甲",), ("甲",), ("丙",), ("丙",), ("戊",)]


def test_while_one_builds_the_others_use_what_is_there() -> None:
    suggester = Suggester(0.0, lambda: 0.0)
    assert suggester.find(Searcher("旧"), "title", "", 5) == ("旧",)  # type: ignore[arg-type]
    slow = Searcher("新")
    slow.gate = threading.Event()
    builder = threading.Thread(target=lambda: suggester.find(slow, "title", "", 5))  # type: ignore[arg-type]
    builder.start()
    assert slow.begun.wait(10)
    assert suggester.find(slow, "title", "", 5) == ("旧",)  # type: ignore[arg-type]
    slow.gate.set()
    builder.join()
    assert suggester.find(slow, "title", "", 5) == ("新",)  # type: ignore[arg-type]
    assert slow.builds == 1


def test_completions_may_lag_by_the_given_age(tmp_path: Path, schema: IndexSchema, make_row: MakeRow) -> None:
    time = [100.0]
    engine = EmbeddedEngine(tmp_path, suggest_age=1.0, clock=lambda: time[0])
    engine.create(schema, "toy-1")
    engine.publish(schema, "toy-1")
    assert list(engine.suggest("toy", "", 5)) == []
    engine.write("toy-1", [make_row("a", title="名称")])
    engine.refresh("toy-1")
    assert list(engine.suggest("toy", "", 5)) == []
    time[0] += 1
    assert list(engine.suggest("toy", "", 5)) == ["名称"]
    engine.close()


def test_the_table_and_the_list_agree_at_their_border() -> None:
    for size in (CROWDED - 1, CROWDED, CROWDED + 1, KEPT, KEPT + 1, 3 * KEPT):
        counts = [(f"共{number:03d}", number * 7 % 5) for number in range(size)]
        expected = [value for value, count in sorted(counts, key=lambda item: (-item[1], item[0]))]
        found = Completions(counts)
        for limit in (1, KEPT - 1, KEPT, KEPT + 1, 1_000):
            assert list(found.find("共", limit)) == expected[:limit]
            assert list(found.find("", limit)) == expected[:limit]
