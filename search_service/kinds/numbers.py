"""Standard numbers as keys of records."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from analyzers.fold import fold
from analyzers.standard_number import StandardNumber, print_number
from analyzers.standard_number import parse as parse_number


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


def line_key(printed: str) -> str:
    """The number without its edition."""
    parsed = parse(printed)
    return print_number(parsed.undated) if parsed else as_printed(printed)


def same_edition(one: Iterable[Mapping[str, str]], other: Iterable[Mapping[str, str]]) -> bool:
    """Whether two rows cite any same edition; two rows without standards are alike, too."""
    a, b = ({number_key(entry["number"]) for entry in rows} for rows in (one, other))
    return bool(a & b) or not (a or b)
