"""Measuring ranges as numbers: `(0～60) MPa`, `-40℃~150℃`, `≤150 t`, `100kg以上` → exact intervals (P17, A12).

Containment is decided by intervals in base units, never by tokens.  Ends belong to a range unless < or > is written;
以上 and 以下 include; a one-sided range is open to the other side.  Several intervals are separated by ；or 、, and one
unreadable piece makes the whole text unreadable: nothing is guessed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from analyzers.measure_units import LONGEST as LONGEST_UNIT
from analyzers.measure_units import Dimension, Unit, known, unit

# One character for one, so that places in the text stay what they are.
_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SAME = str.maketrans(
    {
        **{chr(code): chr(to) for code, to in _WIDTH.items()},
        **dict.fromkeys("‐‑‒–—―−─－﹣", "-"),
        **dict.fromkeys("～〜∼∽﹏", "~"),
        **dict.fromkeys("µ", "μ"),
        **dict.fromkeys("Ω", "Ω"),
        **dict.fromkeys("⩽≦", "≤"),
        **dict.fromkeys("⩾≧", "≥"),
        **dict.fromkeys("•⋅∙・", "·"),
        "　": " ",
        "\u00a0": " ",
        "％": "%",
    }
)

NUMBER = (
    r"[+-]?(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,15})?"
    r"(?:\s?[×x*]\s?10(?:\^?[+-]?\d{1,2}|[⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}))?"
)
"""Fifteen digits and more were never measured; a longer run is no quantity."""
_UNIT = (
    r"[^\d\s~;、,，:()+\-≤≥<>±=](?:[^\s~;、,，:≤≥<>±=()]|\([^\s()]{1,8}\))" + rf"{{0,{LONGEST_UNIT - 1}}}?"
)  # with brackets only in pairs: dB(A), mg/(m²·min)
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_LABEL = r"(?P<label>[\u4e00-\u9fffA-Za-zφΦ]{1,12}?\s?:?\s?)??"
_FROM_TO = r"(?:~{1,2}|至|到|-|…+|\.{2,3})"
_BETWEEN = re.compile(
    rf"{_LABEL}(?P<open>\()?\s?(?P<dn>DN)?(?P<low>{NUMBER})\s?(?P<low_unit>{_UNIT})??\s?\)?\s?{_FROM_TO}\s?\(?(?:DN)?"
    rf"(?P<high>{NUMBER})\s?(?P<inner>{_UNIT})??\s?(?P<close>\))?\s?(?P<unit>{_UNIT})??"
)
_AT_MOST = r"<=|≤|<|不大于|不超过|不高于|小于等于|小于|低于|至多|最大"
_AT_LEAST = r">=|≥|>|不小于|不低于|不少于|大于等于|大于|高于|超过|至少|最小"
_ONE_SIDED = re.compile(rf"{_LABEL}(?P<sign>{_AT_MOST}|{_AT_LEAST})\s?(?P<value>{NUMBER})\s?(?P<unit>{_UNIT})??")
_OR_MORE = re.compile(rf"{_LABEL}(?P<value>{NUMBER})\s?(?P<unit>{_UNIT})??\s?(?:及|或)?(?P<side>以上|以下|以内)")
_POINT = re.compile(rf"{_LABEL}(?P<dn>DN)?(?P<value>{NUMBER})\s?(?P<unit>{_UNIT})??")
_EXCLUDING_LESS, _EXCLUDING_MORE = frozenset({"<", "小于", "低于"}), frozenset({">", "大于", "高于", "超过"})
_MOST = re.compile(_AT_MOST)
_PIECES = re.compile(r"[;、]")

LONGEST = 300
"""Characters of a range that is read: the longest real one has 60."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of one quantity in base units; None is unbounded.

    `label` is what the text calls it (心率, DCV): stretches of differently labelled quantities are never joined.
    """

    low: Fraction | None
    high: Fraction | None
    dimension: Dimension | None
    low_included: bool = True
    high_included: bool = True
    label: str = ""

    def contains(self, other: "Interval") -> bool:
        """Every point of `other` is in here; the quantity must be the same."""
        return self.dimension == other.dimension and not gaps(other, [self])


@dataclass(frozen=True, slots=True)
class Range:
    """A text that was read: its intervals, and the unit of the first one for speaking of it.

    `unit` is None, and so is every `dimension`, where numbers stand without one (`unit_unclear`).
    """

    intervals: tuple[Interval, ...]
    unit: Unit | None

    @property
    def unit_clear(self) -> bool:
        """Every number has a unit."""
        return all(interval.dimension is not None for interval in self.intervals)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a text is no range: `blank`, `unreadable` or `upside_down`."""

    reason: str


def normalised(text: str) -> str:
    """Width, dashes, tildes and look-alike signs, each character by one: places stay, case and exponents stay."""
    return text.replace("——", "~~").translate(_SAME)  # a Chinese dash has two places, a minus has one


def number(text: str) -> Fraction:
    """The exact value of what `NUMBER` matches."""
    mantissa, _, power = re.sub(r"[\s,]", "", text).replace("x", "×").replace("*", "×").partition("×10")
    return Fraction(mantissa) * Fraction(10) ** int(power.translate(_DIGITS).replace("^", "") or 0)


