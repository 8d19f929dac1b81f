"""The best hits in an order that does not depend on where a document lies in the index.

tantivy returns equal scores in the order of the documents in their segments, which changes with every merge.  So we
fetch past the last wanted hit until the score falls, and put equals in order ourselves (``docs/ranking.md``, order
among equals).  Scores are 32-bit floats: between 16,384 and 32,768 they lie 0.002 apart, fine enough for 0.01.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any, Final

import tantivy
from tantivy import DocAddress, Query, Searcher

from search_service.engines.base import IDENTIFIER, Ask, EngineHit
from search_service.engines.embedded.compiler import Compiler
from search_service.engines.embedded.schema import TIE, TIE_HEADS
from search_service.engines.trees import constant_score
from search_service.query.nodes import Bool, Node, Term

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
        self.every: Sequence[DocAddress] | None = None
        """All that match, where one search has returned them: fewer than `SPARE` beyond the wanted ones."""

    def ids(self, addresses: Sequence[DocAddress]) -> list[str]:
        """Of these documents."""
        return [self._read(address)[1] for address in addresses]

    def find(self, ask: Ask) -> tuple[EngineHit, ...]:
        """At most `ask.limit` hits, best first, complete but for the bound `MOST` on equal scores."""
        if ask.order is not None:
            return self._ordered(ask, ask.order.field, descending=ask.order.descending)
        constant = constant_score(ask.query)
        return self.find_counted(ask)[1] if constant is None else self._constant(ask, _rounded(constant))

    def find_counted(self, ask: Ask, *, count: bool = False) -> tuple[int, tuple[EngineHit, ...]]:
        """By score; and how many documents match, if that is wanted."""
        scored, matching = self._above(ask.limit, count=count)
        if len(scored) > ask.limit:
            # The last wanted hit's equals go on behind it: the least tie keys among them belong to the page.
            least = scored[-1][0]
            first = bisect_left(scored, -least, key=lambda hit: -hit[0])
            chosen = self._least_ties([address for _, address in scored[first:]], ask.limit - first)
            scored = scored[:first] + [(least, address) for address in chosen]
        placed = sorted([(-score, *self._read(address)) for score, address in scored])
        return matching, tuple([EngineHit(key, -score, tie) for score, tie, key in placed[: ask.limit]])

    def _above(self, limit: int, *, count: bool = False) -> tuple[list[_Scored], int]:
        """Best first, all hits whose score is at least that of the `limit`-th; rounded."""
        most = max(MOST, limit + SPARE)
        fetch = limit + SPARE
        answer: Any = self._searcher.search(self._query, limit=fetch, count=count)  # its stub leaves `count` out
        matching: int = answer.count or 0
        found: list[_Scored] = answer.hits  # made anew whenever it is asked for
        if len(found) < fetch:
            self.every = [address for _, address in found]
        while True:
            least = _rounded(found[limit - 1][0]) if len(found) >= limit else float("-inf")
            if len(found) < fetch or fetch >= most or _rounded(found[-1][0]) < least:
                rounded = [(_rounded(score), address) for score, address in found]
                return rounded[: bisect_left(rounded, True, key=lambda hit: hit[0] < least)], matching
            fetch = min(fetch * GROWTH, most)
            found = self._searcher.search(self._query, limit=fetch, count=False).hits

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
        found = self._first_by(TIE_HEADS, self._query, ask.limit)
        return tuple(EngineHit(key, score, tie) for tie, key in sorted(map(self._read, found))[: ask.limit])

    def _ordered(self, ask: Ask, field: str, *, descending: bool) -> tuple[EngineHit, ...]:
        found = self._first_by((field, *TIE_HEADS), self._query, ask.limit, descending=descending)
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
        tie: Any = stored.get_first(TIE)
        return ("" if tie is None else tie.decode()), str(stored.get_first(IDENTIFIER))


def needs_scores(ask: Ask) -> bool:
    """Whether hits can only be found by scoring: neither an order nor one score for all decides."""
    return ask.limit > 0 and ask.order is None and constant_score(ask.query) is None


def counts_in_passing(ask: Ask) -> bool:
    """Whether a search that scores may as well count: it looks at every match, and all of them are counted.

    Of one word and of a plain OR of words tantivy finds the best without looking at the rest, so counting has its own
    pass there, which does not score.
    """
    return not _is_plain(ask.query)


def _is_plain(node: Node) -> bool:
    if isinstance(node, Bool):
        alone = node.minimum == 1 and not (node.must or node.filter or node.without)
        return alone and all(isinstance(clause, Term) for clause in node.should)
    return isinstance(node, Term)


def _rounded(score: float) -> float:
    return round(score, 2)
