"""The best hits in an order that does not depend on where a document lies in the index.

Elasticsearch returns equal scores in the order of the documents in their segments and shards.  So we fetch past the
last wanted hit, and where the rounded score has not fallen by then, ask once more for just those equals, by tie key.
The embedded engine fetches ever more instead: there a hit costs a microsecond, here fifty.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise
from struct import pack, unpack
from typing import Any, Final

from search_service.engines.base import Ask, EngineHit
from search_service.engines.elastic.compiler import Clause
from search_service.engines.elastic.schema import TIE, WINDOW
from search_service.engines.trees import constant_score

SPARE: Final = 20
"""Hits fetched beyond the wanted ones, so that a page without many equals needs one call."""

Answer = Mapping[str, Any]


class Hits:
    """The hit list of one ask."""

    def __init__(self, ask: Ask, query: Clause) -> None:
        """Take all that narrows the hits, compiled; with scores where `needs_scores`."""
        self._query = query
        self._limit = max(ask.limit, 0)
        self._order = ask.order
        self._constant = None if ask.order else constant_score(ask.query)

    def request(self) -> Clause:
        """The search that finds them; by score it may need another, see `read`."""
        if not self._limit:
            return {"query": self._query, "size": 0}
        if self._order is not None:
            direction = "desc" if self._order.descending else "asc"
            return self._sorted([{self._order.field: direction}, {TIE: "asc"}])
        if self._constant is not None:
            return self._sorted([{TIE: "asc"}])
        return {"query": self._query, "size": self._window(SPARE), "docvalue_fields": [TIE]}

    def read(self, answer: Answer, again: Callable[[Clause], Answer]) -> tuple[EngineHit, ...]:
        """At most the wanted hits, best first; `again` asks the same index once more."""
        found = answer["hits"]["hits"]
        if self._order is not None:
            return tuple(EngineHit(hit["_id"], 0.0, hit["sort"][1], hit["sort"][0]) for hit in found)
        if self._constant is not None:
            score = rounded(self._constant)
            return tuple(EngineHit(hit["_id"], score, hit["sort"][0]) for hit in found)
        hits = [EngineHit(hit["_id"], rounded(hit["_score"]), hit["fields"][TIE][0]) for hit in found]
        if len(hits) == self._window(SPARE) and hits[-1].score == hits[self._limit - 1].score:
            least = hits[-1].score
            equal = again(self._equals(least))["hits"]["hits"]
            hits = [hit for hit in hits if hit.score > least]
            hits += [EngineHit(hit["_id"], least, hit["sort"][0]) for hit in equal if rounded(hit["_score"]) == least]
        hits.sort(key=lambda hit: (-hit.score, hit.tie))
        return tuple(hits[: self._limit])

    def _sorted(self, keys: list[dict[str, str]]) -> Clause:
        return {"query": self._query, "size": self._window(), "sort": keys}

    def _equals(self, score: float) -> Clause:
        """The least tie keys among all that score at least so.

        As many as the page has: at most those before the equals score more, so the equals that it lacks are there.
        """
        bound = {"min_score": least_float(score), "track_scores": True, "track_total_hits": False}
        return self._sorted([{TIE: "asc"}]) | bound

    def _window(self, spare: int = 0) -> int:
        return min(self._limit + spare, WINDOW)


def needs_scores(ask: Ask) -> bool:
    """Whether hits can only be found by scoring: neither an order nor one score for all decides."""
    return ask.limit > 0 and ask.order is None and constant_score(ask.query) is None


def rounded(score: float) -> float:
    """The score as both engines have it: JSON shows the shortest decimal of the 32-bit float that was meant."""
    return round(_single(score), 2)


def least_float(score: float) -> float:
    """The least 32-bit float that rounds to `score`."""
    near = _bits(score - 0.005)
    steps = (_float(bits) for bits in range(near - 2, near + 3))
    return next((after for before, after in pairwise(steps) if rounded(before) < score <= rounded(after)), score)


def _single(number: float) -> float:
    return float(unpack("<f", pack("<f", number))[0])


def _bits(number: float) -> int:
    return int(unpack("<i", pack("<f", max(number, 0.0)))[0])


def _float(bits: int) -> float:
    return float(unpack("<f", pack("<i", max(bits, 0)))[0])
