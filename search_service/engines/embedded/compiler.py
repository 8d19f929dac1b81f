"""From our query tree to tantivy's queries.

Two modes: `scored` for the part whose sum ranks, and unscored for everything that only decides membership (filters,
counts, whatever stands under a `Const`), where wrappers that keep the score clean are left out.

What no document can match is left out, too, or stands as None: a search asks six kinds for forty tokens, and most of
them are in one kind only.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

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
    Nothing,
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
        # By type instead of `match`: a search visits some five hundred nodes, and each costs a third this way.
        self._compilers: dict[type[Any], Callable[..., Query | None]] = {
            Term: self._term,
            Phrase: self._phrase,
            Keyword: self._keyword,
            OneOf: self._one_of,
            Range: self._range,
            Everything: self._everything,
            Nothing: lambda _, **__: None,
            Const: self._const,
            Boost: self._boost,
            Best: self._best,
            Bool: self._bool,
        }
        self._roles: dict[type[Any], Callable[[str], object]] = {
            Term: fields.text,
            Phrase: fields.phrase,
            Keyword: fields.keyword,
            OneOf: fields.keyword,
            Range: fields.number,
        }

    def ranked(self, query: Node, conditions: Sequence[Node]) -> Query | None:
        """`query` with its scores, narrowed by `conditions`, which add nothing to them."""
        main = self._compile(query, scored=True)
        return self._narrowed([main], conditions, tombstones=self._tombstones and _matches_bare(query))

    def matching(self, conditions: Sequence[Node]) -> Query | None:
        """What fulfils all `conditions`; scores are undefined."""
        return self._narrowed([], conditions, tombstones=self._tombstones)

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
        if tombstones and all(map(_matches_bare, conditions)):
            clauses.append((Occur.MustNot, self._dead))
        if all(occur is Occur.MustNot for occur, _ in clauses):
            clauses.append((Occur.Must, Query.all_query()))
        # A lone clause keeps tantivy's shortcut for the best of a plain OR, which a wrapper would cost (measured 2 x).
        return clauses[0][1] if len(clauses) == 1 else Query.boolean_query(clauses)

    def _compile(self, node: Node, *, scored: bool) -> Query | None:
        return self._compilers[type(node)](node, scored=scored)

    # What never scores by itself is silent where scores count.

    def _term(self, node: Term, *, scored: bool) -> Query | None:
        self._fields.text(node.field)
        return self._value(node.field, node.token, "freq" if scored else "basic")

    def _keyword(self, node: Keyword, *, scored: bool) -> Query | None:
        self._fields.keyword(node.field)
        only = self._value(node.field, node.value, "basic")
        return _silent(only) if scored and only is not None else only

    def _one_of(self, node: OneOf, *, scored: bool) -> Query | None:
        self._fields.keyword(node.field)
        there = [value for value in node.values if self._there(node.field, value)]
        if not there:
            return None
        only = Query.term_set_query(self._schema, node.field, there)
        return _silent(only) if scored else only

    def _phrase(self, node: Phrase, *, scored: bool) -> Query | None:
        self._fields.phrase(node.field)
        tokens = node.tokens
        if not tokens or not all(self._there(node.field, token) for token in tokens):
            return None
        # tantivy panics on a phrase of one word.
        if len(tokens) == 1:
            only = Query.term_query(self._schema, node.field, tokens[0], index_option="basic")
        else:
            only = Query.phrase_query(self._schema, node.field, list(tokens))
        return _silent(only) if scored else only

    def _range(self, node: Range, *, scored: bool) -> Query | None:
        self._fields.number(node.field)
        first, last = _ends(node.low, node.high)
        if first > last:
            return None
        if (first, last) == (INTEGER_LOW, INTEGER_HIGH):
            return self._everything(node, scored=scored)  # every document has every number exactly once
        only = Query.range_query(self._schema, node.field, tantivy.FieldType.Integer, first, last)
        return _silent(only) if scored else only

    @staticmethod
    def _everything(node: Node, *, scored: bool) -> Query:
        del node
        return _silent(Query.all_query()) if scored else Query.all_query()

    def _const(self, node: Const, *, scored: bool) -> Query | None:
        inner = self._compile(node.query, scored=False)
        return Query.const_score_query(inner, node.score) if scored and inner is not None else inner

    def _boost(self, node: Boost, *, scored: bool) -> Query | None:
        inner = self._compile(node.query, scored=scored)
        return Query.boost_query(inner, node.factor) if scored and inner is not None else inner

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

    def _best(self, node: Best, *, scored: bool) -> Query | None:
        compiled = [self._compile(option, scored=scored) for option in node.options]
        inner = [query for query in compiled if query is not None]
        if len(inner) <= 1:
            return inner[0] if inner else None
        if scored:
            return Query.disjunction_max_query(inner, tie_breaker=0.0)
        return Query.boolean_query([(Occur.Should, query) for query in inner])

    def _bool(self, node: Bool, *, scored: bool) -> Query | None:
        required = self._all(node, scored=scored)
        if required is None:
            self._check((*node.without, *node.should))
            return None
        clauses = [(Occur.Must, query) for query in required]
        if not clauses and node.minimum == 0:
            # tantivy demands one of the optional clauses where nothing is required; our tree does not.
            clauses.append((Occur.Must, _silent(Query.all_query())))
        without = [self._compile(clause, scored=False) for clause in node.without]
        clauses += [(Occur.MustNot, query) for query in without if query is not None]
        if scored or node.minimum:
            should = [self._compile(clause, scored=scored) for clause in node.should]
            optional = [(Occur.Should, query) for query in should if query is not None]
            if node.minimum > len(optional):
                return None
            clauses += optional
        else:
            self._check(node.should)
        if len(clauses) == 1:
            return clauses[0][1]
        if node.minimum:
            return Query.boolean_query(clauses, minimum_number_should_match=node.minimum)
        return Query.boolean_query(clauses)

    def _all(self, node: Bool, *, scored: bool) -> list[Query] | None:
        """What is required, or None as soon as one of it cannot match."""
        found: list[Query] = []
        for at, clause in enumerate(node.must, 1):
            query = self._compile(clause, scored=scored)
            if query is None:
                self._check((*node.must[at:], *node.filter))
                return None
            found.append(query)
        for at, clause in enumerate(node.filter, 1):
            query = self._compile(clause, scored=False)
            if query is None:
                self._check(node.filter[at:])
                return None
            found.append(_silent(query) if scored else query)
        return found

    def _check(self, nodes: Iterable[Any]) -> None:
        """Refuse undeclared fields also where nothing is compiled, or a wrong declaration would show by chance only."""
        for node in nodes:
            role = self._roles.get(type(node))
            if role is not None:
                role(node.field)
            else:
                self._check(_inside(node))


def _inside(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Const | Boost):
        return (node.query,)
    if isinstance(node, Best):
        return node.options
    return (*node.must, *node.should, *node.filter, *node.without) if isinstance(node, Bool) else ()


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
