"""Records over HTTP that name other records: what may be linked, and what an ETag vouches for."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from api.wiring import Services
from tests.api.conftest import Headers, assert_problem, bearer
from tests.support import rows

ANY = {"If-Match": "*"}


@pytest.fixture
def staff(services: Services) -> Headers:
    return bearer(services, "staff")


@pytest.fixture
def institution(services: Services) -> str:
    with services.database.write() as session:
        rows.xian(session)
        return str(rows.institution(session, "示例甲检测院").id)


@pytest.mark.parametrize("wrong", [{"nature": {"a": 1}}, {"nature": ["CMA"]}, {"nature": 1}, {"number": {"a": 1}}])
def test_a_certificate_is_named_by_texts(
    http: TestClient, staff: Headers, institution: str, wrong: dict[str, Any]
) -> None:
    certificate = {"number": "x", "nature": "CMA", "institution": institution, **wrong}
    body = {"institution": institution, "object": "钢筋", "parameter": "强度", "certificates": [certificate]}
    problem = assert_problem(http.post("/api/v1/capabilities", json=body, headers=staff), 422, "invalid")
    assert ("certificates", "reference") in {(error["loc"], error["code"]) for error in problem["errors"]}


def test_a_deleted_topic_cannot_be_linked(http: TestClient, staff: Headers, institution: str) -> None:
    topic = http.post("/api/v1/topics", json={"name": "绿色建材", "key": "green"}, headers=staff).json()
    plan = {"institution": institution, "title": "方案", "service": "testing"}
    names = ("绿色建材", "green", topic["id"], {"id": topic["id"]}, {"key": "green"}, {"name": "绿色建材"})
    for name in names:
        made = http.post("/api/v1/plans", json={**plan, "topic": name}, headers=staff)
        assert (made.status_code, made.json()["topic"]["id"]) == (201, topic["id"])
    assert http.delete(f"/api/v1/topics/{topic['id']}", headers=staff | ANY).status_code == 204
    for name in names:
        answer = http.post("/api/v1/plans", json={**plan, "topic": name}, headers=staff)
        problem = assert_problem(answer, 422, "invalid")
        assert [(error["loc"], error["code"]) for error in problem["errors"]] == [("topic", "reference")]


def test_a_hidden_link_is_gone_for_who_asks_again(http: TestClient, services: Services, staff: Headers) -> None:
    with services.database.write() as session:
        rows.xian(session)
        owner = rows.institution(session)
        capability = rows.capability(session, owner)
        plan = rows.plan(session, owner, capabilities=[capability])
        url, linked = f"/api/v1/plans/{plan.id}", str(capability.id)
    first = http.get(url)
    assert [row["id"] for row in first.json()["capabilities"]] == [linked]
    assert http.post(f"/api/v1/capabilities/{linked}/actions/hide", headers=staff).status_code == 200
    again = http.get(url, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.json()["capabilities"]) == (200, [])


def test_a_renamed_institution_shows_under_its_rows(http: TestClient, services: Services, staff: Headers) -> None:
    with services.database.write() as session:
        rows.xian(session)
        owner = rows.institution(session, "示例甲检测院")
        url, name = f"/api/v1/capabilities/{rows.capability(session, owner).id}", f"/api/v1/institutions/{owner.id}"
    tag = http.get(url).headers["etag"]
    assert http.patch(name, json={"name": "示例乙检测院"}, headers=staff | ANY).status_code == 200
    again = http.get(url, headers={"If-None-Match": tag})
    assert (again.status_code, again.json()["institution"]["name"]) == (200, "示例乙检测院")
    own = http.get(name)
    assert http.get(name, headers={"If-None-Match": own.headers["etag"]}).status_code == 304


def test_a_standard_says_what_replaces_it(http: TestClient, staff: Headers) -> None:
    def stored(number: str, *replaces: str) -> str:
        body = {"number": number, "title": "金属材料", "replaces": list(replaces)}
        made = http.post("/api/v1/standards", json=body, headers=staff)
        assert (made.status_code, made.json()["replaced_by"]) == (201, [])
        return str(made.headers["location"])

    url = stored("GB/T 228-2002")
    tag = http.get(url).headers["etag"]
    newest = stored("GB/T 228.1-2021", "GB/T 228—2002")  # a dash of print
    stored("GB/T 228.2-2015", "GB/T 228-2002", "GB/T 4338-2006")

    def says() -> object:
        # The version of the row tells nothing of those that replace it.
        return http.get(url, headers={"If-None-Match": tag}).json()["replaced_by"]

    assert says() == ["GB/T 228.1-2021", "GB/T 228.2-2015"]
    assert http.delete(newest, headers=staff | ANY).status_code == 204
    assert says() == ["GB/T 228.2-2015"]
    refused = http.patch(url, json={"replaced_by": []}, headers=staff | ANY)
    problem = assert_problem(refused, 422, "invalid")
    assert [(error["loc"], error["code"]) for error in problem["errors"]] == [("replaced_by", "read_only")]
    changed = http.patch(url, json={"title": "金属材料 拉伸"}, headers=staff | ANY).json()
    assert changed["replaced_by"] == ["GB/T 228.2-2015"]
