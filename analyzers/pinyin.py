"""Pinyin: for people who type `shuibiao` and mean 水表; asked only when a query has no Han (P9).

The index holds, in a field of its own with positions, the syllables of a name and the initials of its words; a query is
taken apart into syllables in every possible way.  So any fragment is found that begins and ends with a syllable, and
陕西 and 山西 are both found by `shanxi`.  All functions take folded text (analyzers/fold.py).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, islice, pairwise, product

from analyzers.grams import BAR, HAN, stretches, stretches_from, units
from analyzers.vocabulary import load_lines
from analyzers.words import current, cut_words

INITIALS = "="
"""Before every token of initials: `=sb`, so that the initials `a` + `n` are not the syllable `an`."""

_HAN = re.compile(f"[{HAN}]")
_ONLY_HAN = re.compile(f"[{HAN}]+")
_LATIN = re.compile(r"[a-zü]")
# A name longer than this is a sentence; its end is not asked for in pinyin.
_MOST_UNITS = 64
# One letter begins every second name, and nobody remembers more than a dozen.
_FEWEST_INITIALS, _MOST_INITIALS = 2, 12
# `fangan` has two readings, `xianan` four; a long word of many n and g would have thousands.
_MOST_READINGS = 8
# Ways to read letters as shortened syllables; most of many are nonsense, and each costs a microsecond.
_MOST_WAYS = 32
# What a syllable is shortened to; i, u and v begin none.
_BEGINNINGS = frozenset("a b c d e f g h j k l m n o p q r s t w x y z zh ch sh".split())
# "zhongguojianyanrenzhengjituan" has 30 letters; twice that is no longer typed but pasted.
_MOST_LETTERS = 60


@dataclass(frozen=True, slots=True)
class PinyinChunk:
    """What one piece of a query may mean.

    Attributes:
        readings: each one a phrase of index tokens, fewest syllables first; empty when the piece is no pinyin.
        initials: the index token of the piece taken as initials, weaker than any reading; None when it is too
            short or too long for that.
    """

    readings: tuple[tuple[str, ...], ...]
    initials: str | None


def is_latin_query(folded: str) -> bool:
    """Whether pinyin may be asked for at all: there are Latin letters and no Han."""
    return _LATIN.search(folded) is not None and _HAN.search(folded) is None


def index_tokens(folded: str) -> list[str]:
    """The tokens of a name: syllables and other units in order with bars between stretches, then initials of words.

    A character with several readings gets the one that it has in its word (重庆 chong qing, 重量 zhong liang).  At
    most 64 units, and fewer than three tokens of initials for each word.
    """
    tokens: list[str] = []
    initials: dict[str, None] = {}
    for stretch in _stretches(folded):
        syllables, shortened = _spelt(stretch, current().fingerprint)
        if tokens:
            tokens.append(BAR)
        tokens += syllables
        initials.update(shortened)
    # The bar keeps a phrase of syllables from running into the initials.
    return [*tokens, BAR, *initials] if initials else tokens


def _stretches(folded: str) -> list[str]:
    """The rows of units with nothing between them, as far as the first 64 units reach."""
    if len(folded) <= _MOST_UNITS:
        return stretches(folded)
    found: list[str] = []
    for unit in units(folded)[:_MOST_UNITS]:
        if unit.gap_before or not found:
            found.append("")
        found[-1] += unit.text
    return found


@lru_cache(1 << 13)  # names repeat from row to row, their parts from name to name; about 10 MB
def _spelt(stretch: str, dictionary: str) -> tuple[tuple[str, ...], dict[str, None]]:
    """The syllables of a stretch, and the initials of its words, of two words side by side, and of all of it."""
    del dictionary  # only remembers under which one these words were cut
    words = list(map(_spelt_word, cut_words(stretch)))
    firsts = [letters for _, letters in words]
    shortened = [*firsts, *map("".join, pairwise(firsts)), "".join(firsts)]
    kept = [f"{INITIALS}{one}" for one in shortened if _FEWEST_INITIALS <= len(one) <= _MOST_INITIALS]
    return tuple(chain.from_iterable([syllables for syllables, _ in words])), dict.fromkeys(kept)


def spelt_out(folded: str) -> list[str]:
    """The syllables of a name and its other units, in order; what stands between them is left out."""
    dictionary = current().fingerprint
    return [syllable for stretch in _stretches(folded) for syllable in _spelt(stretch, dictionary)[0]]


def spelt_from(folded: str, starts: Sequence[int]) -> list[list[str]]:
    """`spelt_out(folded[start:])` of each start; those where a stretch begins share one look at the text."""
    if not starts or len(folded) > _MOST_UNITS:
        return [spelt_out(folded[start:]) for start in starts]
    dictionary = current().fingerprint
    syllables: list[str] = []
    before: dict[int, int] = {}
    for stretch, start in stretches_from(folded):
        before[start] = len(syllables)
        syllables += _spelt(stretch, dictionary)[0]
    return [syllables[before[at] :] if (at in before) else spelt_out(folded[at:]) for at in starts]


def as_spelt(letters: str) -> str:
    """Letters as the index spells them: ü is typed v; lve and nve are often typed as they are pronounced."""
    return re.sub(r"([ln])ue", r"\1ve", letters.replace("ü", "v"))


def abbreviations(letters: str) -> list[tuple[str, ...]]:
    """All ways to read letters as syllables of which any may be shortened to what it begins with, a few at most.

    `yalb` is ya l b, and `biaoj` is biao j: while somebody types, the last syllable always is.  What begins a syllable
    is one letter or zh, ch, sh.  Ways in which all but the last are whole are left out: those are spelt out.
    """
    typed = as_spelt(letters)
    if not re.fullmatch(r"[a-z]+", typed) or len(typed) > _MOST_LETTERS:
        return []
    known, begun = _known_syllables(), _begun_syllables()

    def ways(at: int) -> Iterator[tuple[str, ...]]:
        if at == len(typed):
            yield ()
        for end in _ends(typed, at):
            piece = typed[at:end]
            whole, last = piece in known, end == len(typed)
            if whole or piece in _BEGINNINGS or (last and piece in begun):
                for rest in ways(end):
                    yield (piece, *rest)

    shortened = (way for way in ways(0) if not known.issuperset(way[:-1]))
    return list(islice(shortened, _MOST_WAYS))


def query_chunks(folded: str) -> list[PinyinChunk]:
    """The pieces of a query as pinyin, all of which have to match; empty when pinyin must not be asked.

    Pieces that are all single syllables ("shui biao") make one phrase together.
    """
    if not is_latin_query(folded):
        return []
    pieces = [tuple(unit.text for unit in units(piece)) for piece in folded.split()]
    chunks = [_chunk(piece) for piece in pieces if piece]
    if not any(chunk.readings for chunk in chunks):
        return chunks if all(chunk.initials for chunk in chunks) else []
    # Beside real pinyin a piece that is none ("led dengju") stands for itself.
    chunks = [
        chunk if chunk.readings else PinyinChunk((piece,), chunk.initials)
        for chunk, piece in zip(chunks, filter(None, pieces), strict=True)
    ]
    if len(chunks) > 1 and all(any(len(reading) == 1 for reading in chunk.readings) for chunk in chunks):
        return [PinyinChunk(_phrases([chunk.readings for chunk in chunks]), None)]
    return chunks


def _chunk(piece: tuple[str, ...]) -> PinyinChunk:
    parts = [tuple(_readings(unit)) for unit in piece]
    readings: tuple[tuple[str, ...], ...] = ()
    if any(parts):
        # A unit that is no pinyin ("led", "2.5") stands for itself, as it does in the index.
        readings = _phrases([part or ((unit,),) for part, unit in zip(parts, piece, strict=True)])
    letters = piece[0] if len(piece) == 1 else ""
    typed = _FEWEST_INITIALS <= len(letters) <= _MOST_INITIALS and letters.isascii() and letters.isalpha()
    return PinyinChunk(readings, f"{INITIALS}{letters}" if typed else None)


def _phrases(parts: list[tuple[tuple[str, ...], ...]]) -> tuple[tuple[str, ...], ...]:
    """Every choice of one reading for each part, as one phrase; a few at most."""
    rows = islice(product(*parts), _MOST_READINGS)
    return tuple(tuple(syllable for reading in row for syllable in reading) for row in rows)


@lru_cache(maxsize=1 << 16)  # about as many different words as 66,585 titles have
def _spelt_word(word: str) -> tuple[tuple[str, ...], str]:
    """The syllables of a word, and their first letters; whatever is not Han is one syllable."""
    syllables = _syllables(word) if _ONLY_HAN.fullmatch(word) else (word,)
    return syllables, "".join([syllable[0] for syllable in syllables])


def _syllables(word: str) -> tuple[str, ...]:
    """One syllable for each character of a word of Han; a character without pinyin stands for itself."""
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - 0.15 s and 20 MB, which a query never needs

    together = lazy_pinyin(word)
    # pypinyin leaves characters that it does not know together, and a position each is what phrases rest on.
    found = together if len(together) == len(word) else [lazy_pinyin(one)[0] for one in word]
    for phrase, syllables in _own_readings():
        at = word.find(phrase)
        if at >= 0:
            found[at : at + len(phrase)] = syllables
    return tuple(found)


@cache
def _own_readings() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Words that the library reads otherwise than people here do, longer ones last."""
    entries = (line.split() for line in load_lines("readings.txt"))
    return tuple(sorted(((word, tuple(syllables)) for word, *syllables in entries), key=lambda entry: len(entry[0])))


