"""How literally a row says what was typed: the best of these tiers counts (``docs/ranking.md``, text formula).

An abstract that holds the query would win twice if tiers were added, so they are options of one `Best`.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from analyzers.grams import BAR, START, Chunk, bigrams_strict, chunks, unit_tokens
from search_service.query.alternatives import Alternatives
from search_service.query.bands import ALL_WORDS, EXACT_NAME
from search_service.query.lexical import ABS_B, BODY_W, FLAG, TITLE_B, TITLE_K, TITLE_U, exact_key, plain_key
from search_service.query.nodes import Bool, Const, Keyword, Node, Nothing, Phrase, Term, any_of
from search_service.query.wording import Wording

_MOST_UNITS = 60
"""A longer query is worth no more: 40 terms score, and their sum stays under `length` of this."""
_TITLE_WORDS = range(2, 9)
"""Content words demanded of a name alone: one is a chunk already, more than 8 cost and found nothing new."""

_SPACED = 0.8
"""Adjacent but for punctuation: under the same without."""
_TOGETHER = 15.0
"""Chunks side by side as they were typed, or with the tail that was left open: under what one unit more is worth."""
_CORE = 0.9
"""The core of a question: something was left out."""
_AS_WRITTEN, _AS_SPOKEN = 1250.0, 1000.0
"""The whole name, and the whole name but for punctuation."""
_NAMESAKES = 40.0
"""Times the priors, which are 6 together: under what writing a name exactly is worth, over what the BM25 of namesakes
differs by."""
_STARTS_SO = 5.0
"""A name that begins so, before one that holds it further on; under the smallest step between tiers."""
_WORDS = 1 << 13
"""Words whose nodes are remembered: people ask with the words of the field, each some 1.5 kB."""


Priors = tuple[tuple[str, float], ...]
"""Small constants by flag."""


class Option(NamedTuple):
    """Rows that fulfil `condition` are worth `score` inside of `band`.

    `implied`: whoever fulfils it fulfils another option of the same query, too, so counting need not ask for it.
    """

    condition: Node
    score: float
    band: float = ALL_WORDS
    implied: bool = False

    @property
    def scored(self) -> Node:
        """Band and score together."""
        return Const(self.condition, self.band + self.score)


def length(units: int) -> float:
    """L(k): what k adjacent units are worth.  It grows, because the BM25 of a long sentence sums to over 100."""
    return 100.0 + 20.0 * min(units, _MOST_UNITS)


class Called(NamedTuple):
    """A name as written, and but for punctuation."""

    written: Keyword
    spoken: Keyword


def called(text: str) -> Called:
    """Rows that are called just so."""
    return Called(Keyword(TITLE_K, exact_key(text)), Keyword(TITLE_K, plain_key(text)))


def exact_name(name: Called, units: int) -> list[Option]:
    """The row is called just so."""
    return [
        Option(name.written, length(units) + _AS_WRITTEN, EXACT_NAME),
        Option(name.spoken, length(units) + _AS_SPOKEN, EXACT_NAME),
    ]


def namesakes(name: Called, priors: Priors) -> list[Node]:
    """Among rows that are called just so the priors decide, not the length of their texts."""
    either = any_of(name)
    return [Const(together((either, Keyword(FLAG, flag))), prior * _NAMESAKES) for flag, prior in priors]


def literal(wording: Wording) -> list[Option]:
    """A name or a text holds the pieces of the query as they were typed."""
    if not wording.settled:
        return []
    units, core = len(wording.units), wording.core
    options = [
        *_adjacent(wording, 1.0),
        Option(every(in_name(chunk.tokens) for chunk in wording.settled), _SPACED * length(units)),
    ]
    return options + _adjacent(core, _CORE) if core and core.settled else options


def _adjacent(wording: Wording, factor: float) -> list[Option]:
    """Strictly, in a name or a text; in a name better still as the chunks stood together."""
    units, settled = len(wording.units), wording.settled
    options = [
        Option(every(_in_name(chunk) for chunk in settled), factor * length(units), implied=factor == 1.0),
        Option(every(_in_text(chunk) for chunk in settled), factor * (75.0 + 15.0 * min(units, _MOST_UNITS))),
    ]
    if settled != wording.chunks:
        whole = every(_in_name(chunk) for chunk in wording.chunks)
        options.append(Option(whole, factor * length(units) + _TOGETHER, implied=True))
    elif len(settled) > 1:
        strict = _phrase(TITLE_B, bigrams_strict(" ".join(chunk.text for chunk in settled)))
        adjacent = every([strict, in_name([token for chunk in settled for token in chunk.tokens])])
        options.append(Option(adjacent, factor * length(units) + _TOGETHER, implied=True))
    return options


def worded(words: Sequence[str], other: Alternatives) -> list[Option]:
    """All content words are there: in the names, or over names and texts together with alternatives at half."""
    units = sum(len(unit_tokens(word)) for word in words)
    worth = 50.0 + 10.0 * units
    options = []
    if len(words) in _TITLE_WORDS:
        options.append(Option(together([_word_in_name(word) for word in words]), worth, implied=True))
    if words:
        options.append(Option(all_there(words, other), worth / 2))
    return options


def all_there(words: Sequence[str], other: Alternatives) -> Node:
    """Every word, or one that counts as it, somewhere in the names or texts; not asked without words."""
    return together([any_of([_word_there(form) for form in (word, *other.counting(word))]) for word in words])


def starts_so(wording: Wording) -> list[Node]:
    """A small constant for names that begin like the query."""
    bigrams = bigrams_strict(" ".join(chunk.text for chunk in wording.settled))
    if not bigrams or bigrams[0] == BAR:
        return []
    return [Const(Phrase(TITLE_B, (START, *bigrams)), _STARTS_SO)]


def reaching(options: Iterable[Option], band: float) -> Node:
    """What any option puts into a band or a better one."""
    wanted = dict.fromkeys(option.condition for option in options if option.band >= band and not option.implied)
    return any_of(tuple(wanted))


def in_text(wording: Wording) -> Node:
    """A text holds every chunk side by side."""
    return every(_in_text(chunk) for chunk in wording.chunks)


def in_name(tokens: Sequence[str]) -> Node:
    """A name holds these units side by side, but for punctuation and space."""
    return _phrase(TITLE_U, tokens)


def as_words(tokens: Sequence[str]) -> Node:
    """Names and texts together hold each of these units as a word, anywhere."""
    return together([Term(BODY_W, token) for token in dict.fromkeys(tokens)])


def every(nodes: Iterable[Node]) -> Node:
    """All of these; unscored, so each only once; nothing where there is none."""
    found = tuple(nodes)
    return together(found if len(found) <= 1 else tuple(dict.fromkeys(found)))


def together(nodes: Sequence[Node]) -> Node:
    """The same of nodes that are known to differ: to hash one takes as long as to make it."""
    if not nodes:
        return Nothing()
    return nodes[0] if len(nodes) == 1 else Bool(filter=tuple(nodes))


def _in_name(chunk: Chunk) -> Node:
    """Strictly: side by side, with punctuation only where the query has some."""
    if not _has_bigram(chunk):
        return in_name(chunk.tokens)
    strict = _phrase(TITLE_B, chunk.bigrams)
    return strict if chunk.complete else together((strict, in_name(chunk.tokens)))


def _in_text(chunk: Chunk) -> Node:
    if not _has_bigram(chunk):
        return every(Term(BODY_W, token) for token in chunk.tokens)
    strict = _phrase(ABS_B, chunk.bigrams)
    if chunk.complete:
        return strict
    inside = {unit for bigram in chunk.bigrams if bigram != BAR for unit in bigram.split("_")}
    return every([strict, *(Term(BODY_W, token) for token in chunk.tokens if token not in inside)])


@lru_cache(_WORDS)
def _word_in_name(word: str) -> Node:
    return every(_in_name(chunk) for chunk in chunks(word))


@lru_cache(_WORDS)
def _word_there(word: str) -> Node:
    return every(any_of([_in_name(chunk), _in_text(chunk)]) for chunk in chunks(word))


def _has_bigram(chunk: Chunk) -> bool:
    return any(token != BAR for token in chunk.bigrams)


def _phrase(field: str, tokens: Sequence[str]) -> Node:
    if not tokens:
        return Nothing()
    return Term(field, tokens[0]) if len(tokens) == 1 else Phrase(field, tuple(tokens))
