"""Whether two phrases mean one thing: equal, linked, similar or different (docs/matching.md, check 3).

Links lead on from one to the next; every step is kept, since it is evidence.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from analyzers.fold import fold
from analyzers.synonyms import NARROWER, RELATED, SAME
from search_service.kinds.offered import Ref

SHARE = (2, 5)
"""Of the shorter phrase's bigrams, from which on two phrases are similar."""


class Kinship(IntEnum):
    """How an offer's phrase stands to the one that was asked for."""

    DIFFERENT = 0
    SIMILAR = 1
    AGREES = 2


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the vocabulary: `word` stands in `relation` to `meaning`."""

    ref: Ref
    word: str
    meaning: str
    relation: str


@dataclass(frozen=True, slots=True)
class Kin:
    """A kinship and the steps that lead to it."""

    kinship: Kinship
    steps: tuple[Link, ...] = ()


_STRANGERS = Kin(Kinship.DIFFERENT)
_ALIKE = Kin(Kinship.SIMILAR)


@lru_cache(1 << 15)
def key(text: str) -> str:
    """A phrase for comparing: folded, without blanks."""
    return "".join(fold(text).split())


@lru_cache(1 << 15)
def bigrams(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters, punctuation and blanks left out first."""
    plain = "".join(c for c in fold(text) if c.isalnum())
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1))


def share_enough(one: str, other: str) -> bool:
    """Two fifths of the shorter one's bigrams; a phrase without any is similar to nothing."""
    a, b = bigrams(one), bigrams(other)
    fewer = min(len(a), len(b))
    return fewer > 0 and len(a & b) * SHARE[1] >= SHARE[0] * fewer


class Vocabulary:
    """The synonyms as a graph of phrases."""

    def __init__(self, links: Iterable[Link]) -> None:
        self.links = tuple(links)
        self._up: dict[str, list[tuple[str, Link]]] = defaultdict(list)
        self._down: dict[str, list[tuple[str, Link]]] = defaultdict(list)
        self._same: dict[str, list[tuple[str, Link]]] = defaultdict(list)
        self._related: dict[str, list[tuple[str, Link]]] = defaultdict(list)
        for link in self.links:
            word, meaning = key(link.word), key(link.meaning)
            if link.relation == SAME:
                self._same[word].append((meaning, link))
                self._same[meaning].append((word, link))
            elif link.relation == NARROWER:
                self._up[word].append((meaning, link))
                self._down[meaning].append((word, link))
            elif link.relation == RELATED:
                self._related[word].append((meaning, link))
                self._related[meaning].append((word, link))
        self._above: dict[str, Mapping[str, tuple[Link, ...]]] = {}
        self._below: dict[str, Mapping[str, tuple[Link, ...]]] = {}
        self._names: dict[str, Mapping[str, tuple[Link, ...]]] = {}

    def kin(self, asked: str, offered: str) -> Kin:
        """How `offered` stands to `asked`; both non-blank."""
        one, other = key(asked), key(offered)
        if one == other:
            return Kin(Kinship.AGREES)
        steps = self.above(one).get(other)
        if steps is not None:
            return Kin(Kinship.AGREES, steps)
        if other in self.below(one) or self._are_related(one, other):
            return _ALIKE
        return _ALIKE if share_enough(asked, offered) else _STRANGERS

    def same(self, one: str, other: str) -> bool:
        """Two names of one thing."""
        return key(other) in self.names(key(one))

    def above(self, word: str) -> Mapping[str, tuple[Link, ...]]:
        """What agrees with it by links: its other names, what it is a case of, and so on; with the steps."""
        return _cached(self._above, word, lambda: _walk(word, self._same, self._up))

    def below(self, word: str) -> Mapping[str, tuple[Link, ...]]:
        """Its special cases."""
        return _cached(self._below, word, lambda: _walk(word, self._same, self._down))

    def names(self, word: str) -> Mapping[str, tuple[Link, ...]]:
        """Its other names, and itself."""
        return _cached(self._names, word, lambda: _walk(word, self._same))

    def beside(self, word: str) -> Iterator[str]:
        """What is related to one of its names, under each of its names."""
        for name in self.names(word):
            for other, _ in self._related.get(name, ()):
                yield from self.names(other)

    def _are_related(self, one: str, other: str) -> bool:
        return bool(self._related) and other in set(self.beside(one))


Edges = Mapping[str, list[tuple[str, Link]]]


def _cached(
    memory: dict[str, Mapping[str, tuple[Link, ...]]], word: str, make: Callable[[], Mapping[str, tuple[Link, ...]]]
) -> Mapping[str, tuple[Link, ...]]:
    found = memory.get(word)
    if found is None:
        if len(memory) > _MOST:
            memory.clear()
        found = memory[word] = make()
    return found


_MOST = 1 << 15
"""Phrases remembered: more than a requirement and its rows have."""


def _walk(start: str, *edges: Edges) -> Mapping[str, tuple[Link, ...]]:
    """Everything within reach, each with its shortest steps."""
    found: dict[str, tuple[Link, ...]] = {start: ()}
    waiting = deque([start])
    while waiting:
        at = waiting.popleft()
        for graph in edges:
            for there, link in graph.get(at, ()):
                if there not in found:
                    found[there] = (*found[at], link)
                    waiting.append(there)
    return found
