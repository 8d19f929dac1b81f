"""Facet values counted as numbers: what is not certain is left to the dictionary."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_service.engines.base import Ask, Count, Document, IndexSchema, KeywordField
from search_service.engines.embedded import EmbeddedEngine, values
from search_service.engines.embedded.values import Values, number
from search_service.query.nodes import Everything

SCHEMA = IndexSchema(kind="tin", texts=(), keywords=(KeywordField("colour", facet=True),), numbers=())


def _buckets(counted: Mapping[str, int]) -> list[dict[str, int]]:
    buckets = [{"key": number(value), "doc_count": count} for value, count in counted.items()]
    return sorted(buckets, key=lambda bucket: -bucket["doc_count"])


def _expected(counted: Mapping[str, int], wanted: int) -> tuple[Count, ...]:
    first = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Count(value, count) for value, count in first[:wanted])


@given(st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=3), st.integers(1, 4)), st.integers(1, 5))
def test_what_is_read_is_right_or_not_read(counted: dict[str, int], wanted: int) -> None:
    known = Values()
    known.learn(list(counted))
    asked = wanted * 2
    found = known.read(_buckets(counted)[:asked], asked, wanted)
    assert found in (None, _expected(counted, wanted))
    if len(counted) < asked:
        assert found is not None


def test_a_number_that_was_never_seen_is_not_read() -> None:
    assert Values().read(_buckets({"red": 1}), 8, 1) is None


def test_values_that_were_forgotten_are_learnt_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "REMEMBERED", 2)
    known = Values()
    known.learn(["red", "blue"])
    known.learn(["green"])
    assert known.read(_buckets({"red": 1}), 8, 1) is None
    assert known.read(_buckets({"green": 1}), 8, 1) == (Count("green", 1),)


@pytest.mark.parametrize("colours", [["red"], ["red", "red", "blue"], [f"{at % 40:02}" for at in range(60)]])
def test_first_and_later_answers_are_the_same(tmp_path: Path, colours: Sequence[str]) -> None:
    engine = EmbeddedEngine(tmp_path)
    engine.create(SCHEMA, "tin-1")
    for at, colour in enumerate(colours):
        row = Document(id=f"{at}", seq=1, tie=f"{at}", texts={}, keywords={"colour": [colour, colour]}, numbers={})
        engine.write("tin-1", [row])
    engine.refresh("tin-1")
    engine.publish(SCHEMA, "tin-1")
    for size in (1, 3, 50):
        ask = Ask(Everything(), facets={"colour": size}, limit=0)
        for _ in range(2):
            assert engine.search("tin", ask).facets["colour"] == _expected(Counter(colours), size)
    engine.close()
