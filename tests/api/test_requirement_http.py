"""`/requirements` over HTTP: shapes, secrets, other people's requirements, what a wrong request gets (S1–S7, B8)."""

import uuid
from typing import Any

import pytest
from sqlalchemy import delete
from starlette.testclient import TestClient

from api.logs import masked
from api.wiring import Services
from search_service.kinds.access import Role
from search_service.people import memberships
from search_service.store.people import Attempt, Membership
from tests.api.conftest import assert_problem, bearer
from tests.support.signed_in import account, browser, phone, sign_in

PATH = "/api/v1/requirements"
ITEM = {"service": "检测", "object": "大米", "parameter": "镉", "standard": "GB 5009.15"}


def body(**more: Any) -> dict[str, Any]:
    return {"items": [ITEM], "region": "610113", "contact": {"name": "赵六", "phone": phone()}, **more}


@pytest.fixture
def guest(scratch_client: TestClient, scratch: Services) -> TestClient:
    with scratch.database.write() as session:
        session.execute(delete(Attempt))  # all tests come from one address, which posts twenty a day
    return browser(scratch_client)


def posted(client: TestClient, **more: Any) -> dict[str, Any]:
    answer = client.post(PATH, json=body(**more))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_guest_posts_and_follows_by_the_secret(guest: TestClient) -> None:
    answer = guest.post(PATH, json=body())
    made = answer.json()
    assert answer.headers["location"] == f"{PATH}/{made['id']}"
    assert answer.headers["etag"] == '"v1"'
    assert answer.headers["cache-control"] == "no-store"
    clock = made["clock"]
    assert clock["respond_by"] == "2026-11-23T17:30:00+08:00"
    assert clock["recommend_by"] == "2026-11-25T17:30:00+08:00"
    assert (clock["tentative"], clock["running"], clock["used"]) == (False, True, 0)
    assert [event["kind"] for event in made["events"]] == ["posted", "acknowledged"]
    assert made["state"] == "posted"
    assert made["contact"]["phone"].count("*") == 4
    assert made["completeness"]["question"]["slot"] == "start"
    one = f"{PATH}/{made['id']}"
    by_address, by_header = guest.get(f"{one}?secret={made['secret']}"), guest.get(
        one, headers={"X-Guest-Secret": made["secret"]}
    )  # fmt: skip
    assert by_address.status_code == by_header.status_code == 200
    assert by_address.json() == by_header.json() == {
        name: value for name, value in made.items() if name not in {"secret", "notes"}
    }  # fmt: skip
    assert made["secret"] not in by_address.text


def test_nobody_else_sees_it_or_learns_that_it_is_there(guest: TestClient, scratch: Services) -> None:
    first, second = posted(guest), posted(guest)
    said = set()
    askers = [
        guest,
        *(sign_in(guest, account(scratch, role)) for role in (Role.PERSON, Role.INSTITUTION, Role.AUDITOR)),
    ]
    for client in askers:
        for one, secret in (
            (first["id"], ""), (first["id"], second["secret"]), (first["id"], first["secret"] + "x"),
            (first["id"], first["secret"][:-1]), (str(uuid.uuid4()), first["secret"]), ("nothing", ""),
        ):  # fmt: skip
            for answer in (
                client.get(f"{PATH}/{one}?secret={secret}"),
                client.post(f"{PATH}/{one}/actions/withdraw?secret={secret}", json={}),
                client.post(f"{PATH}/{one}/actions/change?secret={secret}", json={"title": "x"}),
                client.post(f"{PATH}/{one}/actions/close?secret={secret}", json={"reason": "x"}),
            ):
                said.add((answer.status_code, answer.json()["code"], answer.json()["detail"]))
    assert len(said) == 1
    assert said.pop()[0] == 404
    assert guest.get(f"{PATH}/{first['id']}?secret={first['secret']}").json()["row_version"] == 1


def test_tokens_of_institutions_see_nothing(guest: TestClient, scratch: Services) -> None:
    made = posted(guest)
    with scratch.database.read() as session:
        from search_service.store.institution import Institution  # noqa: PLC0415 - one row's id

        one = str(session.query(Institution.id).order_by(Institution.id).first()[0])
    for role, status in (("institution", 404), ("staff", 200), ("administrator", 200)):
        headers = bearer(scratch, role, one if role == "institution" else None)
        assert guest.get(f"{PATH}/{made['id']}", headers=headers).status_code == status, role


