"""S7: nothing changes that did not begin on our pages; nothing changes by looking."""

import hashlib
import uuid

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from api import wiring
from api.doors import doors
from api.wiring import Services
from search_service.kinds.access import Role
from tests.api.conftest import assert_problem, bearer
from tests.support.signed_in import OURS, PASSWORD, account, sign_in

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},  # a sister host
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
    {"Origin": "https://evil.cn"},
    {"Origin": "null"},
    {"Origin": "http://testserver.evil.cn"},
    {"Origin": "https://testserver"},
    {"Origin": ""},
    {"Referer": "http://testserver/account"},
    {"X-HTTP-Method-Override": "GET"},
    {},
]


@pytest.fixture
def member(http: TestClient, services: Services) -> TestClient:
    found = sign_in(http, account(services, Role.PERSON))
    del found.headers["Sec-Fetch-Site"]
    return found


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
def test_from_elsewhere_nothing_is_done(member: TestClient, headers: dict[str, str]) -> None:
    for send in (
        lambda: member.delete("/api/v1/sessions", headers=headers),
        lambda: member.post("/account/sessions/end", content="", headers=headers | FORM),
        lambda: member.post("/logout", content="csrf=wrong", headers=headers | FORM),
    ):
        assert_problem(send(), 403, "cross_site")
    assert member.get("/api/v1/accounts/me").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://testserver"},
        {"Origin": "http://127.0.0.1:8000"},
    ],
    ids=str,
)
def test_from_here_it_is_done(member: TestClient, headers: dict[str, str]) -> None:
    assert member.delete("/api/v1/sessions", headers=headers).status_code == 204
    assert member.get("/api/v1/accounts/me").status_code == 401


def test_a_browser_that_says_nothing_shows_the_token(member: TestClient) -> None:
    token = member.get("/api/v1/accounts/me").json()["csrf_token"]
    assert f'name="csrf" value="{token}"' in member.get("/account").text
    other = {"csrf": token[:-1] + ("0" if token[-1] != "0" else "1")}
    assert_problem(member.post("/account/sessions/end", data=other), 403, "cross_site")
    assert_problem(member.delete("/api/v1/sessions", headers={"X-CSRF-Token": other["csrf"]}), 403, "cross_site")
    assert member.post("/account/sessions/end", data={"csrf": token}, follow_redirects=False).status_code == 303


def test_the_token_of_another_session_is_none(member: TestClient, http: TestClient, services: Services) -> None:
    other = sign_in(http, account(services, Role.PERSON))
    token = other.get("/api/v1/accounts/me").json()["csrf_token"]
    assert_problem(member.delete("/api/v1/sessions", headers={"X-CSRF-Token": token}), 403, "cross_site")


def test_nobody_is_signed_in_by_another_sites_form(http: TestClient, services: Services) -> None:
    body = {"login": account(services, Role.PERSON), "password": PASSWORD}
    for headers in ELSEWHERE:
        answer = http.post("/login", data=body, headers=headers, follow_redirects=False)
        assert (answer.status_code, answer.cookies) == (403, {}), headers
    plain = http.post("/api/v1/sessions", content=b"{}", headers={"Content-Type": "text/plain"})
    assert_problem(plain, 403, "cross_site")
    assert http.post("/api/v1/sessions", json=body).status_code == 201  # a program


def test_a_token_in_the_header_needs_no_more(http: TestClient, services: Services) -> None:
    headers = bearer(services, "staff") | {"Origin": "https://evil.cn", "Sec-Fetch-Site": "cross-site"}
    assert http.post("/api/v1/topics", json={"name": "绿色建材"}, headers=headers).status_code == 201


def test_looking_changes_nothing(http: TestClient, services: Services) -> None:
    """Every GET, by the staff; the database is the same before and after."""
    client = sign_in(http, account(services, Role.STAFF))
    wiring.bring_up_to_date(services)
    real = [str(uuid.uuid4()), posted(client)]  # nobody's, and a requirement with a recommendation to be had
    before = content(services)
    paths = [path for method, path, _ in doors(http.app) if method == "GET"]  # type: ignore[arg-type]
    assert len(paths) > 40
    looked = set()
    for path in paths:
        for one in real:
            filled = path.replace("{record_id:uuid}", one).replace("{record_id}", one)
            for url in (filled, f"{filled}?_method=DELETE&action=approve&secret=x&ticket=x"):
                answer = client.get(url.replace("{plural}", "standards"), headers={"X-HTTP-Method-Override": "DELETE"})
                assert answer.status_code < 500 or "readyz" in path or answer.status_code == 503, (path, answer.text)
                if answer.status_code == 200 and one == real[1]:
                    looked.add(path)
    assert {f"/requirements/{{record_id:uuid}}{page}" for page in ("", "/change", "/recommendation")} <= looked
    assert content(services) == before


def posted(staff: TestClient) -> str:
    """The id of a requirement that somebody phoned in, with an opinion as a draft."""
    call = {
        "items": [{"object": "大米", "parameter": "镉"}],
        "channel": "phone",
        "contact": {"name": "赵六", "phone": "13600000000"},
    }
    answer = staff.post("/api/v1/requirements", json=call, headers=OURS)
    assert answer.status_code == 201, answer.text
    one = str(answer.json()["id"])
    drafted = staff.post(f"/api/v1/requirements/{one}/recommendation/draft", json={}, headers=OURS)
    assert drafted.status_code in {200, 201}, drafted.text
    return one


def content(services: Services) -> dict[str, str]:
    """A digest of every table."""
    with services.database.read() as session:
        names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
        return {
            name: hashlib.sha256(
                repr(sorted(map(str, session.execute(text(f'SELECT * FROM "{name}"'))))).encode()
            ).hexdigest()
            for name in names
        }


def test_the_cookie_is_out_of_reach(http: TestClient, services: Services) -> None:
    answer = http.post(
        "/api/v1/sessions", json={"login": account(services, Role.PERSON), "password": PASSWORD}, headers=OURS
    )
    for line in answer.headers.get_list("set-cookie"):
        parts = {part.strip().lower() for part in line.split(";")}
        assert {"httponly", "samesite=lax", "path=/"} <= parts
        assert not {part for part in parts if part.startswith("domain")}
    services.settings.public_url = "https://zhixun.example.cn"
    answer = http.post(
        "/api/v1/sessions", json={"login": account(services, Role.PERSON), "password": PASSWORD}, headers=OURS
    )
    for line in answer.headers.get_list("set-cookie"):
        assert line.startswith("__Host-")
        assert "secure" in line.lower()
