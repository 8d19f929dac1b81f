"""The contract in plain Python: what an engine must answer, computed row by row."""

import math
from collections import Counter
from collections.abc import Sequence

from search_service.engines.base import Ask, Count, Document, EngineHit, Found
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

K1, B = 1.2, 0.75


def one_byte(length: int) -> int:
    """A text's length as both engines keep it: exact below 40, then four significant bits."""
    free = 24  # of the 256 values of a byte, those that Lucene spends on exact lengths
    if length < free:
        return length
    rest = length - free
    shift = max(rest.bit_length() - 4, 0)
    return free + (rest >> shift << shift)


Column = list[float | None]
"""A node's score for each row, None where it does not match."""


class Reference:
    """Answers asks over rows."""

    def __init__(self, rows: Sequence[Document]) -> None:
        self.rows = rows
        fields = {field for row in rows for field in row.texts}
        self._tokens = {field: [row.texts[field].split() for row in rows] for field in fields}
        self._counts = {field: [Counter(tokens) for tokens in column] for field, column in self._tokens.items()}
        self._mean = {field: sum(map(len, column)) / len(rows) for field, column in self._tokens.items()}
        self._known: dict[Node, Column] = {}

    def frequency(self, field: str, token: str) -> int:
        """In how many rows the token stands."""
        return sum(token in counts for counts in self._counts[field])

    def answer(self, ask: Ask) -> Found:
        """Hits, total and facets by the words of the contract."""
        self._known.clear()
        ticked = list(ask.ticked.values())
        scores = self.scores(ask.query)
        wanted = self._all(ask.query, ask.filter, *ticked)
        hits = [_hit(ask, scores[at] or 0.0, self.rows[at]) for at in wanted]
        hits.sort(key=lambda hit: _place(ask, hit))
        return Found(
            total=len(wanted),
            hits=tuple(hits[: ask.limit]),
            facets={name: self._facet(ask, name, size) for name, size in ask.facets.items()},
        )

    def _facet(self, ask: Ask, name: str, size: int) -> tuple[Count, ...]:
        others = [node for field, node in ask.ticked.items() if field != name]
        rows = self._all(ask.query, ask.filter, *others)
        counts = Counter(value for at in rows for value in set(self.rows[at].keywords.get(name, ())))
        best = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return tuple(Count(value, count) for value, count in best[:size])

    def _all(self, *nodes: Node) -> list[int]:
        columns = [self.scores(node) for node in nodes]
        return [at for at in range(len(self.rows)) if all(column[at] is not None for column in columns)]

    def scores(self, node: Node) -> Column:
        """The score of every row, None where it does not match."""
        if node not in self._known:
            self._known[node] = self._scores(node)
        return self._known[node]

    def _scores(self, node: Node) -> Column:
        match node:
            case Term(field, token):
                return self._bm25(field, token)
            case Const(query, score):
                return [None if inner is None else score for inner in self.scores(query)]
            case Boost(query, factor):
                return [None if inner is None else inner * factor for inner in self.scores(query)]
            case Best(options):
                columns = [self.scores(option) for option in options]
                return [self._largest([column[at] for column in columns]) for at in range(len(self.rows))]
            case Bool():
                return self._bool(node)
            case _:
                return [0.0 if self._matches(node, at) else None for at in range(len(self.rows))]

    @staticmethod
    def _largest(scores: Column) -> float | None:
        return max((score for score in scores if score is not None), default=None)

    def _bool(self, node: Bool) -> Column:
        must, should, required, without = (
            [self.scores(clause) for clause in clauses]
            for clauses in (node.must, node.should, node.filter, node.without)
        )
        total: Column = []
        for at in range(len(self.rows)):
            optional = [column[at] for column in should if column[at] is not None]
            matches = (
                all(column[at] is not None for column in [*must, *required])
                and all(column[at] is None for column in without)
                and len(optional) >= node.minimum
            )
            total.append(sum([*(column[at] or 0.0 for column in must), *optional]) if matches else None)
        return total

    def _matches(self, node: Node, at: int) -> bool:
        row = self.rows[at]
        match node:
            case Phrase(field, tokens):
                words = self._tokens[field][at]
                return tokens[0] in self._counts[field][at] and any(
                    tuple(words[start : start + len(tokens)]) == tokens for start in range(len(words))
                )
            case Keyword(field, value):
                return value in _values(field, row)
            case OneOf(field, values):
                return not set(values).isdisjoint(_values(field, row))
            case Range(field, low, high):
                number = _number(field, row)
                return (low is None or low <= number) and (high is None or number < high)
            case _:
                return isinstance(node, Everything)

    def _bm25(self, field: str, token: str) -> Column:
        rows, having = len(self.rows), self.frequency(field, token)
        rarity = math.log(1 + (rows - having + 0.5) / (having + 0.5))
        mean = self._mean[field]
        column: Column = []
        for tokens, counts in zip(self._tokens[field], self._counts[field], strict=True):
            often = counts[token]
            weighed = often + K1 * (1 - B + B * one_byte(len(tokens)) / mean)
            column.append(rarity * often * (K1 + 1) / weighed if often else None)
        return column


def _hit(ask: Ask, score: float, row: Document) -> EngineHit:
    if ask.order is None:
        return EngineHit(id=row.id, score=round(score, 2), tie=row.tie)
    return EngineHit(id=row.id, score=0.0, tie=row.tie, sort=_number(ask.order.field, row))


def _place(ask: Ask, hit: EngineHit) -> tuple[float, str]:
    if ask.order is None:
        return -hit.score, hit.tie
    return (-hit.sort if ask.order.descending else hit.sort), hit.tie


def _values(field: str, row: Document) -> Sequence[str]:
    return [row.id] if field == "id" else row.keywords.get(field, ())


def _number(field: str, row: Document) -> int:
    return row.seq if field == "seq" else row.numbers[field]
