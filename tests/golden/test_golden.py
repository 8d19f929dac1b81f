"""The golden queries on the shipped sample: what must be found, what must never be shown, ≥ .90 nDCG@10 per kind."""

from collections import Counter
from collections.abc import Callable

import pytest

from api.wiring import Services
from bench.relevance.judgement import Pool
from bench.relevance.sample import Sample
from search_service.query.request import SearchRequest
from tests.conftest import FIGURES, NOW
from tests.golden.judge import Entry, Verdict, judge, load, mean_by_kind

ENTRIES = load()
FLOOR = 0.90
SHOWN = 30
"""Hits that are looked through for what must never be shown."""


@pytest.fixture(scope="module")
def pool() -> Pool:
    return Sample().pool(NOW.date())


def verdict(services: Services, entry: Entry, pool: Pool) -> Verdict:
    kinds = (entry.kind,) if entry.kind else ()
    answer = services.search.search(SearchRequest(q=entry.q, kinds=kinds, size=SHOWN))
    return judge(entry, [str(hit.key) for hit in answer.hits], pool)


@pytest.fixture(scope="module")
def verdicts(sample: Services, pool: Pool) -> list[Verdict]:
    return [verdict(sample, entry, pool) for entry in ENTRIES]


def test_there_are_enough_of_them() -> None:
    counts = Counter(entry.kind for entry in ENTRIES)
    kinds = {"institution", "capability", "authorisation", "plan", "standard", "catalogue_entry"}
    assert sum(counts.values()) >= 150
    assert {kind for kind, count in counts.items() if count >= 20} >= kinds


def test_every_kind_reaches_the_floor(verdicts: list[Verdict], record_property: Callable[[str, object], None]) -> None:
    means = mean_by_kind(verdicts)
    record_property(FIGURES, " · ".join(f"{kind} {mean:.3f}" for kind, mean in means.items()))
    worst = sorted((v for v in verdicts if v.ndcg is not None and v.ndcg < FLOOR), key=lambda v: v.ndcg or 0)
    assert {kind: mean for kind, mean in means.items() if mean < FLOOR} == {}, [(v.entry.name, v.ndcg) for v in worst]


def test_nothing_is_shown_that_may_not_be(verdicts: list[Verdict]) -> None:
    assert [(v.entry.name, v.forbidden) for v in verdicts if v.forbidden] == []


def test_what_must_be_there_is_there(verdicts: list[Verdict]) -> None:
    assert [(v.entry.name, v.missing) for v in verdicts if v.missing] == []