def read_range(text: str) -> Range | Unreadable:
    """A range as it stands in a field or a requirement; every piece of it has to be readable."""
    plain = normalised(text).strip()
    if not plain:
        return Unreadable("blank")
    if len(plain) > LONGEST:
        return Unreadable("unreadable")
    found: list[tuple[Interval, Unit | None]] = []
    for piece in _PIECES.split(plain):
        read = _piece(piece.strip())
        if isinstance(read, Unreadable):
            return read
        found.append(read)
    return Range(tuple(interval for interval, _ in found), next((u for _, u in found if u), None))


def gaps(wanted: Interval, offered: Iterable[Interval]) -> list[Interval]:
    """What of `wanted` no offered interval of its quantity covers; touching ones join.  Empty: contained."""
    left = [wanted]
    for one in offered:
        if one.dimension == wanted.dimension and one.dimension is not None:
            left = [rest for part in left for rest in _without(part, one)]
    return left


def _piece(text: str) -> tuple[Interval, Unit | None] | Unreadable:
    """One interval."""
    for pattern, read in ((_BETWEEN, _between), (_ONE_SIDED, _one_sided), (_OR_MORE, _or_more), (_POINT, _point)):
        match = pattern.fullmatch(text)
        if match is not None:
            found = read(match)
            if found is not None:
                return found
    return Unreadable("unreadable")


Read = tuple[Interval, Unit | None] | Unreadable | None
"""None: the words that stand where units do are none, so another form is tried."""


def _between(match: re.Match[str]) -> Read:
    if bool(match["open"]) != bool(match["close"]) and match["open"]:
        return None
    last = match["unit"] or match["inner"] or ("DN" if match["dn"] else None)
    if match["unit"] and match["inner"]:
        return None
    high_unit = _unit(last)
    low_unit = _unit(match["low_unit"]) if match["low_unit"] else high_unit
    if last and match["low_unit"] == "%" and last.startswith("%"):
        low_unit = high_unit  # 20%~80%RH
    if (last and high_unit is None) or (match["low_unit"] and low_unit is None):
        return None
    if low_unit and not high_unit:
        high_unit = low_unit
    if low_unit and high_unit and low_unit.dimension != high_unit.dimension:
        return Unreadable("unreadable")
    low, high = _base(match["low"], low_unit), _base(match["high"], high_unit)
    if low > high:
        return Unreadable("upside_down")
    return Interval(low, high, high_unit.dimension if high_unit else None, label=_label(match)), high_unit


def _one_sided(match: re.Match[str]) -> Read:
    found = _unit(match["unit"])
    if match["unit"] and found is None:
        return None
    value, sign = _base(match["value"], found), match["sign"]
    dimension, label = found.dimension if found else None, _label(match)
    if _MOST.fullmatch(sign):
        return Interval(None, value, dimension, high_included=sign not in _EXCLUDING_LESS, label=label), found
    return Interval(value, None, dimension, low_included=sign not in _EXCLUDING_MORE, label=label), found


def _or_more(match: re.Match[str]) -> Read:
    found = _unit(match["unit"])
    if match["unit"] and found is None:
        return None
    value, dimension, label = _base(match["value"], found), found.dimension if found else None, _label(match)
    if match["side"] == "以上":
        return Interval(value, None, dimension, label=label), found
    return Interval(None, value, dimension, label=label), found


def _point(match: re.Match[str]) -> Read:
    found = _unit(match["unit"] or ("DN" if match["dn"] else None))
    if match["unit"] and (found is None or not known(match["unit"])):
        return None  # 第12页 is no quantity
    value = _base(match["value"], found)
    return Interval(value, value, found.dimension if found else None, label=_label(match)), found


def _label(match: re.Match[str]) -> str:
    return (match["label"] or "").strip(" :")


def _unit(text: str | None) -> Unit | None:
    return unit(text.strip()) if text else None


def _base(text: str, one: Unit | None) -> Fraction:
    value = number(text)
    return one.base(value) if one else value


def _without(part: Interval, taken: Interval) -> Sequence[Interval]:
    """What is left of `part`: nothing, one piece, or one on each side."""
    left: list[Interval] = []
    if taken.low is not None and (part.low is None or _before(part.low, taken.low, part, taken)):
        end, closed = taken.low, not taken.low_included
        if part.high is not None and (part.high, part.high_included) < (end, closed):
            end, closed = part.high, part.high_included
        left.append(Interval(part.low, end, part.dimension, part.low_included, closed, part.label))
    if taken.high is not None and (part.high is None or _after(part.high, taken.high, part, taken)):
        start, closed = taken.high, not taken.high_included
        if part.low is not None and (part.low, not part.low_included) > (start, not closed):
            start, closed = part.low, part.low_included
        left.append(Interval(start, part.high, part.dimension, closed, part.high_included, part.label))
    return [piece for piece in left if not _empty(piece)]


def _before(low: Fraction, taken: Fraction, part: Interval, other: Interval) -> bool:
    return low < taken or (low == taken and part.low_included and not other.low_included)


def _after(high: Fraction, taken: Fraction, part: Interval, other: Interval) -> bool:
    return high > taken or (high == taken and part.high_included and not other.high_included)


def _empty(piece: Interval) -> bool:
    if piece.low is None or piece.high is None:
        return False
    return piece.low > piece.high or (piece.low == piece.high and not (piece.low_included and piece.high_included))
