"""The document's side of the ranking formula: what the words of a row become (``docs/ranking.md``, fields).

Which text of a kind plays which part is declared by the kind; here are only the parts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from analyzers import pinyin
from analyzers.fold import fold
from analyzers.grams import BAR, bigrams_strict, unit_tokens
from analyzers.standard_number import parse_all
from analyzers.words import index_words
from search_service.query.number_keys import identifier_key, number_keys, squashed_key

NUM, CITED, TITLE_K, FLAG = "num", "cited", "title_k", "flag"
"""Keyword fields: keys of the row's own numbers, of those it cites, hashes of its names, what priors look at."""
BODY_W, TITLE_B, TITLE_U, ABS_B, PINYIN = "body_w", "title_b", "title_u", "abs_b", "pinyin"
"""Text fields: words of everything; bigrams and units of the names; bigrams of the texts; pinyin of the names."""

TEXT_FIELDS = ((BODY_W, False), (TITLE_B, True), (TITLE_U, True), (ABS_B, True), (PINYIN, True))
"""Names, and whether the positions are kept."""
KEYWORD_FIELDS = (NUM, CITED, TITLE_K, FLAG)

SENTINEL = "#"
"""In every text field of every document: Lucene takes mean lengths over documents that have the field, tantivy over
all.  No analyser makes this token."""

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
    names = [folded for name in dict.fromkeys(row.names) if (folded := fold(name))]
    texts = _telling([fold(text) for text in dict.fromkeys(row.texts)], names, row.numbers)
    return Lexical(
        texts={
            BODY_W: _joined(index_words(text) for text in (*names, *texts)),
            TITLE_B: _joined(bigrams_strict(name, start_mark=True) for name in names),
            TITLE_U: _joined(_barred(unit_tokens(name) for name in names)),
            ABS_B: _joined(_barred(bigrams_strict(text) for text in texts)),
            PINYIN: _joined(_barred(pinyin.index_tokens(name) for name in names)),
        },
        keywords={
            NUM: [*_number_values(row.numbers), *(identifier_key(text) for text in row.identifiers)],
            CITED: _number_values(row.cited),
            TITLE_K: list(dict.fromkeys(key for name in row.names for key in (exact_key(name), plain_key(name)))),
            FLAG: [*row.flags, _well_formed(row.numbers)],
        },
    )


def exact_key(text: str) -> str:
    """Equal for texts that are written alike: editions often differ by one space or colon of the title."""
    return "w:" + _hash(text.strip())


def plain_key(text: str) -> str:
    """Equal for texts that differ in punctuation, width, script or case only."""
    return "p:" + _hash("".join(unit_tokens(fold(text))))


def _hash(text: str) -> str:
    # 64 bits: among a million names a false equal has a chance of one in 30 million.
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()


def _telling(texts: Sequence[str], names: Sequence[str], numbers: Sequence[str]) -> list[str]:
    """Texts that say more than the row's name, or its number and name: else every name would count twice."""
    plain_names = ["".join(unit_tokens(name)) for name in names]
    said = {*plain_names}
    said.update("".join(unit_tokens(fold(number))) + name for number in numbers for name in plain_names)
    return [text for text in texts if text and "".join(unit_tokens(text)) not in said]


def _joined(pieces: Iterable[Iterable[str]]) -> str:
    return " ".join((SENTINEL, *(token for piece in pieces for token in piece)))


def _barred(pieces: Iterable[Sequence[str]]) -> Iterable[Sequence[str]]:
    """A bar between two pieces, so that no phrase reaches from one into the next."""
    for at, piece in enumerate(pieces):
        if at:
            yield (BAR,)
        yield piece


def _number_values(printed: Iterable[str]) -> list[str]:
    """All keys of all numbers in these cells; the squashed cell too, for spellings that nobody can parse."""
    keys: dict[str, None] = {}
    for cell in printed:
        for number in parse_all(cell):
            keys.update(dict.fromkeys(number_keys(number)))
        keys[squashed_key(cell)] = None
    return list(keys)


def _well_formed(printed: Sequence[str]) -> str:
    found = [number for cell in printed for number in parse_all(cell)]
    plain = not printed or (len(found) == 1 and found[0].year is not None and not found[0].variant)
    return PLAIN_NUMBER if plain else ODD_NUMBER
