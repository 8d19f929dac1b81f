"""BM25 as a user would notice it, and that a declared weight changes an order."""

import pytest
from contract_reference import Reference, one_byte
from contract_rows import fill, row

from search_service.engines.base import Ask, Engine, Tombstone
from search_service.query.nodes import Bool, Boost, Const, Everything, Keyword, Node, Term, any_of


def order(engine: Engine, query: Node) -> list[str]:
    return [hit.id for hit in engine.search("toy", Ask(query)).hits]


def test_more_often_and_shorter_is_better(engine: Engine) -> None:
    fill(
        engine,
        [
            row("long", texts={"body": "水 " + "其他 " * 20}),
            row("once", texts={"body": "水 其他 其他"}),
            row("twice", texts={"body": "水 水 其他"}),
        ],
    )
    assert order(engine, Term("body", "水")) == ["twice", "once", "long"]


def test_a_rare_word_counts_more_than_a_frequent_one(engine: Engine) -> None:
    rows = [row(f"frequent-{number}", texts={"body": "水 其他"}) for number in range(8)]
    fill(engine, [*rows, row("rare", texts={"body": "镉 其他"})])
    assert order(engine, any_of([Term("body", "水"), Term("body", "镉")]))[0] == "rare"


def test_a_weight_changes_the_order(engine: Engine) -> None:
    fill(engine, [row("in-name", texts={"name": "水"}), row("in-body", texts={"body": "水"})])

    def weighted(name: float, body: float) -> Node:
        return any_of([Boost(Term("name", "水"), name), Boost(Term("body", "水"), body)])

    assert order(engine, weighted(2, 1)) == ["in-name", "in-body"]
    assert order(engine, weighted(1, 2)) == ["in-body", "in-name"]


def test_a_constant_keeps_its_tier_above_what_is_said_more_often(engine: Engine) -> None:
    fill(
        engine,
        [
            row("exact", texts={"body": "水"}, keywords={"code": ["GB/T 1"]}),
            row("chatty", texts={"body": "水 " * 50}),
        ],
    )
    query = Bool(must=(Term("body", "水"),), should=(Const(Keyword("code", "GB/T 1"), 20_000),))
    assert order(engine, query) == ["exact", "chatty"]


def test_scores_are_rounded_to_a_hundredth_in_every_band(engine: Engine) -> None:
    fill(engine, [row(f"{number}", texts={"body": "水 " * (number + 1)}) for number in range(30)])
    for band in (0, 5_000, 10_000, 20_000):
        query = Bool(must=(Term("body", "水"), Const(Everything(), band)))
        scores = [hit.score for hit in engine.search("toy", Ask(query, limit=30)).hits]
        assert scores == [round(score, 2) for score in scores]
        assert all(band < score < band + 5 for score in scores)


def test_equal_rows_have_equal_scores_wherever_they_are_stored(engine: Engine) -> None:
    index = fill(engine, [row("other", texts={"body": "油"})])
    words = " ".join(f"词{number}" for number in range(20))
    for number in range(12):
        engine.write(index, [row(f"equal-{number:02d}", texts={"body": words})])
        engine.refresh(index)
    query = Bool(must=(Const(Everything(), 20_000), any_of([Term("body", word) for word in words.split()])))
    hits = engine.search("toy", Ask(query, limit=5)).hits
    assert [hit.id for hit in hits] == [f"equal-{number:02d}" for number in range(5)]
    assert len({hit.score for hit in hits}) == 1


def test_a_tombstone_weighs_like_a_row_with_one_token_in_each_text(engine: Engine) -> None:
    rows = [row(f"{number}", texts={"body": "水 " * (number + 1)}) for number in range(5)]
    gone = [f"gone-{number}" for number in range(20)]
    fill(engine, [*rows, *(Tombstone(key, 1) for key in gone)])
    reference = Reference([*rows, *map(row, gone)])
    expected = {hit.id: hit.score for hit in reference.answer(Ask(Term("body", "水"))).hits}
    found = {hit.id: hit.score for hit in engine.search("toy", Ask(Term("body", "水"))).hits}
    assert found == pytest.approx(expected, abs=0.011)


def test_lengths_are_kept_in_one_byte() -> None:
    # From Lucene's SmallFloat: exact to 40, then every second, fourth, eighth … length.
    assert [one_byte(length) for length in (0, 23, 24, 39, 40, 41, 42, 55, 56, 59, 60, 1_000)] == [
        *(0, 23, 24, 39, 40, 40, 42, 54, 56, 56, 60, 984),
    ]