def test_a_member_who_has_left_sees_it_no_more(guest: TestClient, scratch: Services) -> None:
    """S6: what a role opens closes in the middle of a session."""
    member = sign_in(guest, account(scratch, Role.ENTERPRISE))
    answer = member.post(PATH, json={"items": [ITEM], "region": "610113"})
    made = answer.json()
    assert made["secret"] is None
    own = member.get(PATH).json()["requirements"]
    assert made["id"] in {row["id"] for row in own}
    assert "大米" in member.get("/requirements").text
    assert member.get(f"{PATH}/{made['id']}").status_code == 200
    me = member.get("/api/v1/accounts/me").json()
    link = uuid.UUID(me["membership"]["id"])
    with scratch.database.write() as session:
        row = session.get_one(Membership, link)
        row.state, row.ended_at = memberships.REMOVED, scratch.database.now()
    assert member.get(f"{PATH}/{made['id']}").status_code == 404
    assert made["id"] not in member.get(PATH).text
    assert member.post(f"{PATH}/{made['id']}/actions/withdraw", json={}).status_code == 404


def test_staff_respond_and_the_clock_says_so(guest: TestClient, scratch: Services) -> None:
    made, staff = posted(guest), sign_in(guest, account(scratch, Role.STAFF))
    answer = staff.post(f"{PATH}/{made['id']}/actions/contacted", json={"text": "已了解"})
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    assert (shown["state"], shown["clock"]["responded_at"] is not None) == ("responded", True)
    assert shown["contact"]["phone"].isdecimal(), "staff call it"
    tag = answer.headers["etag"]
    assert_problem(staff.post(f"{PATH}/{made['id']}/actions/change", json={"title": "新"}), 428)
    changed = staff.post(f"{PATH}/{made['id']}/actions/change", json={"title": "新"}, headers={"If-Match": tag})
    assert changed.json()["title"] == "新"
    again = staff.post(f"{PATH}/{made['id']}/actions/change", json={"title": "旧"}, headers={"If-Match": tag})
    assert_problem(again, 412, "version_differs")
    assert_problem(staff.post(f"{PATH}/{made['id']}/actions/close", json={}), 422)
    assert_problem(staff.post(f"{PATH}/{made['id']}/actions/agree", json={"institution": "x"}), 409, "state")


def test_a_call_is_written_down_by_staff_only(guest: TestClient, scratch: Services) -> None:
    call = body(channel="phone", received_at="2026-11-20T16:00:00+08:00")
    assert_problem(guest.post(PATH, json=call), 422)
    answer = guest.post(PATH, json=call, headers=bearer(scratch, "staff"))
    assert answer.status_code == 201, answer.text
    assert (answer.json()["channel"], answer.json()["secret"]) == ("phone", None)
    assert answer.json()["received_at"] == "2026-11-20T16:00:00+08:00"


def test_a_repeated_request_gets_its_answer(guest: TestClient) -> None:
    key, content = {"Idempotency-Key": str(uuid.uuid4())}, body()
    first, again = (guest.post(PATH, json=content, headers=key) for _ in range(2))
    assert again.headers["idempotent-replayed"] == "true"
    assert {**first.json(), "secret": ""} == {**again.json(), "secret": ""}
    assert guest.get(f"{PATH}/{first.json()['id']}?secret={again.json()['secret']}").status_code == 200
    assert_problem(guest.post(PATH, json={**content, "title": "x"}, headers=key), 422, "idempotency_key_reused")


