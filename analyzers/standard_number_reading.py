"""All readings of the standard number that begins at one token; prefix and body put together."""

from collections.abc import Iterator
from typing import NamedTuple

from analyzers.standard_number_body import Body, plausible_year, read_body
from analyzers.standard_number_model import StandardNumber
from analyzers.standard_number_prefixes import Prefix, read_prefixes
from analyzers.standard_number_tokens import BLANK, DIGITS, LETTERS, Tokens

# 600.1~600.5 are five numbers; a longer range is somebody's whole catalogue, of which only the ends are read.
_MOST_IN_RANGE = 60


class Reading(NamedTuple):
    """What stands in tokens `start` to `end` (exclusive), read in one way.

    `numbers` has one entry, or those of a range (GA/T 600.1~600.5-2006). `known`: the prefix is listed or has one of
    the fixed forms. `spaced`: a space stands before the first digit.
    """

    numbers: tuple[StandardNumber, ...]
    start: int
    end: int
    known: bool
    spaced: bool = False

    @property
    def number(self) -> StandardNumber:
        """The first, and nearly always the only one."""
        return self.numbers[0]


def read_numbers(tokens: Tokens, at: int) -> Iterator[Reading]:
    """Readings of the number whose prefix begins at token `at`, the likeliest first."""
    for prefix in read_prefixes(tokens, at):
        body = read_body(tokens, prefix.literal, prefix.at, prefix.head)
        if body is not None:
            numbers, end = _with_range(tokens, prefix, body)
            digits = tokens.kinds.index(DIGITS, at)
            yield Reading(numbers, at, end, prefix.known, tokens.kinds[digits - 1] == BLANK)


def read_bare(tokens: Tokens, at: int, prefix: str = "") -> Reading | None:
    """Digits without a prefix, or with the one of the number before (GB/T 228.1、228.2)."""
    body = read_body(tokens, prefix, at, "")
    if body is None or any("a" <= character <= "z" for character in body.body):
        return None
    return Reading((_number(prefix, body, body.body),), at, body.at, known=True)


def _number(prefix: str, last: Body, body: str) -> StandardNumber:
    return StandardNumber(prefix, body, last.year, last.variant, last.printed_year)


def _with_range(tokens: Tokens, prefix: Prefix, first: Body) -> tuple[tuple[StandardNumber, ...], int]:
    single = (_number(prefix.literal, first, first.body),)
    if tokens.kinds[first.at] != "~" or first.year is not None:
        return single, first.at
    at = tokens.skip_blank(first.at + 1)
    if tokens.kinds[at] == LETTERS:  # GA 434.1~GA434.4-2003
        other = next(iter(read_prefixes(tokens, at)), None)
        if other is None or other.literal != prefix.literal or other.head:
            return single, first.at
        at = other.at
    if tokens.kinds[tokens.skip_blank(at)] != DIGITS:
        return single, first.at
    last = read_body(tokens, prefix.literal, at, "")
    if last is None or plausible_year(last.body):
        return single, first.at
    return tuple(_number(prefix.literal, last, body) for body in _between(first.body, last.body)), last.at


def _between(first: str, last: str) -> list[str]:
    """The bodies of a range: 10098~10099, 600.1~600.5, 19851.1~11; only the two ends where that cannot be told."""
    stem, dot, low = first.rpartition(".")
    other, _, high = last.rpartition(".")
    if low.isdigit() and high.isdigit() and other in {stem, ""} and 0 < int(high) - int(low) < _MOST_IN_RANGE:
        return [f"{stem}{dot}{value:0{len(low)}d}" for value in range(int(low), int(high) + 1)]
    return [first, last if other or not stem else f"{stem}.{last}"]
