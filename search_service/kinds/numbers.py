"""Standard numbers as keys of records."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from analyzers.fold import fold
from analyzers.standard_number import StandardNumber, parse_all, print_number
from analyzers.standard_number import parse as parse_number
from analyzers.standard_number_prefixes import canonical_prefix

LONGEST_KEY = 200
"""Characters of a cited number that are kept as a key: the longest real one has 40."""


@lru_cache(maxsize=1024)  # one row is read for its warning, its keys and its year; a batch of a file has 500 rows
def parse(printed: str) -> StandardNumber | None:
    """The number that fills the text, or None."""
    return parse_number(printed)


def number_key(printed: str) -> str:
    """What "the same number" means: the canonical form, or the folded text without blanks where nobody can read it."""
    parsed = parse(printed)
    return print_number(parsed) if parsed else as_printed(printed)


def as_printed(printed: str) -> str:
    """The key of a number that only reads like another one: the folded text without blanks."""
    return "".join(fold(printed).split())


def prefixes(cells: Iterable[str]) -> list[str]:
    """What stands before these numbers, with its slashes and without, as people type it beside words."""
    found = [number for cell in cells for number in _numbers(cell)]
    return list(dict.fromkeys(text for n in found for text in (canonical_prefix(n.prefix), n.bare_prefix) if text))


@lru_cache(maxsize=1024)  # one regulation is cited by many rows
def _numbers(cell: str) -> tuple[StandardNumber, ...]:
    return tuple(parse_all(cell))


def line_key(printed: str) -> str:
    """The number without its edition."""
    parsed = parse(printed)
    return print_number(parsed.undated) if parsed else as_printed(printed)


def edition_key(number: StandardNumber) -> str:
    """Prefix, body and year, however the prefix is written; translations and amendments belong to their edition."""
    plain = replace(number, prefix=canonical_prefix(number.prefix), variant="", printed_year="")
    return print_number(plain)[:LONGEST_KEY]


def cited_keys(printed: str) -> list[str]:
    """The editions that a citation names: one, several in one cell, or the text where nobody can read it."""
    numbers = parse_all(printed)
    return list(dict.fromkeys(map(edition_key, numbers))) or [as_printed(printed)[:LONGEST_KEY]]


def same_edition(one: Iterable[Mapping[str, str]], other: Iterable[Mapping[str, str]]) -> bool:
    """Whether two rows cite any same edition; two rows without standards are alike, too."""
    a, b = ({number_key(entry["number"]) for entry in rows} for rows in (one, other))
    return bool(a & b) or not (a or b)