def test_all_that_is_wrong_is_said_at_once(guest: TestClient) -> None:
    wrong = {"items": [{}, {"object": "大米", "status": "met"}], "start": "2026-12-10", "end": "明天", "role": "staff"}
    problem = assert_problem(guest.post(PATH, json={**wrong, "contact": {"name": "赵", "phone": phone()}}), 422)
    assert {error["loc"] for error in problem["errors"]} == {"items.0", "items.1.status", "end", "role"}
    many = assert_problem(guest.post(PATH, json=body(items=[ITEM] * 200)), 422)
    assert "200" in many["detail"]


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b'{"items": NaN}', b'{"a":1,"a":2}', b"\xff", b'{"items": "\\ud800"}'], ids=str
)
def test_what_is_no_json_is_no_requirement(guest: TestClient, raw: bytes) -> None:
    for path in (PATH, f"{PATH}/understand"):
        answer = guest.post(path, content=raw, headers={"Content-Type": "application/json"})
        assert answer.status_code in {400, 422}, answer.text
        assert_problem(answer, answer.status_code)


NAUGHTY = (
    "大米\x00镉", "<script>alert(1)</script>", "\u202e大米", "ﷺ" * 100, "\u200d", "' OR 1=1 --", "{{7*7}}", "*", "/.*/",
    '"', "AND OR ((", "phone:138*", "=1+1", "../../etc/passwd", "𠮷野家" * 20,
)  # fmt: skip


@pytest.mark.parametrize("text", NAUGHTY, ids=repr)
def test_naughty_texts_are_texts(guest: TestClient, text: str) -> None:
    answer = guest.post(f"{PATH}/understand", json={"text": text})
    assert answer.status_code == 200, answer.text
    made = posted(guest, text=text, title=text[:200], items=[{**ITEM, "object": text[:400], "remark": text}])
    assert made["requirement"]["items"][0]["remark"] == text.replace("\x00", " ")
    page = guest.get(f"/requirements/{made['id']}?secret={made['secret']}")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert page.headers["cache-control"] == "no-store"


def test_huge_texts_are_refused_with_their_limit(guest: TestClient) -> None:
    for content in (body(text="大" * 10_001), body(items=[{**ITEM, "object": "大" * 501}])):
        problem = assert_problem(guest.post(PATH, json=content), 422)
        assert problem["errors"][0]["code"] == "too_long"
    assert_problem(guest.post(f"{PATH}/understand", json={"text": "大" * 10_001}), 422)
    assert_problem(guest.post(PATH, json=body(text="大" * 1_000_000)), 413)


def test_a_text_is_understood_and_nothing_is_stored(guest: TestClient, scratch: Services) -> None:
    scratch.search.learn()
    answer = guest.post(f"{PATH}/understand", json={"text": "大米 镉 检测\n压力表 检定 0~60MPa"})
    found = answer.json()
    assert [item["object"] for item in found["requirement"]["items"]] == ["大米", "压力表"]
    assert found["pieces"] == ["大米 镉 检测", "压力表 检定 0~60MPa"]
    assert 0 < found["completeness"]["percent"] < 100
    assert_problem(guest.post(f"{PATH}/understand", json={"text": " "}), 422)
    assert_problem(guest.post(f"{PATH}/understand", json={"text": "x", "store": True}), 422)
    assert_problem(guest.post(f"{PATH}/understand", json={"text": 7}), 422)


def test_from_another_site_nothing_is_posted(guest: TestClient, scratch: Services) -> None:
    """S7."""
    member = sign_in(guest, account(scratch, Role.PERSON))
    before = member.get(PATH).json()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}):
        assert_problem(member.post(PATH, json=body(), headers=headers), 403, "cross_site")
        form = member.post("/requirements/new", data={"draft": "{}"}, headers=headers)
        assert form.status_code == 403
    assert member.get(PATH).json() == before


def test_a_secret_is_in_no_log() -> None:
    line = "GET /requirements/1?secret=Y97xj2ELhRBWoFllZc-Y6LrZLu7Z8C8Xi7VQVNTvUBw&x=1"
    assert "Y97xj2" not in masked(line)
    assert masked(line).endswith("&x=1")


def test_the_description_names_all_of_it(guest: TestClient) -> None:
    paths = guest.get("/api/v1/openapi.json").json()["paths"]
    mine = {path: set(found) for path, found in paths.items() if path.startswith(PATH)}
    assert mine[PATH] == {"get", "post"}
    assert {"/understand", "/match", "/{record_id}", "/{record_id}/actions/{action}"} <= {
        path.removeprefix(PATH) for path in mine
    }
