"""Ranges and accuracies inside of a sentence: `压力表 0~60MPa 1.6级 检定` holds both, `PM2.5` and 二级标准 hold none.

Stricter than reading a field: here a range needs a unit that is known, because a query is full of other digits.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from analyzers.measure import NUMBER, Unreadable, normalised, read_range
from analyzers.measure_accuracy import read_accuracy
from analyzers.measure_units import MISSPELT, Unit, known

RANGE, ACCURACY, POINT = "range", "accuracy", "point"
"""A point (250MPa) is a range only where something is to be measured: the reader decides."""


class FoundMeasure(NamedTuple):
    """What was found: `RANGE`, `POINT` or `ACCURACY`, and the stretch of the original text."""

    what: str
    start: int
    end: int


_HAN_UNITS = "|".join(sorted((word for word in MISSPELT if not word.isascii()), key=len, reverse=True))
_UNIT = rf"(?:[a-zA-ZμΩ℃℉%‰°][a-zA-ZμΩ℃℉%°/·²³⁻¹0-9]{{0,11}}|{_HAN_UNITS})"
# What digits are part of, so that they begin no quantity: a model, a version, a longer number.
_ALONE = r"(?<![A-Za-z0-9.~/_-])"
_BETWEEN = rf"{_ALONE}\(?\s?(?:DN)?{NUMBER}\s?{_UNIT}?\s?(?:~{{1,2}}|至|到|-)\s?(?:DN)?{NUMBER}\s?\)?\s?{_UNIT}?"
_SIGNED = rf"(?:<=|>=|[≤≥<>]|不大于|不小于|不超过|不低于|小于|大于|至少|至多)\s?{NUMBER}\s?{_UNIT}"
_SIDED = rf"{_ALONE}{NUMBER}\s?{_UNIT}\s?(?:及|或)?(?:以上|以下|以内)"
_RANGES = re.compile(f"{_BETWEEN}|{_SIGNED}|{_SIDED}")
_POINTS = re.compile(rf"{_ALONE}(?:(?<![A-Z])DN\s?{NUMBER}|{NUMBER}\s?{_UNIT})")
_GRADES = re.compile(
    r"(?:(?:准确度|精度)(?:等级)?\s?[:=为]?\s?)?"
    r"(?:(?<![A-Za-z0-9.~/_+-])(?:\d{1,2}\.\d{1,3}[Ss]?|[1-5])\s?(?:等级|级|等(?![级于候]))"
    r"|(?<![A-Za-z0-9])(?:[EFM][12]|M3)\s?(?:等级|级)"
    r"|(?<![A-Za-z0-9])(?:[ⅠⅡⅢⅣ]|I{1,3}|IV)\s?(?:等级|级))"
)
_ERRORS = re.compile(rf"(?:(?:MPE|最大允许误差|允差)\s?[:=]?\s?)?±\s?{NUMBER}\s?(?:{_UNIT})?")
# Tried before ranges and points: 0.5℃ of `U=0.5℃ k=2` is none.
_UNCERTAINTIES = re.compile(
    rf"(?:(?<![A-Za-z0-9])U(?:95|rel|r)?\s?(?:[:=]|<=|[≤<])|(?:扩展)?不确定度\s?(?:[:=为]|<=|[≤<]|不大于|不超过|优于)?)"
    rf"\s?{NUMBER}\s?(?:{_UNIT}?(?=\s?k\s?=)|{_UNIT})(?:\s?[(,，]?\s?k\s?=\s?\d(?:\.\d{{1,3}})?\s?\)?)?"
)
# How long one waits: 3到5天内, 24小时, 48h.  What a stopwatch measures is written from … to, in s, min or h.
_TIME = (("s", 1),)
_WAITED = re.compile(r"[天时分秒d]")
_BOTH_ENDS = re.compile(r"\d[^\d~至到-]*(?:~|至|到|-)")
# Units of one letter that a bare number is measured in; 3C, 4S and 5G are something else.
_LETTERS = frozenset("VAWNgtmL℃%°")
# A grade of something else than of a measurement: 二级标准 is not written in digits, these are.
_OTHER_GRADES = re.compile(
    r"\s?(?:能效|防火|耐火|防水|防护|甲|乙|医|响应|风|地震|文物|注册|建造|保护|配|反应|学科|目录)"
)
# Digits, comparisons and Roman numerals: without any of them there is nothing to find.
_SOME = re.compile(r"[\d≤≥<>±ⅠⅡⅢⅣ]|[I]{1,3}V?\s?[级等]")


def find_measures(text: str) -> list[FoundMeasure]:
    """The ranges and accuracies in a query, in order, never overlapping."""
    plain = normalised(text)
    if not _SOME.search(plain):
        return []
    found: list[FoundMeasure] = []
    every = [*_ranges(plain, _RANGES, RANGE), *_accuracies(plain), *_ranges(plain, _POINTS, POINT)]
    for one in sorted(every, key=lambda one: (one.start, -one.end)):
        if not found or one.start >= found[-1].end:
            found.append(one)
    return found


def _ranges(plain: str, pattern: re.Pattern[str], what: str) -> Iterator[FoundMeasure]:
    at = 0
    while (match := pattern.search(plain, at)) is not None:
        at = max(match.end(), match.start() + 1)
        for end in _ends(match):
            stretch = plain[match.start() : end]
            read = read_range(stretch)
            if isinstance(read, Unreadable) or not read.unit_clear or read.unit is None or not known(read.unit.symbol):
                continue
            if _duration(stretch, read.unit):
                continue
            if what == POINT and len(read.unit.symbol) == 1 and read.unit.symbol not in _LETTERS:
                continue
            begun = match.start() + len(stretch) - len(stretch.lstrip())
            yield FoundMeasure(what, begun, match.start() + len(stretch.rstrip()))
            at = max(end, match.start() + 1)
            break


def _duration(stretch: str, one: Unit) -> bool:
    """Whether it says how long something takes, and not what is measured."""
    if one.dimension != _TIME:
        return False
    return _WAITED.search(stretch) is not None or not _BOTH_ENDS.search(stretch)


def _ends(match: re.Match[str]) -> Iterator[int]:
    """Where the stretch may end: a unit may have taken the beginning of the next word with it."""
    yield match.end()
    last = re.search(r"[a-zA-Z/·]+$", match[0])
    if last is not None:
        yield from range(match.end() - 1, match.start() + last.start(), -1)


def _accuracies(plain: str) -> Iterator[FoundMeasure]:
    for match in _GRADES.finditer(plain):
        if not _OTHER_GRADES.match(plain, match.end()):
            yield FoundMeasure(ACCURACY, match.start(), match.end())
    for match in _UNCERTAINTIES.finditer(plain):
        yield FoundMeasure(ACCURACY, match.start(), match.start() + len(match[0].rstrip()))
    for match in _ERRORS.finditer(plain):
        if not isinstance(read_accuracy(match[0]), Unreadable):
            yield FoundMeasure(ACCURACY, match.start(), match.start() + len(match[0].rstrip()))
