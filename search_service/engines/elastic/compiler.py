"""From our query tree to Elasticsearch's queries.

Two modes: `scored` for the part whose sum ranks, and unscored for everything that only decides membership (filters,
counts, whatever stands under a `Const`), where wrappers that keep the score clean are left out.

What no document can match is left out, too, or stands as None; but every node is looked at, so that a field that
nobody declared is refused wherever it stands.
"""

from collections.abc import Callable, Sequence
from typing import Any

from search_service.engines.elastic.document import stored_token
from search_service.engines.elastic.schema import DEAD, DEAD_MARK
from search_service.engines.fields import Fields
from search_service.engines.fitting import encodable
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

Clause = dict[str, Any]
"""A query in Elasticsearch's words."""

NOTHING: Clause = {"match_none": {}}


class Compiler:
    """Compiles for one index; a node that nothing can match is None.

    Raises (from every method):
        UndeclaredField: a node names a field that the index does not have in that role.
    """

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        # By type, as in the embedded engine: a search visits some five hundred nodes.
        self._compilers: dict[type[Any], Callable[..., Clause | None]] = {
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

    def ranked(self, query: Node, conditions: Sequence[Node]) -> Clause:
        """`query` with its scores, narrowed by `conditions`, which add nothing to them."""
        return self._narrowed([self._compile(query, scored=True)], conditions, bare=matches_bare(query))

    def matching(self, conditions: Sequence[Node]) -> Clause:
        """What fulfils all `conditions`; scores are undefined."""
        return self._narrowed([], conditions, bare=True)

    def _narrowed(self, main: list[Clause | None], conditions: Sequence[Node], *, bare: bool) -> Clause:
        given = [condition for condition in conditions if not isinstance(condition, Everything)]
        inner = [self._compile(condition, scored=False) for condition in given]
        if None in main or None in inner:
            return NOTHING
        tombstones = [{"term": {DEAD: DEAD_MARK}}] if bare and all(map(matches_bare, given)) else []
        return {"bool": _filled(must=main, filter=inner or ([] if main else [_ALL]), must_not=tombstones)}

    def _compile(self, node: Node, *, scored: bool) -> Clause | None:
        return self._compilers[type(node)](node, scored=scored)

    # What never scores by itself is silent where scores count.

    def _term(self, node: Term, *, scored: bool) -> Clause | None:
        del scored
        return _term(self._fields.text(node.field).name, stored_token(node.token))

    def _keyword(self, node: Keyword, *, scored: bool) -> Clause | None:
        only = _term(self._fields.keyword(node.field).name, node.value)
        return _silent(only) if scored and only is not None else only

    def _one_of(self, node: OneOf, *, scored: bool) -> Clause | None:
        name = self._fields.keyword(node.field).name
        values = [value for value in node.values if encodable(value)]
        if not values:
            return None
        only = {"terms": {name: values}}
        return _silent(only) if scored else only

    def _phrase(self, node: Phrase, *, scored: bool) -> Clause | None:
        name = self._fields.phrase(node.field).name
        if not node.tokens or not all(map(encodable, node.tokens)):
            return None
        # The index splits at spaces, and so does the query: these are the tokens again.
        only = {"match_phrase": {name: " ".join(map(stored_token, node.tokens))}}
        return _silent(only) if scored else only

    def _range(self, node: Range, *, scored: bool) -> Clause | None:
        name = self._fields.number(node.field).name
        first, last = ends(node.low, node.high)
        if first > last:
            return None
        if (first, last) == (INTEGER_LOW, INTEGER_HIGH):
            return self._everything(node, scored=scored)  # every document has every number exactly once
        only = {"range": {name: {"gte": first, "lte": last}}}
        return _silent(only) if scored else only

    @staticmethod
    def _everything(node: Node, *, scored: bool) -> Clause:
        del node
        return _silent(_ALL) if scored else _ALL

    def _const(self, node: Const, *, scored: bool) -> Clause | None:
        inner = self._compile(node.query, scored=False)
        return {"constant_score": {"filter": inner, "boost": node.score}} if scored and inner is not None else inner

    def _boost(self, node: Boost, *, scored: bool) -> Clause | None:
        inner = self._compile(node.query, scored=scored)
        return {"bool": {"must": [inner], "boost": node.factor}} if scored and inner is not None else inner

    def _best(self, node: Best, *, scored: bool) -> Clause | None:
        inner = self._those(node.options, scored=scored)
        if len(inner) <= 1:
            return inner[0] if inner else None
        if scored:
            return {"dis_max": {"queries": inner, "tie_breaker": 0.0}}
        return {"bool": {"should": inner, "minimum_should_match": 1}}

    def _bool(self, node: Bool, *, scored: bool) -> Clause | None:
        node = _flat(node)
        must = [self._compile(clause, scored=scored) for clause in node.must]
        required = [self._compile(clause, scored=False) for clause in node.filter]
        without = self._those(node.without, scored=False)
        should = self._those(node.should, scored=scored)
        if None in must or None in required or node.minimum > len(should):
            return None
        if not scored:
            must, required = [], must + required
            should = should if node.minimum else []
        if not must and not required and node.minimum == 0:
            # Elasticsearch demands one of the optional clauses where nothing is required; our tree does not.
            required = [_ALL]
        parts = _filled(must=must, filter=required, should=should, must_not=without)
        return {"bool": parts | {"minimum_should_match": node.minimum} if should else parts}

    def _those(self, nodes: Sequence[Node], *, scored: bool) -> list[Clause]:
        """What can match at all."""
        compiled = [self._compile(node, scored=scored) for node in nodes]
        return [clause for clause in compiled if clause is not None]


_ALL: Clause = {"match_all": {}}


def _flat(node: Bool) -> Bool:
    """The same with its only demand taken apart: the formula nests a clause in a clause for each of its priors.

    Elasticsearch refuses more than 30 levels, and walks faster through few.
    """
    while len(node.must) == 1 and isinstance(inner := node.must[0], Bool) and not inner.minimum and not node.minimum:
        node = Bool(inner.must, inner.should + node.should, inner.filter + node.filter, inner.without + node.without)
    return node


def _term(name: str, value: str) -> Clause | None:
    return {"term": {name: value}} if encodable(value) else None


def _silent(query: Clause) -> Clause:
    return {"constant_score": {"filter": query, "boost": 0.0}}


def _filled(**parts: list[Any]) -> Clause:
    return {name: clauses for name, clauses in parts.items() if clauses}
