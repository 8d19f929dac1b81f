"""Synonyms on the query's side: other words that count as a word (P12)."""

from collections.abc import Callable, Sequence
from typing import Protocol

Alternatives = Callable[[str], Sequence[str]]
"""Other words that count as the word."""

_COUNTING = frozenset({"same", "narrower"})
"""Whoever asks for 衡器 is content with 电子秤; what is only related is offered elsewhere, never counted (T3, T4)."""
_LONGEST = 4
"""Words of jieba that one entry of the table may be cut into."""


class Synonyms(Protocol):
    """What the formula asks of a synonym table."""

    def expand(self, word: str) -> Sequence[tuple[str, str]]:
        """Other words for a folded word, each with its relation."""


def alternatives(table: Synonyms) -> Alternatives:
    """The words that count."""
    return lambda word: [other for other, relation in table.expand(word) if relation in _COUNTING]


def joined(words: Sequence[str], folded: str, other: Alternatives) -> tuple[str, ...]:
    """`words` with those neighbours made one again that only together are in the table (电子 + 秤)."""
    found: list[str] = []
    at = 0
    while at < len(words):
        for count in range(min(_LONGEST, len(words) - at), 0, -1):
            together = "".join(words[at : at + count])
            if count == 1 or (together in folded and other(together)):
                found.append(together)
                at += count
                break
    return tuple(found)
