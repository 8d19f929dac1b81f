"""What a query tree tells before any engine has seen it."""

from typing import Final

from search_service.engines.base import IDENTIFIER, SEQUENCE
from search_service.query.nodes import Best, Bool, Boost, Const, Keyword, Node, OneOf, Phrase, Range, Term

INTEGER_LOW: Final = -(2**63)
INTEGER_HIGH: Final = 2**63 - 1


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


def matches_bare(node: Node) -> bool:
    """Whether `node` may match a tombstone, which has nothing but an id and a sequence.

    Most queries ask for a word or a date, so that no clause of ours needs to leave tombstones out, which would cost
    the shortcuts of a plain OR.
    """
    match node:
        case Term(field) | Phrase(field) | Keyword(field) | OneOf(field):
            return field == IDENTIFIER
        case Range(field, low, high):
            return field == SEQUENCE or ends(low, high) == (INTEGER_LOW, INTEGER_HIGH)
        case Const(query) | Boost(query):
            return matches_bare(query)
        case Best(options):
            return any(map(matches_bare, options))
        case Bool(must, should, required, _, minimum):
            return all(map(matches_bare, must + required)) and sum(map(matches_bare, should)) >= minimum
        case _:
            return True


def ends(low: int | None, high: int | None) -> tuple[int, int]:
    """The first and last number of a range; both bounds may lie outside 64 bits."""
    first = INTEGER_LOW if low is None else max(low, INTEGER_LOW)
    last = INTEGER_HIGH if high is None else min(high - 1, INTEGER_HIGH)
    return first, last
