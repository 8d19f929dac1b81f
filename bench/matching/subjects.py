"""What is tested and measured, field by field: the shipped sample's subjects, and real lists where they are at hand.

The lists are of foods, and of standards whose titles name an object and a parameter.

An annex is of one trade or two, so subjects stand in fields; without the real lists each of the sample's has variants.
"""

import csv
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from bench.speed.rows import REAL, SAMPLE, SEED, TABLE, table

FOODS = REAL / "capability" / "food_object_item_standard.csv"
REGULATIONS = REAL / "standards" / "jjg_jjf_list.csv"

VARIANTS = ("工业", "民用", "出口", "再生", "特种", "高强", "轻质", "精制", "复合", "改性", "预制", "车用")
"""Objects made of each one of the sample, in its own field."""

STEEP = 20
"""Of the n-th subject of a field 1 / (n + 20) are offered: a few by nearly everybody in the trade, most by some."""

_METHOD = re.compile(r"(\S{2,12}?)\s+(\S{2,20}?)的?(?:测定|试验|检测|检验)(?:方法)?(?:\s.*)?")
"""水质 总氮的测定 …; 金属材料 拉伸试验 …: an object, then a parameter."""
_WATER = ("水质", "地下水", "海水", "生活饮用水")
_PART = re.compile(r"第|部分|技术|要求|方法|规范|通则")
_INSTRUMENT = re.compile(r"(\S{2,20}?)(?:检定规程|校准规范)")


@dataclass(frozen=True, slots=True)
class Subject:
    """One line of an annex for testing; standards by number and name."""

    field: str
    object: str
    parameter: str
    standards: tuple[tuple[str, str], ...]
    limitation: str | None = None


def sample(name: str) -> list[dict[str, Any]]:
    """Rows of a shipped file."""
    return [json.loads(line) for line in (SAMPLE / name).read_text("utf-8").splitlines()]


@cache
def fields() -> dict[str, Sequence[Subject]]:
    """Subjects of testing by field, the most offered ones first."""
    found: dict[str, dict[tuple[str, str], Subject]] = defaultdict(dict)
    for subject in _subjects():
        found[subject.field].setdefault((subject.object, subject.parameter), subject)
    return {name: list(own.values()) for name, own in found.items()}


def _subjects() -> Iterator[Subject]:
    own = [_of_sample(row) for row in sample("capabilities.jsonl") if row.get("state") == "published"]
    yield from own
    yield from random.Random(SEED).sample(others := list(_further(own)), len(others))


def _further(own: Sequence[Subject]) -> Iterator[Subject]:
    if FOODS.exists() and TABLE.exists():
        yield from _foods()
        yield from _titles()
    for variant in VARIANTS:  # with the real lists too: a platform has ten times as many subjects as our sample
        for subject in own:
            name = f"{variant}{subject.object}"
            yield Subject(subject.field, name, subject.parameter, subject.standards, subject.limitation)


def _of_sample(row: Mapping[str, Any]) -> Subject:
    entries = ({"number": one} if isinstance(one, str) else one for one in row["standards"])
    cited = tuple((one["number"], one.get("name") or "") for one in entries)
    return Subject(row["field"], row["object"], row.get("parameter") or "", cited, row.get("limitation"))


def _foods() -> Iterator[Subject]:
    with FOODS.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            trade = [*row["对象路径"].split(">"), ""][1] or "食品"
            yield Subject(trade, row["检测对象"], row["检测项目"], ((row["标准号"], row["标准名称"]),))


def _titles() -> Iterator[Subject]:
    for row in table(0):
        found = _METHOD.fullmatch(row.title)
        if found is None or row.status == "withdrawn" or _PART.search(found[1] + found[2]):
            continue
        field = "水和废水" if found[1] in _WATER else found[1][:2]
        yield Subject(field, found[1], found[2], ((row.number, row.title),))


@cache
def trades() -> Sequence[Sequence[Subject]]:
    """The fields in an order in which neighbours are alike, as far as names tell."""
    return [own for _, own in sorted(fields().items())]


@cache
def editions() -> Mapping[str, Sequence[str]]:
    """Of the real standards: a number without its year → the editions of it."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in table(0) if TABLE.exists() else ():
        found[row.number.rpartition("-")[0]].append(row.number)
    return found


@cache
def instruments() -> Sequence[Mapping[str, Any]]:
    """Lines of metrology annexes, the most offered first; a real list lends names and numbers, the sample the rest."""
    found = sample("authorisations.jsonl")
    if REGULATIONS.exists():
        kinds = {"JJG": "verification", "JJF": "calibration"}
        with REGULATIONS.open(encoding="utf-8", newline="") as lines:
            for at, row in enumerate(csv.DictReader(lines)):
                name = _INSTRUMENT.match(row["title"])
                if name is not None and row["status"] == "现行" and row["no"][:3] in kinds:
                    like = found[at % 250]
                    own = {"service": kinds[row["no"][:3]], "instrument": name[1], "regulation": row["no"]}
                    found.append({**like, **own, "limitation": None})
    return found


def weights(count: int) -> list[float]:
    """How often each of so many is offered, the most frequent first."""
    return [1 / (at + STEEP) for at in range(count)]
