"""An institution at work over HTTP: what `test_records_routes.py` and `tests/records` do not show by themselves."""

from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from api.wiring import Services
from search_service.store.journal import AuditEvent
from tests.api.conftest import Headers, assert_problem, bearer
from tests.support import rows

CAPABILITY = {"object": "热轧带肋钢筋", "parameter": "屈服强度", "standards": ["GB/T 228.1-2021"]}


@pytest.fixture
def institution(services: Services) -> str:
    with services.database.write() as session:
        rows.xian(session)
        return str(rows.institution(session, "示例甲检测院").id)


@pytest.fixture
def owner(services: Services, institution: str) -> Headers:
    return bearer(services, "institution", institution)


def events(services: Services, record_id: str) -> list[AuditEvent]:
    with services.database.read() as session:
        found = session.scalars(select(AuditEvent).order_by(AuditEvent.at, AuditEvent.id)).all()
    return [event for event in found if str(event.record_id) == record_id]


def test_a_capability_from_draft_to_tombstone(
    http: TestClient, services: Services, owner: Headers, institution: str
) -> None:
    made = http.post("/api/v1/capabilities", json=CAPABILITY, headers=owner)
    assert made.status_code == 201, made.text
    body = made.json()
    assert (body["state"], body["institution"]["id"], body["warnings"]) == ("draft", institution, [])
    url = made.headers["location"]
    assert_problem(http.get(url), 404, "not_found")
    published = http.post(f"{url}/actions/publish", headers=owner)
    assert (published.status_code, published.json()["state"]) == (200, "published")
    read = http.get(url)
    assert (read.status_code, read.headers["etag"]) == (200, published.headers["etag"])
    changed = http.put(url, json=CAPABILITY | {"place": "西安"}, headers=owner | {"If-Match": read.headers["etag"]})
    assert (changed.status_code, changed.json()["place"]) == (200, "西安")
    assert http.get(url).headers["etag"] == changed.headers["etag"] != read.headers["etag"]
    gone = http.delete(url, headers=owner | {"If-Match": changed.headers["etag"]})
    assert gone.status_code == 204
    assert_problem(http.get(url, headers=owner), 404, "not_found")
    written = events(services, body["id"])
    assert [event.action for event in written] == ["create", "publish", "replace", "delete"]
    assert {(event.role, event.actor.partition(":")[0]) for event in written} == {("institution", "institution")}
    assert written[2].changes["place"] == {"before": None, "after": "西安"}
    assert [event.changes["row_version"]["after"] for event in written] == [1, 2, 3, 4]


def test_what_is_refused_leaves_no_event_and_no_change(http: TestClient, services: Services, owner: Headers) -> None:
    made = http.post("/api/v1/capabilities", json=CAPABILITY, headers=owner)
    url, before = made.headers["location"], http.get(made.headers["location"], headers=owner).json()
    tries: list[tuple[str, dict[str, Any], Headers, int]] = [
        ("PATCH", {"object": "x"}, {}, 428),
        ("PATCH", {"object": "x"}, {"If-Match": '"v9"'}, 412),
        ("PATCH", {"state": "published"}, {"If-Match": "*"}, 422),
        ("PATCH", {"institution": "00000000-0000-0000-0000-000000000000"}, {"If-Match": "*"}, 422),
        ("PUT", {"object": "x"}, {"If-Match": "*"}, 422),
        ("DELETE", {}, {}, 428),
    ]
    for method, body, headers, status in tries:
        assert_problem(http.request(method, url, json=body, headers=owner | headers), status)
    assert http.get(url, headers=owner).json() == before
    assert len(events(services, before["id"])) == 1


def test_a_state_that_forbids_says_what_is_possible(http: TestClient, owner: Headers) -> None:
    url = http.post("/api/v1/capabilities", json=CAPABILITY, headers=owner).headers["location"]
    problem = assert_problem(http.post(f"{url}/actions/hide", headers=owner), 409, "state")
    (error,) = problem["errors"]
    assert (error["loc"], error["hint"]) == ("state", "现在可用的动作:publish(发布)")
    assert "草稿" in error["message"]
    problem = assert_problem(http.post(f"{url}/actions/vanish", headers=owner), 404, "not_found")
    assert "publish、hide、withdraw" in problem["detail"]


def test_what_looks_like_another_row_is_stored_with_a_warning(http: TestClient, owner: Headers) -> None:
    first = http.post("/api/v1/capabilities", json=CAPABILITY, headers=owner).json()
    again = http.post("/api/v1/capabilities", json=CAPABILITY, headers=owner)
    assert again.status_code == 201
    (warning,) = again.json()["warnings"]
    assert (warning["loc"], warning["code"]) == ("standards", "duplicate")
    assert first["id"] in warning["hint"]
    number = http.post("/api/v1/capabilities", json=CAPABILITY | {"standards": ["企业方法"]}, headers=owner)
    assert {w["code"] for w in number.json()["warnings"]} == {"number_unreadable"}


def test_an_action_sent_twice_happens_once(http: TestClient, services: Services, owner: Headers) -> None:
    made = http.post("/api/v1/capabilities", json=CAPABILITY, headers=owner)
    headers = owner | {"Idempotency-Key": "3f0c"}
    first, again = (http.post(f"{made.headers['location']}/actions/publish", headers=headers) for _ in range(2))
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (200, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert len(events(services, made.json()["id"])) == 2


@pytest.mark.parametrize("key", ["", "a b", "键".encode(), "x" * 201], ids=["empty", "blank", "utf8", "long"])
def test_keys_are_what_is_documented(http: TestClient, owner: Headers, key: str | bytes) -> None:
    headers = {**owner, "Idempotency-Key": key}
    problem = assert_problem(http.post("/api/v1/capabilities", json=CAPABILITY, headers=headers), 422, "invalid")
    assert [e["loc"] for e in problem["errors"]] == ["header.Idempotency-Key"]


def test_an_institution_changes_its_own_rows_only(http: TestClient, services: Services, owner: Headers) -> None:
    with services.database.write() as session:
        other = rows.institution(session, "示例乙检测院")
        shown = str(rows.capability(session, other).id)
        draft = str(rows.capability(session, other, state="draft").id)
    match = {"If-Match": "*"}
    for path, status in ((shown, 403), (draft, 404)):
        url = f"/api/v1/capabilities/{path}"
        assert_problem(http.patch(url, json={"object": "x"}, headers=owner | match), status)
        assert_problem(http.delete(url, headers=owner | match), status)
        assert_problem(http.post(f"{url}/actions/hide", headers=owner), status)
    body = CAPABILITY | {"institution": str(other.id)}
    assert_problem(http.post("/api/v1/capabilities", json=body, headers=owner), 403, "forbidden")
    assert_problem(http.patch(f"/api/v1/capabilities/{shown}", json={"object": "x"}, headers=match), 401)
    assert http.get(f"/api/v1/capabilities/{shown}").json()["object"] == "热轧带肋钢筋"
