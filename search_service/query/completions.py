"""Typing suggestions: what is stored to complete to, and what is looked up for what was typed.

A completion is a folded text that begins at the start of a name or of one of its stretches ("钢筋混凝土用钢 第2部分:
热轧带肋钢筋" is completed from 热轧, too), and beside it how that sounds: spelt out (`~yalibiao`) and by its initials,
with the syllables behind them (`=ylb ya'li'biao`).  A standard number is also completed from its glued and its bare
form.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from analyzers import pinyin, words
from analyzers.fold import fold
from analyzers.grams import HAN
from analyzers.standard_number import StandardNumber, find, parse, print_number

LONGEST = 40
"""Characters kept of a completion: longer input is no longer typing but pasting."""
STRETCHES = 6
"""Beginnings kept of one name: titles with more stretches repeat what stands before them."""
SPELT, INITIALS, BETWEEN = "~", "=", "'"
"""Before how a name sounds, before its initials, between the syllables behind them."""
MOST_INITIALS = 8
"""Nobody remembers more letters of a name, and each costs every document the syllable behind it."""
MOST_WAYS = 4
"""Ways to read letters as shortened syllables, fewest syllables first; the others are hardly ever meant."""
FEWEST_LETTERS = 2
"""One letter begins every second name."""

EXACT, WRITTEN, SPOKEN, SHORTENED = range(4)
"""How a completion answers what was typed, best first: it is that number · it begins so · it sounds so · its syllables
begin so."""


class Form(NamedTuple):
    """One completion of a text, and where in the folded text it begins."""

    value: str
    start: int


@dataclass(frozen=True, slots=True)
class Lookup:
    """A prefix to look up, and how well what begins with it answers (`EXACT` …).

    `syllables`: what the syllables behind the initials have to begin with, where the prefix does not say it.
    """

    prefix: str
    rank: int
    syllables: tuple[str, ...] = ()

    def accepts(self, value: str) -> bool:
        """Whether a completion that begins with the prefix answers."""
        if not self.syllables:
            return True
        have = value.partition(" ")[2].split(BETWEEN)
        # Only what is shortened may go on: a syllable typed as a whole is that syllable, but for the last one.
        *whole, last = self.syllables
        return len(have) >= len(self.syllables) and (
            all(
                one == want or (len(want) <= _SHORTENED and one.startswith(want))
                for one, want in zip(have, whole, strict=False)
            )
            and have[len(whole)].startswith(last)
        )


_SHORTENED = 2
"""zh, ch and sh are the longest that a syllable inside of a word is shortened to."""


def completions(texts: Iterable[str]) -> list[str]:
    """All completions of these texts, without repeats."""
    return list(dict.fromkeys([form.value for text in texts for form in forms(text)]))


def forms(text: str) -> Sequence[Form]:
    """The completions of one text."""
    return _known_forms(text, words.current().fingerprint) if len(text) <= _SHORT else _forms(text)


def lookups(typed: str) -> list[Lookup]:
    """What to look up for what was typed, best answers first: as it is, as a number in all its readings, as sounds."""
    folded = " ".join(fold(typed).split())[:LONGEST]
    if not folded:
        return []
    numbers = _numbers(folded)
    found = [Lookup(prefix, EXACT) for number in numbers for prefix in _exactly(number)]
    found += [Lookup(prefix, WRITTEN) for prefix in (folded, _squeeze(folded), *map(_glued, numbers)) if prefix]
    if not numbers and pinyin.is_latin_query(folded):
        found += _sounds(folded)
    best: dict[str, Lookup] = {}
    for lookup in found:
        best.setdefault(lookup.prefix, lookup)
    return list(best.values())


def settled(typed: str) -> str:
    """The words in front of a tail of Latin letters or digits that an input method has not turned into Han yet.

    `压力b` is on its way to 压力表; read as pinyin it is not (P9), so it is asked without the tail.
    """
    folded = " ".join(fold(typed).split())[:LONGEST]
    found = _TAIL.match(folded)
    return found[1] if found else ""


def _forms(text: str) -> tuple[Form, ...]:
    # No number is without a digit, and reading one takes longer than all the rest.
    number = parse(text) if any(map(str.isdigit, text)) else None
    if number:
        return tuple(Form(form[:LONGEST], 0) for form in _number_forms(number))
    folded = " ".join(fold(text).split())
    starts = _starts(folded)
    spoken = [start for start in starts if _HAN.search(folded, start)]
    sounds = dict(zip(spoken, pinyin.spelt_from(folded, spoken), strict=True))
    found = []
    for start in starts:
        found.append(Form(folded[start : start + LONGEST], start))
        if start in sounds:
            found += [Form(value, start) for value in _spoken(sounds[start])]
    return tuple(found)


# Objects and parameters repeat from row to row, titles from key to key that is typed; 8 MB.
_SHORT = 60


@lru_cache(1 << 12)
def _known_forms(text: str, dictionary: str) -> tuple[Form, ...]:
    del dictionary  # only remembers by which words it was read
    return _forms(text)


def _number_forms(number: StandardNumber) -> list[str]:
    """As printed, glued, and bare: without its prefix."""
    printed = fold(print_number(number))
    bare = printed.removeprefix(number.prefix).lstrip(" /")
    return [printed, number.bare_prefix + bare, bare]


def _glued(number: StandardNumber) -> str:
    return _number_forms(number)[1]


def _squeeze(folded: str) -> str:
    """As a number is glued: without blanks, and without the slashes of its prefix."""
    return _PREFIX.sub(lambda found: found[0].replace("/", ""), folded.replace(" ", ""), count=1)


def _exactly(number: StandardNumber) -> list[str]:
    """What only this number begins with; without a year, any edition of it."""
    return [_glued(number)] if number.year is not None else [f"{_glued(number)}{dash}" for dash in "-:"]


def _numbers(folded: str) -> list[StandardNumber]:
    """The readings of a number that is all that was typed: beside one, words are still being typed."""
    if not any(map(str.isdigit, folded)):
        return []
    found = find(folded)
    whole = [f.readings for f in found if not (folded[: f.start] + folded[f.end :]).strip()]
    return list(whole[0]) if whole else []


def _starts(folded: str) -> list[int]:
    """Where a name and its further stretches begin."""
    further = islice(_FURTHER.finditer(folded), STRETCHES - 1)
    return [0, *(found.start() for found in further)] if folded else []


def _spoken(syllables: Sequence[str]) -> tuple[str, str]:
    first = syllables[:MOST_INITIALS]
    initials = "".join([one[0] for one in first])
    return SPELT + "".join(syllables)[:LONGEST], f"{INITIALS}{initials} {BETWEEN.join(first)}"


def _sounds(folded: str) -> list[Lookup]:
    letters = _BETWEEN.sub("", folded)
    if len(letters) < FEWEST_LETTERS or not letters.isalnum():
        return []
    found = [Lookup(SPELT + pinyin.as_spelt(letters), SPOKEN)]
    ways = sorted(pinyin.abbreviations(letters), key=len)[:MOST_WAYS]
    found += [
        Lookup(INITIALS + "".join(one[0] for one in way), SHORTENED, way) for way in ways if len(way) <= MOST_INITIALS
    ]
    return found


_HAN = re.compile(f"[{HAN}]")
_PREFIX = re.compile(r"[^\d]*")
_BETWEEN = re.compile(r"[\s'’-]+")
_FURTHER = re.compile(r"(?<=[\W_])[^\W_]")
"""Where a stretch begins behind something that is neither letter nor digit."""
_TAIL = re.compile(rf"(.*[{HAN}])\s*[a-zü']+$")
"""Han, and behind it letters that end what was typed."""
