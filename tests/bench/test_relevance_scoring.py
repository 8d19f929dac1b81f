"""One answer against its judgement."""

from math import log2

import pytest

from bench.relevance.given import Given, Understood
from bench.relevance.judgement import Judged, Pool, Rule
from bench.relevance.sample import Row
from bench.relevance.scoring import Scored, mean, score, tally

FIELDS = {"owner": "", "authorised": [], "located": []}
POOL: Pool = {
    "std-a": Row("std-a", "standard", {**FIELDS, "title": "甲"}),
    "cap-a": Row("cap-a", "capability", {**FIELDS, "object": "甲", "parameter": "乙", "owner": "inst-a"}),
    "cap-b": Row("cap-b", "capability", {**FIELDS, "object": "甲", "parameter": "丙", "owner": "inst-b"}),
    "inst-a": Row("inst-a", "institution", {**FIELDS, "name": "子", "owner": "inst-a"}),
    "inst-b": Row("inst-b", "institution", {**FIELDS, "name": "丑", "owner": "inst-b"}),
}
GRADES: dict[int, list[str | Rule]] = {3: ["cap-a"], 2: ["cap-b"]}


def scored(judged: Judged, *keys: str, **more: object) -> Scored:
    return score(judged, judged.worth(POOL), Given(keys, **more))  # type: ignore[arg-type]


def judged(**more: object) -> Judged:
    return Judged(**{"segment": 4, "q": "甲乙", "why": "a test", "grades": GRADES, **more})  # type: ignore[arg-type]


def test_the_best_order_is_worth_one_and_any_other_less() -> None:
    assert scored(judged(), "cap-a", "cap-b").ndcg == 1
    assert scored(judged(), "cap-b", "cap-a").ndcg == pytest.approx((2 + 3 / log2(3)) / (3 + 2 / log2(3)))
    assert scored(judged(), "std-a", "cap-a", "cap-b").ndcg < scored(judged(), "cap-b", "cap-a").ndcg
    assert scored(judged(), "std-a").ndcg == 0


def test_only_ten_places_count() -> None:
    wrong = ["std-a"] * 10
    assert scored(judged(), *wrong, "cap-a").ndcg == 0
    assert scored(judged(), *wrong, "cap-a").recall == 0.5


def test_who_offers_what_is_right_is_never_wrong() -> None:
    assert scored(judged(), "inst-a", "cap-a", "cap-b").ndcg == 1
    assert scored(judged(), "inst-b", "cap-a", "cap-b").ndcg < 1


def test_neutral_rows_are_taken_out() -> None:
    assert scored(judged(neutral=["std-a"]), "std-a", "cap-a", "cap-b").ndcg == 1


def test_a_kind_that_was_asked_for_restricts_what_could_be_found() -> None:
    assert judged(kind="standard", grades={3: ["cap-a"], 1: ["std-a"]}).graded(POOL) == {"std-a": 1}


def test_the_first_of_the_best_gives_the_reciprocal_rank() -> None:
    assert scored(judged(), "cap-b", "std-a", "cap-a").reciprocal == pytest.approx(1 / 3)
    assert scored(judged(), "cap-b").reciprocal == 0


def test_an_identifier_must_stand_first() -> None:
    assert scored(judged(first="cap-a"), "cap-a").first is True
    assert scored(judged(first="cap-a"), "inst-a", "cap-a").first is False
    assert scored(judged(), "cap-a").first is None


def test_nothing_is_an_honest_end_and_a_hit_without_a_label_is_not() -> None:
    empty = judged(grades={}, end="nothing")
    assert scored(empty).ndcg == 1
    assert scored(empty, "cap-a").ndcg == 0
    assert scored(empty, "cap-a", labelled=frozenset({"cap-a"})).ndcg == 1
    assert scored(empty, "cap-a", "cap-b", labelled=frozenset({"cap-a"})).ndcg == 0


