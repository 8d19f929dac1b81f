"""Standard numbers: reading a cell, printing, finding in sentences (docs/ranking.md, "Numbers"; P1–P3, T7–T9).

This is the door. The slots and printing are in `standard_number_model`, the grammar in `standard_number_prefixes` and
`standard_number_body`, the commonest form in `standard_number_plain`, sentences and cells with several numbers in
`standard_number_find`.
"""

import re

from analyzers.fold import fold
from analyzers.standard_number_find import FoundNumber, find, find_in_cell, parse_all
from analyzers.standard_number_model import StandardNumber, print_number
from analyzers.standard_number_plain import read_plain
from analyzers.standard_number_reading import Reading, read_bare, read_numbers
from analyzers.standard_number_tokens import BLANK, DIGITS, END, LETTERS, Tokens, tokenise

__all__ = ["FoundNumber", "StandardNumber", "find", "find_in_cell", "parse", "parse_all", "print_number"]

# The longest real number has 40 characters; a longer cell holds a title or several numbers.
_LONGEST = 100
_OPENING = frozenset("《<([【“\"'") | {BLANK}
# Most cells that hold no number are titles, which begin with Chinese.
_BEGINNING = re.compile(rf"[{re.escape(''.join(_OPENING))}]*[a-z0-9]")
_CLOSING = frozenset("》>)]】”\"'.。,;、") | {BLANK}


def parse(text: str) -> StandardNumber | None:
    """The number that fills the cell; None when it holds none, several, or anything else beside it.

    Any prefix is believed here; bare digits give the prefix "". Of several readings (DB111234) the likeliest is taken.
    """
    if len(text) > _LONGEST:
        return None
    folded = fold(text)
    plain = read_plain(folded)
    if plain is not None or not _BEGINNING.match(folded):
        return plain
    tokens = tokenise(folded)
    at = 0
    while tokens.kinds[at] in _OPENING:
        at += 1
    if tokens.kinds[at] == DIGITS:
        reading = read_bare(tokens, at)
        return reading.number if reading and _is_all(tokens, reading) else None
    if tokens.kinds[at] != LETTERS:
        return None
    return next((reading.number for reading in read_numbers(tokens, at) if _is_all(tokens, reading)), None)


def _is_all(tokens: Tokens, reading: Reading) -> bool:
    end = reading.end
    while tokens.kinds[end] in _CLOSING:
        end += 1
    return tokens.kinds[end] == END and len(reading.numbers) == 1
