"""Phrases that mean something, looked up by what a query may hold of them: hundreds of thousands, in microseconds.

Phrases are compared squeezed: folded, without blanks and punctuation, so that brackets, dots and blanks in a name do
not matter.  A dictionary of phrases, and per first two characters the lengths that occur, from the longest: at each
place of a query only so many lookups are made as there are different lengths.
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from analyzers.fold import fold

_NOTHING_TOLD = re.compile(r"(?<!\d)\.|\.(?!\d)|[^\w.]|_")
LONGEST = 60
"""Characters of a phrase: no name of an institution is longer, and a longer object is a description."""
HEAD = 2
"""Characters by which phrases are found."""


class Meaning(NamedTuple):
    """One thing that a phrase may mean: a slot and its value; "" where the words stand for themselves."""

    slot: str
    value: str = ""
    leans: bool = False
    """The word is an ordinary one (石棉): a place only beside a place that holds it."""


Meanings = tuple[Meaning, ...]


def squeeze(folded: str) -> str:
    """What is compared: letters, digits, Han and the point of a decimal."""
    return _NOTHING_TOLD.sub("", folded)


class Squeezed(NamedTuple):
    """A query as phrases are compared with it, and where each character stood in the folded text."""

    text: str
    places: Sequence[int]

    @classmethod
    def of(cls, folded: str) -> "Squeezed":
        """The query's side of `squeeze`."""
        dropped = {found.start() for found in _NOTHING_TOLD.finditer(folded)}
        if not dropped:
            return cls(folded, range(len(folded)))
        places = [at for at in range(len(folded)) if at not in dropped]
        return cls("".join([folded[at] for at in places]), places)


class Lexicon:
    """Phrases with their meanings, and names that a whole query may be; never changed, only replaced."""

    def __init__(self, phrases: Mapping[str, Meanings], names: Iterable[int] = ()) -> None:
        """Take squeezed phrases and the hashes (`name_hash`) of names."""
        self._phrases = phrases
        lengths: dict[str, set[int]] = {}
        for phrase in phrases:
            lengths.setdefault(phrase[:HEAD], set()).add(len(phrase))
        # Most heads share one of a few hundred sets of lengths.
        shared: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._lengths = {
            head: shared.setdefault(key := tuple(sorted(found, reverse=True)), key) for head, found in lengths.items()
        }
        self._names = array("q", sorted(set(names)))

    def __len__(self) -> int:
        return len(self._phrases)

    def at(self, squeezed: str, place: int) -> Iterator[tuple[int, Meanings]]:
        """The phrases that begin at a place, each with where it ends, the longest first."""
        for head in (squeezed[place : place + HEAD], squeezed[place]):
            for length in self._lengths.get(head, ()):
                found = self._phrases.get(squeezed[place : place + length])
                if found is not None and place + length <= len(squeezed):
                    yield place + length, found
            if len(head) == 1:
                return

    def lengths(self, head: str) -> Sequence[int]:
        """How long phrases are that begin with these two characters."""
        return self._lengths.get(head, ())

    def get(self, squeezed: str) -> Meanings | None:
        """What a phrase means."""
        return self._phrases.get(squeezed)

    def is_name(self, squeezed: str) -> bool:
        """Whether the whole of a query is such a name."""
        wanted = name_hash(squeezed)
        place = bisect_left(self._names, wanted)
        return place < len(self._names) and self._names[place] == wanted


EMPTY = Lexicon({})


def name_hash(squeezed: str) -> int:
    """Eight bytes instead of a title: a million of them are 8 MB.  Only of use inside of this process."""
    return hash(squeezed)


class Collected:
    """Phrases on their way into a lexicon."""

    def __init__(self) -> None:
        self._phrases: dict[str, dict[Meaning, int]] = {}
        self._names: set[int] = set()

    def add(self, text: str, meaning: Meaning) -> None:
        """One phrase; what is said by more rows comes first among its meanings."""
        phrase = squeeze(fold(text))
        if 0 < len(phrase) <= LONGEST and not phrase.replace(".", "").isdigit():
            known = self._phrases.setdefault(phrase, {})
            known[meaning] = known.get(meaning, 0) + 1

    def add_name(self, text: str) -> None:
        """A name that is no slot, and protects a query that is just so called."""
        self._names.add(name_hash(squeeze(fold(text))))

    def add_synonym(self, word: str, meaning: str) -> None:
        """Another word for a phrase that is known as a thing: it means the same slot, in its own words."""
        for known in self._phrases.get(squeeze(fold(meaning)), ()):
            if not known.value:
                self.add(word, known)

    def lexicon(self) -> Lexicon:
        """All of them."""
        # The same few tuples again and again: (object, "") is what nine phrases of ten mean.
        shared: dict[Meanings, Meanings] = {}
        phrases: dict[str, Meanings] = {}
        for phrase, counted in self._phrases.items():
            meanings = tuple(sorted(counted, key=lambda meaning: -counted[meaning]))
            phrases[phrase] = shared.setdefault(meanings, meanings)
        return Lexicon(phrases, self._names)
