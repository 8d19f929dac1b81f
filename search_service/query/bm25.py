"""The part of the score that counts words: BM25 over the rarest words and bigrams of the query.

Twenty of each: with 12 the known items of docs/ranking.md lose .02, with all of them .005, and every further one costs.
"""

from collections.abc import Callable, Mapping, Sequence

from analyzers.words import query_words
from search_service.query.alternatives import Alternatives
from search_service.query.lexical import BODY_W, TITLE_B
from search_service.query.nodes import Boost, Node, Term
from search_service.query.wording import Wording

Frequencies = Callable[[str, Sequence[str]], Mapping[str, int]]
"""(field, tokens) → in how many documents each stands."""

_MOST = 20
_SYNONYM = 0.5
"""A synonym is the word, but not what was typed."""


def words(wording: Wording, frequencies: Frequencies) -> list[Node]:
    """Words of names and texts, and bigrams of names."""
    return [*body(wording.words, frequencies), *_rarest(TITLE_B, wording.bigrams, frequencies)]


def body(tokens: Sequence[str], frequencies: Frequencies) -> list[Node]:
    """Words of names and texts."""
    return _rarest(BODY_W, tokens, frequencies)


def others(tokens: Sequence[str], other: Alternatives) -> list[Node]:
    """Other words for those of the query, at half."""
    found = dict.fromkeys(word for token in tokens for text in other.all(token) for word in query_words(text))
    added: list[Node] = [Boost(Term(BODY_W, word), _SYNONYM) for word in found if word not in tokens]
    return added[:_MOST]


def _rarest(field: str, tokens: Sequence[str], frequencies: Frequencies) -> list[Node]:
    if len(tokens) > _MOST:
        counts = frequencies(field, tokens)
        # A token that was in no document when they were counted may be in a new one, but most often it is in none.
        tokens = sorted(tokens, key=lambda token: (counts.get(token, 0) == 0, counts.get(token, 0)))[:_MOST]
    return [Term(field, token) for token in tokens]
