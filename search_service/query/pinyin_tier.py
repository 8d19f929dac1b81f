"""Pinyin: what is typed without Han may be the sound of a name (P9).

It stays in the band of some words: `led` is a word first, and only where no row has the word is it 类电灯's initials.
"""

from collections.abc import Sequence

from analyzers.pinyin import PinyinChunk
from search_service.query.lexical import PINYIN
from search_service.query.nodes import Bool, Const, Node, Nothing, Phrase, Term, any_of

_SYLLABLES = 30.0
"""Over the BM25 of a Latin word that is half of it, under every text tier (which begin at 5,000)."""
_INITIALS = 15.0
"""Initials fit by chance far more often."""


def score(chunks: Sequence[PinyinChunk]) -> list[Node]:
    """Constants for names that sound so; none when the query is no pinyin."""
    if not chunks:
        return []
    nodes: list[Node] = []
    if all(chunk.readings for chunk in chunks):
        nodes.append(Const(_every([_spelt(chunk) for chunk in chunks]), _SYLLABLES))
    if any(chunk.initials for chunk in chunks):
        nodes.append(Const(_every([_spelt_or_shortened(chunk) for chunk in chunks]), _INITIALS))
    return nodes


def _spelt(chunk: PinyinChunk) -> Node:
    return any_of(
        [Phrase(PINYIN, reading) if len(reading) > 1 else Term(PINYIN, *reading) for reading in chunk.readings]
    )


def _spelt_or_shortened(chunk: PinyinChunk) -> Node:
    short: list[Node] = [Term(PINYIN, chunk.initials)] if chunk.initials else []
    spelt = _spelt(chunk)
    return any_of(short if isinstance(spelt, Nothing) else [spelt, *short])


def _every(nodes: Sequence[Node]) -> Node:
    return Bool(filter=tuple(nodes))
