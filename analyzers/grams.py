"""Units and their neighbours: what makes every fragment of a name findable, whatever the word cutter does (P4, P5).

A *unit* is one Han character, one run of other letters, or one run of digits (`2.5` is one).  A *stretch* is a row of
units with nothing between them.  A *bigram* joins two neighbours of one stretch, also across scripts (`led_灯`), and is
*strict*: none crosses punctuation or space, and a bar stands between stretches, so that `机性能` does not match
"绞盘机 性能" (docs/ranking.md, "Fields").  All functions take folded text (analyzers/fold.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

BAR = "|"
"""Stands between two stretches; punctuation is never part of a unit, so no token of a text can be equal to it."""
START = "^"
"""Stands before the first stretch, so that "the title starts so" is a phrase like any other."""

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Inside of a character class: the unified blocks with their extensions, the compatibility block, and 々 and 〇."""

# A letter run may carry combining accents: folding works on single characters and cannot compose e + U+0301.
LETTERS = rf"[^\W\d_{HAN}](?:[^\W\d_{HAN}]|[\u0300-\u036f])*"
DIGITS = r"\d+(?:\.\d+)*"
_UNIT = re.compile(rf"[{HAN}]|{DIGITS}|{LETTERS}")
# The same units, with everything between two of them as one token that cannot be mistaken for a unit.
_UNIT_OR_GAP = re.compile(rf"[{HAN}]|{DIGITS}|{LETTERS}|[\W_]+")
_STRETCH = re.compile(rf"(?:[{HAN}]|{DIGITS}|{LETTERS})+")
_ONLY_HAN = re.compile(rf"[{HAN}]+")


class Unit(NamedTuple):
    """One unit and its place in the folded text; `gap_before`: something stands between it and the unit before."""

    text: str
    start: int
    end: int
    gap_before: bool


def units(folded: str, at: int = 0) -> list[Unit]:
    """The units of a text that begins `at`, in order; the first one has no gap before it, whatever precedes it."""
    found: list[Unit] = []
    end = 0
    for match in _UNIT.finditer(folded):
        start = match.start()
        found.append(Unit(match[0], at + start, at + match.end(), bool(found) and start > end))
        end = match.end()
    return found


def unit_tokens(folded: str) -> list[str]:
    """The texts of the units, for the field of loose adjacency and single characters."""
    return _UNIT.findall(folded)


def stretches(folded: str) -> list[str]:
    """The texts of the stretches in order."""
    return _STRETCH.findall(folded)


def stretches_from(folded: str) -> Iterator[tuple[str, int]]:
    """The same, each with where it begins."""
    return ((found[0], found.start()) for found in _STRETCH.finditer(folded))


def bigrams_strict(folded: str, *, start_mark: bool = False) -> list[str]:
    """The bigrams `u1_u2` of each stretch, a bar between stretches, the start mark first when it is wanted.

    A stretch of one unit has no bigram and leaves only its bars: see `Chunk.complete`.
    """
    tokens = [START] if start_mark else []
    if _ONLY_HAN.fullmatch(folded):  # most names; half the time of the general way
        tokens += [f"{one}_{other}" for one, other in pairwise(folded)]
        return tokens
    before = ""
    barred = True  # no bar before the first stretch
    for piece in _UNIT_OR_GAP.findall(folded):
        if not piece[0].isalnum():  # a gap
            before = ""
            continue
        if before:
            tokens.append(f"{before}_{piece}")
        elif barred:
            barred = False
        else:
            tokens.append(BAR)
        before = piece
    return tokens


@dataclass(frozen=True, slots=True)
class Chunk:
    """A space-separated piece of a query: what has to stand together for the query to hold literally.

    Attributes:
        text: the piece as folded, punctuation included.
        start: where it begins in the folded query.
        units: its units, at least one; offsets count from the beginning of the folded query.
        bigrams: its strict bigrams and bars, to be asked as one phrase; empty for a single unit.
        complete: the bigrams alone say what the chunk says.  False as soon as a stretch has a single unit ("pt-100"):
            its text is in no bigram, so the phrase of the units must hold beside the phrase of the bigrams.
    """

    text: str
    start: int
    units: tuple[Unit, ...]
    bigrams: tuple[str, ...]
    complete: bool

    @property
    def tokens(self) -> tuple[str, ...]:
        """The texts of the units: the phrase of loose adjacency, or the one token of a single unit."""
        return tuple(unit.text for unit in self.units)


def chunks(folded: str) -> list[Chunk]:
    """The space-separated pieces of a query that hold at least one unit."""
    found: list[Chunk] = []
    for match in re.finditer(r"\S+", folded):
        text, start = match[0], match.start()
        inside = tuple(units(text, start))
        if not inside:
            continue
        # A unit is alone in its stretch when a gap (or an end) is on both of its sides.
        opens = [True, *(unit.gap_before for unit in inside[1:]), True]
        complete = not any(left and right for left, right in pairwise(opens))
        bigrams = tuple(bigrams_strict(text)) if len(inside) > 1 else ()
        found.append(Chunk(text, start, inside, bigrams, complete))
    return found
