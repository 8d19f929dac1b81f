"""The order among equals: its tie column, and the bound on looking for the last equal."""

from typing import Any

import pytest
from embedded_rows import MakeRow
from hypothesis import given
from hypothesis import strategies as st

from search_service.engines.base import Ask
from search_service.engines.embedded import EmbeddedEngine, hits
from search_service.engines.embedded.document import tie_heads
from search_service.engines.trees import constant_score
from search_service.query.nodes import (
    Best,
    Bool,
    Boost,
    Const,
    Everything,
    Keyword,
    Node,
    Nothing,
    OneOf,
    Phrase,
    Range,
    Term,
    any_of,
)


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=50)))
def test_tie_heads_never_contradict_the_order_of_ties(ties: list[str]) -> None:
    heads = [tie_heads(tie) for tie in sorted(ties)]
    assert heads == sorted(heads)
    assert all(-(2**63) <= head < 2**63 for row in heads for head in row)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (Everything(), 0),
        (Nothing(), 0),
        (Keyword("a", "b"), 0),
        (OneOf("a", ("b",)), 0),
        (Range("a", 1), 0),
        (Phrase("a", ("b", "c")), 0),
        (Const(Term("a", "b"), 3), 3),
        (Boost(Const(Everything(), 3), 2), 6),
        (Bool(must=(Const(Everything(), 3), Keyword("a", "b")), filter=(Term("a", "b"),)), 3),
        (Bool(), 0),
        (Term("a", "b"), None),
        (Boost(Term("a", "b"), 2), None),
        (Bool(must=(Term("a", "b"),)), None),
        (any_of([Const(Everything(), 1), Everything()]), None),
        (Best((Const(Everything(), 1),)), None),
    ],
)
def test_which_queries_give_every_match_the_same_score(node: Node, expected: float | None) -> None:
    assert constant_score(node) == expected


def test_pages_agree_whichever_way_the_equals_are_found(engine: EmbeddedEngine, make_row: MakeRow) -> None:
    ties = [f"{number % 7} 相同的开头 {number:03d}" for number in range(300)]
    engine.write("toy-1", [make_row(f"{number}", tie=tie) for number, tie in enumerate(ties)])
    engine.refresh("toy-1")
    constant, varying = Everything(), Bool(should=(Term("body", "水"),))
    for limit in (1, 30, 250, 400):
        by_column = [hit.tie for hit in engine.search("toy", Ask(constant, limit=limit)).hits]
        by_score = [hit.tie for hit in engine.search("toy", Ask(varying, limit=limit)).hits]
        assert by_column == by_score == sorted(ties)[:limit]


def test_the_search_for_the_last_equal_is_bounded(
    engine: EmbeddedEngine, make_row: MakeRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    engine.write("toy-1", [make_row(f"{number:03d}") for number in range(500)])
    engine.refresh("toy-1")

    class Listening:
        def __init__(self, real: Any) -> None:
            self.real = real

        def search(self, query: Any, limit: int, **options: object) -> Any:
            asked.append(limit)
            return self.real.search(query, limit=limit, **options)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.real, name)

    monkeypatch.setattr(hits, "MOST", 200)
    plain = hits.Hits.__init__
    monkeypatch.setattr(
        hits.Hits,
        "__init__",
        lambda self, searcher, *rest, **named: plain(self, Listening(searcher), *rest, **named),
    )
    assert len(engine.search("toy", Ask(Bool(should=(Term("body", "水"),)), limit=10)).hits) == 10
    assert asked == [30, 120, 200]
