"""What is left of a query without the words of its slots: `西安哪里能做拉伸，要CMA的` asks for 拉伸.

Small words that only lead to a slot (要 … 的, 哪里能做) go with it; other words stay, in their order.
"""

import re
from collections.abc import Sequence

from analyzers.fold import fold_with_offsets
from analyzers.words import cut_words
from search_service.kinds.slots import SLOTS
from search_service.query.question import FILLERS, QUESTION_WORDS
from search_service.query.understanding.read import Read
from search_service.query.understanding.reader import ASKED_FOR

_SMALL = FILLERS | QUESTION_WORDS
_PUNCTUATION = re.compile(r"^[\s,，。、;；:：!！?？~-]+|[\s,，。、;；:：!！?？~-]+$")


def without(text: str, leaving: Sequence[Read]) -> str:
    """The text without these stretches and what only led to them; empty where nothing else was said."""
    if not leaving:
        return text
    left: list[str] = []
    at, before = 0, ""
    for read in sorted(leaving, key=lambda one: one.start):
        left.append(_between(text[at : read.start], before, read.slot))
        at, before = read.end, read.slot
    left.append(_between(text[at:], before, ""))
    return " ".join(piece for piece in left if piece)


def _between(piece: str, before: str, after: str) -> str:
    """What stands between two slots (or an end, ""), without small words at the ends that touch a slot."""
    piece = _PUNCTUATION.sub("", piece)
    folded = fold_with_offsets(piece)
    words: list[tuple[str, int]] = []
    at = 0
    for word in cut_words(folded.text):
        at = folded.text.index(word, at)
        words.append((word, at))
        at += len(word)
    first, last = 0, len(words)
    if before:
        # 检测机构, CMA资质: words of a closed list bring a noun of their own.
        nouns = ASKED_FOR if SLOTS[before].closed else frozenset[str]()
        while first < last and (words[first][0] in _SMALL or words[first][0] in nouns):
            first += 1
    if after or (before and first):
        while last > first and words[last - 1][0] in _SMALL:
            last -= 1
    if first == last:
        return ""
    if (first, last) == (0, len(words)):
        return piece
    word, place = words[last - 1]
    start, end = folded.span(words[first][1], place + len(word))
    return piece[start:end]
