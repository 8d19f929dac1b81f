"""nDCG@10, first hits and empty answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2
from statistics import fmean

from bench.relevance.queries import Case

DEPTH = 10
_DISCOUNTS = [1 / log2(rank + 2) for rank in range(DEPTH)]


@dataclass(frozen=True, slots=True)
class Score:
    """What one engine scored on some cases, each between 0 and 1."""

    ndcg: float
    first: float
    empty: float


def score(cases: Sequence[Case], answers: Sequence[Sequence[int]]) -> Score:
    """Means over cases; answers are places of rows, best first."""
    pairs = list(zip(cases, answers, strict=True))
    return Score(
        fmean(ndcg(case, answer) for case, answer in pairs),
        fmean(bool(answer) and case.grades.get(answer[0]) == 2 for case, answer in pairs),
        fmean(not answer for answer in answers),
    )


def ndcg(case: Case, answer: Sequence[int]) -> float:
    """The gain of a row is its grade."""
    gained = [case.grades.get(place, 0) for place in answer[:DEPTH]]
    return _dcg(gained) / _dcg(sorted(case.grades.values(), reverse=True))


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain * discount for gain, discount in zip(gains, _DISCOUNTS, strict=False))
