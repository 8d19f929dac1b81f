"""Rows to measure with: the real standards where they are beside the project, else titles made of the sample's."""

import csv
import json
import lzma
import random
import re
from dataclasses import dataclass, replace
from functools import cache
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "data"
TABLE = REAL / "standards" / "cn_standards_merged.csv.xz"
SAMPLE = ROOT / "api" / "sample"

SEED = 2611
_STATUS = {"现行": "current", "即将实施": "upcoming", "废止": "withdrawn"}


@dataclass(frozen=True, slots=True)
class Row:
    """One standard as a file has it."""

    number: str
    title: str
    abstract: str
    status: str
    ics: str
    ccs: str
    published: str


def source() -> str:
    """What the rows are, for the reader of a result."""
    return "real standards" if TABLE.exists() else "titles made of the sample's"


@cache
def rows(count: int) -> list[Row]:
    """`count` standards; behind the last one they repeat with changed numbers."""
    return [again(row, lap) for lap, row in _laps(table(count), count)]


@cache
def table(count: int) -> list[Row]:
    """The standards that are not repeated, shuffled: those of the real table, else `count`."""
    own = _real() if TABLE.exists() else _mixed(_sample(), count)
    return random.Random(SEED).sample(own, len(own))


def again(row: Row, lap: int) -> Row:
    """A row in its repetition of that number; lap 0 is itself."""
    return replace(row, number=_renumbered(row.number, lap)) if lap else row


def _laps(own: list[Row], count: int) -> list[tuple[int, Row]]:
    return [(at // len(own), row) for at, row in enumerate(islice(cycle(own), count))]


def _renumbered(number: str, lap: int) -> str:
    """Another number of the same form: GB/T 228.1-2021 → GB/T 10228.1-2021."""
    return re.sub(r"(?<= )(\d+)", lambda found: f"{lap}{found[0]:0>4}", number, count=1)


def _real() -> list[Row]:
    with lzma.open(TABLE, "rt", encoding="utf-8", newline="") as lines:
        return [
            Row(
                number=c["no"],
                title=c["title"],
                abstract=c["abstract"],
                status=_STATUS.get(c["status"], "unknown"),
                ics=c["ics"].split("/")[0],
                ccs=c["ccs"][:3],
                published=c["publish"],
            )
            for c in csv.DictReader(lines)
        ]


def _sample() -> list[Row]:
    lines = (SAMPLE / "standards.jsonl").read_text("utf-8").splitlines()
    return [
        Row(
            number=c["number"],
            title=c["title"],
            abstract=c.get("scope") or "",
            status=c["status"],
            ics=next(iter(c.get("ics") or [""])),
            ccs=next(iter(c.get("ccs") or [""])),
            published=c.get("published_on") or "",
        )
        for c in map(json.loads, lines)
    ]


def _mixed(own: list[Row], count: int) -> list[Row]:
    """Titles of two halves: hundreds of repeated ones would measure how equals are put in order."""
    chosen = random.Random(SEED)
    found = {row.number: row for row in own}
    while len(found) < count:
        one, other = chosen.choices(own, k=2)
        title = one.title[: len(one.title) // 2] + other.title[len(other.title) // 2 :]
        body = f"{10_000 + len(found)}-{chosen.randint(1990, 2026)}"
        number = re.sub(r"(?<=[ /])\d[^ /]*$", body, one.number)  # GB/T 228.1-2021, DB32/1072-2007
        found.setdefault(number, replace(one, number=number, title=title))  # one of the sample's own may be there
    return list(found.values())
