"""Understanding through HTTP: the read-back, turning it off, and bad input."""

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import assert_problem


def search(client: TestClient, **params: object) -> dict[str, object]:
    answer = client.get("/api/v1/search", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def understood(client: TestClient, **params: object) -> list[tuple[str, str, str]]:
    return [(s["slot"], s["value"], s["act"]) for s in search(client, **params)["understood"]]  # type: ignore[attr-defined]


SENTENCE = "西安哪里能做GB/T 228.1拉伸，要CMA的，下周"


def test_a_sentence_is_read_back(client: TestClient) -> None:
    assert understood(client, q=SENTENCE) == [
        ("region", "610100", "filter"),
        ("standard", "GB/T 228.1", "filter"),
        ("parameter", "拉伸", "boost"),
        ("nature", "CMA", "filter"),
        ("date", "2026-11-23/2026-11-29", "note"),
    ]
    answer = search(client, q=SENTENCE)
    assert answer["prefill"] == {
        "text": SENTENCE,
        "region": "610100",
        "certificate_kinds": ["CMA"],
        "start": "2026-11-23",
        "end": "2026-11-29",
        "items": [{"standard": "GB/T 228.1", "parameter": "拉伸"}],
    }


def test_a_slot_is_turned_back_to_text_and_repeats(client: TestClient) -> None:
    assert ("region", "610100", "text") in understood(client, q="西安 压力表", as_text="region")
    both = understood(client, q="西安 压力表 检定", as_text=["region:610100", "service"])
    assert both == [("region", "610100", "text"), ("object", "压力表", "boost"), ("service", "verification", "text")]


def test_choices_are_parameters_of_the_next_search(client: TestClient) -> None:
    (slot,) = [s for s in search(client, q="朝阳 压力表")["understood"] if s["slot"] == "region"]  # type: ignore[attr-defined]
    assert slot["act"] == "choose"
    for choice in slot["choices"]:
        chosen = understood(client, q="朝阳 压力表", **choice["params"])
        assert ("region", choice["value"], "filter") in chosen


@pytest.mark.parametrize("path", ["/search", "/capabilities"])
def test_an_unknown_slot_is_refused_with_those_that_exist(client: TestClient, path: str) -> None:
    answer = client.get(f"/api/v1{path}", params={"q": "西安", "as_text": "colour"})
    problem = assert_problem(answer, 422)
    assert problem["errors"][0]["code"] == "unknown_slot"
    assert "region" in problem["errors"][0]["hint"]


@pytest.mark.parametrize(
    "q",
    [
        "\x00西安\x00检定",
        "9" * 200,
        "~" * 200,
        "0~" * 100,
        "西安" * 100,
        "(" * 199,
        "一二三四五六七八九十" * 20,
        "\ud7ff",
    ],
)
def test_garbage_is_answered_or_refused(client: TestClient, q: str) -> None:
    assert client.get("/api/v1/search", params={"q": q}).status_code in {200, 422}
    assert client.get("/search", params={"q": q}).status_code in {200, 422}


def test_chips_are_links_that_work_without_a_script(client: TestClient) -> None:
    text = client.get("/search", params={"q": "西安 压力表 检定"}).text
    assert "我理解为" in text
    assert "as_text=region%3A610100" in text
    text = client.get("/search", params={"q": "朝阳 压力表"}).text
    assert "北京市朝阳区" in text
    assert "region=110105" in text
    text = client.get("/search", params={"q": "西安 压力表", "as_text": "region"}).text
    assert "按文字查找" in text
    assert '<input type="hidden" name="as_text" value="region">' in text
