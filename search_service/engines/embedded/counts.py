"""How many documents match, in all and by the values of facet fields."""

from collections.abc import Mapping
from typing import Any, Final

from tantivy import Query, Searcher

from search_service.engines.base import SEQUENCE, Ask, Count
from search_service.engines.embedded.compiler import Compiler
from search_service.engines.embedded.values import FURTHER, Values, counted

EVERY_VALUE: Final = 2**31 - 1
"""Values each segment hands to the merge; with fewer, counts over several segments would be estimates."""
MOST_VALUES: Final = 60_000
"""tantivy refuses to return more than 65,000 buckets."""


class Counts:
    """The counts of one ask on one state of an index."""

    def __init__(self, searcher: Searcher, compiler: Compiler, values: Values) -> None:
        self._searcher = searcher
        self._compiler = compiler
        self._values = values

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
        asked = {name: min(size * FURTHER, MOST_VALUES) for name, size in facets.items() if size > 0}
        wanted: dict[str, Any] = {"total": {"value_count": {"field": SEQUENCE}}}
        wanted |= {f"by {name}": _terms(counted(name), most) for name, most in asked.items()}
        answer = self._searcher.aggregate(query, wanted)
        found: dict[str, tuple[Count, ...]] = dict.fromkeys(facets, ())
        unread: dict[str, int] = {}
        for name, most in asked.items():
            counts = self._values.read(answer[f"by {name}"]["buckets"], most, facets[name])
            if counts is None:
                unread[name] = most
            else:
                found[name] = counts
        if unread:
            found |= {name: counts[: facets[name]] for name, counts in self._by_dictionary(query, unread).items()}
        return int(answer["total"]["value"]), found

    def _by_dictionary(self, query: Query, facets: Mapping[str, int]) -> dict[str, tuple[Count, ...]]:
        """The values themselves: slower, for numbers that have not been seen and equals that numbers do not order."""
        answer = self._searcher.aggregate(query, {name: _terms(name, size) for name, size in facets.items()})
        found = {name: _counts(answer[name]) for name in facets}
        self._values.learn([count.value for counts in found.values() for count in counts])
        return found


def _terms(field: str, size: int) -> dict[str, Any]:
    return {"terms": {"field": field, "size": size, "segment_size": EVERY_VALUE}}


def _counts(facet: Mapping[str, Any]) -> tuple[Count, ...]:
    """The most frequent first and equals by value: tantivy gives them so, and the contract suite holds it to that."""
    return tuple(Count(value=bucket["key"], count=bucket["doc_count"]) for bucket in facet["buckets"])