@cache
def _known_syllables() -> frozenset[str]:
    return frozenset(syllable for line in load_lines("syllables.txt") for syllable in line.split())


@cache
def _begun_syllables() -> frozenset[str]:
    """All that a syllable may begin with."""
    return frozenset(syllable[:end] for syllable in _known_syllables() for end in range(1, len(syllable)))


def _readings(letters: str) -> list[tuple[str, ...]]:
    """All ways to take a run of letters apart into syllables, longest first syllable first, a few at most."""
    typed = as_spelt(letters)
    if len(typed) > _MOST_LETTERS or not re.fullmatch(r"[a-z]+", typed):
        return []
    known = _known_syllables()
    ends = [False] * len(typed) + [True]  # whether the rest from here on can be taken apart at all
    for at in reversed(range(len(typed))):
        ends[at] = any(ends[end] and typed[at:end] in known for end in _ends(typed, at))

    def ways(at: int) -> Iterator[tuple[str, ...]]:
        if at == len(typed):
            yield ()
        for end in _ends(typed, at):
            if ends[end] and typed[at:end] in known:
                for rest in ways(end):
                    yield (typed[at:end], *rest)

    first = islice(ways(0), _MOST_READINGS)
    return sorted(first, key=len)


def _ends(letters: str, start: int) -> range:
    """Where a syllable that begins at `start` may end, the longest (zhuang) first."""
    return range(min(len(letters), start + 6), start, -1)
