"""From our query tree to tantivy's queries.

Two modes: `scored` for the part whose sum ranks, and unscored for everything that only decides membership (filters,
counts, whatever stands under a `Const`), where wrappers that keep the score clean are left out.
"""

from collections.abc import Sequence
from typing import Final

import tantivy
from tantivy import Occur, Query

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


class Compiler:
    """Compiles for one index.

    Raises (from every method):
        UndeclaredField: a node names a field that the index does not have in that role.
    """

    def __init__(self, schema: tantivy.Schema, fields: Fields) -> None:
        self._schema = schema
        self._fields = fields
        self._dead = Query.term_query(schema, DEAD, DEAD_MARK, index_option="basic")

    def ranked(self, query: Node, conditions: Sequence[Node], *, tombstones: bool) -> Query:
        """`query` with its scores, narrowed by `conditions`, which add nothing to them."""
        tombstones = tombstones and _matches_bare(query)
        return self._narrowed([(Occur.Must, self._compile(query, scored=True))], conditions, tombstones=tombstones)

    def matching(self, conditions: Sequence[Node], *, tombstones: bool) -> Query:
        """What fulfils all `conditions`; scores are undefined."""
        return self._narrowed([], conditions, tombstones=tombstones)

    def where(self, query: Query, column: str, value: int) -> Query:
        """The part of `query` with this value in a number column; scores are undefined."""
        exactly = Query.range_query(self._schema, column, tantivy.FieldType.Integer, value, value)
        return Query.boolean_query([(Occur.Must, query), (Occur.Must, exactly)])

    def _narrowed(
        self,
        clauses: list[tuple[Occur, Query]],
        conditions: Sequence[Node],
        *,
        tombstones: bool,
    ) -> Query:
        ranked = bool(clauses)
        for condition in conditions:
            if not isinstance(condition, Everything):
                inner = self._compile(condition, scored=False)
                clauses.append((Occur.Must, _silent(inner) if ranked else inner))
        if tombstones and all(map(_matches_bare, conditions)):
            clauses.append((Occur.MustNot, self._dead))
        if all(occur is Occur.MustNot for occur, _ in clauses):
            clauses.append((Occur.Must, Query.all_query()))
        # A lone clause keeps tantivy's shortcut for the best of a plain OR, which a wrapper would cost (measured 2 x).
        return clauses[0][1] if len(clauses) == 1 else Query.boolean_query(clauses)

    def _compile(self, node: Node, *, scored: bool) -> Query:
        match node:
            case Term(field, token):
                self._fields.text(field)
                return self._value(field, token, "freq" if scored else "basic")
            case Const(query, score):
                inner = self._compile(query, scored=False)
                return Query.const_score_query(inner, score) if scored else inner
            case Boost(query, factor):
                inner = self._compile(query, scored=scored)
                return Query.boost_query(inner, factor) if scored else inner
            case Best(options):
                return self._best(options, scored=scored)
            case Bool():
                return self._bool(node, scored=scored)
            case _:
                only = self._membership(node)
                return _silent(only) if scored else only

    def _membership(self, node: Node) -> Query:
        """The nodes that never score by themselves."""
        match node:
            case Phrase(field, tokens):
                return self._phrase(field, tokens)
            case Keyword(field, value):
                self._fields.keyword(field)
                return self._value(field, value, "basic")
            case OneOf(field, values):
                self._fields.keyword(field)
                return Query.term_set_query(self._schema, field, [value for value in values if _storable(value)])
            case Range(field, low, high):
                return self._range(field, low, high)
            case Everything():
                return Query.all_query()
            case _:  # Nothing
                return Query.empty_query()

    def _value(self, field: str, value: str, option: str) -> Query:
        if not _storable(value):
            return Query.empty_query()
        return Query.term_query(self._schema, field, value, index_option=option)

    def _phrase(self, field: str, tokens: tuple[str, ...]) -> Query:
        self._fields.phrase(field)
        if not all(map(_storable, tokens)):
            return Query.empty_query()
        if len(tokens) > 1:
            return Query.phrase_query(self._schema, field, list(tokens))
        # tantivy panics on a phrase of one word.
        return self._value(field, tokens[0], "basic") if tokens else Query.empty_query()

    def _range(self, field: str, low: int | None, high: int | None) -> Query:
        self._fields.number(field)
        first, last = _ends(low, high)
        if first > last:
            return Query.empty_query()
        if (first, last) == (INTEGER_LOW, INTEGER_HIGH):
            return Query.all_query()  # every document has every number exactly once
        return Query.range_query(self._schema, field, tantivy.FieldType.Integer, first, last)

    def _best(self, options: tuple[Node, ...], *, scored: bool) -> Query:
        if not options:
            return Query.empty_query()
        inner = [self._compile(option, scored=scored) for option in options]
        if scored:
            return Query.disjunction_max_query(inner, tie_breaker=0.0)
        return Query.boolean_query([(Occur.Should, query) for query in inner])

    def _bool(self, node: Bool, *, scored: bool) -> Query:
        clauses = [(Occur.Must, self._compile(clause, scored=scored)) for clause in node.must]
        for clause in node.filter:
            inner = self._compile(clause, scored=False)
            clauses.append((Occur.Must, _silent(inner) if scored else inner))
        if not clauses and node.minimum == 0:
            # tantivy demands one of the optional clauses where nothing is required; our tree does not.
            clauses.append((Occur.Must, _silent(Query.all_query())))
        clauses += [(Occur.MustNot, self._compile(clause, scored=False)) for clause in node.without]
        # Optional clauses are compiled even where they cannot matter, so that an undeclared field is always refused.
        optional = [(Occur.Should, self._compile(clause, scored=scored)) for clause in node.should]
        if node.minimum > len(optional):
            return Query.empty_query()
        if node.minimum:
            return Query.boolean_query(clauses + optional, minimum_number_should_match=node.minimum)
        return Query.boolean_query(clauses + optional if scored else clauses)


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
