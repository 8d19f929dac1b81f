"""The golden queries are well formed, and the judge tells good answers from bad ones."""

from collections import Counter
from pathlib import Path

import pytest

from bench.relevance.judgement import Pool, Rule, satisfies
from bench.relevance.sample import KINDS, Row, Sample
from tests.golden import judge
from tests.golden.judge import Entry


@pytest.fixture(scope="module")
def pool() -> Pool:
    return Sample().pool()


@pytest.fixture(scope="module")
def entries() -> list[Entry]:
    return judge.load()


def test_there_are_enough_queries_of_every_kind(entries: list[Entry]) -> None:
    kinds = Counter(entry.kind or "all" for entry in entries)
    assert len(entries) >= 160
    assert all(kinds[kind] >= 20 for kind in KINDS)
    assert kinds["all"] >= 10
    assert set(kinds) == {*KINDS, "all"}


def test_no_query_is_asked_twice(entries: list[Entry]) -> None:
    assert not [name for name, count in Counter(entry.name for entry in entries).items() if count > 1]


def test_what_must_be_found_can_be_seen_and_what_must_not_cannot(entries: list[Entry], pool: Pool) -> None:
    everything = {key for rows in Sample().files.values() for key in rows}
    for entry in entries:
        wanted = [*entry.must, *entry.should]
        assert all(key in pool for key in wanted), f"{entry.name}: {[key for key in wanted if key not in pool]}"
        assert all(entry.kind in {None, pool[key].kind} for key in wanted), entry.name
        assert all(key in everything and key not in pool for key in entry.never), entry.name


def test_every_rule_finds_something(entries: list[Entry], pool: Pool) -> None:
    for entry in entries:
        if entry.match:
            assert any(judge.grade(entry, row) == judge.MATCH for row in pool.values()), entry.name


def row(key: str, kind: str = "plan", **fields: object) -> Row:
    return Row(key, kind, fields)


ROWS = {r.key: r for r in (row("a", title="甲醛检测"), row("b", title="苯"), row("c", title="甲醛"), row("d"))}


def test_the_best_order_is_worth_one_and_every_other_less() -> None:
    entry = Entry("甲醛", "test", must=("c", "a"), should=("b",))
    best = judge.judge(entry, [*"cabd"], ROWS)
    assert best.ndcg == pytest.approx(1.0)
    assert not best.missing
    for order in ("acb", "cba", "bca", "dcab", "ca", "c", ""):
        worse = judge.judge(entry, [*order], ROWS)
        assert worse.ndcg is not None
        assert worse.ndcg < 1


def test_rows_of_equal_worth_may_stand_in_any_order() -> None:
    entry = Entry("甲醛", "test", match=({"title": "甲醛"},))
    values = {judge.judge(entry, [*order], ROWS).ndcg for order in ("ac", "ca")}
    assert values == {1.0}


def test_neutral_rows_are_taken_out_before_judging() -> None:
    entry = Entry("甲醛", "test", must=("c",), neutral=({"title": ["苯", "检测"]},))
    assert judge.judge(entry, [*"bac"], ROWS).ndcg == 1.0
    assert judge.judge(entry, [*"dc"], ROWS).ndcg != 1.0


def test_missing_and_forbidden_rows_are_named() -> None:
    entry = Entry("甲醛", "test", must=("c",), never=("b",))
    verdict = judge.judge(entry, ["b", "secret"], ROWS)
    assert verdict.missing == ("c",)
    assert verdict.forbidden == ("b", "secret")


def test_a_must_row_on_the_second_page_is_missing() -> None:
    entry = Entry("甲醛", "test", must=("c",))
    filler = {f"x{n}": row(f"x{n}") for n in range(10)}
    pool = {**ROWS, **filler}
    assert judge.judge(entry, [*filler, "c"], pool).missing == ("c",)


def test_nothing_means_nothing() -> None:
    entry = Entry("GB/T 99999", "test", nothing=True)
    assert judge.judge(entry, [], ROWS).ndcg is None
    assert judge.judge(entry, ["a"], ROWS).forbidden == ("a",)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"name": "abc"}, True),
        ({"name": "=abc"}, False),
        ({"name": "=ＡＢＣ/D"}, True),
        ({"name": ["x", "b"]}, True),
        ({"name": {"all": ["x", "b"]}}, False),
        ({"name": "b", "list": "two"}, True),
        ({"name": "b", "list": "three"}, False),
        ({"absent": "b"}, False),
        ({"kind": "plan"}, True),
        ({"kind": "standard", "name": "b"}, False),
    ],
)
def test_rules(rule: Rule, *, expected: bool) -> None:
    assert satisfies(row("a", name="ABC/D", list=["one", "two"]), rule) is expected


def test_an_entry_that_says_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "queries.yml"
    path.write_text("queries:\n  - {q: x, why: y}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="nothing that could be judged"):
        judge.load(path)
    path.write_text("queries:\n  - {q: x, why: y, mus: [a]}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="mus"):
        judge.load(path)


def test_means_are_taken_by_kind() -> None:
    verdicts = [
        judge.Verdict(Entry("1", "w", kind="plan"), 1.0),
        judge.Verdict(Entry("2", "w", kind="plan"), 0.5),
        judge.Verdict(Entry("3", "w"), 0.25),
        judge.Verdict(Entry("4", "w", kind="plan"), None),
    ]
    assert judge.mean_by_kind(verdicts) == {"plan": 0.75, "all": 0.25}
