"""Every node of the query tree, one property at a time."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from contract_rows import fill, row

from search_service.engines.base import Ask, Engine
from search_service.errors import UndeclaredField
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
    all_of,
    any_of,
)

LAST = 2**63 - 1


@pytest.fixture(scope="module")
def loaded(open_engine: Callable[[Path], Engine], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Four rows that differ in every field."""
    engine = open_engine(tmp_path_factory.mktemp("nodes"))
    fill(
        engine,
        [
            row("a", texts={"name": "红 绿 蓝", "body": "水"}, keywords={"tag": ["x", "y"]}, numbers={"grade": -5}),
            row("b", texts={"name": "绿 红 蓝", "body": "水 水"}, keywords={"tag": ["y"]}, numbers={"grade": 0}),
            row("c", texts={"name": "红 | 绿", "body": "水 油"}, keywords={"tag": ["z"], "code": ["值 空格"]}),
            row("d", texts={"name": "红 红 绿"}, keywords={"code": ["X"]}, numbers={"grade": LAST, "since": -LAST - 1}),
        ],
    )
    yield engine
    engine.close()


def scores(engine: Engine, query: Node, **ask: object) -> Mapping[str, float]:
    found = engine.search("toy", Ask(query=query, **ask))  # type: ignore[arg-type]
    assert found.total == len(found.hits)
    return {hit.id: hit.score for hit in found.hits}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Term("body", "水"), "abc"),
        (Term("body", "没有"), ""),
        (Phrase("name", ("红", "绿")), "ad"),
        (Phrase("name", ("红", "绿", "蓝")), "a"),
        (Phrase("name", ("红", "红")), "d"),
        (Phrase("name", ("绿",)), "abcd"),
        (Phrase("name", ("红", "没有")), ""),
        (Keyword("tag", "y"), "ab"),
        (Keyword("code", "值 空格"), "c"),
        (Keyword("code", "值"), ""),
        (Keyword("code", "x"), ""),
        (Keyword("id", "b"), "b"),
        (OneOf("tag", ("x", "z", "没有")), "ac"),
        (OneOf("id", ("d", "a")), "ad"),
        (OneOf("tag", ()), ""),
        (Range("grade", low=0), "bcd"),
        (Range("grade", high=0), "a"),
        (Range("grade", -5, 1), "abc"),
        (Range("grade", -4, 0), ""),
        (Range("grade", 1, -1), ""),
        (Range("grade"), "abcd"),
        (Range("grade", LAST), "d"),
        (Range("grade", high=LAST), "abc"),
        (Range("grade", high=LAST + 1), "abcd"),
        (Range("grade", LAST + 1), ""),
        (Range("since", high=-LAST), "d"),
        (Range("since", high=-LAST - 1), ""),
        (Range("seq", 1, 2), "abcd"),
        (Everything(), "abcd"),
        (Nothing(), ""),
        (Const(Nothing(), 5), ""),
        (Best(()), ""),
        (Best((Keyword("tag", "x"), Keyword("tag", "z"))), "ac"),
        (Bool(), "abcd"),
        (Bool(should=(Keyword("tag", "x"),)), "abcd"),
        (Bool(should=(Keyword("tag", "x"),), minimum=1), "a"),
        (Bool(should=(Keyword("tag", "x"), Keyword("tag", "y"), Term("body", "水")), minimum=2), "ab"),
        (Bool(should=(Keyword("tag", "x"),), minimum=2), ""),
        (Bool(must=(Everything(),), should=(Keyword("tag", "x"),), minimum=1), "a"),
        (Bool(without=(Keyword("tag", "y"),)), "cd"),
        (Bool(filter=(Keyword("tag", "y"),), should=(Keyword("tag", "x"),)), "ab"),
        (Bool(must=(Nothing(),), should=(Everything(),)), ""),
        (any_of([]), ""),
        (any_of([Keyword("tag", "x"), Keyword("tag", "z")]), "ac"),
        (all_of([]), "abcd"),
        (all_of([Keyword("tag", "x"), Keyword("tag", "y")]), "a"),
        (Keyword("tag", "\ud800"), ""),
        (Term("body", "\ud800"), ""),
        (OneOf("tag", ("\ud800", "x")), "a"),
        (Phrase("name", ("红", "\ud800")), ""),
    ],
)
def test_which_rows_a_node_matches(loaded: Engine, query: Node, expected: str) -> None:
    assert "".join(sorted(scores(loaded, query))) == expected
    # The same in the unscored places: as a filter, turned round, and under a constant.
    assert "".join(sorted(scores(loaded, Everything(), filter=query))) == expected
    assert "".join(sorted(scores(loaded, Bool(without=(query,))))) == "".join(sorted(set("abcd") - set(expected)))
    assert scores(loaded, Const(query, 2.5)) == dict.fromkeys(expected, 2.5)


@pytest.mark.parametrize(
    "query",
    [Keyword("tag", "x"), OneOf("tag", ("x",)), Phrase("name", ("红", "绿", "蓝")), Range("grade", -5, -4)],
)
def test_what_only_decides_membership_scores_nothing(loaded: Engine, query: Node) -> None:
    assert scores(loaded, query) == {"a": 0}
    assert scores(loaded, Boost(query, 7)) == {"a": 0}
    assert scores(loaded, Bool(must=(query, Const(Everything(), 3)))) == {"a": 3}


def test_scores_add_in_bool_and_the_largest_wins_in_best(loaded: Engine) -> None:
    x, y = Const(Keyword("tag", "x"), 2), Const(Keyword("tag", "y"), 3)
    assert scores(loaded, Bool(should=(x, y))) == {"a": 5, "b": 3, "c": 0, "d": 0}
    assert scores(loaded, Bool(must=(y,), should=(x,))) == {"a": 5, "b": 3}
    assert scores(loaded, Best((x, y))) == {"a": 3, "b": 3}
    assert scores(loaded, Boost(Best((x, Boost(y, 0.5))), 10)) == {"a": 20, "b": 15}


def test_filters_and_exclusions_add_nothing(loaded: Engine) -> None:
    query = Bool(must=(Term("body", "水"),), filter=(Const(Everything(), 9),), without=(Const(Keyword("tag", "z"), 9),))
    plain = scores(loaded, Term("body", "水"))
    assert scores(loaded, query) == {key: plain[key] for key in "ab"}
    assert scores(loaded, Term("body", "水"), filter=Const(Keyword("tag", "y"), 9)) == scores(loaded, query)


@pytest.mark.parametrize(
    ("query", "named", "known"),
    [
        (Term("nowhere", "x"), "nowhere", "body"),
        (Term("tag", "x"), "tag", "body"),
        (Phrase("body", ("a", "b")), "body", "name"),
        (Keyword("grade", "1"), "grade", "region"),
        (OneOf("nowhere", ()), "nowhere", "code"),
        (Range("tag", 1), "tag", "since"),
        (Bool(must=(Nothing(),), should=(Const(Best((Boost(Term("nowhere", "x"), 2),)), 1),)), "nowhere", "body"),
    ],
)
def test_an_undeclared_field_is_refused_with_what_exists(loaded: Engine, query: Node, named: str, known: str) -> None:
    for ask in (Ask(query), Ask(Everything(), filter=query)):
        with pytest.raises(UndeclaredField) as refused:
            loaded.search("toy", ask)
        assert repr(named) in refused.value.detail
        assert known in refused.value.detail
