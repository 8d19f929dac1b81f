"""What of a suggestion was typed: marked as the user wrote it, as a number is squeezed, or syllable by syllable."""

import re

from analyzers import pinyin
from analyzers.fold import fold_with_offsets
from analyzers.grams import HAN
from analyzers.highlight import highlight, render
from search_service.query.completions import SPOKEN, WRITTEN, Lookup

_HAN = re.compile(f"[{HAN}]")
_LOOSE = " /"
"""Left out by who types a number in haste."""


def mark(text: str, typed: str, start: int, lookup: Lookup) -> str:
    """The text as HTML; `typed` is folded, the completion begins at `start` of the folded text (below 0: unknown)."""
    folded = fold_with_offsets(text)
    if lookup.rank > WRITTEN:
        end = _spoken(folded.text, max(start, 0), lookup)
    elif start >= 0:
        end = _written(folded.text, start, typed)
    else:
        return highlight(text, [typed], typing=True)
    return render(text, [folded.span(start, end)] if end > start >= 0 else [])


def _written(text: str, start: int, typed: str) -> int:
    """Behind what both say, whatever either leaves out."""
    end, at, said = start, start, 0
    while at < len(text) and said < len(typed):
        if text[at] == typed[said]:
            at, said = at + 1, said + 1
            end = at
        elif typed[said] in _LOOSE:
            said += 1
        elif text[at] in _LOOSE:
            at += 1
        else:
            break
    return end


def _spoken(text: str, start: int, lookup: Lookup) -> int:
    """Behind the characters whose syllables were typed."""
    letters = len(lookup.prefix) - 1 if lookup.rank == SPOKEN else 0
    syllables = len(lookup.syllables)
    end, heard = start, 0
    for count, syllable in enumerate(pinyin.spelt_out(text[start:])):
        if heard >= letters and count >= syllables:
            break
        while end < len(text) and not text[end].isalnum():
            end += 1
        heard += len(syllable)
        end += 1 if end < len(text) and _HAN.match(text[end]) else len(syllable)
    return min(end, len(text))
