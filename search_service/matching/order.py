"""Ranking of institutions that cover equally: published weights, noise, a seeded shuffle (docs/matching.md, step 4)."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

RULE = 1
"""Version of the weights: part of an answer's `rule_version`."""

NOISE = 0.05
"""Scores are cut into bands of this width; inside of one they are equal."""


@dataclass(frozen=True, slots=True)
class Weight:
    """One part of the score: its weight, and `prior` as if `shrink` cases had gone so before the first."""

    weight: float
    shrink: float
    prior: float


RESPONSE = Weight(0.35, 5, 0.5)
COMPLETION = Weight(0.25, 5, 0.5)
EVALUATION = Weight(0.25, 10, 0.7)
COMPLETENESS = 0.15

LOWEST_MARK, HIGHEST_MARK = 1, 5


@dataclass(frozen=True, slots=True)
class Record:
    """What is on record of an institution; nothing yet for one that is new.

    Attributes:
        asked, in_time: requirements put to it, and answered within one working day.
        ordered, completed: orders, and those that were finished.
        marks: how many evaluations, and their sum (1 to 5 each).
        filled: share of its public fields that are filled in.
    """

    asked: int = 0
    in_time: int = 0
    ordered: int = 0
    completed: int = 0
    marks: int = 0
    marks_sum: int = 0
    filled: float = 0.0


def score(record: Record) -> float:
    """0 to 1."""
    good = (record.marks_sum - LOWEST_MARK * record.marks) / (HIGHEST_MARK - LOWEST_MARK)
    return (
        _shrunk(RESPONSE, record.in_time, record.asked)
        + _shrunk(COMPLETION, record.completed, record.ordered)
        + _shrunk(EVALUATION, good, record.marks)
        + COMPLETENESS * record.filled
    )


def band(record: Record) -> int:
    """The score in bands of `NOISE`; closeness by pairs would be no order."""
    return int(score(record) / NOISE + 1e-9)


def neutral(ids: Iterable[str], seed: str) -> dict[str, int]:
    """A place for each id that its name and age have no part in: whoever knows the seed can work it out again."""
    shuffled = sorted(ids, key=lambda one: (hashlib.sha256(f"{seed}\x1f{one}".encode()).digest(), one))
    return {one: place for place, one in enumerate(shuffled)}


def _shrunk(part: Weight, good: float, of: int) -> float:
    return part.weight * (good + part.shrink * part.prior) / (of + part.shrink)
