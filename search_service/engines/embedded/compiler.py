"""From our query tree to tantivy's queries.

Two modes: `scored` for the part whose sum ranks, and unscored for everything that only decides membership (filters,
counts, whatever stands under a `Const`), where wrappers that keep the score clean are left out.

What no document can match is left out, too, or stands as None: a search asks six kinds for forty tokens, and most of
them are in one kind only.
"""

from collections.abc import Sequence
from typing import Final

import tantivy
from tantivy import Occur, Query, Searcher

from search_service.engines.base import IDENTIFIER, SEQUENCE
from search_service.engines.embedded.fields import Fields
from search_service.engines.embedded.schema import DEAD, DEAD_MARK
from search_service.query.nodes import (
    Best,
    Bool,
    Boost,
    Const,
    Everything,
    Keyword,
    Node,
    OneOf,
    Phrase,
    Range,
    Term,
)

INTEGER_LOW: Final = -(2**63)
INTEGER_HIGH: Final = 2**63 - 1

MOST_KNOWN: Final = 1 << 14
"""Tokens of which we remember whether any document has them: those of some hundred queries, 2 MB."""


class Compiler:
    """Compiles for one state of an index; a query that nothing can match is None.

    Raises (from every method):
        UndeclaredField: a node names a field that the index does not have in that role.
    """

    def __init__(self, schema: tantivy.Schema, fields: Fields, searcher: Searcher, *, tombstones: bool) -> None:
        """Take whether the index holds any tombstones."""
        self._schema = schema
        self._fields = fields
        self._searcher = searcher
        self._tombstones = tombstones
        self._dead = Query.term_query(schema, DEAD, DEAD_MARK, index_option="basic")
        self._known: dict[tuple[str, str], bool] = {}

    def ranked(self, query: Node, conditions: Sequence[Node]) -> Query | None:
        """`query` with its scores, narrowed by `conditions`, which add nothing to them."""
        main = self._compile(query, scored=True)
        return self._narrowed([main], conditions, tombstones=_matches_bare(query))

    def matching(self, conditions: Sequence[Node]) -> Query | None:
        """What fulfils all `conditions`; scores are undefined."""
        return self._narrowed([], conditions, tombstones=True)

    def where(self, query: Query, column: str, value: int) -> Query:
        """The part of `query` with this value in a number column; scores are undefined."""
        exactly = Query.range_query(self._schema, column, tantivy.FieldType.Integer, value, value)
        return Query.boolean_query([(Occur.Must, query), (Occur.Must, exactly)])

    def _narrowed(self, main: list[Query | None], conditions: Sequence[Node], *, tombstones: bool) -> Query | None:
        given = [condition for condition in conditions if not isinstance(condition, Everything)]
        inner = [self._compile(condition, scored=False) for condition in given]
        clauses: list[tuple[Occur, Query]] = []
        for query in main:
            if query is None:
                return None
            clauses.append((Occur.Must, query))
        for query in inner:
            if query is None:
                return None
            clauses.append((Occur.Must, _silent(query) if main else query))
        if self._tombstones and tombstones and all(map(_matches_bare, conditions)):
            clauses.append((Occur.MustNot, self._dead))
        if all(occur is Occur.MustNot for occur, _ in clauses):
            clauses.append((Occur.Must, Query.all_query()))
        # A lone clause keeps tantivy's shortcut for the best of a plain OR, which a wrapper would cost (measured 2 x).
        return clauses[0][1] if len(clauses) == 1 else Query.boolean_query(clauses)

    def _compile(self, node: Node, *, scored: bool) -> Query | None:
        match node:
            case Term(field, token):
                self._fields.text(field)
                return self._value(field, token, "freq" if scored else "basic")
            case Const(query, score):
                inner = self._compile(query, scored=False)
                return Query.const_score_query(inner, score) if scored and inner is not None else inner
            case Boost(query, factor):
                inner = self._compile(query, scored=scored)
                return Query.boost_query(inner, factor) if scored and inner is not None else inner
            case Best(options):
                return self._best(options, scored=scored)
            case Bool():
                return self._bool(node, scored=scored)
            case _:
                only = self._membership(node)
                return _silent(only) if scored and only is not None else only

    def _membership(self, node: Node) -> Query | None:
        """The nodes that never score by themselves."""
        match node:
            case Phrase(field, tokens):
                return self._phrase(field, tokens)
            case Keyword(field, value):
                self._fields.keyword(field)
                return self._value(field, value, "basic")
            case OneOf(field, values):
                self._fields.keyword(field)
                there = [value for value in values if self._there(field, value)]
                return Query.term_set_query(self._schema, field, there) if there else None
            case Range(field, low, high):
                return self._range(field, low, high)
            case Everything():
                return Query.all_query()
            case _:  # Nothing
                return None

    def _there(self, field: str, value: str) -> bool:
        """Whether any document may have the value (a deleted one counts until a merge removes it); 1 µs, then 0.1."""
        known = self._known.get((field, value))
        if known is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            known = _storable(value) and self._searcher.doc_freq(field, value) > 0
            self._known[field, value] = known
        return known

    def _value(self, field: str, value: str, option: str) -> Query | None:
        if not self._there(field, value):
            return None
        return Query.term_query(self._schema, field, value, index_option=option)

    def _phrase(self, field: str, tokens: tuple[str, ...]) -> Query | None:
        self._fields.phrase(field)
        if not tokens or not all(self._there(field, token) for token in tokens):
            return None
        if len(tokens) > 1:
            return Query.phrase_query(self._schema, field, list(tokens))
        # tantivy panics on a phrase of one word.
        return self._value(field, tokens[0], "basic")

    def _range(self, field: str, low: int | None, high: int | None) -> Query | None:
        self._fields.number(field)
        first, last = _ends(low, high)
        if first > last:
            return None
        if (first, last) == (INTEGER_LOW, INTEGER_HIGH):
            return Query.all_query()  # every document has every number exactly once
        return Query.range_query(self._schema, field, tantivy.FieldType.Integer, first, last)

    def _best(self, options: tuple[Node, ...], *, scored: bool) -> Query | None:
        compiled = (self._compile(option, scored=scored) for option in options)
        inner = [query for query in compiled if query is not None]
        if len(inner) <= 1:
            return inner[0] if inner else None
        if scored:
            return Query.disjunction_max_query(inner, tie_breaker=0.0)
        return Query.boolean_query([(Occur.Should, query) for query in inner])

    def _bool(self, node: Bool, *, scored: bool) -> Query | None:
        # All clauses are compiled even where they cannot matter, so that an undeclared field is always refused.
        must = [self._compile(clause, scored=scored) for clause in node.must]
        required = [self._compile(clause, scored=False) for clause in node.filter]
        without = [self._compile(clause, scored=False) for clause in node.without]
        should = [self._compile(clause, scored=scored) for clause in node.should]
        clauses: list[tuple[Occur, Query]] = []
        for query in must:
            if query is None:
                return None
            clauses.append((Occur.Must, query))
        for query in required:
            if query is None:
                return None
            clauses.append((Occur.Must, _silent(query) if scored else query))
        optional = [(Occur.Should, query) for query in should if query is not None]
        if node.minimum > len(optional):
            return None
        if not clauses and node.minimum == 0:
            # tantivy demands one of the optional clauses where nothing is required; our tree does not.
            clauses.append((Occur.Must, _silent(Query.all_query())))
        clauses += [(Occur.MustNot, query) for query in without if query is not None]
        if node.minimum == 0 and not scored:
            optional = []
        clauses += optional
        if len(clauses) == 1:
            return clauses[0][1]
        if node.minimum:
            return Query.boolean_query(clauses, minimum_number_should_match=node.minimum)
        return Query.boolean_query(clauses)


