"""Facets asked for after the hits, with the same nodes: what they count does not depend on what was asked before."""

from dataclasses import replace

import pytest
from contract_rows import fill, row

from search_service.engines.base import Ask, Engine, Found, Tombstone
from search_service.query.nodes import Bool, Const, Keyword, Node, OneOf, Term, any_of

FACETS = {"region": 9, "tag": 9}


def query() -> Node:
    """A new tree each time: engines may remember one that they have seen."""
    return Bool(must=(any_of([Term("body", "水"), Term("body", "油")]),), should=(Const(Keyword("code", "c1"), 5),))


def apart(engine: Engine, ask: Ask) -> Found:
    engine.search("toy", ask)
    return engine.search("toy", replace(ask, facets=FACETS, limit=0))


@pytest.mark.parametrize("rows", [0, 1, 9, 29, 30, 31, 80])
def test_they_are_what_they_are_beside_the_hits(engine: Engine, rows: int) -> None:
    made = [
        row(
            f"{n:02}",
            texts={"body": "水" if n % 3 else "油 水"},
            keywords={"region": [f"r{n % 4}"], "tag": ["t", f"{n}"]},
        )
        for n in range(rows)
    ]
    index = fill(engine, [*made, row("other", texts={"body": "火"}, keywords={"region": ["r9"]})])
    for ticked in ({}, {"region": OneOf("region", ("r1", "r2"))}):
        for limit in (1, 10):
            found = apart(engine, Ask(query(), ticked=ticked, limit=limit))
            together = engine.search("toy", Ask(query(), ticked=ticked, limit=limit, facets=FACETS))
            assert (found.total, found.facets) == (together.total, together.facets)
            assert found.hits == ()
    same = Ask(query(), limit=10)
    before = apart(engine, same)
    engine.write(index, [Tombstone("00", 2), row("01", seq=2, texts={"body": "水"}, keywords={"region": ["r7"]})])
    engine.refresh(index)
    after = engine.search("toy", replace(same, facets=FACETS, limit=0))
    fresh = engine.search("toy", Ask(query(), facets=FACETS))
    assert (after.total, after.facets) == (fresh.total, fresh.facets)
    assert after.facets != before.facets
