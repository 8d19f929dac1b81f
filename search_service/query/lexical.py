"""The document's side of the ranking formula: what the words of a row become (``docs/ranking.md``, fields).

Which text of a kind plays which part is declared by the kind; here are only the parts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from typing import NamedTuple

from analyzers import pinyin
from analyzers.fold import fold
from analyzers.grams import BAR, bigrams_strict, unit_tokens
from analyzers.standard_number import StandardNumber, parse_all
from analyzers.words import current, index_words
from search_service.query.number_keys import identifier_key, number_keys, squashed_key

NUM, CITED, TITLE_K, FLAG = "num", "cited", "title_k", "flag"
"""Keyword fields: keys of the row's own numbers, of those it cites, hashes of its names, what priors look at."""
BODY_W, TITLE_B, TITLE_U, ABS_B, PINYIN = "body_w", "title_b", "title_u", "abs_b", "pinyin"
"""Text fields: words of everything; bigrams and units of the names; bigrams of the texts; pinyin of the names."""

TEXT_FIELDS = ((BODY_W, False), (TITLE_B, True), (TITLE_U, True), (ABS_B, True), (PINYIN, True))
"""Names, and whether the positions are kept."""
KEYWORD_FIELDS = (NUM, CITED, TITLE_K, FLAG)

SENTINEL = "#"
"""In every text field of every document: the cluster takes mean lengths over documents that have the field, the
embedded engine over all.  No analyser makes this token."""

PLAIN_NUMBER, ODD_NUMBER = "ok", "odd"
"""Flags: one number with a year and no variant; translations, amendments, collective and undated numbers are odd.
Rows without a number of their own are plain: the flag tells nothing of them."""


@dataclass(frozen=True, slots=True)
class LexicalRow:
    """The texts of one row by role, as stored.

    Attributes:
        names: what the record is called; each one is findable by every fragment of it.
        texts: the rest that can be searched.
        numbers: its own standard numbers, as printed.
        identifiers: its other identifiers (credit code, certificate number).
        cited: standard numbers that it names without being them, as printed.
        flags: what the kind's priors look at.
    """

    names: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lexical:
    """Tokens by text field, joined by spaces, and values by keyword field."""

    texts: dict[str, str]
    keywords: dict[str, list[str]]


def analyse(row: LexicalRow) -> Lexical:
    """Everything that the formula asks about a row."""
    folded = {name: fold(name) for name in row.names}
    names = [_name(text) for text in folded.values() if text]
    texts = [_text(text) for text in _telling(row, names)]
    return Lexical(
        texts={
            BODY_W: _joined([*(name.words for name in names), *(text.words for text in texts)]),
            TITLE_B: _joined([name.bigrams for name in names]),
            TITLE_U: _joined(_barred([name.units for name in names])),
            ABS_B: _joined(_barred([text.bigrams for text in texts])),
            PINYIN: _joined(_barred([name.pinyin for name in names])),
        },
        keywords={
            NUM: [*_number_values(row.numbers), *(identifier_key(text) for text in row.identifiers)],
            CITED: _number_values(row.cited),
            TITLE_K: _title_keys(folded, names),
            FLAG: [*row.flags, _well_formed(row.numbers)],
        },
    )


def exact_key(text: str) -> str:
    """Equal for texts that are written alike: editions often differ by one space or colon of the title."""
    return "w:" + _hash(text.strip())


def plain_key(text: str) -> str:
    """Equal for texts that differ in punctuation, width, script or case only."""
    return _plain_key(_plain(fold(text)))


def _plain_key(plain: str) -> str:
    return "p:" + _hash(plain)


def _plain(folded: str) -> str:
    return "".join(unit_tokens(folded))


def _title_keys(folded: Mapping[str, str], names: Iterable["_Name"]) -> list[str]:
    """Both keys of each name; `names` are those of which the fold has left anything."""
    analysed = iter(names)
    plain = [next(analysed).plain if text else "" for text in folded.values()]
    keys = ((exact_key(name), _plain_key(text)) for name, text in zip(folded, plain, strict=True))
    return list(dict.fromkeys(chain.from_iterable(keys)))


