"""How a search came about is told to the staff, as JSON and as a page, and to nobody else."""

import pytest
from starlette.testclient import TestClient

from api.wiring import Services
from tests.api.conftest import assert_problem, bearer


@pytest.mark.parametrize("path", ["/api/v1/search/explain", "/staff/explain"])
def test_only_the_staff_are_told(scratch_client: TestClient, scratch: Services, path: str) -> None:
    asked = {"params": {"q": "压力表"}}
    assert scratch_client.get(path, **asked).status_code == 401
    assert scratch_client.get(path, headers=bearer(scratch, "staff"), **asked).status_code == 200


def test_the_answer_is_that_of_the_search(scratch_client: TestClient, scratch: Services) -> None:
    asked = {"q": "西安 压力表 检定", "kind": "authorisation", "size": 5}
    told = scratch_client.get("/api/v1/search/explain", params=asked, headers=bearer(scratch, "staff")).json()
    plain = scratch_client.get("/api/v1/search", params=asked).json()
    assert [hit["id"] for hit in told["hits"]] == [hit["id"] for hit in plain["hits"]]
    assert [hit["id"] for hit in told["explanation"]["hits"]] == [hit["id"] for hit in plain["hits"]]
    assert all(part["text"] for hit in told["explanation"]["hits"] for part in hit["parts"])


def test_the_page_shows_words_and_escapes_what_was_typed(scratch_client: TestClient, scratch: Services) -> None:
    staff = bearer(scratch, "staff")
    shown = scratch_client.get("/staff/explain", params={"q": "西安 压力表 检定"}, headers=staff).text
    assert "只看" in shown
    assert "西安市" in shown
    assert "名称相同" in shown
    hurt = scratch_client.get("/staff/explain", params={"q": "<script>压力表"}, headers=staff).text
    assert "<script>压力表" not in hurt
    assert_problem(scratch_client.get("/api/v1/search/explain", params={"q": "x" * 300}, headers=staff), 422)
