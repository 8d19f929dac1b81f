"""The check of relevance: it fails, with words, on a worsened result, and on nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.relevance import judged
from bench.relevance.results import MOST, changed, committed, falls, results
from bench.relevance.scoring import Scored

RIGHT = ("right", "object", "甲")


def one(name: str, segment: int, ndcg: float = 1.0, **more: object) -> Scored:
    given = {"reciprocal": 1.0, "recall": 1.0, "first": True, "ended": None, "slots": (RIGHT,), **more}
    return Scored(name=name, segment=segment, ndcg=ndcg, **given)  # type: ignore[arg-type]


@pytest.fixture
def good() -> list[Scored]:
    return [one(f"{segment}.{number}", segment, 0.98) for segment in range(1, 11) for number in range(20)]


def worsened(good: list[Scored], segment: int, **change: object) -> list[Scored]:
    return [replace(s, **change) if s.segment == segment else s for s in good]  # type: ignore[arg-type]


def test_equal_results_hold(good: list[Scored]) -> None:
    assert falls(results(good), results(good)) == []


def test_better_results_hold(good: list[Scored]) -> None:
    assert falls(results(worsened(good, 3, ndcg=1.0)), results(good)) == []


def test_the_mean_may_not_fall(good: list[Scored]) -> None:
    now = results([replace(s, ndcg=s.ndcg - 0.02) for s in good])
    assert "nDCG@10 fell from 0.980 to 0.960, more than 0.01" in falls(now, results(good))


def test_one_segment_may_not_fall(good: list[Scored]) -> None:
    found = falls(results(worsened(good, 7, ndcg=0.95)), results(good))
    assert found == ["nDCG@10 of segment 7 fell from 0.980 to 0.950, more than 0.01"]


def test_a_fall_of_just_the_limit_is_none(good: list[Scored]) -> None:
    assert falls(results(worsened(good, 7, ndcg=0.98 - MOST)), results(good)) == []


@pytest.mark.parametrize(("fault", "said"), [("missed", "recall"), ("invented", "precision")])
def test_understanding_may_not_fall(good: list[Scored], fault: str, said: str) -> None:
    now = results([*good[:-4], *(replace(s, slots=(*s.slots, (fault, "object", "乙"))) for s in good[-4:])])
    assert falls(now, results(good)) == [f"{said} of slot object fell from 1.000 to 0.980, more than 0.01"]


def test_an_identifier_that_is_not_first_is_a_fall_whatever_was_committed(good: list[Scored]) -> None:
    now = results([replace(good[0], first=False), *good[1:]])
    assert falls(now, None) == ["identifiers 0.995 is under its floor of 1.00"]


def test_floors_hold_without_anything_committed(good: list[Scored]) -> None:
    found = falls(results(worsened(good, 10, ndcg=0.5, ended=False)), None)
    assert [line.split(" is ")[0] for line in found[:2]] == ["nDCG@10 0.932", "ended well 0.000"]
    assert found[2].startswith("segment 10 has an nDCG@10 of 0.500")


def test_the_table_says_what_was_gained_and_lost(good: list[Scored]) -> None:
    before = results([*good, one("gone", 1)])
    after = [replace(good[0], ndcg=0.5), replace(good[1], ndcg=1.0), *good[2:], one("new", 1)]
    after[5] = replace(after[5], slots=(("missed", "object", "甲"),))
    table = changed(results(after), before)
    assert table == [
        "  LOSS  0.980 → 0.500  1.0",
        "  gain  0.980 → 1.000  1.1",
        "  READ  missed object 甲: 1.5",
        "  new   1.000          new",
        "  gone  gone",
    ]


def test_what_is_written_is_read_back(good: list[Scored], tmp_path: Path) -> None:
    kept = tmp_path / "judged.json"
    kept.write_text(results(good).to_json(), encoding="utf-8")
    assert committed(kept) == results(good)
    assert committed(tmp_path / "absent.json") is None


def test_the_command_exits_with_one_and_says_how_to_go_on(good: list[Scored], capsys: pytest.CaptureFixture) -> None:
    before, worse = results(good), results(worsened(good, 2, ndcg=0.93))
    assert judged.checked({"embedded": before, "elastic": before}, before) == 0
    assert judged.checked({"embedded": before, "elastic": worse}, before) == 1
    said = capsys.readouterr().out
    assert "elastic: nDCG@10 of segment 2 fell from 0.980 to 0.930" in said
    assert "--judged --write" in said