def _hash(text: str) -> str:
    # 64 bits: among a million names a false equal has a chance of one in 30 million.
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _telling(row: LexicalRow, names: Sequence["_Name"]) -> list[str]:
    """Folded texts that say more than the row's name, or its number and name: else every name would count twice."""
    texts = [folded for text in dict.fromkeys(row.texts) if (folded := fold(text))]
    if not texts:
        return texts
    said = {name.plain for name in names}
    said.update(_plain(fold(number)) + name.plain for number in row.numbers for name in names)
    longest = max(map(len, said), default=0)
    return [text for text in texts if not _repeats(text, said, longest)]


def _repeats(text: str, said: Collection[str], longest: int) -> bool:
    # A long text is told from its beginning: cutting an abstract into units takes longer than the words of a name.
    beginning = _plain(text[: longest + 1])
    return any(plain.startswith(beginning) for plain in said) and _plain(text) in said


class _Name(NamedTuple):
    """A name as the fields have it: tokens joined by spaces."""

    words: str
    bigrams: str
    units: str
    pinyin: str
    plain: str
    """The units without anything between them."""


class _Text(NamedTuple):
    """Any other text, likewise."""

    words: str
    bigrams: str


# What is said of one capability is said of thousands: objects, parameters, institutions, divisions.  Each remembered
# text takes some 2 kB, so only short ones and so many.
_SHORT, _REMEMBERED = 60, 1 << 12


def _name(folded: str) -> _Name:
    dictionary = current().fingerprint
    return _short_name(folded, dictionary) if len(folded) <= _SHORT else _made_name(folded, dictionary)


def _text(folded: str) -> _Text:
    dictionary = current().fingerprint
    return _short_text(folded, dictionary) if len(folded) <= _SHORT else _made_text(folded, dictionary)


def _made_name(folded: str, dictionary: str) -> _Name:
    del dictionary  # only remembers under which one these words were cut
    units = unit_tokens(folded)
    return _Name(
        words=" ".join(index_words(folded)),
        bigrams=" ".join(bigrams_strict(folded, start_mark=True)),
        units=" ".join(units),
        pinyin=" ".join(pinyin.index_tokens(folded)),
        plain="".join(units),
    )


def _made_text(folded: str, dictionary: str) -> _Text:
    del dictionary
    return _Text(" ".join(index_words(folded)), " ".join(bigrams_strict(folded)))


_short_name = lru_cache(_REMEMBERED)(_made_name)
_short_text = lru_cache(_REMEMBERED)(_made_text)


def _joined(pieces: Iterable[str]) -> str:
    return " ".join((SENTINEL, *filter(None, pieces)))


def _barred(pieces: Iterable[str]) -> Iterable[str]:
    """A bar between two pieces, so that no phrase reaches from one into the next."""
    for at, piece in enumerate(pieces):
        if at:
            yield BAR
        yield piece


@lru_cache(_REMEMBERED)  # a number is read for its keys and for its flag, and cited by thousands
def _numbers(cell: str) -> tuple[StandardNumber, ...]:
    return tuple(parse_all(cell))


def _number_values(printed: Iterable[str]) -> list[str]:
    """All keys of all numbers in these cells; the squashed cell too, for spellings that nobody can parse."""
    return list(dict.fromkeys(chain.from_iterable(map(_cell_keys, printed))))


@lru_cache(_REMEMBERED)
def _cell_keys(cell: str) -> tuple[str, ...]:
    return *(key for number in _numbers(cell) for key in number_keys(number)), squashed_key(cell)


def _well_formed(printed: Sequence[str]) -> str:
    found = [number for cell in printed for number in _numbers(cell)]
    plain = not printed or (len(found) == 1 and found[0].year is not None and not found[0].variant)
    return PLAIN_NUMBER if plain else ODD_NUMBER
