"""How many documents match, in all and by the values of facet fields."""

from collections.abc import Mapping
from typing import Any, Final

from tantivy import Query, Searcher

from search_service.engines.base import SEQUENCE, Ask, Count
from search_service.engines.embedded.compiler import Compiler

EVERY_VALUE: Final = 2**31 - 1
"""Values each segment hands to the merge; with fewer, counts over several segments would be estimates."""
MOST_VALUES: Final = 60_000
"""tantivy refuses to return more than 65,000 buckets."""


class Counts:
    """The counts of one ask on one state of an index."""

    def __init__(self, searcher: Searcher, compiler: Compiler) -> None:
        self._searcher = searcher
        self._compiler = compiler

    def count(self, ask: Ask, query: Query | None) -> tuple[int, Mapping[str, tuple[Count, ...]]]:
        """Total and facets; `query` is what is counted, all ticks included.

        A ticked field is counted without its own ticks, so it needs a pass of its own.
        """
        plain = {name: size for name, size in ask.facets.items() if name not in ask.ticked}
        total, found = self._pass(query, plain)
        for name, size in ask.facets.items():
            if name in ask.ticked:
                others = [node for field, node in ask.ticked.items() if field != name]
                wider = self._compiler.matching([ask.query, ask.filter, *others])
                found |= self._pass(wider, {name: size})[1]
        return total, {name: found[name] for name in ask.facets}

    def _pass(self, query: Query | None, facets: Mapping[str, int]) -> tuple[int, dict[str, tuple[Count, ...]]]:
        """Everything that is counted over the same documents, in one call."""
        if query is None:
            return 0, dict.fromkeys(facets, ())
        # Every document has exactly one sequence; an aggregate counts three times faster than a search.
        wanted: dict[str, Any] = {"total": {"value_count": {"field": SEQUENCE}}}
        for name, size in facets.items():
            if size > 0:
                wanted[f"by {name}"] = {
                    "terms": {"field": name, "size": min(size, MOST_VALUES), "segment_size": EVERY_VALUE},
                }
        answer = self._searcher.aggregate(query, wanted)
        found = {name: _counts(answer[f"by {name}"]) if size > 0 else () for name, size in facets.items()}
        return int(answer["total"]["value"]), found


def _counts(facet: Mapping[str, Any]) -> tuple[Count, ...]:
    """The most frequent first and equals by value: tantivy gives them so, and the contract suite holds it to that."""
    return tuple(Count(value=bucket["key"], count=bucket["doc_count"]) for bucket in facet["buckets"])
