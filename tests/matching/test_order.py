"""Ranking: published weights, small samples, noise, and a shuffle that anybody can check (docs/matching.md, step 4)."""

from hypothesis import given
from hypothesis import strategies as st

from search_service.matching.order import (
    COMPLETENESS,
    COMPLETION,
    EVALUATION,
    NOISE,
    RESPONSE,
    Record,
    band,
    neutral,
    score,
)

counts = st.integers(0, 1000)


@st.composite
def records(draw: st.DrawFn) -> Record:
    asked, ordered, marks = draw(counts), draw(counts), draw(counts)
    return Record(
        asked,
        draw(st.integers(0, asked)),
        ordered,
        draw(st.integers(0, ordered)),
        marks,
        draw(st.integers(marks, 5 * marks)),
        draw(st.floats(0, 1)),
    )


@given(records())
def test_a_score_is_between_nothing_and_everything(record: Record) -> None:
    assert 0 <= score(record) <= 1
    assert band(record) == int(score(record) / NOISE + 1e-9)


def test_the_weights_are_a_whole() -> None:
    assert RESPONSE.weight + COMPLETION.weight + EVALUATION.weight + COMPLETENESS == 1


def test_nothing_known_is_neither_good_nor_bad() -> None:
    assert score(Record()) == 0.35 * 0.5 + 0.25 * 0.5 + 0.25 * 0.7
    assert score(Record(filled=1.0)) == score(Record()) + COMPLETENESS


def test_two_good_marks_are_less_than_two_hundred() -> None:
    assert score(Record()) < score(Record(marks=2, marks_sum=10)) < score(Record(marks=200, marks_sum=1000))
    assert score(Record(marks=200, marks_sum=200)) < score(Record())


@given(st.sets(st.text("甲乙丙丁abc", min_size=1), max_size=20), st.text(max_size=8))
def test_the_shuffle_is_the_same_for_the_same_seed_whatever_the_order(ids: set[str], seed: str) -> None:
    assert neutral(sorted(ids), seed) == neutral(sorted(ids, reverse=True), seed)
    assert sorted(neutral(ids, seed).values()) == list(range(len(ids)))


def test_another_seed_is_another_order_and_no_name_gains() -> None:
    ids = [f"阿{at}" if at % 2 else f"中{at}" for at in range(10)]
    firsts = [min(ids, key=neutral(ids, str(seed)).__getitem__) for seed in range(2000)]
    assert all(120 <= firsts.count(one) <= 280 for one in ids)
