"""How many documents match, in all and by the values of facet fields."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from search_service.engines.base import Ask, Count
from search_service.engines.elastic.compiler import Clause, Compiler

MOST_VALUES: Final = 60_000
"""Elasticsearch refuses to return more than 65,536 buckets."""


class Counts:
    """The counts of one ask: some are taken beside the hits, some need a search of their own."""

    def __init__(self, ask: Ask, compiler: Compiler, shards: int) -> None:
        self._ask = ask
        self._compiler = compiler
        self._shards = shards
        self._plain = [name for name, size in ask.facets.items() if size > 0 and name not in ask.ticked]
        self._ticked = [name for name, size in ask.facets.items() if size > 0 and name in ask.ticked]

    def beside(self) -> Clause:
        """What to add to the search for hits, whose query has all ticks."""
        facets = {name: self._facet(name) for name in self._plain}
        return {"track_total_hits": True} | ({"aggs": facets} if facets else {})

    def apart(self) -> list[Clause]:
        """A ticked field is counted without its own ticks, so it needs a pass of its own."""
        return [self._alone(name) for name in self._ticked]

    def read(self, answers: Sequence[Mapping[str, Any]]) -> tuple[int, dict[str, tuple[Count, ...]]]:
        """Total and facets from the answers to the search for hits and to those of `apart`."""
        found = {name: _counts(answers[0], name) for name in self._plain}
        found |= {name: _counts(answer, name) for name, answer in zip(self._ticked, answers[1:], strict=True)}
        return int(answers[0]["hits"]["total"]["value"]), {name: found.get(name, ()) for name in self._ask.facets}

    def _alone(self, name: str) -> Clause:
        others = [node for field, node in self._ask.ticked.items() if field != name]
        query = self._compiler.matching([self._ask.query, self._ask.filter, *others])
        return {"query": query, "size": 0, "track_total_hits": False, "aggs": {name: self._facet(name)}}

    def _facet(self, name: str) -> Clause:
        return terms(name, self._ask.facets[name], self._shards)


def terms(name: str, size: int, shards: int) -> Clause:
    """The most frequent values, equals by value, exactly: over several shards each hands in all that it has."""
    wanted = min(size, MOST_VALUES)
    return {
        "terms": {
            "field": name,
            "size": wanted,
            "shard_size": wanted if shards == 1 else MOST_VALUES,
            "order": [{"_count": "desc"}, {"_key": "asc"}],
        },
    }


def _counts(answer: Mapping[str, Any], name: str) -> tuple[Count, ...]:
    return tuple(Count(bucket["key"], bucket["doc_count"]) for bucket in answer["aggregations"][name]["buckets"])