def constant_score(node: Node) -> float | None:
    """The one score that every match of `node` has, or None where it depends on the document."""
    match node:
        case Const(_, score):
            return score
        case Boost(query, factor):
            inner = constant_score(query)
            return None if inner is None else inner * factor
        case Bool(must, (), _, _, _):
            parts = [constant_score(clause) for clause in must]
            return None if None in parts else sum(part for part in parts if part is not None)
        case Term() | Best() | Bool():
            return None
        case _:
            return 0.0


def _matches_bare(node: Node) -> bool:
    """Whether `node` may match a tombstone, which has nothing but an id and a sequence.

    Most queries ask for a word or a date, so that no clause of ours needs to leave tombstones out, which would cost
    the shortcuts of a plain OR.
    """
    match node:
        case Term(field) | Phrase(field) | Keyword(field) | OneOf(field):
            return field == IDENTIFIER
        case Range(field, low, high):
            return field == SEQUENCE or _ends(low, high) == (INTEGER_LOW, INTEGER_HIGH)
        case Const(query) | Boost(query):
            return _matches_bare(query)
        case Best(options):
            return any(map(_matches_bare, options))
        case Bool(must, should, required, _, minimum):
            return all(map(_matches_bare, must + required)) and sum(map(_matches_bare, should)) >= minimum
        case _:
            return True


def _ends(low: int | None, high: int | None) -> tuple[int, int]:
    """The first and last number of a range; both bounds may lie outside 64 bits."""
    first = INTEGER_LOW if low is None else max(low, INTEGER_LOW)
    last = INTEGER_HIGH if high is None else min(high - 1, INTEGER_HIGH)
    return first, last


def _silent(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)


def _storable(value: str) -> bool:
    """Whether any document could hold the value: tantivy takes a lone surrogate for "not a string" and raises."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
