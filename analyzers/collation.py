"""Sorting names as Chinese readers expect (by pinyin), as one integer that every engine can sort by."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

from analyzers.fold import fold

LETTERS = 12
"""5 bits each fill 60 of the 63 positive bits; names that share twelve letters are ordered by their tie."""
_DIGITS = "0123456789"


@lru_cache(maxsize=30_000)  # all Han characters in common use
def _spelling(character: str) -> str:
    if character.isascii():
        return character
    return str(lazy_pinyin(character, style=Style.NORMAL, errors="ignore") and lazy_pinyin(character)[0])


def sort_number(text: str) -> int:
    """A number that grows with the name: digits before letters, Han characters by their usual reading."""
    letters = "".join(_spelling(c) for c in fold(text)[: 2 * LETTERS] if not c.isspace())
    number = 0
    for at in range(LETTERS):
        letter = letters[at : at + 1]
        if letter in _DIGITS:
            code = 1 + (int(letter) // 2 if letter else -1)  # five codes for ten digits: 26 letters must fit, too
        elif "a" <= letter <= "z":
            code = 6 + ord(letter) - ord("a")
        else:
            code = 5 if letter else 0
        number = number << 5 | min(code, 31)
    return number
