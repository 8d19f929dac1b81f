"""The meter and the one best question (N14)."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search_service.matching.words import CODES
from search_service.requirements.completeness import EDITION, OF_ITEMS, OF_WHOLE, completeness

WHOLE: dict[str, Any] = {
    "region": "610113",
    "end": "2026-12-20",
    "certificate_kinds": ["CMA"],
    "items": [
        {"service": "检测", "object": "大米", "parameter": "镉", "standard": "GB 5009.15", "quantity": 3},
        {
            "service": "verification", "object": "压力表", "standard": "JJG 52-2013", "range": "0~60 MPa",
            "accuracy": "1.6级", "quantity": 1,
        },
    ],
}  # fmt: skip


def cells(*codes: tuple[int, str]) -> list[dict[str, Any]]:
    return [{"items": [{"item": at, "codes": [code]}]} for at, code in codes]


def test_nothing_is_missing() -> None:
    found = completeness(WHOLE)
    assert (found.percent, found.missing, found.question) == (100, (), None)


def test_codes_exist() -> None:
    for slot in (*OF_ITEMS, *OF_WHOLE, EDITION):
        assert slot.codes <= CODES.keys(), slot.name


@pytest.mark.parametrize("name", ["region", "end", "certificate_kinds"])
def test_each_condition_is_missed(name: str) -> None:
    found = completeness({key: value for key, value in WHOLE.items() if key != name})
    assert [one.slot.name for one in found.missing] == ["start" if name == "end" else name]
    assert found.percent < 100


@pytest.mark.parametrize(
    ("at", "name"), [(0, "service"), (0, "object"), (1, "range"), (1, "accuracy"), (1, "quantity")]
)
def test_each_slot_is_missed_with_its_item(at: int, name: str) -> None:
    items = [dict(item) for item in WHOLE["items"]]
    del items[at][name]
    found = completeness({**WHOLE, "items": items})
    assert [(one.slot.name, one.items) for one in found.missing if one.slot.name == name] == [(name, (at,))]
    assert f"第 {at + 1} 项" in next(one.message for one in found.missing if one.slot.name == name)


def test_a_standard_settles_the_parameter_and_services_have_their_own_slots() -> None:
    items = [{"service": "testing", "object": "大米", "standard": "GB 2762", "quantity": 1}]
    assert completeness({**WHOLE, "items": items}).missing == ()
    training = [{"service": "training", "object": "内审员", "quantity": 1}]
    assert completeness({**WHOLE, "items": training}).missing == ()


def test_what_cannot_be_read_is_as_if_not_said() -> None:
    items = [{**WHOLE["items"][1], "range": "60 MPa~0 mm", "accuracy": "很准"}]
    assert [one.slot.name for one in completeness({**WHOLE, "items": items}).missing] == ["range", "accuracy"]


def test_the_heaviest_is_asked_first() -> None:
    found = completeness({"items": [{"parameter": "镉"}]})
    assert found.question is not None
    assert found.question.slot.name == "service"
    weights = [one.slot.weight for one in found.missing]
    assert weights == sorted(weights, reverse=True)


def test_judged_cells_decide_the_question() -> None:
    body = {"items": [{"service": "testing", "parameter": "镉"}, {"service": "verification", "object": "压力表"}]}
    assert completeness(body).question == completeness(body, []).question
    found = completeness(body, cells((1, "range_unknown"), (1, "range_unknown"), (0, "subject_unknown")))
    assert found.question is not None
    assert (found.question.slot.name, found.question.items, found.cells) == ("range", (1,), 2)


def test_a_blank_of_the_row_is_no_question_to_the_enterprise() -> None:
    found = completeness(WHOLE, cells((1, "range_unknown"), (1, "accuracy_unknown"), (0, "subject_unknown")))
    assert found.question is None
    assert found.cells == 0


def test_an_edition_and_a_wide_place_are_asked_for_where_they_matter() -> None:
    edition = completeness(WHOLE, cells((0, "edition_older"), (0, "edition_older"), (1, "place_too_wide")))
    assert edition.question is not None
    assert (edition.question.slot.name, edition.question.items, edition.cells) == ("edition", (0,), 2)
    place = completeness(WHOLE, cells((1, "place_too_wide"), (1, "edition_older")))
    assert place.question is not None
    assert place.question.slot.name == "region", "the second item names its year"


_SAID = st.sampled_from(["", "检定", "检测", "压力表", "GB 5009.15", "0~60 MPa", "1.6级", None, 3])
_ITEM = st.dictionaries(st.sampled_from([slot.name for slot in OF_ITEMS]), _SAID)


@given(st.lists(_ITEM, min_size=1, max_size=5), st.data())
def test_saying_more_never_lowers_the_meter(items: list[dict[str, Any]], data: st.DataObject) -> None:
    services = [item.get("service") for item in items]
    body = {"items": items}
    before = completeness(body)
    assert 0 <= before.percent <= 100
    open_slots = [one for one in before.missing if one.slot.name not in {"service", "range", "accuracy"}]
    if not open_slots:
        return
    chosen = data.draw(st.sampled_from(open_slots))
    filled = [{**item, chosen.slot.name: "某某"} if at in chosen.items else item for at, item in enumerate(items)]
    more = completeness({"items": filled, **({} if chosen.items else {chosen.slot.name: "610113"})})
    assert more.percent >= before.percent
    assert [item.get("service") for item in filled] == services
