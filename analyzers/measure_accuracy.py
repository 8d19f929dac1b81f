"""How accurate: grades (`1.6级`, `E2级`, `Ⅲ级`), ranks (`3等`), permissible errors (`±0.5%`) and uncertainties.

The four are kinds of their own, never compared with one another, nor are relative, full-scale and absolute figures.
Smaller is better everywhere.  What cannot be read is said to be so; equal text is as good (`equal_text`).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from analyzers.fold import fold
from analyzers.measure import LONGEST, NUMBER, Unreadable, normalised, number
from analyzers.measure_units import unit


class Kind(StrEnum):
    """What sort of statement it is."""

    GRADE = "grade"
    RANK = "rank"
    ERROR = "error"
    UNCERTAINTY = "uncertainty"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; values of one `kind` and `scale` can be compared, the smaller is the better.

    `scale`: the series of grades ("number", "number s", "weights", "roman"), or of what the figure is a part
    ("relative", "full_scale", else the quantity in base units).  Uncertainties are those at k = 2.
    """

    kind: Kind
    scale: str
    value: Fraction


_ROMAN = {"Ⅰ": 1, "Ⅱ": 2, "Ⅲ": 3, "Ⅳ": 4, "I": 1, "II": 2, "III": 3, "IV": 4}
_WEIGHTS = {"E1": 1, "E2": 2, "F1": 3, "F2": 4, "M1": 5, "M2": 6, "M3": 7}
_GRADE_WORD = r"(?P<s>[Ss])?\s?(?:准确度|精度)?(?:等级|级)"
_LEADING = r"(?:(?:准确度|精度)(?:等级)?\s?(?:[:=]|为)?\s?)?"
_NUMBER_GRADE = re.compile(
    rf"{_LEADING}(?P<value>\d{{1,3}}(?:\.\d{{1,4}})?)(?:\s?级?\s?[~-]\s?(?P<to>\d{{1,3}}(?:\.\d{{1,4}})?))?\s?{_GRADE_WORD}"
)
_NAMED = "|".join(sorted([*_WEIGHTS, *_ROMAN], key=len, reverse=True))
_NAMED_GRADE = re.compile(rf"{_LEADING}(?P<value>{_NAMED})(?:\s?级?\s?[~-]\s?(?P<to>{_NAMED}))?\s?(?:等级|级)")
_WEIGHT = re.compile("|".join(_WEIGHTS))
"""Alone, as tables of weights print it: no other quantity looks so."""
_RANK_VALUE = r"\d(?:\.\d)?|[一二三四五]"
_RANK = re.compile(rf"(?P<value>{_RANK_VALUE})(?:\s?等?\s?[~-]\s?(?P<to>{_RANK_VALUE}))?\s?等")
_RANK_WORDS = {"一": "1", "二": "2", "三": "3", "四": "4", "五": "5"}
_COVERAGE = r"(?:\s?[(,，]?\s?k\s?=\s?(?P<k>\d(?:\.\d{1,3})?)\s?\)?)?"
_ERROR = re.compile(rf"(?:MPE|最大允许误差|示值误差|允差)?\s?[:=]?\s?±\s?(?P<value>{NUMBER})\s?(?P<unit>\S{{0,12}})")
_UNCERTAINTY = re.compile(
    rf"(?:U|Ur|Urel|U95|扩展不确定度)\s?[:=]\s?(?P<value>{NUMBER})\s?(?P<unit>[^\s(,，=]{{0,12}}){_COVERAGE}"
)
_PIECES = re.compile(r"[;、]|[,，](?!\s?k\s?=)")
_USUAL_K = Fraction(2)
"""Of a statement that says none, whatever another one in the same text says."""


def read_accuracy(text: str) -> tuple[Statement, ...] | Unreadable:
    """All statements of a text; one unreadable piece makes it unreadable."""
    plain = normalised(text).strip()
    if not plain:
        return Unreadable("blank")
    if len(plain) > LONGEST:
        return Unreadable("unreadable")
    found = [_statement(piece.strip()) for piece in _PIECES.split(plain) if piece.strip()]
    if not found or any(statement is None for statement in found):
        return Unreadable("unreadable")
    return tuple(statement for statement in found if statement is not None)


def as_good(offered: tuple[Statement, ...], asked: tuple[Statement, ...]) -> bool | None:
    """Whether the offer is as accurate as asked, for every kind that was asked; None where it cannot be told.

    Of several statements of one kind the worst counts on the offer; of what is asked each is judged by itself.
    """
    verdicts = [_kind_as_good(offered, asked, kind) for kind in Kind if any(a.kind is kind for a in asked)]
    if False in verdicts:
        return False
    return None if None in verdicts or not verdicts else True


def equal_text(one: str, other: str) -> bool:
    """The same but for width, case and blanks."""
    return "".join(fold(one).split()) == "".join(fold(other).split())


def _kind_as_good(offered: tuple[Statement, ...], asked: tuple[Statement, ...], kind: Kind) -> bool | None:
    have = [s for s in offered if s.kind is kind]
    want = [s for s in asked if s.kind is kind]
    scales = {s.scale for s in have}
    worst = max((s.value for s in have), default=Fraction(0))
    verdicts = [worst <= one.value if scales == {one.scale} else None for one in want]
    if False in verdicts:
        return False
    return None if None in verdicts else True


def _statement(text: str) -> Statement | None:
    if match := _NUMBER_GRADE.fullmatch(text):
        values = [Fraction(v) for v in (match["value"], match["to"]) if v]
        return Statement(Kind.GRADE, "number s" if match["s"] else "number", min(values))
    if match := _NAMED_GRADE.fullmatch(f"{text}级" if _WEIGHT.fullmatch(text) else text):
        return _named(match["value"], match["to"])
    if match := _RANK.fullmatch(text):
        ranks = [Fraction(_RANK_WORDS.get(v, v)) for v in (match["value"], match["to"]) if v]
        return Statement(Kind.RANK, "rank", min(ranks))
    if match := _ERROR.fullmatch(text):
        return _figure(Kind.ERROR, match["value"], match["unit"], Fraction(1))
    if match := _UNCERTAINTY.fullmatch(text):
        own = Fraction(match["k"]) if match["k"] and Fraction(match["k"]) else _USUAL_K
        return _figure(Kind.UNCERTAINTY, match["value"], match["unit"], _USUAL_K / own)
    return None


def _named(value: str, to: str | None) -> Statement | None:
    """E2级, Ⅱ级~Ⅲ级: of a span its best; two series in one are none."""
    series, scale = (_WEIGHTS, "weights") if value in _WEIGHTS else (_ROMAN, "roman")
    places = [series[name] for name in (value, to or value) if name in series]
    return Statement(Kind.GRADE, scale, Fraction(min(places))) if len(places) == len((value, to)) else None


def _figure(kind: Kind, value: str, spelling: str, scaled: Fraction) -> Statement | None:
    """A figure with its unit; a difference of temperatures has no zero point."""
    found = unit(spelling) if spelling else None
    if found is None:
        return None
    scale = {"%": "relative", "‰": "relative", "%FS": "full_scale"}.get(found.symbol, repr(found.dimension))
    return Statement(kind, scale, abs(number(value)) * found.factor * scaled)
