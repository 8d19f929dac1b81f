"""``POST /standards/check`` (N7, S5-23): shapes, refusals before any work, and links that lead to what was counted."""

from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from api.wiring import Services
from search_service.standards.reading import MOST
from tests.api.conftest import assert_problem, chinese
from tests.api.test_bad_input import NAUGHTY

CHECK = "/api/v1/standards/check"


def checked(client: TestClient, **body: Any) -> dict[str, Any]:
    answer = client.post(CHECK, json=body)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_each_number_in_the_order_of_the_input(client: TestClient) -> None:
    found = checked(client, text="gbt228.1—2010\n\nBG/T 228.1-2021、JJG52\n压力表")
    assert [(r["line"], r["typed"], r["confidence"]) for r in found["results"]] == [
        (1, "gbt228.1—2010", "exact"),
        (3, "BG/T 228.1-2021", "ambiguous"),
        (3, "JJG52", "resolved"),
        (4, "压力表", "unknown"),
    ]
    assert found["total"] == 4
    assert found["counts"] == {"exact": 1, "resolved": 1, "ambiguous": 1, "unknown": 1}
    assert (found["as_of"], found["region"]) == ("2026-11-21", None)
    old = found["results"][0]
    assert (old["number"], old["status"], old["key"]) == ("GB/T 228.1-2010", "withdrawn", "std-gbt-228.1-2010")
    assert old["url"] == f"/standards/{old['id']}"
    assert [(s["number"], s["status"], s["how"]) for s in old["successors"]] == [
        ("GB/T 228.1-2021", "current", "replaced_by")
    ]
    assert all(chinese(r["reason"]) for r in found["results"][1:])
    assert [c["number"] for c in found["results"][1]["candidates"]] == ["GB/T 228.1-2021"]
    assert found["results"][3]["number"] is None


def test_a_list_is_as_good_as_a_text(client: TestClient) -> None:
    numbers = ["GB/T 228.1-2021", "JJG 52-2013、JJG 98", ""]
    found = checked(client, numbers=numbers)
    assert [r["line"] for r in found["results"]] == [1, 2, 2]
    assert found["results"] == checked(client, text="\n".join(numbers))["results"]


def test_institutions_are_those_that_the_link_leads_to(client: TestClient) -> None:
    for region in (None, "610000", "西安市"):
        for result in checked(client, numbers=["GB/T 228.1-2021", "JJG 52-2013"], region=region)["results"]:
            url = result["institutions_url"]
            hits = client.get(f"/api/v1{url}&size=100").json()["hits"]
            cited = [
                hit["fields"]["institution"]["id"]
                for hit in hits
                if result["number"] in str(hit["fields"].get("standards") or hit["fields"].get("regulation"))
            ]
            assert result["institutions"] == len(set(cited)) > 0


def test_a_region_is_named_in_the_answer(client: TestClient) -> None:
    assert checked(client, text="GB 1", region="61")["region"] == {"value": "610000", "label": "陕西省"}
    problem = assert_problem(client.post(CHECK, json={"text": "GB 1", "region": "火星"}), 422, "invalid")
    assert [(e["loc"], e["code"]) for e in problem["errors"]] == [("body.region", "region_unknown")]


@pytest.mark.parametrize(
    "body",
    [
        {"numbers": ["GB/T 228.1-2021"] * (MOST + 1)},
        {"numbers": [""] * (MOST + 1)},
        {"numbers": ["GB 1-2000、GB 2-2000"] * (MOST // 2 + 1)},
        {"text": "GB/T 228.1-2021\n" * (MOST + 1)},
    ],
    ids=["list", "blanks", "several on a line", "text"],
)
def test_a_501st_number_is_refused_before_any_work(client: TestClient, sample: Services, body: dict[str, Any]) -> None:
    asked: list[str] = []

    def note(*said: Any) -> None:
        asked.append(said[2])

    event.listen(sample.database.engine, "before_cursor_execute", note)
    problem = assert_problem(client.post(CHECK, json=body), 422, "invalid")
    event.remove(sample.database.engine, "before_cursor_execute", note)
    assert asked == []
    (error,) = problem["errors"]
    assert error["code"] == "too_many_numbers"
    assert str(MOST) in error["message"]
    assert error["hint"]


@pytest.mark.parametrize(
    ("body", "loc"),
    [
        ({}, "body"),
        ({"text": "GB 1", "numbers": ["GB 1"]}, "body"),
        ({"text": ""}, "body.text"),
        ({"text": 3}, "body.text"),
        ({"numbers": []}, "body.numbers"),
        ({"numbers": ["GB 1", 2]}, "body.numbers"),
        ({"numbers": "GB 1"}, "body.numbers"),
        ({"numbers": ["x" * 501]}, "body.numbers.0"),
        ({"text": "x" * 100_001}, "body.text"),
        ({"text": "GB 1", "region": 61}, "body.region"),
        ({"text": "GB 1", "limit": 9}, "body.limit"),
    ],
)
def test_other_bodies_are_refused_where_they_are_wrong(client: TestClient, body: dict[str, Any], loc: str) -> None:
    problem = assert_problem(client.post(CHECK, json=body), 422, "invalid")
    assert [error["loc"] for error in problem["errors"]] == [loc]


def test_what_is_no_json_is_refused(client: TestClient) -> None:
    assert_problem(client.post(CHECK, content=b"GB 1", headers={"Content-Type": "text/plain"}), 415)
    assert_problem(client.post(CHECK, content=b"{", headers={"Content-Type": "application/json"}), 400)
    assert_problem(client.get(CHECK), 404)


def test_any_text_is_answered_or_refused(client: TestClient) -> None:
    """B8 on this surface."""
    for text in NAUGHTY:
        if any("\ud800" <= c <= "\udfff" for c in text):
            continue  # no JSON of ours can say it
        answer = client.post(CHECK, json={"numbers": ["GB/T 228.1-2021", text[:500]]})
        assert answer.status_code in {200, 422}, (text[:40], answer.text[:200])
        if answer.status_code == 200:
            assert answer.json()["results"][0]["confidence"] == "exact"
    surrogate = b'{"text": "GB 1\\ud800"}'
    assert client.post(CHECK, content=surrogate, headers={"Content-Type": "application/json"}).status_code in {400, 200}
