"""``/vocabulary`` over HTTP: for the staff alone, from the first change to going back; and the log of searches."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api import wiring
from api.app import create
from api.wiring import Services
from search_service.kinds import REGISTRY
from search_service.query.request import SearchRequest
from tests.api.conftest import Headers, assert_problem, bearer
from tests.support import rows

WORD = {"action": "add_word", "word": "霉菌箱"}
BODY = {"reason": "用户查不到", "query": "霉菌箱", "changes": [WORD]}
ROUTES = [
    ("GET", ""),
    ("GET", "/versions"),
    ("GET", "/versions/1"),
    ("GET", "/no-hits"),
    ("GET", "/queries"),
    ("GET", "/proposals"),
    ("POST", "/proposals"),
    ("GET", "/proposals/x"),
    ("POST", "/proposals/x/changes"),
    ("DELETE", "/proposals/x/changes/0"),
    ("POST", "/proposals/x/preview"),
    ("POST", "/proposals/x/activate"),
    ("POST", "/proposals/x/withdraw"),
    ("POST", "/rollback"),
]


@pytest.fixture
def staff(services: Services) -> Headers:
    return bearer(services, "staff")


@pytest.fixture
def filled(services: Services) -> Services:
    """One standard and an index."""
    with services.database.write() as session:
        rows.standard(session, "GB/T 1-2000", "环境试验", scope="使用霉菌箱试验")
    wiring.bring_up_to_date(services)
    return services


def test_every_route_is_known_here(http: TestClient) -> None:
    paths = http.get("/api/v1/openapi.json").json()["paths"]
    there = {
        (method.upper(), path.removeprefix("/api/v1/vocabulary").replace("{record_id}", "x").replace("{place}", "0"))
        for path, methods in paths.items()
        if path.startswith("/api/v1/vocabulary")
        for method in methods
    }
    assert there == {(method, path.replace("/versions/1", "/versions/x")) for method, path in ROUTES}


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_nobody_but_the_staff_comes_in(http: TestClient, services: Services, method: str, path: str) -> None:
    with services.database.write() as session:
        mine = str(rows.institution(session).id)
    url = f"/api/v1/vocabulary{path}"
    assert_problem(http.request(method, url, json=BODY), 401, "unauthenticated")
    assert_problem(http.request(method, url, json=BODY, headers={"Authorization": "Bearer zx_no"}), 401)
    institution = bearer(services, "institution", mine)
    assert_problem(http.request(method, url, json=BODY, headers=institution), 403, "forbidden")


@pytest.mark.parametrize("role", ["staff", "administrator"])
def test_from_the_first_change_to_going_back(http: TestClient, filled: Services, role: str) -> None:
    who = bearer(filled, role)

    def call(method: str, path: str, body: Any = None) -> Any:
        answer = http.request(method, f"/api/v1/vocabulary{path}", headers=who, json=body)
        assert answer.status_code in {200, 201}, answer.text
        assert "no-store" in answer.headers["cache-control"]
        return answer.json()

    def found() -> int:
        return int(http.get("/api/v1/search", params={"q": "箱", "kind": "standard"}).json()["total"])

    assert call("GET", "")["version"] is None
    proposal = call("POST", "/proposals", BODY)
    assert (proposal["state"], proposal["changes"][0]["frequency"], proposal["query"]) == ("draft", 3, "霉菌箱")
    path = f"/proposals/{proposal['id']}"
    added = call("POST", f"{path}/changes", {"changes": [{"action": "remove_word", "word": "试验"}]})
    assert len(added["changes"]) == 2
    assert len(call("DELETE", f"{path}/changes/1")["changes"]) == 1
    shown = call("POST", f"{path}/preview")
    assert shown["preview"]["summary"]["lost_names"] == 0
    assert found() == 1
    activated = call("POST", f"{path}/activate")
    assert (activated["version"]["number"], activated["proposal"]["state"]) == (2, "activated")
    assert found() == 1, "not before its index"
    wiring.bring_up_to_date(filled)
    there = call("GET", "")
    assert there["words"] == {"霉菌箱": 3}
    assert all(row["settled"] for row in there["indices"])
    assert {row["kind"] for row in there["indices"]} == {kind.name for kind in REGISTRY.kinds}
    assert [v["number"] for v in call("GET", "/versions")["versions"]] == [2, 1]
    assert call("GET", "/versions/2")["words"] == {"霉菌箱": 3}
    assert [p["id"] for p in call("GET", "/proposals?state=activated")["proposals"]] == [proposal["id"]]
    back = call("POST", "/rollback", {"reason": "误启用"})
    assert (back["to"], back["version"]["number"]) == (1, 3)
    assert call("GET", "")["words"] == {}
    given_up = call("POST", "/proposals", BODY)
    assert call("POST", f"/proposals/{given_up['id']}/withdraw")["state"] == "withdrawn"


def test_refusals_say_what_to_do(http: TestClient, staff: Headers) -> None:
    def refused(method: str, path: str, status: int, code: str, **given: Any) -> dict[str, Any]:
        answer = http.request(
            method, f"/api/v1/vocabulary{path}", headers={**staff, **given.pop("headers", {})}, **given
        )
        return assert_problem(answer, status, code)

    joined = {"reason": "试", "changes": [{"action": "add_word", "word": "检定校准"}]}
    [error] = refused("POST", "/proposals", 422, "invalid", json=joined)["errors"]
    assert (error["loc"], error["code"]) == ("changes.0.word", "service")
    refused("POST", "/proposals", 415, "unsupported_media", content=b"a=b")
    refused("POST", "/proposals", 400, "malformed", content=b"{", headers={"Content-Type": "application/json"})
    refused("POST", "/rollback", 404, "not_found")
    refused("POST", "/rollback", 422, "invalid", json={"version": 1})
    refused("GET", "/proposals/nothing", 404, "not_found")
    refused("GET", "/proposals?state=eaten", 422, "invalid")
    refused("GET", "/versions/99999999999999999999", 404, "not_found")
    refused("GET", "/versions/-1", 404, "not_found")
    for strange in ("days=0", "days=91", "size=501", "days=x", "since=2020"):
        refused("GET", f"/no-hits?{strange}", 422, "invalid")
    there = http.post("/api/v1/vocabulary/proposals", headers=staff, json=BODY).json()["id"]
    problem = refused("POST", f"/proposals/{there}/activate", 409, "preview_needed")
    assert "zhixun vocabulary preview" in problem["detail"]
    refused("DELETE", f"/proposals/{there}/changes/7", 404, "not_found")
    refused("DELETE", f"/proposals/{there}/changes/x", 404, "not_found")


def test_a_synonym_by_hand_is_shown_the_way(http: TestClient, staff: Headers) -> None:
    entry = {"word": "电子秤", "meaning": "衡器", "relation": "narrower"}
    problem = assert_problem(http.post("/api/v1/synonyms", headers=staff, json=entry), 403, "forbidden")
    assert "/api/v1/vocabulary/proposals" in problem["detail"]


def test_control_queries_are_kept_by_the_staff(http: TestClient, staff: Headers) -> None:
    made = http.post("/api/v1/control-queries", headers=staff, json={"q": "热轧带肋钢筋", "note": "P7"})
    assert made.status_code == 201
    assert_problem(http.post("/api/v1/control-queries", json={"q": "水表"}), 401)
    assert_problem(http.post("/api/v1/control-queries", headers=staff, json={"q": "热轧带肋钢筋"}), 409)


def test_searches_of_people_are_counted_and_those_in_vain_listed(
    filled: Services, http: TestClient, staff: Headers
) -> None:
    filled.search._noted = filled.query_log.noted  # as in a web process (`wiring.build(web=True)`)
    people = TestClient(create(filled))
    for q in ("没有这种东西", "没有这种东西", "环境试验"):
        assert people.get("/api/v1/search", params={"q": q}).status_code == 200
    assert people.get("/search", params={"q": "环境试验"}).status_code == 200
    filled.query_log.flush()
    misses = http.get("/api/v1/vocabulary/no-hits", headers=staff).json()["queries"]
    assert [(row["query"], row["missed"], row["proposal"]) for row in misses] == [("没有这种东西", 2, None)]
    made = http.post("/api/v1/vocabulary/proposals", headers=staff, json={**BODY, "query": "没有这种东西"}).json()
    [again] = http.get("/api/v1/vocabulary/no-hits", headers=staff).json()["queries"]
    assert again["proposal"] == made["id"]
    asked = http.get("/api/v1/vocabulary/queries?size=9", headers=staff).json()["queries"]
    assert {row["query"]: row["asked"] for row in asked} == {"没有这种东西": 2, "环境试验": 2}


def test_a_web_process_takes_notes_and_a_command_does_not(filled: Services) -> None:
    filled.search.search(SearchRequest(q="环境试验"))
    assert filled.query_log.flush() == 0
    web = wiring.build(filled.settings, web=True)
    try:
        web.search.search(SearchRequest(q="环境试验"))
        assert web.query_log.flush() == 1
    finally:
        web.close()
