"""When completions are listed again: not more often than allowed, and never twice at once."""

import threading
from pathlib import Path

import pytest
from embedded_rows import MakeRow

from search_service.engines.base import IndexSchema
from search_service.engines.embedded import EmbeddedEngine
from search_service.engines.embedded.suggest import KEPT, REMEMBERED, SHARE, Suggester


class Searcher:
    """One state of an index that has these values."""

    def __init__(self, *values: str) -> None:
        self.values = values
        self.listed: list[str] = []
        self.gate: threading.Event | None = None
        self.begun = threading.Event()
        self.takes = lambda: None

    def terms_with_prefix(self, field: str, prefix: str, *, limit: int, **_: object) -> list[tuple[str, int]]:
        assert field == "title"
        self.listed.append(prefix)
        self.begun.set()
        self.takes()
        if self.gate:
            self.gate.wait(10)
        return [(value, 1) for value in self.values if value.startswith(prefix)][:limit]


def found(suggester: Suggester, state: Searcher, prefix: str = "", limit: int = 5) -> tuple[str, ...]:
    return suggester.find(state, "title", prefix, limit)  # type: ignore[arg-type]


def test_an_unchanged_index_is_listed_once_for_each_beginning() -> None:
    time = [0.0]
    suggester, state = Suggester(1.0, lambda: time[0]), Searcher("甲", "甲乙", "乙")
    for time[0] in (0.0, 5.0, 50.0):
        assert found(suggester, state) == ("甲", "甲乙", "乙")
        assert found(suggester, state, "甲") == ("甲", "甲乙")
        assert found(suggester, state, "甲", 1) == ("甲",)
    assert state.listed == ["", "甲"]


def test_a_changed_index_is_listed_again_when_the_last_list_is_old_enough() -> None:
    time = [0.0]
    suggester = Suggester(1.0, lambda: time[0])
    seen = []
    for time[0], value in ((0.0, "甲"), (0.9, "乙"), (1.0, "丙"), (1.5, "丁"), (2.0, "戊")):
        seen.append(found(suggester, Searcher(value)))
    assert seen == [("甲",), ("甲",), ("丙",), ("丙",), ("戊",)]


def test_what_takes_long_is_listed_seldomer() -> None:
    time = [0.0]

    def slowly() -> None:
        time[0] += 0.5

    suggester = Suggester(1.0, lambda: time[0])
    for value in ("甲", "乙", "丙"):
        state = Searcher(value)
        state.takes = slowly
        before = time[0]
        assert found(suggester, state) == (value,)
        time[0] = before + 0.5 + 0.5 * SHARE - 0.01
        assert found(suggester, Searcher("新")) == (value,)
        time[0] += 0.02


def test_while_one_lists_again_the_others_use_what_is_there() -> None:
    suggester = Suggester(0.0, lambda: 0.0)
    assert found(suggester, Searcher("旧")) == ("旧",)
    slow = Searcher("新")
    slow.gate = threading.Event()
    lister = threading.Thread(target=lambda: found(suggester, slow))
    lister.start()
    assert slow.begun.wait(10)
    assert found(suggester, slow) == ("旧",)
    slow.gate.set()
    lister.join()
    assert found(suggester, slow) == ("新",)
    assert slow.listed == [""]


def test_a_list_that_failed_is_listed_by_the_next_one() -> None:
    suggester, state = Suggester(0.0), Searcher("甲")
    assert found(suggester, Searcher("旧")) == ("旧",)

    def fails() -> None:
        raise OSError

    state.takes = fails
    with pytest.raises(OSError):  # noqa: PT011 - it has no words
        found(suggester, state)
    state.takes = lambda: None
    assert found(suggester, state) == ("甲",)


def test_so_many_beginnings_are_remembered_and_no_more() -> None:
    suggester, state = Suggester(1.0), Searcher("甲")
    for number in range(REMEMBERED + 1):
        found(suggester, state, f"{number}")
    found(suggester, state, f"{REMEMBERED}")
    assert len(state.listed) == REMEMBERED + 1
    found(suggester, state, "0")
    assert len(state.listed) == REMEMBERED + 2


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


def test_long_and_short_lists_agree_at_their_border() -> None:
    values = [f"共{number:03d}" for number in range(3 * KEPT)]
    suggester, state = Suggester(1.0), Searcher(*values)
    for limit in (0, 1, KEPT - 1, KEPT, KEPT + 1, 1_000):
        assert list(found(suggester, state, "共", limit)) == values[:limit]
