"""What an ask adds to its query: filter, counts, ticked facets, order, limit."""

from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from contract_rows import fill, row

from search_service.engines.base import Ask, Count, Engine, Order
from search_service.errors import EngineUnavailable, UndeclaredField
from search_service.query.nodes import Const, Everything, OneOf, Term, any_of


def ids(engine: Engine, ask: Ask) -> list[str]:
    return [hit.id for hit in engine.search("toy", ask).hits]


def counts(engine: Engine, ask: Ask, name: str) -> Sequence[tuple[str, int]]:
    return [(count.value, count.count) for count in engine.search("toy", ask).facets[name]]


def test_a_ticked_facet_keeps_its_own_counts_and_narrows_the_others(engine: Engine) -> None:
    pairs = [("京", "甲"), ("京", "乙"), ("沪", "甲"), ("沪", "甲"), ("津", "丙")]
    fill(engine, [row(f"{n}", keywords={"region": [r], "tag": [t]}) for n, (r, t) in enumerate(pairs)])
    facets = {"region": 9, "tag": 9}
    one = Ask(Everything(), ticked={"region": OneOf("region", ("京",))}, facets=facets)
    assert counts(engine, one, "region") == [("京", 2), ("沪", 2), ("津", 1)]
    assert counts(engine, one, "tag") == [("乙", 1), ("甲", 1)]
    assert engine.search("toy", one).total == 2
    assert ids(engine, one) == ["0", "1"]
    both = replace(one, ticked={**one.ticked, "tag": OneOf("tag", ("甲",))})
    assert counts(engine, both, "region") == [("沪", 2), ("京", 1)]
    assert counts(engine, both, "tag") == [("乙", 1), ("甲", 1)]
    assert ids(engine, both) == ["0"]
    # Ticked but not asked to be counted: it only narrows.
    assert counts(engine, replace(both, facets={"region": 1}), "region") == [("沪", 2)]


def test_a_value_given_twice_by_one_row_counts_once(engine: Engine) -> None:
    fill(engine, [row("a", keywords={"tag": ["x", "x", "y"]})])
    assert counts(engine, Ask(Everything(), facets={"tag": 5}), "tag") == [("x", 1), ("y", 1)]


def test_facets_are_exact_over_many_values_and_segments(engine: Engine) -> None:
    index = fill(engine, [])
    # 各处 is the least frequent value of every segment and the most frequent of all.
    for segment in range(6):
        values = [*(f"{segment}-{number % 150:03d}" for number in range(300)), "各处"]
        Random(segment).shuffle(values)
        engine.write(index, [row(f"{segment}-{n}", keywords={"tag": [value]}) for n, value in enumerate(values)])
        engine.refresh(index)
    every = [("各处", 6), *((f"{segment}-{number:03d}", 2) for segment in range(6) for number in range(150))]
    for size in (0, 1, 30, 200, 901, 5_000):
        assert counts(engine, Ask(Everything(), facets={"tag": size}), "tag") == every[:size]


def test_equal_scores_are_in_tie_order_whatever_was_written_when(engine: Engine) -> None:
    index = fill(engine, [])
    numbers = [number * 37 % 101 for number in range(101)]
    for start in range(0, 101, 20):
        batch = [row(f"id{n}", tie=f"共同的开头 {n:03d}", texts={"body": "水"}) for n in numbers[start : start + 20]]
        engine.write(index, batch)
        engine.refresh(index)
    expected = [f"id{n}" for n in range(101)]
    for query in (Everything(), Term("body", "水"), any_of([Term("body", "水"), Const(Everything(), 5)])):
        assert ids(engine, Ask(query, limit=101)) == expected
        for limit in (1, 10, 60):
            assert ids(engine, Ask(query, limit=limit)) == expected[:limit]


def test_order_by_a_number_with_ties_ascending_both_ways(engine: Engine) -> None:
    index = fill(engine, [])
    for start in (0, 40):
        batch = [row(f"{n:02d}", tie=f"{99 - n}", numbers={"grade": n % 3 - 1}) for n in range(start, start + 40)]
        engine.write(index, batch)
        engine.refresh(index)
    by_tie = [f"{n:02d}" for n in reversed(range(80))]
    groups = {grade: [key for key in by_tie if int(key) % 3 - 1 == grade] for grade in (-1, 0, 1)}
    up, down = Order("grade"), Order("grade", descending=True)
    for limit in (1, 5, 27, 30, 80, 200):
        assert ids(engine, Ask(Everything(), limit=limit, order=up)) == [*groups[-1], *groups[0], *groups[1]][:limit]
        assert ids(engine, Ask(Everything(), limit=limit, order=down)) == [*groups[1], *groups[0], *groups[-1]][:limit]
    first = engine.search("toy", Ask(Everything(), order=down)).hits[0]
    assert (first.sort, first.score) == (1, 0)


def test_nothing_wanted_is_still_counted(engine: Engine) -> None:
    fill(engine, [row("a", keywords={"tag": ["x"]})])
    found = engine.search("toy", Ask(Everything(), limit=0, facets={"tag": 1}))
    assert (found.hits, found.total, found.facets) == ((), 1, {"tag": (Count("x", 1),)})


@pytest.mark.parametrize(
    ("ask", "known"),
    [
        (Ask(Everything(), facets={"code": 5}), "region"),
        (Ask(Everything(), facets={"nowhere": 5}), "region"),
        (Ask(Everything(), ticked={"nowhere": Everything()}), "region"),
        (Ask(Everything(), order=Order("tag")), "grade"),
        (Ask(Everything(), order=Order("nowhere"), limit=0), "grade"),
    ],
)
def test_undeclared_facets_and_orders_are_refused_with_what_exists(engine: Engine, ask: Ask, known: str) -> None:
    fill(engine, [row("a")])
    with pytest.raises(UndeclaredField, match=known):
        engine.search("toy", ask)


def test_a_kind_without_a_published_index_is_unavailable(engine: Engine) -> None:
    with pytest.raises(EngineUnavailable, match="toy"):
        engine.search("toy", Ask(Everything()))
    with pytest.raises(EngineUnavailable):
        engine.suggest("toy", "", 5)
    with pytest.raises(EngineUnavailable):
        engine.frequencies("toy", "body", ["水"])
