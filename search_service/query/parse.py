"""What a user typed, read once for all kinds: numbers, identifiers, words, pinyin."""

import re
from dataclasses import dataclass
from functools import cached_property

from analyzers import pinyin
from analyzers.fold import fold
from analyzers.standard_number import FoundNumber, StandardNumber, find, print_number
from search_service.query.number_keys import squash
from search_service.query.wording import Wording

_RUN = re.compile(r"[a-z0-9](?:[a-z0-9()/._-]*[a-z0-9])?")
"""What may be an identifier inside a sentence."""
_SHORTEST_IDENTIFIER = 4
"""Letters and digits: less is a part number or a quantity."""
_MOST_PIECES = 3
"""`(陕) 法计 (2020) 01001` is written with this many spaces at most."""
_MOST_IDENTIFIERS = 32
"""Candidates asked for; they cost one lookup together, and a query of 200 characters has no more."""


@dataclass(frozen=True, slots=True)
class NumberSlot:
    """A standard number in the query; `start` and `end` are offsets into the text as typed."""

    readings: tuple[StandardNumber, ...]
    start: int
    end: int

    @property
    def label(self) -> str:
        """The likeliest reading as it is printed."""
        return print_number(self.readings[0])

    @property
    def undated(self) -> bool:
        """Any edition is meant."""
        return self.readings[0].year is None


@dataclass(frozen=True)
class ParsedQuery:
    """A query as the formula takes it.

    Attributes:
        text: as typed.
        whole: all of it.
        rest: what stands beside the numbers; all of it where there is no number.
        numbers: standard numbers in it.
        identifiers: squashed pieces that may be some other identifier.
    """

    text: str
    whole: Wording
    rest: Wording
    numbers: tuple[NumberSlot, ...]
    identifiers: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Nothing was typed: list everything."""
        return not self.text.strip()

    @cached_property
    def squashed(self) -> str:
        """The whole as one string where it may be a number that nobody can parse, else empty."""
        if self.numbers or not any(map(str.isdigit, self.whole.folded)):
            return ""
        return squash(self.text)

    @cached_property
    def pinyin(self) -> tuple[pinyin.PinyinChunk, ...]:
        """What it means as pinyin: only without Han, and not where a number was understood."""
        return () if self.numbers else tuple(pinyin.query_chunks(self.whole.folded))

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """What to mark in a result: the numbers, the pieces as typed, and the words that had to be there."""
        printed = [fold(slot.label) for slot in self.numbers]
        parts = [self.rest, *([self.rest.core] if self.rest.core else [])]
        chunks = [chunk.text for part in parts for chunk in part.chunks]
        return tuple(dict.fromkeys([*printed, *chunks, *self.rest.telling, *self.rest.content]))


def parse_query(text: str, *, numbers: bool = True) -> ParsedQuery:
    """Read a query; any text is one.  Without `numbers` nothing in it is a standard number."""
    found = find(text) if numbers else []
    whole = Wording(fold(text))
    rest = Wording(fold(_without(text, found))) if found else whole
    slots = tuple(NumberSlot(number.readings, number.start, number.end) for number in found)
    return ParsedQuery(text, whole, rest, slots, _identifiers(whole.folded))


def _without(text: str, found: list[FoundNumber]) -> str:
    for number in reversed(found):
        text = f"{text[: number.start]} {text[number.end :]}"
    return text


def _identifiers(folded: str) -> tuple[str, ...]:
    if not any(map(str.isdigit, folded)):
        return ()  # most queries
    pieces = folded.split()
    together = [
        "".join(pieces[start : start + count])
        for start in range(len(pieces))
        for count in range(1, _MOST_PIECES + 1)
        if start + count <= len(pieces)
    ]
    found = dict.fromkeys(squash(text) for text in (folded, *together, *_RUN.findall(folded)))
    telling = (text for text in found if len(text) >= _SHORTEST_IDENTIFIER and any(c.isdigit() for c in text))
    return tuple(telling)[:_MOST_IDENTIFIERS]