def test_loosened_rows_count_only_with_a_label_on_each() -> None:
    loosened = judged(end="loosened")
    assert scored(loosened, "cap-a", "cap-b", labelled=frozenset({"cap-a", "cap-b"})).ndcg == 1
    assert scored(loosened, "cap-a", "cap-b", labelled=frozenset({"cap-b"})).ndcg == 0
    assert scored(loosened).ndcg == 0


def test_a_standard_offers_nothing_and_needs_no_label_unless_a_number_was_typed() -> None:
    assert scored(judged(grades={}, end="nothing"), "std-a").ndcg == 1
    assert scored(judged(grades={}, end="nothing", slots={"standard": ("GB 1",)}), "std-a").ndcg == 0


def test_it_ends_well_with_something_of_use_or_a_requirement() -> None:
    loosened = judged(end="loosened")
    assert scored(loosened).ended is False
    assert scored(loosened, requirement=True).ended is True
    assert scored(loosened, "cap-b", labelled=frozenset({"cap-b"})).ended is True
    assert scored(loosened, "inst-b", labelled=frozenset({"inst-b"})).ended is False
    assert scored(loosened, "cap-b", requirement=True).ended is False  # dishonest whatever is offered besides
    assert scored(judged()).ended is False  # an answer that is empty, though rows were right
    assert scored(judged(), "cap-b").ended is None


def slot(name: str, text: str, *names: str) -> Understood:
    return Understood(name, text, names)


def test_slots_are_right_missed_or_invented() -> None:
    found = scored(
        judged(slots={"object": ("甲",), "region": ("610100",), "nature": ("CMA", "CNAS")}),
        slots=[slot("object", "甲"), slot("region", "西安", "610113"), slot("nature", "cma", "CMA")],
    )
    assert [*found.slots] == [
        ("right", "object", "甲"),
        ("missed", "region", "610100"),
        ("right", "nature", "CMA"),
        ("missed", "nature", "CNAS"),
        ("invented", "region", "610113"),
    ]
    assert found.misread == ["missed region 610100", "missed nature CNAS", "invented region 610113"]


def test_blanks_and_width_are_no_fault_of_a_slot() -> None:
    read = [slot("range", "0 ~ 60 MPa"), slot("object", "ＬＥＤ灯具")]
    found = scored(judged(slots={"range": ("0~60MPa",), "object": ("LED灯具",)}), slots=read)
    assert found.misread == []


def test_what_was_typed_twice_is_understood_once() -> None:
    twice = [slot("service", "检定", "verification"), slot("service", "检定", "verification")]
    assert scored(judged(slots={"service": ("verification",)}), slots=twice).misread == []


def test_debatable_slots_are_neither_missed_nor_invented() -> None:
    assert scored(judged(either=("object",)), slots=[slot("object", "甲")]).misread == []
    assert scored(judged(either=("object",))).misread == []


def test_what_is_ambiguous_is_offered_and_not_decided() -> None:
    open_region = judged(ambiguous={"region": ("110105", "211300")})
    offer = Understood("region", "朝阳", ("",), ("110105", "211300", "220104"))
    assert scored(open_region, slots=[offer]).misread == []
    decided = scored(open_region, slots=[slot("region", "朝阳", "110105")])
    assert decided.misread == ["missed region 110105/211300", "invented region 110105"]
    assert scored(judged(slots={"region": ("110105",)}), slots=[offer]).misread[0] == "missed region 110105"


def test_precision_counts_what_was_invented_and_recall_what_was_missed() -> None:
    one = scored(judged(slots={"object": ("甲",)}), slots=[slot("object", "甲"), slot("region", "西安", "610100")])
    other = scored(judged(slots={"object": ("甲",)}))
    assert tally([one, other]) == {"object": (1.0, 0.5), "region": (0.0, 1.0)}


def test_a_mean_leaves_out_what_was_not_asked() -> None:
    assert mean([1.0, None, 0.0]) == 0.5
    assert mean([None]) is None
