"""``POST /requirements/match``: the shape of the answer, its evidence, why-not, what bad input is told (R20, R28)."""

from typing import Any

import pytest
from starlette.testclient import TestClient

PATH = "/api/v1/requirements/match"
RICE = {"service": "检测", "object": "大米", "parameter": "镉", "standard": "GB 5009.15"}
GAUGE = {"service": "检定", "object": "压力表", "standard": "JJG 52", "range": "0~25 MPa", "accuracy": "1.6级"}
BODY = {"region": "610113", "start": "2026-12-01", "service_days": 15, "items": [RICE, GAUGE]}


def match(client: TestClient, body: Any, **params: str) -> dict[str, Any]:
    answer = client.post(PATH, json=body, params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused(client: TestClient, body: Any, status: int = 422) -> dict[str, dict[str, Any]]:
    """The problems by their place."""
    answer = client.post(PATH, json=body)
    assert answer.status_code == status, answer.text
    problem = answer.json()
    assert problem["detail"]
    return {error["loc"]: error for error in problem["errors"]}


def test_the_shape_of_an_answer(client: TestClient) -> None:
    answer = match(client, BODY)
    assert answer["judged_on"] == "2026-11-21"
    assert answer["window"] == {"start": "2026-12-01", "end": "2026-12-15"}
    assert set(answer["due"]) == {"respond_by", "recommend_by", "tentative"}
    assert answer["due"]["recommend_by"].endswith("17:30:00+08:00")
    assert answer["nobody"] is None
    assert answer["rule_version"]
    for one in answer["institutions"]:
        assert one["met"] + one["unsure"] + one["unmet"] == 2
        assert one["met"] + one["unsure"] > 0
        for at, cell in enumerate(one["items"]):
            assert cell["item"] == at
            assert cell["outcome"] in {"met", "unsure", "unmet"}
            assert (cell["outcome"] == "met") == (cell["codes"] == [])
    assert {option["at_most"] for option in answer["options"]} <= {1, 2, 3}
    listed = {one["id"] for one in answer["institutions"]}
    assert all(set(option["institutions"]) <= listed for option in answer["options"])
    best = answer["options"][-1]
    assert best["uncovered"] == []
    assert best["met"] == 2


def test_evidence_can_be_followed_to_rows_that_exist(client: TestClient) -> None:
    answer = match(client, BODY)
    plurals = {"institution", "capability", "authorisation", "certificate", "standard", "division"}
    paths = {kind: f"/api/v1/{'capabilities' if kind == 'capability' else kind + 's'}/" for kind in plurals}
    cells = [cell for one in answer["institutions"] for cell in one["items"] if cell["outcome"] == "met"]
    assert cells
    for cell in cells:
        assert [finding["check"] for finding in cell["evidence"]] == [
            "institution",
            "service",
            "subject",
            "standard",
            "certificate",
            "region",
            "range",
            "accuracy",
        ]
        refs = [ref for finding in cell["evidence"] for ref in finding["refs"]]
        assert {"institution", "certificate"} <= {ref["kind"] for ref in refs}
        assert {"capability", "authorisation"} & {ref["kind"] for ref in refs}
        for ref in refs:
            if ref["kind"] in paths and ref["kind"] not in {"certificate", "division"}:
                assert client.get(paths[ref["kind"]] + ref["id"]).status_code == 200


def test_the_same_requirement_is_answered_the_same(client: TestClient) -> None:
    assert match(client, BODY) == match(client, BODY)


def test_why_not_says_what_fails_first_and_the_smallest_fix(client: TestClient) -> None:
    answer = match(client, BODY)
    partly = next(one for one in answer["institutions"] if one["unmet"])
    found = match(client, BODY, why_not=partly["id"])
    at = next(cell["item"] for cell in partly["items"] if cell["outcome"] == "unmet")
    below = {one["item"]: one for one in [found, *found["other_items"]]}
    assert below[at]["codes"] == partly["items"][at]["codes"]
    assert below[at]["first_failing"]
    assert below[at]["fix"]["codes"]
    assert below[at]["fix"]["text"]


def test_why_not_of_one_that_is_met_and_not_chosen(client: TestClient) -> None:
    body = {**BODY, "items": [RICE], "max_institutions": 1}
    answer = match(client, body)
    whole = [one["id"] for one in answer["institutions"] if one["met"] == 1]
    chosen = answer["options"][0]["institutions"]
    other = next(one for one in whole if one not in chosen)
    assert match(client, body, why_not=other)["codes"] == ["ranked_lower"]
    assert match(client, body, why_not=chosen[0])["codes"] == []


@pytest.mark.parametrize("institution", ["00000000-0000-7000-8000-000000000000", "nobody", "'; --"])
def test_why_not_of_nobody(client: TestClient, institution: str) -> None:
    assert client.post(PATH, json=BODY, params={"why_not": institution}).status_code == 404


def test_nobody_is_said(client: TestClient) -> None:
    nothing = {"service": "检测", "object": "反物质引力透镜", "parameter": "曲率", "standard": "GB/T 228.1"}
    answer = match(client, {**BODY, "items": [nothing]})
    assert answer["institutions"] == []
    assert answer["options"] == []
    assert "外部机构" in answer["nobody"]


def test_only_unsure_ones_are_named_with_what_is_missing(client: TestClient) -> None:
    answer = match(client, {**BODY, "items": [{"object": "大米"}]})
    assert answer["institutions"]
    assert all(one["met"] == 0 for one in answer["institutions"])
    assert answer["institutions"][0]["name"] in answer["nobody"]


def test_an_item_that_says_nothing(client: TestClient) -> None:
    found = refused(client, {**BODY, "items": [RICE, {"service": "检测", "quantity": 3}]})
    assert found["items.1"]["code"] == "item_empty"


@pytest.mark.parametrize(
    ("change", "loc", "code"),
    [
        ({"start": "2026-12-10", "end": "2026-12-01", "service_days": None}, "end", "end_before_start"),
        ({"start": "2026-11-01"}, "start", "start_before_posting"),
        ({"service_days": 0}, "service_days", "service_days"),
        ({"end": "2026-12-31"}, "service_days", "dates_contradict"),
        ({"start": "2026-13-01"}, "start", "date"),
        ({"start": None, "end": "2026-11-22", "service_days": None}, "end", "end_before_start"),
        ({"max_institutions": 11}, "max_institutions", "range"),
        ({"max_institutions": True}, "max_institutions", "type"),
        ({"certificate_kinds": ["ISO"]}, "certificate_kinds.0", "unknown_word"),
        ({"certificate_kinds": "CMA"}, "certificate_kinds", "type"),
        ({"items": []}, "items", "required"),
        ({"items": [1]}, "items.0", "type"),
        ({"items": [{**RICE, "colour": "red"}]}, "items.0.colour", "unknown_field"),
        ({"items": [{**RICE, "object": "米" * 501}]}, "items.0.object", "too_long"),
        ({"items": [{**RICE, "object": 5}]}, "items.0.object", "type"),
        ({"colour": "red"}, "colour", "unknown_field"),
        ({"channel": "pigeon"}, "channel", "unknown_word"),
    ],
)
def test_what_cannot_be_judged_is_named(client: TestClient, change: dict[str, Any], loc: str, code: str) -> None:
    assert refused(client, {**BODY, **change})[loc]["code"] == code


def test_two_hundred_items_are_refused_before_any_work(client: TestClient) -> None:
    found = refused(client, {**BODY, "items": [RICE] * 200})
    assert found["items"]["code"] == "too_many"
    assert "100" in found["items"]["message"]
    assert match(client, {**BODY, "items": [RICE] * 100})["options"]


def test_every_problem_is_said_at_once(client: TestClient) -> None:
    found = refused(client, {"items": [{}, {**RICE, "x": 1}], "max_institutions": 0, "start": "gestern"})
    assert set(found) == {"items.0", "items.1.x", "max_institutions", "start"}


def notes(client: TestClient, **change: Any) -> dict[str, dict[str, str]]:
    answer = match(client, {**BODY, **change})
    return {note["loc"]: note for note in answer["notes"]}


def test_a_range_that_cannot_be_read_refuses_nothing_and_says_why(client: TestClient) -> None:
    found = notes(client, items=[{**GAUGE, "range": "25~0 MPa"}])["items.0.range"]
    assert (found["code"], "下限大于上限" in found["hint"]) == ("range_unreadable", True)
    found = notes(client, items=[{**GAUGE, "range": "1.6级", "accuracy": "0~25 MPa"}])
    assert "准确度" in found["items.0.range"]["hint"]
    assert "测量范围" in found["items.0.accuracy"]["hint"]
    assert notes(client, items=[{**GAUGE, "range": "0 kg~25 MPa"}])["items.0.range"]["code"] == "range_unreadable"
    assert notes(client, items=[{**GAUGE, "range": "0~25"}])["items.0.range"]["code"] == "range_without_unit"


def test_a_region_that_is_no_longer_is_mapped_with_a_note(client: TestClient) -> None:
    found = notes(client, region="610126", items=[GAUGE])["region"]
    assert (found["code"], "610117" in found["message"]) == ("region_mapped", True)
    assert notes(client, region="月球")["region"]["code"] == "place_unknown"


def test_words_that_mean_nothing_are_noted(client: TestClient) -> None:
    found = notes(client, items=[{**RICE, "service": "算命", "standard": "国标"}])
    assert found["items.0.service"]["code"] == "service_unknown"
    assert found["items.0.standard"]["code"] == "number_unreadable"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"items": "x"}', b'{"items": [null]}', b"\xff"])
def test_what_is_no_requirement(client: TestClient, body: bytes) -> None:
    answer = client.post(PATH, content=body, headers={"content-type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.json()["detail"]
