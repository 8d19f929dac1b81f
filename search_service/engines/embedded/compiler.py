"""From our query tree to tantivy's queries.

Two modes, each with a table of its own: scored for the part whose sum ranks, and bare for everything that only decides
membership (filters, counts, whatever stands under a `Const`), where wrappers that keep the score clean are left out.

What no document can match is left out, too, or stands as None: a search asks six kinds for forty tokens, and most of
them are in one kind only.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import tantivy
from tantivy import DocAddress, Occur, Query, Searcher

from search_service.engines.base import IDENTIFIER, Ask
from search_service.engines.embedded.leaves import Leaves
from search_service.engines.embedded.schema import DEAD, DEAD_MARK
from search_service.engines.fields import Fields
from search_service.engines.trees import INTEGER_HIGH, INTEGER_LOW, ends, matches_bare
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
)

_Table = Mapping[type[Any], Callable[[Any], Query | None]]
"""By type instead of `match`: a search visits some hundred nodes, and each costs a third this way."""

ASKS: Final = 64
"""Asks remembered: those of a few searches at once, between their hits and their facets."""


@dataclass(slots=True)
class Compiled:
    """An ask on one state of an index: its query, and once it was searched all that it finds, where that is little."""

    ask: Ask
    query: Query | None
    every: Sequence[DocAddress] | None = None


class Compiler:
    """Compiles for one state of an index; a query that nothing can match is None.

    Raises (from every method):
        UndeclaredField: a node names a field that the index does not have in that role.
    """

    def __init__(self, schema: tantivy.Schema, fields: Fields, searcher: Searcher, *, tombstones: bool) -> None:
        """Take whether the index holds any tombstones."""
        self._schema = schema
        self._fields = fields
        self._leaves = leaves = Leaves(schema, fields, searcher)
        self._tombstones = tombstones
        self._asks: dict[tuple[int, ...], Compiled] = {}
        self._dead = Query.term_query(schema, DEAD, DEAD_MARK, index_option="basic")
        self._bare: _Table = {
            Term: leaves.term,
            Phrase: leaves.phrase,
            Keyword: leaves.keyword,
            OneOf: self._one_of,
            Range: self._range,
            Everything: lambda _: Query.all_query(),
            Nothing: lambda _: None,
            Const: lambda node: self._bare[type(node.query)](node.query),
            Boost: lambda node: self._bare[type(node.query)](node.query),
            Best: self._any,
            Bool: self._bare_bool,
        }
        # What never scores by itself is silent where scores count.
        silent = {kind: _silenced(self._bare[kind]) for kind in (Phrase, Keyword, OneOf, Range, Everything, Nothing)}
        self._scored: _Table = {
            **silent,
            Term: leaves.scored,
            Const: self._const,
            Boost: self._boost,
            Best: self._best,
            Bool: self._bool,
        }
        keywords, phrases = fields.keywords.keys(), {t.name for t in fields.texts.values() if t.positions}
        self._declared: dict[type[Any], Collection[str]] = {
            Term: fields.texts.keys(),
            Phrase: phrases,
            Keyword: keywords,
            OneOf: keywords,
            Range: fields.numbers.keys(),
        }
        self._roles: dict[type[Any], Callable[[str], object]] = {
            Term: fields.text,
            Phrase: fields.phrase,
            Keyword: fields.keyword,
            OneOf: fields.keyword,
            Range: fields.number,
        }

    def compiled(self, ask: Ask, *, ranked: bool) -> "Compiled":
        """All that narrows the hits of an ask; with scores if `ranked`.

        A search asks twice with the same nodes, for its hits and for its facets.  Counting with the query of the hits
        costs less than to compile one without scores (0.1 instead of 0.2 ms).
        """
        # By identity: to compare trees takes as long as to compile them.  What is held keeps its identity.
        at = id(ask.query), id(ask.filter), *map(id, ask.ticked.values())
        known = self._asks.get((1, *at)) or (None if ranked else self._asks.get((0, *at)))
        if known is not None:
            return known
        narrowing = [ask.filter, *ask.ticked.values()]
        query = self.ranked(ask.query, narrowing) if ranked else self.matching([ask.query, *narrowing])
        if len(self._asks) >= ASKS:
            self._asks.clear()
        made = self._asks[ranked, *at] = Compiled(ask, query)
        return made

    def these(self, ids: Sequence[str]) -> Query:
        """The living documents with these ids, one at least; scores are undefined."""
        terms = [Query.term_query(self._schema, IDENTIFIER, value, index_option="basic") for value in ids]
        return Query.boolean_query([(Occur.Should, term) for term in terms])

    def ranked(self, query: Node, conditions: Sequence[Node]) -> Query | None:
        """`query` with its scores, narrowed by `conditions`, which add nothing to them."""
        main = self._scored[type(query)](query)
        # The conditions first: they are few, mostly tell, and then the tree need not be walked.
        return self._narrowed([main], conditions, tombstones=self._finds_tombstones(*conditions, query))

    def matching(self, conditions: Sequence[Node]) -> Query | None:
        """What fulfils all `conditions`; scores are undefined."""
        return self._narrowed([], conditions, tombstones=self._finds_tombstones(*conditions))

    def _finds_tombstones(self, *together: Node) -> bool:
        return self._tombstones and all(map(matches_bare, together))

    def where(self, query: Query, column: str, value: int) -> Query:
        """The part of `query` with this value in a number column; scores are undefined."""
        exactly = Query.range_query(self._schema, column, tantivy.FieldType.Integer, value, value)
        return Query.boolean_query([(Occur.Must, query), (Occur.Must, exactly)])

    def _narrowed(self, main: list[Query | None], conditions: Sequence[Node], *, tombstones: bool) -> Query | None:
        given = [condition for condition in conditions if not isinstance(condition, Everything)]
        inner = [self._bare[type(condition)](condition) for condition in given]
        clauses: list[tuple[Occur, Query]] = []
        for query in main:
            if query is None:
                return None
            clauses.append((Occur.Must, query))
        for query in inner:
            if query is None:
                return None
            clauses.append((Occur.Must, _silent(query) if main else query))
        if tombstones:
            clauses.append((Occur.MustNot, self._dead))
        if all(occur is Occur.MustNot for occur, _ in clauses):
            clauses.append((Occur.Must, Query.all_query()))
        # A lone clause keeps tantivy's shortcut for the best of a plain OR, which a wrapper would cost (measured 2 x).
        return clauses[0][1] if len(clauses) == 1 else Query.boolean_query(clauses)

    def _one_of(self, node: OneOf) -> Query | None:
        self._fields.keyword(node.field)
        there = [value for value in node.values if self._leaves.there(node.field, value)]
        return Query.term_set_query(self._schema, node.field, there) if there else None

    def _range(self, node: Range) -> Query | None:
        self._fields.number(node.field)
        first, last = ends(node.low, node.high)
        if first > last:
            return None
        if (first, last) == (INTEGER_LOW, INTEGER_HIGH):
            return Query.all_query()  # every document has every number exactly once
        return Query.range_query(self._schema, node.field, tantivy.FieldType.Integer, first, last)

    def _const(self, node: Const) -> Query | None:
        query = self._bare[type(node.query)](node.query)
        return None if query is None else Query.const_score_query(query, node.score)

    def _boost(self, node: Boost) -> Query | None:
        query = self._scored[type(node.query)](node.query)
        return None if query is None else Query.boost_query(query, node.factor)

    def _best(self, node: Best) -> Query | None:
        found = _compiled(self._scored, node.options)
        if len(found) <= 1:
            return found[0] if found else None
        return Query.disjunction_max_query(found, tie_breaker=0.0)

    def _any(self, node: Best) -> Query | None:
        found = _compiled(self._bare, node.options)
        if len(found) <= 1:
            return found[0] if found else None
        return Query.boolean_query([(Occur.Should, query) for query in found])

    def _bool(self, node: Bool) -> Query | None:
        required = self._required(self._scored, node.must, (node.filter, node.should, node.without))
        if required is None:
            return None
        if node.filter:
            silent = self._required(self._bare, node.filter, (node.should, node.without))
            if silent is None:
                return None
            required += map(_silent, silent)
        return self._joined(node, required, _compiled(self._scored, node.should))

    def _bare_bool(self, node: Bool) -> Query | None:
        required = self._required(self._bare, node.must + node.filter, (node.should, node.without))
        if required is None:
            return None
        if node.minimum:
            return self._joined(node, required, _compiled(self._bare, node.should))
        self._check(node.should)
        return self._joined(node, required, [])

    def _required(self, table: _Table, nodes: Sequence[Node], others: Iterable[Sequence[Node]]) -> list[Query] | None:
        """All `nodes`, or None as soon as one of them cannot match."""
        found: list[Query] = []
        for at, node in enumerate(nodes, 1):
            query = table[type(node)](node)
            if query is None:
                self._check(nodes[at:])
                for other in others:
                    self._check(other)
                return None
            found.append(query)
        return found

    def _joined(self, node: Bool, required: list[Query], should: list[Query]) -> Query | None:
        clauses = [(Occur.Must, query) for query in required]
        if not clauses and node.minimum == 0:
            # tantivy demands one of the optional clauses where nothing is required; our tree does not.
            clauses.append((Occur.Must, _silent(Query.all_query())))
        if node.without:
            clauses += [(Occur.MustNot, query) for query in _compiled(self._bare, node.without)]
        if node.minimum > len(should):
            return None
        clauses += [(Occur.Should, query) for query in should]
        if len(clauses) == 1:
            return clauses[0][1]
        if node.minimum:
            return Query.boolean_query(clauses, minimum_number_should_match=node.minimum)
        return Query.boolean_query(clauses)

    def _check(self, nodes: Iterable[Any]) -> None:
        """Refuse undeclared fields also where nothing is compiled, or a wrong declaration would show by chance only."""
        left = list(nodes)
        while left:
            node = left.pop()
            declared = self._declared.get(type(node))
            if declared is not None:
                if node.field not in declared:
                    self._roles[type(node)](node.field)  # raises: it says what there is
            elif (inside := _INSIDE.get(type(node))) is not None:
                left.extend(inside(node))


def _compiled(table: _Table, nodes: Iterable[Node]) -> list[Query]:
    """Those of `nodes` that something can match."""
    return [query for node in nodes if (query := table[type(node)](node)) is not None]


_INSIDE: Final[Mapping[type[Any], Callable[[Any], Sequence[Node]]]] = {
    Const: lambda node: (node.query,),
    Boost: lambda node: (node.query,),
    Best: lambda node: node.options,
    Bool: lambda node: node.must + node.should + node.filter + node.without,
}


def _silenced(compile_bare: Callable[[Any], Query | None]) -> Callable[[Any], Query | None]:
    def compiled(node: Node) -> Query | None:
        query = compile_bare(node)
        return None if query is None else _silent(query)

    return compiled


def _silent(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)
