"""S1: every route × every role, against the table that is checked in; what has no entry fails."""

import re
import uuid
from pathlib import Path

import pytest
from fastapi import APIRouter
from starlette.testclient import TestClient

from api.app import create
from api.doors import doors, needs, require_named
from api.wiring import Services
from search_service.errors import DeclarationError
from search_service.kinds.access import Role
from search_service.people.permissions import Permission, allowed
from tests.support.signed_in import account, sign_in

TABLE = Path(__file__).with_name("doors.txt")
ENDS_SESSIONS = re.compile(r"/logout|/sessions(/end)?$|/sessions/\{")
"""Asked last: who has knocked there is nobody afterwards."""


def said(client: TestClient) -> list[str]:
    return [f"{method} {path} {' '.join(permissions)}" for method, path, permissions in doors(client.app)]  # type: ignore[arg-type]


def test_the_doors_are_those_of_the_table(client: TestClient) -> None:
    """A new route writes its line into `doors.txt`: who may do what is looked at when it is decided."""
    here, checked_in = set(said(client)), set(TABLE.read_text("utf-8").split("\n")) - {""}
    assert here - checked_in == set(), "not in tests/api/doors.txt"
    assert checked_in - here == set(), "no such route any more"


def test_a_route_that_asks_for_nothing_starts_nothing(client: TestClient, sample: Services) -> None:
    app = create(sample)
    require_named(app)
    router = APIRouter()
    router.add_api_route("/new", lambda: None, methods=["GET"])
    app.include_router(router, prefix="/api/v1")
    with pytest.raises(DeclarationError, match="GET /api/v1/new"):
        require_named(app)
    other = create(sample)
    other.include_router(router, dependencies=[needs(Permission.READ)])
    require_named(other)
    assert client


@pytest.mark.parametrize("role", list(Role))
def test_every_role_knocks_at_every_door(scratch_client: TestClient, scratch: Services, role: Role) -> None:
    client = scratch_client
    browser = sign_in(client, account(scratch, role)) if role is not Role.PUBLIC else sign_out(client)
    knocks = sorted(doors(client.app), key=lambda door: bool(ENDS_SESSIONS.search(door[1])))  # type: ignore[arg-type]
    for method, path, permissions in knocks:
        if role is not Role.PUBLIC and ENDS_SESSIONS.search(path):
            browser = sign_in(client, account(scratch, role))
        url = re.sub(r"\{[^}]*\}", str(uuid.uuid4()), path)
        answer = browser.request(method, url, headers={"Accept": "application/json"})
        let_in = all(allowed(role, permission) for permission in permissions)
        if let_in:
            assert answer.status_code != 401 or answer.json()["code"] != "unauthenticated" or path in LOGINS, (
                method,
                path,
            )
            assert answer.status_code < 500 or path.endswith("/readyz"), (method, path, answer.text)
        elif role is Role.PUBLIC:
            assert answer.status_code == 401, (method, path)
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), (method, path)


LOGINS = ("/api/v1/sessions", "/login")


def sign_out(client: TestClient) -> TestClient:
    found = TestClient(client.app, raise_server_exceptions=False, headers={"Sec-Fetch-Site": "same-origin"})
    found.portal = client.portal
    return found


def test_who_is_not_signed_in_is_led_to_the_login_and_back(client: TestClient) -> None:
    answer = client.get("/staff/memberships?x=1", headers={"Accept": "text/html"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fstaff%2Fmemberships%3Fx%3D1")
    page = client.get(answer.headers["location"])
    assert 'name="next" value="/staff/memberships?x=1"' in page.text
    assert page.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["//evil.cn", "https://evil.cn", "/\\evil.cn", "javascript:alert(1)", "/\tx", "x"])
def test_nobody_is_led_elsewhere(client: TestClient, path: str) -> None:
    assert 'name="next" value="/account"' in client.get("/login", params={"next": path}).text
