"""Check 7's arithmetic: what of an item's range a row covers, and which rows do together (docs/matching.md)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from analyzers.measure import Interval, Range, Unreadable, gaps, read_range

_PLAIN_LABELS = frozenset(
    {"", "测量范围", "检定范围", "校准范围", "范围", "量程", "最大秤量", "最大称量", "秤量", "称量", "口径", "公称通径"}
)
"""What stands before a range without telling one quantity from another of the same unit (DCV and ACV do)."""


@dataclass(frozen=True, slots=True)
class Cover:
    """How a range is covered: the code, None where it is; and what is left open, in the item's own intervals."""

    code: str | None
    open: tuple[Interval, ...] = ()


def cover(asked: str, offered: Iterable[str]) -> Cover:
    """Whether the intervals of these cells together contain the asked ones; one unreadable cell makes it unknown."""
    wanted = read_range(asked)
    if isinstance(wanted, Unreadable):
        return Cover("range_unknown")
    have: list[Interval] = []
    for cell in offered:
        read = read_range(cell)
        if isinstance(read, Unreadable):
            return Cover("range_unknown")
        have.extend(read.intervals)
    if not wanted.unit_clear:
        return Cover("unit_unclear")
    left: list[Interval] = []
    code: str | None = None
    for one in wanted.intervals:
        fitting = [other for other in have if _one_quantity(one, other)]
        rest = gaps(one, fitting)
        left.extend(rest)
        if rest and (not fitting or any(other.dimension is None for other in have)):
            code = code or "unit_unclear"
        elif rest:
            code = "range_not_covered"
    return Cover(code, tuple(left))


def together(asked: str, cells: Sequence[str]) -> tuple[int, ...]:
    """Which of several cells, as few as can be said at a glance, contain the asked range together; () where none do.

    Cells that nobody can read are left out.  None of those that are named can be left out.
    """
    kept = [at for at, cell in enumerate(cells) if not isinstance(read_range(cell), Unreadable)]
    if not kept or cover(asked, [cells[at] for at in kept]).code is not None:
        return ()
    for at in reversed(list(kept)):  # the first are preferred
        fewer = [other for other in kept if other != at]
        if fewer and cover(asked, [cells[other] for other in fewer]).code is None:
            kept = fewer
    return tuple(kept)


def spoken(asked: str, left: Iterable[Interval]) -> str:
    """Gaps in the item's unit: `(25, 60] MPa`."""
    wanted = read_range(asked)
    unit = wanted.unit if isinstance(wanted, Range) else None

    def end(value: object) -> str:
        if value is None:
            return "∞"
        number = float(unit.of(value) if unit else value)  # type: ignore[arg-type]
        return f"{number:.10g}"

    return "、".join(
        f"{'[' if one.low_included and one.low is not None else '('}{'-' if one.low is None else ''}{end(one.low)}, "
        f"{end(one.high)}{']' if one.high_included and one.high is not None else ')'}"
        for one in left
    ) + (f" {unit.symbol}" if unit else "")


def _one_quantity(asked: Interval, offered: Interval) -> bool:
    """The same quantity, as far as the words before the numbers say."""
    if asked.dimension is None or asked.dimension != offered.dimension:
        return False
    plain = offered.label in _PLAIN_LABELS and asked.label in _PLAIN_LABELS
    return plain or offered.label == asked.label
