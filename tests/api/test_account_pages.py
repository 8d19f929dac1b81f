"""The pages of people: everything by forms and links, nothing by a script."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from api.wiring import Services
from search_service.kinds.access import Role
from tests.support.signed_in import CODE, PASSWORD, account, browser, last, phone, sign_in

NEW = "两岸猿声啼不住 轻舟已过"


@pytest.fixture
def client(http: TestClient) -> TestClient:
    return browser(http)


def fields(number: str, **more: str) -> dict[str, str]:
    return {"kind": "person", "name": "王五", "phone": number, "password": PASSWORD, "agreed": "yes", **more}


@pytest.mark.parametrize(
    "path",
    [
        "/login",
        "/register",
        "/register?kind=person",
        "/register?kind=enterprise",
        "/register?kind=institution",
        "/register?kind=x",
        "/register/confirm",
        "/reset",
        "/reset/confirm",
        "/activate",
    ],
)
def test_every_form_is_there_and_kept_nowhere(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "<script>" not in page.text
    for label in re.findall(r'<input class="field" id="([^"]+)"', page.text):
        assert f'<label for="{label}"' in page.text


def test_registering_by_pages(client: TestClient, services: Services) -> None:
    number = phone()
    begun = client.post("/register", data=fields(number))
    assert begun.status_code == 303
    target = begun.headers["location"]
    assert number not in target
    page = client.get(target)
    assert f"{number[:3]}****{number[-4:]}" in page.text
    ticket = parse_qs(urlsplit(target).query)["ticket"][0]
    wrong = client.post("/register/confirm", data={"ticket": ticket, "code": "12", "to": "138"})
    assert (wrong.status_code, "错误：" in wrong.text, ticket in wrong.text) == (422, True, True)
    done = client.post("/register/confirm", data={"ticket": ticket, "code": last(services, number).params["code"]})
    assert (done.status_code, done.headers["location"]) == (303, "/account")
    mine = client.get("/account")
    assert "王五" in mine.text
    assert "普通用户" in mine.text
    assert number not in mine.text


def test_what_was_typed_is_kept_but_no_secret(client: TestClient) -> None:
    page = client.post("/register", data=fields("123", name="<b>王五</b>", kind="enterprise", credit_code="1"))
    assert page.status_code == 422
    assert "&lt;b&gt;王五&lt;/b&gt;" in page.text
    assert PASSWORD not in page.text
    for name in ("phone", "organisation"):
        assert f'<a href="#{name}">' in page.text
        assert f'id="{name}-wrong"' in page.text
    assert "<title>错误：" in page.text


def test_signing_in_and_out(client: TestClient, services: Services) -> None:
    number = account(services, Role.PERSON)
    wrong = client.post("/login", data={"login": number, "password": "x", "next": "/staff/memberships"})
    assert (wrong.status_code, "账号或密码不正确" in wrong.text, number in wrong.text) == (401, True, True)
    right = client.post("/login", data={"login": number, "password": PASSWORD, "next": "//evil.cn"})
    assert (right.status_code, right.headers["location"]) == (303, "/account")
    assert client.get("/account").status_code == 200
    assert client.post("/logout").headers["location"] == "/login?said=out"
    assert client.get("/account", headers={"Accept": "text/html"}).status_code == 303
    assert "您已退出" in client.get("/login?said=out").text


def test_too_many_tries_are_said_on_the_form(client: TestClient, services: Services) -> None:
    number = account(services, Role.PERSON)
    for _ in range(10):
        client.post("/login", data={"login": number, "password": "x"})
    page = client.post("/login", data={"login": number, "password": PASSWORD})
    assert page.status_code == 429
    assert int(page.headers["retry-after"]) > 0
    assert "分钟后再试" in page.text


def test_a_forgotten_password_by_pages(client: TestClient, services: Services) -> None:
    number = account(services, Role.PERSON)
    begun = client.post("/reset", data={"login": number})
    ticket = parse_qs(urlsplit(begun.headers["location"]).query)["ticket"][0]
    code = last(services, number).params["code"]
    common = client.post("/reset/confirm", data={"ticket": ticket, "code": code, "password": "1234567890"})
    assert (common.status_code, "太常见" in common.text) == (422, True)
    done = client.post("/reset/confirm", data={"ticket": ticket, "code": code, "password": NEW})
    assert done.headers["location"] == "/login?said=set"
    assert client.post("/login", data={"login": number, "password": NEW}).status_code == 303


def test_changing_ones_password_signs_other_devices_out(client: TestClient, services: Services) -> None:
    number = account(services, Role.PERSON)
    here, there = sign_in(client, number), sign_in(client, number)
    wrong = here.post("/account/password", data={"old_password": "x", "new_password": NEW})
    assert (wrong.status_code, "原密码不正确" in wrong.text) == (422, True)
    done = here.post("/account/password", data={"old_password": PASSWORD, "new_password": NEW})
    assert done.headers["location"] == "/account?said=changed"
    assert here.get("/account").status_code == 200
    assert there.get("/api/v1/accounts/me").status_code == 401


def test_the_list_of_devices(client: TestClient, services: Services) -> None:
    number = account(services, Role.PERSON)
    here, there = sign_in(client, number), sign_in(client, number)
    rows = here.get("/api/v1/sessions").json()["sessions"]
    other = next(row["id"] for row in rows if not row["current"])
    assert f"/account/sessions/{other}/end" in here.get("/account").text
    assert here.post(f"/account/sessions/{other}/end").status_code == 303
    assert there.get("/api/v1/accounts/me").status_code == 401
    assert here.post("/account/sessions/end").headers["location"] == "/login?said=out"
    assert here.get("/api/v1/accounts/me").status_code == 401


def test_an_enterprise_asks_and_the_staff_decide(client: TestClient, services: Services) -> None:
    member, staff = (sign_in(client, account(services, role)) for role in (Role.PERSON, Role.STAFF))
    bad = member.post("/account/membership", data={"kind": "enterprise", "credit_code": "1", "organisation": "某厂"})
    assert (bad.status_code, "校验位" in bad.text) == (422, True)
    ask = {"kind": "enterprise", "credit_code": CODE, "organisation": "某<厂>"}
    assert member.post("/account/membership", data=ask).headers["location"] == "/account?said=asked"
    page = staff.get("/staff/memberships")
    assert "某&lt;厂&gt;" in page.text
    link = re.search(r"/staff/memberships/([0-9a-f-]{36})/refuse", page.text)
    assert link is not None
    assert staff.post(link[0], data={"reason": ""}).status_code == 422
    assert staff.post(link[0], data={"reason": "名称不符"}).status_code == 303
    assert "名称不符" in member.get("/account").text
    member.post("/account/membership", data={**ask, "organisation": "某厂"})
    again = re.search(r"/staff/memberships/([0-9a-f-]{36})/approve", staff.get("/staff/memberships").text)
    assert again is not None
    assert staff.post(again[0]).status_code == 415  # a form is sent, even an empty one
    assert staff.post(again[0], data={"csrf": "x"}).status_code == 303
    assert "企业" in member.get("/account").text
    assert "没有待审核的申请" in staff.get("/staff/memberships").text
    mine = member.get("/api/v1/accounts/me").json()["membership"]["id"]
    assert member.post(f"/account/membership/{mine}/end").status_code == 303
    assert member.get("/api/v1/accounts/me").json()["role"] == "person"


def test_others_are_told_it_is_not_for_them(client: TestClient, services: Services) -> None:
    member = sign_in(client, account(services, Role.PERSON))
    page = member.get("/staff/memberships", headers={"Accept": "text/html"})
    assert (page.status_code, "没有权限" in page.text) == (403, True)


@pytest.mark.parametrize("body", [b"\xff=1", b"a" * 5000, b"&".join(b"x=1" for _ in range(500))])
def test_forms_that_nobody_should_send(client: TestClient, body: bytes) -> None:
    answer = client.post("/login", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert answer.status_code in {400, 401}
