"""Options: which few institutions together cover a requirement best (docs/matching.md, step 3).

Sets of items are bits of one integer.  Whoever another candidate dominates is left out first; that loses no best set.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

from search_service.matching.words import Outcome

LARGEST = 3
"""Institutions in one option: an enterprise that has to bring its samples to four places does not."""

EXACT = 60
"""Institutions, after the dominated ones are left out, up to which every set is looked at: 36,000 sets, 50 ms."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One institution for options.

    Attributes:
        met, covered: bits of the items that it meets, and that it meets or may meet.
        distance: class, 0 (same district) to 3.
        band: its score in bands; more is better.
        place: its place in the neutral order; unique, less is better.
    """

    id: str
    met: int
    covered: int
    distance: int
    band: int
    place: int


@dataclass(frozen=True, slots=True)
class Option:
    """The best set of at most `at_most` institutions; `exact` is False where it was chosen greedily."""

    at_most: int
    institutions: tuple[str, ...]
    met: int
    unsure: int
    uncovered: tuple[int, ...]
    exact: bool


Goal = tuple[int, int, int, int, int, tuple[int, ...]]


def bits(outcomes: Sequence[Outcome], least: Outcome) -> int:
    """The items whose outcome is at least so."""
    return sum(1 << at for at, outcome in enumerate(outcomes) if outcome >= least)


def goal(chosen: Sequence[Candidate], items: int) -> Goal:
    """Less is better: uncovered, unsure, institutions, farthest, score, and at last the neutral order."""
    covered = met = 0
    for one in chosen:
        covered |= one.covered
        met |= one.met
    return (
        items - covered.bit_count(),
        (covered & ~met).bit_count(),
        len(chosen),
        max((one.distance for one in chosen), default=0),
        -sum(one.band for one in chosen),
        tuple(sorted(one.place for one in chosen)),
    )


def options(candidates: Iterable[Candidate], items: int, most: int) -> list[Option]:
    """For each k up to three the best set of at most k; equal ones once."""
    kept = undominated(candidates)
    exact = len(kept) <= EXACT
    found: list[Option] = []
    best: tuple[Candidate, ...] = ()
    for size in range(1, min(LARGEST, most) + 1):
        sets = combinations(kept, size) if exact or size == 1 else [_greedy(kept, items, size)]
        better = _best(sets, items)
        if better and (not best or goal(better, items) < goal(best, items)):
            best = better
            found.append(_option(best, items, size, exact=exact or size == 1))
    return found


def undominated(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Those that nobody replaces in every set: covering as much, meeting as much, as near, and before them in order."""
    first: dict[tuple[int, int, int], Candidate] = {}
    for one in candidates:
        if one.covered:
            group = (one.covered, one.met, one.distance)
            if group not in first or _order(one) < _order(first[group]):
                first[group] = one
    kept: list[Candidate] = []
    for one in sorted(
        first.values(), key=lambda c: (-c.covered.bit_count(), -c.met.bit_count(), c.distance, _order(c))
    ):
        if not any(_dominates(other, one) for other in kept):
            kept.append(one)
    return kept


def _order(one: Candidate) -> tuple[int, int]:
    return (-one.band, one.place)


def _dominates(one: Candidate, other: Candidate) -> bool:
    return (
        other.covered & ~one.covered == 0
        and other.met & ~one.met == 0
        and one.distance <= other.distance
        and _order(one) <= _order(other)
    )


def _best(sets: Iterable[tuple[Candidate, ...]], items: int) -> tuple[Candidate, ...]:
    """The set with the least goal; the last parts of it are worked out only between equals."""
    best: tuple[Candidate, ...] = ()
    least = (items + 1, 0)
    for chosen in sets:
        covered = met = 0
        for one in chosen:
            covered |= one.covered
            met |= one.met
        size = (items - covered.bit_count(), (covered & ~met).bit_count())
        if size < least or (size == least and goal(chosen, items) < goal(best, items)):
            best, least = chosen, size
    return best


def _greedy(kept: Sequence[Candidate], items: int, size: int) -> tuple[Candidate, ...]:
    """One after the other whoever adds most."""
    chosen: tuple[Candidate, ...] = ()
    for _ in range(size):
        chosen = min(
            ((*chosen, one) for one in kept if one not in chosen), key=lambda c: goal(c, items), default=chosen
        )
    return chosen


def _option(chosen: Sequence[Candidate], items: int, at_most: int, *, exact: bool) -> Option:
    covered = met = 0
    for one in chosen:
        covered |= one.covered
        met |= one.met
    return Option(
        at_most=at_most,
        institutions=tuple(one.id for one in sorted(chosen, key=_order)),
        met=met.bit_count(),
        unsure=(covered & ~met).bit_count(),
        uncovered=tuple(at for at in range(items) if not covered >> at & 1),
        exact=exact,
    )


assert comb(EXACT, LARGEST) < 1 << 16, "every set is looked at within a glance"
