"""The real standards as the benchmark sees them, read without any code of the project.

Judgements may not come from the parser and the analysers that they are to judge, so numbers are split here by one
plain pattern, and only rows that it splits become queries; all rows are indexed.
"""

import csv
import lzma
import re
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import opencc

TABLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "standards" / "cn_standards_merged.csv.xz"

# GB 1.1-2020, GB/T 228.1-2021E, JJG 52-2013, JJF(电子) 0071-2021, DB61/T 1-2019, T/CAS 12-2020; anything else is
# indexed but not asked for.
_NUMBER = re.compile(
    r"(?P<prefix>[A-Z]{1,6}(?:/[A-Z])?|JJ[FG]\(\w+\)|DB\d{2,6}(?:/T)?|T/[A-Z]+) (?P<body>\d+(?:\.\d+)*)"
    r"-(?P<year>\d{4})(?P<variant>[A-Z]|/XG.*)?"
)
_STATUS = {"现行": "current", "即将实施": "upcoming", "废止": "withdrawn"}


@dataclass(frozen=True)
class Row:
    """One standard; the slots are empty where the plain pattern does not split the number."""

    place: int
    number: str
    title: str
    abstract: str
    status: str
    prefix: str
    body: str
    year: str
    variant: str

    @cached_property
    def title_spoken(self) -> str:
        """See `spoken`."""
        return spoken(self.title)

    @cached_property
    def title_plain(self) -> str:
        """See `plain`."""
        return self.title_spoken.replace(" ", "")

    @property
    def sampled(self) -> bool:
        """Fit to be asked for: a plain number and a title without remains of markup."""
        return bool(self.body) and not self.variant and not re.search(r"[<>&]|^\W|\d{4}-\d{2}-\d{2}", self.title)


class Haystack:
    """Texts as one long string, because looking through 66,585 of them one by one takes a hundred times longer."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._starts: list[int] = []
        lines = []
        length = 0
        for text in texts:
            self._starts.append(length)
            lines.append(text)
            length += len(text) + 1
        self._text = "\n".join(lines)

    def holding(self, piece: str) -> set[int]:
        """Places of the texts that hold a piece."""
        found = set()
        at = self._text.find(piece)
        while at >= 0:
            place = bisect_right(self._starts, at) - 1
            found.add(place)
            last = place + 1 == len(self._starts)
            at = -1 if last else self._text.find(piece, self._starts[place + 1])
        return found


class Corpus:
    """All rows, and who shares what with whom."""

    def __init__(self, table: Path = TABLE) -> None:
        with lzma.open(table, "rt", encoding="utf-8", newline="") as lines:
            self.rows = [_row(place, cells) for place, cells in enumerate(csv.DictReader(lines))]

    @cached_property
    def editions(self) -> dict[tuple[str, str], list[Row]]:
        """Rows of one prefix and body."""
        return _grouped(self.rows, lambda row: (row.prefix, row.body))

    @cached_property
    def bodies(self) -> dict[str, list[Row]]:
        """Rows of one body under any prefix."""
        return _grouped(self.rows, lambda row: row.body)

    @cached_property
    def titles(self) -> dict[str, list[Row]]:
        """Rows of one title, punctuation apart."""
        return _grouped(self.rows, lambda row: row.title_plain)

    @cached_property
    def spoken_titles(self) -> Haystack:
        """See `spoken`; `plain_titles` and `spoken_abstracts` likewise."""
        return Haystack(row.title_spoken for row in self.rows)

    @cached_property
    def plain_titles(self) -> Haystack:
        """See `plain`."""
        return Haystack(row.title_plain for row in self.rows)

    @cached_property
    def spoken_abstracts(self) -> Haystack:
        """See `spoken`."""
        return Haystack(spoken(row.abstract) for row in self.rows)

    @cached_property
    def traditional(self) -> Callable[[str], str]:
        """Simplified → traditional, phrase by phrase as people in Taiwan or Hong Kong write."""
        return opencc.OpenCC("s2t").convert


def spoken(text: str) -> str:
    """One width, one case, and one space for any punctuation: `第3部分：开关` and `第3部分: 开关` are typed alike."""
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()


def plain(text: str) -> str:
    """Letters and digits only: equal for titles that differ in punctuation."""
    return spoken(text).replace(" ", "")


def _row(place: int, cells: dict[str, str]) -> Row:
    split = _NUMBER.fullmatch(cells["no"])
    parts = split.groupdict("") if split else dict.fromkeys(("prefix", "body", "year", "variant"), "")
    return Row(place, cells["no"], cells["title"], cells["abstract"], _STATUS.get(cells["status"], "unknown"), **parts)


def _grouped(rows: list[Row], key) -> dict:  # noqa: ANN001 - three keys of different types, read ten lines above
    groups = defaultdict(list)
    for row in rows:
        if row.body:
            groups[key(row)].append(row)
    return dict(groups)
