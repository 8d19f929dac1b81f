"""How many documents match, in all and by the values of facet fields."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tantivy import Query, Searcher

from search_service.engines.base import SEQUENCE, Ask, Count
from search_service.engines.embedded.compiler import Compiler
from search_service.query.nodes import Node

SPARE: Final = 20
"""Values counted beyond the wanted ones: equals at the edge are put in order here, by value."""
MOST_VALUES: Final = 60_000
"""tantivy refuses to return more than 65,000 buckets."""
EVERY_VALUE: Final = 2**31 - 1
"""Values each segment hands to the merge; with fewer, counts over several segments would be estimates."""


class Counts:
    """The counts of one ask on one state of an index."""

    def __init__(self, searcher: Searcher, compiler: Compiler, *, tombstones: bool) -> None:
        self._searcher = searcher
        self._compiler = compiler
        self._tombstones = tombstones

    def count(self, ask: Ask) -> tuple[int, Mapping[str, tuple[Count, ...]]]:
        """Total and facets.  A ticked field is counted without its own ticks, so it needs a pass of its own."""
        always = [ask.query, ask.counted, ask.filter]
        plain = {name: size for name, size in ask.facets.items() if name not in ask.ticked}
        total, found = self._pass([*always, *ask.ticked.values()], plain)
        for name, size in ask.facets.items():
            if name in ask.ticked:
                others = [node for field, node in ask.ticked.items() if field != name]
                found |= self._pass([*always, *others], {name: size})[1]
        return total, {name: found[name] for name in ask.facets}

    def _pass(self, conditions: Sequence[Node], facets: Mapping[str, int]) -> tuple[int, dict[str, tuple[Count, ...]]]:
        """Everything that is counted over the same documents: one call, a second if equals reach past the spare."""
        query = self._compiler.matching(conditions, tombstones=self._tombstones)
        sizes = {name: size + SPARE for name, size in facets.items() if size > 0}
        answer = self._aggregate(query, sizes)
        unsettled = {name: MOST_VALUES for name in sizes if _cuts_equals(answer[f"by {name}"]["buckets"], facets[name])}
        if unsettled:
            answer |= self._aggregate(query, unsettled)
        found = {name: _first(answer[f"by {name}"]["buckets"], facets[name]) for name in sizes}
        return int(answer["total"]["value"]), {name: found.get(name, ()) for name in facets}

    def _aggregate(self, query: Query, sizes: Mapping[str, int]) -> dict[str, Any]:
        wanted: dict[str, Any] = {"total": {"value_count": {"field": SEQUENCE}}}
        for name, size in sizes.items():
            wanted[f"by {name}"] = {"terms": {"field": name, "size": size, "segment_size": EVERY_VALUE}}
        return self._searcher.aggregate(query, wanted)


def _cuts_equals(buckets: Sequence[Any], wanted: int) -> bool:
    """Whether a value that was left out may count as much as the last wanted one."""
    return len(buckets) == wanted + SPARE and buckets[-1]["doc_count"] == buckets[wanted - 1]["doc_count"]


def _first(buckets: Sequence[Any], wanted: int) -> tuple[Count, ...]:
    counts = [Count(value=bucket["key"], count=bucket["doc_count"]) for bucket in buckets]
    return tuple(sorted(counts, key=lambda count: (-count.count, count.value))[:wanted])
