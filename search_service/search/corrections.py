"""What somebody may have meant who typed a wrong character: live words that sound or look so, offered and never taken.

One character at a time is exchanged for one that is taken for it, and a correction is whatever makes a word of the
live records out of it.  What already is such a word is left alone, and so is all that is no Han: numbers are never
corrected (T2).  A place is not guessed, and a service is only offered: they decide who is qualified.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from analyzers.confusable import alike
from analyzers.fold import fold_with_offsets
from search_service.kinds.slots import NEVER_GUESSED, SLOTS
from search_service.query.understanding.lexicon import HEAD, Lexicon, Meanings, Squeezed

SHORTEST = HEAD
"""Characters of a word: with one, everything could be corrected into something."""
REACH = 24
"""Characters before the wrong one that its word may begin: the rest of a longer name says which it is."""
MOST_CHARACTERS = 40
"""Of a query that is looked at; some 3 ms for so many."""


class Correction(NamedTuple):
    """`was` stands in the query and `now` is meant; `taken`: results may be shown for it, else it is offered only."""

    was: str
    now: str
    query: str
    taken: bool


def corrections(query: str, lexicons: Sequence[Lexicon], *, leave: Iterable[tuple[int, int]] = ()) -> list[Correction]:
    """The likeliest first: the longer the word that comes out, the surer; `leave`: stretches that were understood."""
    folded = fold_with_offsets(query)
    squeezed = Squeezed.of(folded.text)
    text = squeezed.text[:MOST_CHARACTERS]
    known = _known(text, lexicons)
    left = {at for start, end in leave for at in range(start, end)}
    found: dict[tuple[str, str], tuple[int, Correction]] = {}
    for at, character in enumerate(text):
        if at in known or folded.span(squeezed.places[at], squeezed.places[at] + 1)[0] in left:
            continue
        before = _places(text, at, range(max(0, at - REACH), at - 1), lexicons)
        for other in alike(character):
            for start, end, meanings in _words(text[:at] + other + text[at + 1 :], at, before, lexicons):
                taken = _taken(meanings)
                if taken is None:
                    continue
                span = folded.span(squeezed.places[at], squeezed.places[at] + 1)
                now = text[start:at] + other + text[at + 1 : end]
                correction = Correction(text[start:end], now, query[: span[0]] + other + query[span[1] :], taken)
                found.setdefault(correction[:2], (start - end, correction))
                break
    return [correction for _, correction in sorted(found.values(), key=lambda one: one[0])]


def _known(text: str, lexicons: Sequence[Lexicon]) -> set[int]:
    """Places inside of live words."""
    found: set[int] = set()
    for at in range(len(text)):
        for lexicon in lexicons:
            for end, _ in lexicon.at(text, at):
                if end - at >= SHORTEST:
                    found.update(range(at, end))
                    break
    return found


class _Place(NamedTuple):
    """Where a word of a lexicon may stand, by its beginning."""

    start: int
    end: int
    lexicon: Lexicon


def _places(text: str, at: int, starts: Iterable[int], lexicons: Sequence[Lexicon]) -> list[_Place]:
    """Where words may stand that hold the place `at`; those that begin before it do so whatever stands there."""
    return [
        _Place(start, start + length, lexicon)
        for start in starts
        if len(head := text[start : start + HEAD]) == HEAD
        for lexicon in lexicons
        for length in lexicon.lengths(head)
        if at < start + length <= len(text)
    ]


def _words(
    text: str, at: int, before: Sequence[_Place], lexicons: Sequence[Lexicon]
) -> Iterator[tuple[int, int, Meanings]]:
    """Live words that hold this place, the longest first; `before`: where those may stand that begin further ahead."""
    near = _places(text, at, range(max(0, at - 1), at + 1), lexicons)
    for start, end, lexicon in sorted([*before, *near], key=lambda place: place.start - place.end):
        meanings = lexicon.get(text[start:end])
        if meanings is not None:
            yield start, end, meanings


def _taken(meanings: Meanings) -> bool | None:
    """Whether results may be shown for a word that means this; None where it may not even be offered."""
    slots = {meaning.slot for meaning in meanings}
    if slots <= NEVER_GUESSED:
        return None
    return any(slot not in NEVER_GUESSED and not SLOTS[slot].closed for slot in slots)
