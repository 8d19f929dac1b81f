"""How the hand-written tables are read, and the stand-in for chance."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

TABLES = Path(__file__).parent

Row = dict[str, Any]


def draw(*words: str) -> int:
    """A number that depends on nothing but the words, so that the same tables give the same bytes everywhere."""
    return int.from_bytes(hashlib.sha256("|".join(words).encode()).digest()[:6])


def lines(name: str) -> Iterator[str]:
    """The lines of a table without comments and blanks."""
    for raw in (TABLES / name).read_text(encoding="utf-8").splitlines():
        text = raw.strip()
        if text and not text.startswith("#"):
            yield text


def cells(text: str, count: int) -> list[str]:
    """The cells of a line, filled up with blanks: empty cells at the end may be left out in the tables."""
    found = [cell.strip() for cell in text.split("|")]
    return found + [""] * (count - len(found))


@cache
def toml(name: str) -> Mapping[str, Any]:
    """A table in TOML, for rows with long texts."""
    return tomllib.loads((TABLES / name).read_text(encoding="utf-8"))


def without_blanks(row: Mapping[str, Any]) -> Row:
    """The row without fields that say nothing; empty lists stay, because an empty list of regions has a meaning."""
    return {name: value for name, value in row.items() if value not in ("", None)}


def special_rows(kind: str) -> list[Row]:
    """The rows that are written out one by one, without the note that tells why."""
    return [{name: value for name, value in row.items() if name != "story"} for row in toml("special_rows.toml")[kind]]
