"""Synonyms on the query's side: other words for a word (P12)."""

from collections.abc import Sequence
from typing import Protocol

_COUNTING = frozenset({"same", "narrower"})
"""Relations that answer for the word: 衡器 serves who asks for 电子秤; what is only related does not (T3, T4)."""
_LONGEST = 4
"""Words of jieba that one entry of the table may be cut into."""


class Synonyms(Protocol):
    """What the formula asks of a synonym table."""

    def expand(self, word: str) -> Sequence[tuple[str, str]]:
        """Other words for a word, each with its relation."""


class Alternatives:
    """The other words for one query; each word is looked up once."""

    def __init__(self, table: Synonyms) -> None:
        self._table = table
        self._known: dict[str, Sequence[tuple[str, str]]] = {}

    def counting(self, word: str) -> list[str]:
        """Words that count as the word."""
        return [other for other, relation in self._expanded(word) if relation in _COUNTING]

    def all(self, word: str) -> list[str]:
        """These, and words that are only related: they score, too."""
        return [other for other, _ in self._expanded(word)]

    def joined(self, words: Sequence[str], folded: str) -> tuple[str, ...]:
        """`words` with those neighbours made one again that only together are in the table (电子 + 秤)."""
        found: list[str] = []
        at = 0
        while at < len(words):
            for count in range(min(_LONGEST, len(words) - at), 0, -1):
                together = "".join(words[at : at + count])
                if count == 1 or (together in folded and self._expanded(together)):
                    found.append(together)
                    at += count
                    break
        return tuple(found)

    def _expanded(self, word: str) -> Sequence[tuple[str, str]]:
        if word not in self._known:
            self._known[word] = self._table.expand(word)
        return self._known[word]
