"""Sorting as readers expect: names by pinyin, as one integer that every engine can sort by; part 2 before part 10."""

import re

from analyzers.fold import fold

LETTERS = 12
"""5 bits each fill 60 of the 63 positive bits; names that share twelve letters are ordered by their tie."""
_CODES = "0123456789abcdefghijklmnopqrstuv"
"""A letter's code as `int` reads it in base 32."""
_DIGITS = "0123456789"
_MARK = _CODES[5]
"""Whatever is neither digit nor letter: with the last digits, before all letters."""
_UNREADABLE = _MARK * 2
_MOST_CACHED = 30_000
"""All Han characters in common use."""


def sort_number(text: str) -> int:
    """A number that grows with the name: digits before letters, Han characters by their usual reading."""
    # A character is rarely less than a code, and in Chinese several: nearly always a few of them say everything.
    codes = fold(text[:LETTERS])[:LETTERS].translate(_TABLE)
    if len(codes) < LETTERS:
        codes = fold(text)[: 2 * LETTERS].translate(_TABLE)
    return int(codes[:LETTERS].ljust(LETTERS, _CODES[0]), len(_CODES))


def natural(text: str) -> list[tuple[int, str]]:
    """A key that puts part 2 before part 10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", text) if part]


class _Table(dict[int, str]):
    """A table for `str.translate` that works out a character's codes when it is first met."""

    def __missing__(self, character: int) -> str:
        codes = _codes(chr(character))
        if len(self) < _MOST_CACHED:
            self[character] = codes
        return codes


_TABLE = _Table()


def _codes(character: str) -> str:
    if character.isspace():
        return ""
    if character.isascii():
        return _code(character)
    from pypinyin import lazy_pinyin  # noqa: PLC0415 - 0.3 s and 20 MB, which a command that writes nothing never needs

    reading = lazy_pinyin(character, errors="ignore")
    return "".join(map(_code, reading[0])) if reading else _UNREADABLE


def _code(letter: str) -> str:
    if letter in _DIGITS:
        return _CODES[1 + int(letter) // 2]  # five codes for ten digits: 26 letters must fit, too
    return _CODES[6 + ord(letter) - ord("a")] if "a" <= letter <= "z" else _MARK
