"""One answer against its judgement: nDCG@10, reciprocal rank, recall@50, the first place, the end, and the slots."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import log2

from bench.relevance.given import Given, Understood
from bench.relevance.judgement import Judged, Worth, folded

FIRST, DEEP = 10, 50
WORTH_FINDING = 2
"""The least grade that recall asks for: what is only acceptable need not be found."""

Wrong = tuple[str, str, str]
"""`missed`, `invented` or `right`, the slot, its value."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What one answer is worth; None where the query does not ask for it."""

    name: str
    segment: int
    ndcg: float
    reciprocal: float | None
    recall: float | None
    first: bool | None
    ended: bool | None
    """Nothing satisfied it, and it ended in rows of use that are said to be loosened, or in a filled-in requirement."""
    slots: Sequence[Wrong] = field(default=())

    @property
    def misread(self) -> list[str]:
        """Faults of understanding, in words."""
        return [f"{fault} {slot} {value}" for fault, slot, value in self.slots if fault != "right"]


def score(judged: Judged, worth: Worth, given: Given) -> Scored:
    """The whole judgement of an answer."""
    grades = worth.grades
    found = [grades.get(key, 0) for key in given.keys if key not in worth.neutral]
    honest = judged.end is None or {*given.keys[:FIRST]} <= given.labelled | worth.plain
    if not honest:
        # A row that stands there as if it satisfied what nothing satisfies is no help, and spoils the others.
        found = []
    best = max(grades.values(), default=0)
    place = next((rank for rank, grade in enumerate(found, start=1) if grade == best), None)
    ended = None
    if judged.end or {*given.keys} <= given.labelled:
        useful = any(grades.get(key) for key in given.keys[:FIRST] if key in given.labelled)
        ended = honest and (given.requirement or useful)
    return Scored(
        name=judged.name,
        segment=judged.segment,
        ndcg=_ndcg(found, grades) if grades else float(honest),
        reciprocal=(1 / place if place else 0.0) if grades else None,
        recall=_recall(found[:DEEP], grades) if grades else None,
        first=[*given.keys[:1]] == [judged.first] if judged.first else None,
        ended=ended,
        slots=tuple(slots(judged, given.slots)),
    )


def slots(judged: Judged, understood: Iterable[Understood]) -> Iterable[Wrong]:
    """Each slot that had to be understood, right or missed; and each that was invented."""
    left = list(understood)
    for slot, values in judged.slots.items():
        for value in values:
            meant = [one for one in left if not one.offered and one.slot == slot and _same(one, value)]
            left = [one for one in left if one not in meant]  # what was typed twice is understood once
            yield "right" if meant else "missed", slot, value
    for slot, values in judged.ambiguous.items():
        offer = next((one for one in left if one.slot == slot and {*values} <= {*one.offered}), None)
        if offer:
            left.remove(offer)
        yield "right" if offer else "missed", slot, "/".join(values)
    for one in left:
        if one.slot not in judged.either:
            yield "invented", one.slot, one.names[0] if one.names else one.text


def tally(scored: Iterable[Scored]) -> dict[str, tuple[float, float]]:
    """Slot → precision and recall over all queries."""
    counts: Counter[tuple[str, str]] = Counter((slot, fault) for one in scored for fault, slot, _ in one.slots)
    return {
        slot: (
            _share(counts[slot, "right"], counts[slot, "invented"]),
            _share(counts[slot, "right"], counts[slot, "missed"]),
        )
        for slot in sorted({slot for slot, _ in counts})
    }


def mean(values: Iterable[float | None]) -> float | None:
    """Over those that there are."""
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _share(right: int, wrong: int) -> float:
    return right / (right + wrong) if right + wrong else 1.0


def _same(one: Understood, value: str) -> bool:
    return _bare(value) in {_bare(name) for name in (one.text, *one.names)}


def _bare(text: str) -> str:
    """Blanks apart: people set them as they like."""
    return re.sub(r"\s", "", folded(text))


def _ndcg(found: Sequence[int], grades: Mapping[str, int]) -> float:
    return _dcg(found) / _dcg(sorted(grades.values(), reverse=True))


def _dcg(grades: Sequence[int]) -> float:
    """The gain of a row is its grade, as on the real tables (`measure.py`)."""
    return sum(grade / log2(rank + 1) for rank, grade in enumerate(grades[:FIRST], start=1))


def _recall(found: Sequence[int], grades: Mapping[str, int]) -> float:
    worth = sum(grade >= WORTH_FINDING for grade in grades.values())
    least = WORTH_FINDING if worth else 1
    return sum(grade >= least for grade in found) / min(worth or len(grades), DEEP)
