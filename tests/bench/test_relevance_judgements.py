"""The judgements themselves: enough of them, each with a reason, and every key and rule means rows of the sample."""

from collections import Counter
from pathlib import Path

import pytest

from analyzers.standard_number import parse, print_number
from bench.relevance.judgement import BEST, SLOTS, Judged, Pool, Segment, folded, load, matching
from bench.relevance.results import committed
from bench.relevance.sample import Sample
from search_service.kinds.vocabulary import NATURES, SERVICES

SAMPLE = Sample()
POOL: Pool = SAMPLE.pool()
SEGMENTS = load()
LEAST = 17
"""Values of each slot that are judged."""
QUERIES = [judged for segment in SEGMENTS for judged in segment.queries]


def test_there_are_enough_in_ten_segments() -> None:
    assert [segment.number for segment in SEGMENTS] == list(range(1, 11))
    assert {s.title: len(s.queries) for s in SEGMENTS if len(s.queries) < 20} == {}
    assert len(QUERIES) >= 250


@pytest.mark.parametrize("slot", SLOTS)
def test_every_slot_is_judged_often_enough(slot: str) -> None:
    """Of twenty values one that is misread is the whole margin of .95."""
    values = sum(len(judged.slots.get(slot, ())) for judged in QUERIES)
    assert values >= LEAST


def test_no_query_is_judged_twice() -> None:
    assert [name for name, times in Counter(judged.name for judged in QUERIES).items() if times > 1] == []


def test_each_has_a_reason_that_is_a_line() -> None:
    assert [judged.q for judged in QUERIES if len(judged.why) < 5 or "\n" in judged.why] == []


@pytest.mark.parametrize("segment", SEGMENTS, ids=lambda segment: segment.title)
def test_every_key_and_rule_means_a_visible_row(segment: Segment) -> None:
    idle = [
        (judged.q, one)
        for judged in segment.queries
        for worthy in (*judged.grades.values(), judged.excepted, judged.neutral, judged.plain)
        for one in worthy
        if not matching(one, POOL)
    ]
    assert idle == []


@pytest.mark.parametrize("segment", SEGMENTS, ids=lambda segment: segment.title)
def test_something_is_exactly_right_or_nothing_is_of_use(segment: Segment) -> None:
    assert [j.q for j in segment.queries if (BEST in j.graded(POOL).values()) == (j.end == "nothing")] == []


def test_what_must_stand_first_is_exactly_right() -> None:
    assert [j.q for j in QUERIES if j.first and j.graded(POOL)[j.first] != BEST] == []


def test_the_last_segment_is_the_one_that_ends_without_a_hit() -> None:
    assert {judged.segment for judged in QUERIES if judged.end} <= {8, 9, 10}
    assert [judged.q for judged in SEGMENTS[-1].queries if not judged.end] == []


@pytest.mark.parametrize(
    ("slot", "known"),
    [
        ("region", {row["adcode"] for row in SAMPLE.divisions}),
        ("service", {*SERVICES.labels}),
        ("nature", {*NATURES.labels}),
        ("institution", {*SAMPLE.files["institutions"]}),
    ],
)
def test_slots_have_values_that_exist(slot: str, known: set[str]) -> None:
    values = [(j.q, v) for j in QUERIES for v in (*j.slots.get(slot, ()), *j.ambiguous.get(slot, ()))]
    assert values
    assert [one for one in values if one[1] not in known] == []


def test_standards_are_written_as_they_are_printed() -> None:
    written = [(j.q, value) for j in QUERIES for value in j.slots.get("standard", ())]
    assert [one for one in written if (number := parse(one[1])) is None or print_number(number) != one[1]] == []


def test_what_was_understood_was_typed() -> None:
    """Objects and parameters are written as in the query; only traditional script is written as in the records."""
    typed = ("object", "parameter", "range", "accuracy", "quantity")
    odd = [
        judged.q
        for judged in QUERIES
        for slot in typed
        for value in judged.slots.get(slot, ())
        if _bare(value) not in _bare(judged.q)
    ]
    assert odd == ["壓力表檢定", "檢測大米中的鎘"]


def test_the_committed_results_are_of_these_queries() -> None:
    kept = committed()
    assert kept is not None
    assert {*kept.queries} == {judged.name for judged in QUERIES}


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("{q: x, why: y, grades: {4: inst-chenggu}}", "grades are 1 to 3"),
        ("{q: x, why: y, end: soon}", "ends are nothing and loosened"),
        ("{q: x, grades: {3: inst-chenggu}}", "why"),
        ("{q: x, why: y}", "nothing that could be judged"),
        ("{q: x, why: y, end: nothing, slots: {colour: red}}", "no slot colour"),
        ("{q: x, why: y, end: nothing, grade: {}}", "grade"),
    ],
)
def test_a_faulty_judgement_is_refused_with_its_place(tmp_path: Path, fault: str, said: str) -> None:
    (tmp_path / "99-faulty.yml").write_text(f"segment: 99\ntitle: t\nqueries:\n  - {fault}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=f"99-faulty.yml: x: .*{said}"):
        load(tmp_path)


def test_the_best_of_several_grades_counts_and_exceptions_win() -> None:
    judged = Judged(
        segment=1,
        q="GB/T 228.1",
        why="a test",
        grades={3: ["std-gbt-228.1-2021"], 1: [{"lines": "=GB/T 228.1"}]},
        excepted=[{"number": "=GB/T 228.1-2010"}],
    )
    graded = judged.graded(POOL)
    assert graded["std-gbt-228.1-2021"] == 3
    assert "std-gbt-228.1-2010" not in graded
    assert next(iter(graded)) == "std-gbt-228.1-2021"


def test_covering_is_not_lying_in() -> None:
    district = {*matching({"kind": "authorisation", "instrument": "=压力表", "covers": "610113"}, POOL)}
    assert "auth-xa-verification-7a56c9" in district  # authorised for the city
    assert "auth-chenggu-3a7c35" not in district
    within = {*matching({"kind": "authorisation", "instrument": "=压力表", "within": "610000"}, POOL)}
    assert "auth-chenggu-3a7c35" in within
    assert "auth-no-region-pressure" not in district | within  # unknown is not everywhere


def _bare(text: str) -> str:
    return "".join(folded(text).split())
