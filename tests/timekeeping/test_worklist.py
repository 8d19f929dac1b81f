"""What staff see: the least remaining time first, what stands behind it, and what they can do from there."""

import re
import uuid
from typing import Any

import pytest
from starlette.testclient import TestClient

from search_service.kinds.access import Role
from search_service.requirements import events, states
from search_service.timekeeping.tick import Timekeeper
from search_service.timekeeping.worklist import pressure
from tests.support.signed_in import account, sign_in
from tests.timekeeping.office import Office

PATH = "/api/v1/staff/worklist"
PAGE = "/staff/worklist"
RICE: dict[str, object] = {
    "region": "610113",
    "items": [{"service": "testing", "object": "大米", "parameter": "镉", "standard": "GB 5009.15"}],
}
NOBODY: dict[str, object] = {"items": [{"service": "testing", "object": "月壤", "parameter": "氦-3"}]}


@pytest.fixture
def staff(client: TestClient, shop: Office) -> TestClient:
    return sign_in(client, account(shop.services, Role.STAFF))


def listed(staff: TestClient, **params: str) -> dict[str, Any]:
    answer = staff.get(PATH, params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_least_remaining_time_comes_first(shop: Office, staff: TestClient) -> None:
    fresh = shop.post(body=RICE)
    urgent = shop.post("2026-11-19 09:00", RICE)
    late = shop.post("2026-11-16 09:00", RICE)
    found = listed(staff)
    assert [one["id"] for one in found["requirements"]] == [str(late), str(urgent), str(fresh)]
    assert [one["clock"]["recommendation_late"] for one in found["requirements"]] == [True, False, False]
    minutes = [one["clock"]["recommend_minutes_left"] for one in found["requirements"]]
    # Thursday's is due on Tuesday: 7.5 hours of today and 8.5 of tomorrow; today's on Thursday.
    assert minutes[0] == 0
    assert minutes[1:] == sorted(minutes[1:])
    assert 955 <= minutes[1] <= 960
    assert found["counts"] == {"posted": 3}
    assert found["total"] == 3


def test_an_entry_says_what_stands_behind_it(shop: Office, staff: TestClient, keeper: Timekeeper) -> None:
    one = shop.post(body={**RICE, "start": "2026-12-01", "service_days": 15})
    keeper.tick()
    (entry,) = listed(staff)["requirements"]
    assert entry["draft"]["number"] == 1
    assert entry["draft"]["met"] > 0
    assert entry["last_event"]["kind"] == events.DRAFTED
    assert entry["last_event"]["by"] == "system"
    assert entry["contact"] == {"name": "张三", "phone": "13800000000"}
    assert (entry["ends_on"], entry["troubles"]) == ("2026-12-15", [])
    assert uuid.UUID(entry["id"]) == one


def test_other_states_are_listed_when_asked_for(shop: Office, staff: TestClient) -> None:
    shop.move(shop.post(body=RICE), states.RECOMMENDED)
    over = shop.post(body=RICE)
    shop.move(over, states.WITHDRAWN)
    assert listed(staff)["requirements"] == []
    (entry,) = listed(staff, state="recommended")["requirements"]
    assert entry["clock"]["running"] is False
    assert listed(staff)["counts"] == {"recommended": 1}
    assert staff.get(PATH, params={"state": "withdrawn"}).status_code == 422


@pytest.mark.parametrize("path", [PATH, PAGE, "/api/v1/staff/timeliness"])
def test_it_is_for_staff(client: TestClient, shop: Office, path: str) -> None:
    assert client.get(path, follow_redirects=False).status_code in {303, 401}
    for role in (Role.PERSON, Role.INSTITUTION, Role.AUDITOR):
        assert sign_in(client, account(shop.services, role)).get(path).status_code == 403, role


def test_the_page_says_it_in_words_shape_and_bar(shop: Office, client: TestClient) -> None:
    shop.set("2026-12-31 10:00")
    shop.post("2026-12-28 09:00", RICE)
    shop.post("2026-12-24 09:00", RICE)
    shop.post(body=RICE)
    text = sign_in(client, account(shop.services, Role.STAFF)).get(PAGE).text
    assert text.index("已逾期") < text.index("过半") < text.index("充裕")
    assert re.findall(r'<meter[^>]*aria-label="([^"]*)">', text) == [
        "推荐时限已用 100%",
        "推荐时限已用 77%",
        "推荐时限已用 0%",
    ]
    assert text.count("未按时响应") == 2
    assert "暂定" in text, "2027 has not been announced"


def form(text: str, action: str) -> dict[str, str]:
    """The hidden fields of a form on a page."""
    (body,) = re.findall(rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', text, re.DOTALL)
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', body))


def test_staff_contact_and_ask_from_the_page(shop: Office, staff: TestClient) -> None:
    one, two = shop.post(body=RICE), shop.post(body=RICE)
    done = staff.post(f"{PAGE}/{one}/contacted", data={"text": "已电话沟通"})
    assert (done.status_code, done.headers["location"]) == (303, f"{PAGE}?said=contacted")
    assert "已登记联系" in staff.get(done.headers["location"]).text
    refused = staff.post(f"{PAGE}/{two}/asked", data={"text": " "})
    assert refused.status_code == 422
    assert "请填写内容" in refused.text
    kept = staff.post(f"{PAGE}/{two}/asked", data={"text": "<b>x" + "长" * 3_000})
    assert kept.status_code == 422
    assert "&lt;b&gt;x长长" in kept.text, "what was typed is there again"
    assert staff.post(f"{PAGE}/{two}/asked", data={"text": "样品是散装还是袋装？"}).status_code == 303
    assert {entry["state"] for entry in listed(staff)["requirements"]} == {states.RESPONDED}


def test_staff_confirm_a_draft_and_send_it(shop: Office, staff: TestClient, keeper: Timekeeper) -> None:
    one = shop.post(body=RICE)
    keeper.tick()
    fields = form(staff.get(PAGE).text, f"{PAGE}/{one}/send")
    answer = staff.post(f"{PAGE}/{one}/send", data=fields)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{PAGE}?said=send")
    again = staff.post(f"{PAGE}/{one}/send", data=fields)
    assert again.status_code == 409
    assert "没有完成" in again.text
    assert listed(staff)["requirements"] == []
    assert shop.event_count()[one, events.RECOMMENDED] == 1


def test_a_newer_draft_of_what_was_answered_is_work_until_it_is_sent(
    shop: Office, staff: TestClient, keeper: Timekeeper
) -> None:
    one = shop.post(body=RICE)
    keeper.tick()
    staff.post(f"{PAGE}/{one}/send", data=form(staff.get(PAGE).text, f"{PAGE}/{one}/send"))
    assert listed(staff)["requirements"] == []
    assert staff.post(f"{PAGE}/{one}/draft").status_code == 303
    owed = shop.post(body=RICE)
    found = listed(staff)
    assert [entry["id"] for entry in found["requirements"]] == [str(owed), str(one)], "what is owed comes first"
    assert (found["requirements"][1]["draft"]["number"], found["total"]) == (2, 2)
    assert [entry["id"] for entry in listed(staff, state="posted")["requirements"]] == [str(owed)]
    staff.post(f"{PAGE}/{one}/send", data=form(staff.get(PAGE).text, f"{PAGE}/{one}/send"))
    assert [entry["id"] for entry in listed(staff)["requirements"]] == [str(owed)]


def test_verdicts_that_changed_are_shown_before_they_are_sent(
    shop: Office, staff: TestClient, keeper: Timekeeper
) -> None:
    one = shop.post(body=RICE)
    keeper.tick()
    fields = form(staff.get(PAGE).text, f"{PAGE}/{one}/send")
    shop.suspend_recommended(one)
    answer = staff.post(f"{PAGE}/{one}/send", data=fields)
    assert answer.status_code == 409
    assert "已核对，按现在的结论发送" in answer.text
    again = staff.post(f"{PAGE}/{one}/send", data=fields)
    assert again.status_code == 409, "it is said as often as it is tried"
    assert staff.post(f"{PAGE}/{one}/send", data={**fields, "confirm": "yes"}).status_code == 303


def test_why_not_for_any_institution(shop: Office, staff: TestClient, keeper: Timekeeper) -> None:
    one = shop.post(body=NOBODY)
    path = f"{PAGE}/{one}/why-not"
    assert "统一社会信用代码" in staff.get(path).text
    choices = staff.get(path, params={"institution": "检测"}).text
    assert "是哪一家" in choices
    (chosen, *_) = re.findall(r"why-not\?institution=([0-9a-f-]{36})", choices)
    reason = staff.get(path, params={"institution": chosen}).text
    assert "最少需要" in reason
    assert "补录" in reason
    assert "没有找到" in staff.get(path, params={"institution": "zqxjvw"}).text
    assert staff.get(f"{PAGE}/{uuid.uuid4()}/why-not").status_code == 404
    del keeper


def test_pressure_for_whoever_watches(shop: Office, keeper: Timekeeper) -> None:
    def seen() -> Any:
        with shop.database.read() as session:
            return pressure(session, shop.database.now())

    assert (seen().running, seen().next_due_seconds) == (0, None)
    one = shop.post(body=RICE)
    late = shop.post("2026-11-16 09:00", RICE)
    assert (seen().running, seen().overdue, seen().unanswered) == (2, 1, 1)
    assert seen().next_due_seconds < -3 * 24 * 3600
    keeper.tick()
    assert (seen().running, seen().overdue, seen().open) == (1, 0, {"posted": 1, "recommended": 1})
    assert seen().next_due_seconds > 3 * 24 * 3600
    assert {one, late}
