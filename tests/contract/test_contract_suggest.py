"""Completions and document frequencies."""

from random import Random

import pytest
from contract_reference import Reference
from contract_rows import SCHEMA, WORDS, fill, generated, row
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search_service.engines.base import Engine
from search_service.errors import UndeclaredField


def titled(*titles: str) -> list:
    return [row(f"{number}", keywords={"title": [title]}) for number, title in enumerate(titles)]


def test_completions_are_the_most_frequent_values_with_that_beginning(engine: Engine) -> None:
    fill(engine, titled("压力表", "压力表", "压力变送器", "压力变送器", "压力变送器", "压力容器", "力值", "压"))
    assert list(engine.suggest("toy", "压力", 9)) == ["压力变送器", "压力表", "压力容器"]
    assert list(engine.suggest("toy", "压力", 2)) == ["压力变送器", "压力表"]
    assert list(engine.suggest("toy", "压", 9)) == ["压力变送器", "压力表", "压", "压力容器"]
    assert list(engine.suggest("toy", "压力表", 9)) == ["压力表"]
    assert list(engine.suggest("toy", "力", 9)) == ["力值"]
    for nothing in ("没有", "压力表 ", "\U0010ffff", "\ud800"):
        assert list(engine.suggest("toy", nothing, 9)) == []
    assert list(engine.suggest("toy", "压", 0)) == []


def test_completions_follow_the_index(engine: Engine) -> None:
    index = fill(engine, titled("旧名称"))
    assert list(engine.suggest("toy", "", 9)) == ["旧名称"]
    engine.write(index, [row("0", seq=2, keywords={"title": ["新名称"]})])
    engine.refresh(index)
    assert list(engine.suggest("toy", "", 9)) == ["新名称"]
    fill(engine, titled("另一代"), "toy-2")
    assert list(engine.suggest("toy", "", 9)) == ["另一代"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**9), st.integers(1, 400))
def test_completions_are_those_of_a_plain_scan(engine: Engine, seed: int, size: int) -> None:
    random = Random(seed)
    titles = ["".join(random.choices("甲乙丙a", [6, 3, 1, 1], k=random.randrange(1, 7))) for _ in range(size)]
    fill(engine, titled(*titles), f"toy-{seed}-{len(engine.list('toy'))}")
    for prefix in ["", "甲", "甲甲", "甲甲甲", "乙甲", "a", *random.sample(titles, min(size, 5))]:
        having = sorted({t for t in titles if t.startswith(prefix)}, key=lambda title: (-titles.count(title), title))
        for limit in (1, 10, 500):
            assert list(engine.suggest("toy", prefix, limit)) == having[:limit]


def test_frequencies_count_documents_not_occurrences(engine: Engine) -> None:
    fill(engine, [row("a", texts={"body": "水 水 油"}), row("b", texts={"body": "水", "name": "油"})])
    assert engine.frequencies("toy", "body", ["水", "油", "没有", "\ud800"]) == {
        "水": 2,
        "油": 1,
        "没有": 0,
        "\ud800": 0,
    }
    assert engine.frequencies("toy", "name", ["水", "油"]) == {"水": 0, "油": 1}
    assert engine.frequencies("toy", "name", []) == {}
    for undeclared in ("tag", "nowhere"):
        with pytest.raises(UndeclaredField, match="body"):
            engine.frequencies("toy", undeclared, ["水"])


def test_frequencies_of_generated_rows_are_exact(engine: Engine) -> None:
    rows = generated(1_000, seed=11)
    index = fill(engine, rows[:500])
    engine.write(index, [*rows[500:], *(row(f"extra-{n}", texts={"body": "w0"}) for n in range(9))])
    engine.write(index, [row(f"extra-{n}", seq=2) for n in range(9)])
    engine.refresh(index)
    engine.publish(SCHEMA, index)
    reference = Reference(rows)
    for field in ("body", "name"):
        assert engine.frequencies("toy", field, WORDS) == {word: reference.frequency(field, word) for word in WORDS}


def test_frequencies_stay_until_the_documents_have_doubled(engine: Engine) -> None:
    index = fill(engine, [row(f"{n}", texts={"body": "水"}) for n in range(4)])
    assert engine.frequencies("toy", "body", ["水", "油"]) == {"水": 4, "油": 0}
    engine.write(index, [row(f"more-{n}", texts={"body": "水 油"}) for n in range(3)])
    engine.refresh(index)
    assert engine.frequencies("toy", "body", ["水", "油"]) == {"水": 4, "油": 0}
    engine.write(index, [row("eighth", texts={"body": "油"})])
    engine.refresh(index)
    assert engine.frequencies("toy", "body", ["水", "油"]) == {"水": 7, "油": 4}


def test_an_index_published_empty_is_counted_as_it_fills(engine: Engine) -> None:
    index = fill(engine, [])
    assert engine.frequencies("toy", "body", ["水"]) == {"水": 0}
    engine.write(index, [row("a", texts={"body": "水"})])
    engine.refresh(index)
    assert engine.frequencies("toy", "body", ["水"]) == {"水": 1}
