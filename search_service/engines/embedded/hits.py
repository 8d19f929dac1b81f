"""The best hits in an order that does not depend on where a document lies in the index.

tantivy returns equal scores in the order of the documents in their segments, which changes with every merge.  So we
fetch past the last wanted hit until the score falls, and put equals in order ourselves (``docs/ranking.md``, order
among equals).  Scores are 32-bit floats: between 16,384 and 32,768 they lie 0.002 apart, fine enough for 0.01.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

import tantivy
from tantivy import DocAddress, Query, Searcher

from search_service.engines.base import IDENTIFIER, Ask, EngineHit
from search_service.engines.embedded.compiler import Compiler, constant_score
from search_service.engines.embedded.schema import TIE, TIE_HEADS

SPARE: Final = 20
"""Hits fetched beyond the wanted ones, so that a page without many equals needs one call."""
GROWTH: Final = 4
"""Each further call fetches that many times more; a call costs more than the hits that it returns."""
MOST: Final = 20_000
"""Where looking for the end of equal scores stops, after about 8 ms; beyond it the index's own order decides."""

_Scored = tuple[float, DocAddress]


class Hits:
    """The hit list of one ask on one state of an index."""

    def __init__(self, searcher: Searcher, compiler: Compiler, query: Query) -> None:
        """Take all that narrows the hits, compiled; with scores where `needs_scores`."""
        self._searcher = searcher
        self._compiler = compiler
        self._query = query

    def find(self, ask: Ask) -> tuple[EngineHit, ...]:
        """At most `ask.limit` hits, best first, complete but for the bound `MOST` on equal scores."""
        if ask.order is not None:
            return self._ordered(ask, ask.order.field, descending=ask.order.descending)
        constant = constant_score(ask.query)
        return self._relevant(ask) if constant is None else self._constant(ask, _rounded(constant))

    def _relevant(self, ask: Ask) -> tuple[EngineHit, ...]:
        scored = self._above(ask, ask.limit)
        if len(scored) > ask.limit:
            # The last wanted hit's equals go on behind it: the least tie keys among them belong to the page.
            least = _rounded(scored[-1][0])
            first = bisect_left(scored, -least, key=lambda hit: -_rounded(hit[0]))
            chosen = self._least_ties([address for _, address in scored[first:]], ask.limit - first)
            scored = scored[:first] + [(least, address) for address in chosen]
        hits = [EngineHit(key, _rounded(score), tie) for score, at in scored for tie, key in [self._read(at)]]
        hits.sort(key=lambda hit: (-hit.score, hit.tie))
        return tuple(hits[: ask.limit])

    def _above(self, ask: Ask, limit: int) -> list[_Scored]:
        """Best first, all hits whose rounded score is at least that of the `limit`-th, and at least the floor."""
        floor = float("-inf") if ask.floor is None else ask.floor
        most = max(MOST, limit + SPARE)
        fetch = limit + SPARE
        while True:
            found: list[_Scored] = self._searcher.search(self._query, limit=fetch, count=False).hits
            least = max(_rounded(found[limit - 1][0]), floor) if len(found) >= limit else floor
            if len(found) < fetch or fetch >= most or _rounded(found[-1][0]) < least:
                return found[: bisect_left(found, True, key=lambda hit: _rounded(hit[0]) < least)]
            fetch = min(fetch * GROWTH, most)

    def _least_ties(self, addresses: list[DocAddress], wanted: int) -> list[DocAddress]:
        """At least those `wanted` whose tie keys are least; the whole key, 2 µs each, is read for few others."""
        sure: list[DocAddress] = []
        for column in TIE_HEADS:
            if len(addresses) <= wanted:
                break
            heads = [int(head or 0) for head in self._searcher.fast_field_values(column, addresses)]
            edge = sorted(heads)[wanted - 1]
            before = [address for address, head in zip(addresses, heads, strict=True) if head < edge]
            addresses = [address for address, head in zip(addresses, heads, strict=True) if head == edge]
            sure += before
            wanted -= len(before)
        return sure + addresses

    def _constant(self, ask: Ask, score: float) -> tuple[EngineHit, ...]:
        """Everything scores the same: the tie columns are the order."""
        if ask.floor is not None and score < ask.floor:
            return ()
        found = self._first_by(TIE_HEADS, self._query, ask.limit)
        return tuple(EngineHit(key, score, tie) for tie, key in sorted(map(self._read, found))[: ask.limit])

    def _ordered(self, ask: Ask, field: str, *, descending: bool) -> tuple[EngineHit, ...]:
        if ask.floor is None:
            found = self._first_by((field, *TIE_HEADS), self._query, ask.limit, descending=descending)
        else:
            # tantivy sorts by score or by a column: take all above the floor (at most `MOST`) and sort them here.
            found = [address for _, address in self._above(ask, MOST)]
        values = [int(value or 0) for value in self._searcher.fast_field_values(field, found)]
        read = zip(values, map(self._read, found), strict=True)
        hits = [EngineHit(key, 0.0, tie, value) for value, (tie, key) in read]
        hits.sort(key=lambda hit: (-hit.sort if descending else hit.sort, hit.tie))
        return tuple(hits[: ask.limit])

    def _first_by(
        self,
        columns: Sequence[str],
        query: Query,
        wanted: int,
        *,
        descending: bool = False,
    ) -> list[DocAddress]:
        """At least the first `wanted` in the order of several columns, in no particular order.

        tantivy sorts by one column, so the equals at the edge of the page are asked for again, by the next column.
        """
        found = self._sorted_by(columns[0], query, wanted + 1, descending=descending)
        if len(found) <= wanted or found[wanted][0] != found[wanted - 1][0]:
            return [address for _, address in found[:wanted]]
        edge = found[wanted][0]
        before = [address for value, address in found if value != edge]
        equal = self._compiler.where(query, columns[0], edge)
        if len(columns) > 1:
            return before + self._first_by(columns[1:], equal, wanted - len(before))
        return before + [address for _, address in self._searcher.search(equal, limit=self._searcher.num_docs).hits]

    def _sorted_by(self, column: str, query: Query, limit: int, *, descending: bool) -> list[tuple[int, DocAddress]]:
        order = tantivy.Order.Desc if descending else tantivy.Order.Asc
        found = self._searcher.search(query, limit=limit, count=False, order_by_field=column, order=order)
        return found.hits

    def _read(self, address: DocAddress) -> tuple[str, str]:
        stored = self._searcher.doc(address)
        return str(stored.get_first(TIE)), str(stored.get_first(IDENTIFIER))


def needs_scores(ask: Ask) -> bool:
    """Whether hits can only be found by scoring: neither an order nor one score for all decides."""
    by_score = constant_score(ask.query) is None if ask.order is None else ask.floor is not None
    return ask.limit > 0 and by_score


def _rounded(score: float) -> float:
    return round(score, 2)
