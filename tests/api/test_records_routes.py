"""The system of record over HTTP (docs/api.md)."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.wiring import Services
from search_service.kinds import REGISTRY
from search_service.records.tokens import create_token
from tests.support import rows

STANDARD = {"number": "GB/T 228.1-2021", "title": "金属材料"}


@pytest.fixture
def client(http: TestClient) -> TestClient:
    return http


@pytest.fixture
def staff(services: Services) -> dict[str, str]:
    return {"Authorization": f"Bearer {create_token(services.database, 'staff')}"}


def is_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    return problem


def test_a_record_lives(client: TestClient, staff: dict[str, str]) -> None:
    made = client.post("/api/v1/standards", json=STANDARD, headers=staff)
    assert made.status_code == 201
    url = made.headers["location"]
    assert url == f"/api/v1/standards/{made.json()['id']}"
    seen = client.get(url)
    assert (seen.headers["etag"], seen.json()["number"]) == ('"v1"', "GB/T 228.1-2021")
    is_problem(client.patch(url, json={"title": "新"}, headers=staff), 428, "version_required")
    changed = client.patch(url, json={"title": "新"}, headers=staff | {"If-Match": '"v1"'})
    assert (changed.status_code, changed.headers["etag"], changed.json()["title"]) == (200, '"v2"', "新")
    stale = is_problem(client.put(url, json=STANDARD, headers=staff | {"If-Match": '"v1"'}), 412, "version_differs")
    assert [e["loc"] for e in stale["errors"]] == ["title"]
    done = client.post(f"{url}/actions/withdraw", json={"reason": "作废"}, headers=staff)
    assert done.json()["status"] == "withdrawn"
    is_problem(client.post(f"{url}/actions/withdraw", json={"reason": "作废"}, headers=staff), 409, "state")
    is_problem(client.post(f"{url}/actions/nothing", headers=staff), 404, "not_found")
    is_problem(client.post(f"{url}/actions/withdraw", json={"force": True}, headers=staff), 422, "invalid")
    gone = client.delete(url, headers=staff | {"If-Match": '"v3"'})
    assert (gone.status_code, gone.content) == (204, b"")
    is_problem(client.get(url, headers=staff), 404, "not_found")


def test_what_has_not_changed_is_not_sent_again(client: TestClient, staff: dict[str, str]) -> None:
    made = client.post("/api/v1/topics", json={"name": "绿色建材"}, headers=staff)
    for tag, status in (('"v1"', 304), ('W/"v1"', 304), ('"v7", "v1"', 304), ("*", 304), ('"v2"', 200)):
        answer = client.get(made.headers["location"], headers={"If-None-Match": tag})
        assert (answer.status_code, bool(answer.content)) == (status, status == 200), tag


def test_a_change_is_searchable_after_the_wake(client: TestClient, services: Services, staff: dict[str, str]) -> None:
    rung: list[bool] = []
    services.wake = lambda: rung.append(True)
    client.post("/api/v1/standards", json=STANDARD, headers=staff)
    assert rung == [True]
    client.post("/api/v1/standards", json=STANDARD, headers=staff)
    assert rung == [True]


def test_who_asks(client: TestClient, services: Services) -> None:
    is_problem(client.post("/api/v1/standards", json=STANDARD), 401, "unauthenticated")
    for header in ("Bearer zx_nobody", "Basic eDp5", "Bearer", "zx"):
        answer = client.get("/api/v1/divisions/x", headers={"Authorization": header})
        is_problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"
    with services.database.write() as session:
        rows.xian(session)
        found = rows.institution(session, contact="张某").id
    token = create_token(services.database, "institution", str(found))
    owner = {"Authorization": f"bearer {token}"}
    is_problem(client.post("/api/v1/standards", json=STANDARD, headers=owner), 403, "forbidden")
    url = f"/api/v1/institutions/{found}"
    assert "contact" not in client.get(url).json()
    assert client.get(url, headers=owner).json()["contact"] == "张某"
    assert "Authorization" in client.get(url).headers["vary"]


def test_a_key_makes_a_retry_safe(client: TestClient, staff: dict[str, str]) -> None:
    headers = staff | {"Idempotency-Key": "abc"}
    first, again = (client.post("/api/v1/standards", json=STANDARD, headers=headers) for _ in range(2))
    assert (first.status_code, first.json(), first.headers["etag"]) == (
        again.status_code,
        again.json(),
        again.headers["etag"],
    )
    assert (first.headers.get("idempotent-replayed"), again.headers["idempotent-replayed"]) == (None, "true")
    answer = client.post("/api/v1/standards", json=STANDARD | {"title": "x"}, headers=headers)
    is_problem(answer, 422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        ("{}", {"Content-Type": "text/plain"}, 415, "unsupported_media"),
        ("{}", {"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415, "unsupported_media"),
        ('{"title": NaN}', {}, 400, "malformed"),
        ('{"title": "a", "title": "b"}', {}, 400, "malformed"),
        ("[" * 5000, {}, 400, "malformed"),
        (b"\xff", {}, 400, "malformed"),
        ("", {}, 400, "malformed"),
        ("[]", {}, 422, "invalid"),
        ("1", {}, 422, "invalid"),
        ('{"title": "x", "status": "current"}', {}, 422, "invalid"),
    ],
)
def test_bodies_that_nobody_should_send(
    client: TestClient, staff: dict[str, str], content: Any, headers: dict[str, str], status: int, code: str
) -> None:
    sent = {"Content-Type": "application/json"} | staff | headers
    is_problem(client.post("/api/v1/standards", content=content, headers=sent), status, code)


def test_a_body_that_is_too_large_is_not_read(client: TestClient, staff: dict[str, str]) -> None:
    sent = {"Content-Type": "application/json"} | staff
    assert client.post("/api/v1/standards", content=b" " * (3 * 1024 * 1024), headers=sent).status_code == 413


@pytest.mark.parametrize("record", list(REGISTRY), ids=lambda r: r.name)
def test_every_record_has_its_routes(client: TestClient, staff: dict[str, str], record: Any) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert set(paths[f"/api/v1/{record.plural}/{{record_id}}"]) == {"get", "put", "patch", "delete"}
    assert set(paths[f"/api/v1/{record.plural}"]) == {"get", "post"}
    body = paths[f"/api/v1/{record.plural}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert not {"state", "status", "id", "row_version"} & set(body["properties"])
    assert set(body.get("required", ())) <= set(body["properties"])
    posted = client.post(f"/api/v1/{record.plural}", json={}, headers=staff)
    if record.instead:  # made in another way, and told so
        assert record.instead in is_problem(posted, 403, "forbidden")["detail"]
        return
    answer = is_problem(posted, 422, "invalid")
    named = {e["loc"] for e in answer["errors"]}
    assert set(body["required"]) <= named


def test_lists_of_what_is_not_searched(client: TestClient, services: Services) -> None:
    with services.database.write() as session:
        rows.xian(session)
    found = client.get("/api/v1/divisions", params={"size": 2}).json()
    assert (found["total"], len(found["hits"])) == (3, 2)
    second = client.get("/api/v1/divisions", params={"size": 2, "page": 2}).json()
    assert {h["title"] for h in (*found["hits"], *second["hits"])} == {"陕西省", "西安市", "雁塔区"}
    below = client.get("/api/v1/divisions", params={"parent": "610000"}).json()
    assert [h["fields"]["adcode"] for h in below["hits"]] == ["610100"]
    blank = client.get("/api/v1/divisions", params={"size": "", "page": " ", "name": ""}).json()
    assert (blank["size"], blank["page"], blank["total"]) == (10, 1, 3)
    for params in ({"page": 0}, {"size": 101}, {"page": "x"}, {"page": 10**12}, {"colour": "red"}, {"name": "x" * 201}):
        answer = client.get("/api/v1/divisions", params=params)
        problem = is_problem(answer, 422, "invalid")
        assert problem["errors"][0]["loc"].startswith("query.")


def test_certificates_are_looked_up(client: TestClient, services: Services) -> None:
    with services.database.write() as session:
        rows.xian(session)
        ours = rows.institution(session, "示例甲计量院", key="i1")
        gone = rows.institution(session, "示例乙计量院", status="suspended")
        rows.certificate(session, ours, number="(陕)法计 2024-001", regions=["610100"])
        rows.certificate(session, ours, number="CMA 7", regions=[], valid_to=None)
        rows.certificate(session, ours, number="旧 1", regions=["000000"], valid_to=rows.date(2025, 1, 1))
        rows.certificate(session, gone, number="不可见")
        identifier = str(ours.id)

    def numbers(**params: str) -> set[str]:
        answer = client.get("/api/v1/certificates", params=params).json()
        assert answer["total"] == len(answer["hits"])
        return {hit["fields"]["number"] for hit in answer["hits"]}

    assert numbers() == {"(陕)法计 2024-001", "CMA 7", "旧 1"}
    assert numbers(number="陕法计2024") == {"(陕)法计 2024-001"}
    assert numbers(number="不可见") == set()
    assert numbers(institution="甲计量") == numbers(institution=identifier) == numbers(institution="i1") == numbers()
    assert numbers(institution="乙") == set()
    assert numbers(region="西安市") == numbers(region="610113") == {"(陕)法计 2024-001", "旧 1"}
    assert numbers(region="610000") == {"(陕)法计 2024-001", "旧 1"}
    assert numbers(valid_on="2026-11-21") == {"(陕)法计 2024-001"}
    assert numbers(valid_on="2024-06-01") == {"(陕)法计 2024-001", "旧 1"}
    is_problem(client.get("/api/v1/certificates", params={"valid_on": "x"}), 422, "invalid")
    is_problem(client.get("/api/v1/certificates", params={"region": "火星"}), 422, "invalid")
    hit = client.get("/api/v1/certificates", params={"number": "CMA7"}).json()["hits"][0]
    assert hit["fields"]["institution"]["name"] == "示例甲计量院"
    assert "scan" not in hit["fields"]
    assert client.get(hit["url"]).json()["number"] == "CMA 7"
