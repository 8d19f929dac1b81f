"""``/requirements/{id}/recommendation`` and its pages: who sees what, sending once, why not, the search outside."""

import re
import uuid
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from api import wiring
from api.wiring import Services
from search_service.kinds.access import Role
from search_service.store.institution import Certificate, Institution
from search_service.store.journal import AuditEvent
from tests.api.conftest import assert_problem, bearer
from tests.support.rows import capability, certificate, institution, standard, xian
from tests.support.signed_in import account, browser, sign_in

BAR = {"service": "检测", "object": "热轧带肋钢筋", "parameter": "屈服强度", "standard": "GB/T 228.1"}
NOTHING = {"service": "检测", "object": "反物质引力透镜", "parameter": "曲率"}
CONTACT = {"name": "王厂长", "phone": "13800000001"}


@pytest.fixture
def world(services: Services) -> SimpleNamespace:
    """Two laboratories: the near one is chosen, the far one is as good and ranked lower; a third is unsure."""
    wiring.bring_up_to_date(services)
    with services.database.write() as session:
        xian(session)
        standard(session, "GB/T 228.1-2021", effective_on=date(2022, 7, 1))
        near = institution(session, "近处检测中心", phone="029-11111111")
        far = institution(session, "远处检测中心", division_adcode=None)
        dim = institution(session, "证书未录中心")
        for one in (near, far):
            capability(session, one, certificate(session, one))
        capability(session, dim, certificate(session, dim, valid_to=None))
    return SimpleNamespace(near=str(near.id), far=str(far.id), dim=str(dim.id))


@pytest.fixture
def staff(services: Services) -> dict[str, str]:
    return bearer(services, "staff")


def post(http: TestClient, *items: dict[str, Any]) -> tuple[str, str]:
    """A guest's requirement: its id and the secret."""
    body = {"region": "610113", "start": "2026-12-01", "items": list(items) or [BAR], "contact": CONTACT}
    answer = http.post("/api/v1/requirements", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"], answer.json()["secret"]


def at(requirement: str, more: str = "") -> str:
    return f"/api/v1/requirements/{requirement}/recommendation{more}"


def drafted(http: TestClient, staff: dict[str, str], *items: dict[str, Any]) -> tuple[str, str]:
    requirement, secret = post(http, *items)
    answer = http.post(at(requirement, "/draft"), headers=staff)
    assert answer.status_code == 200, answer.text
    return requirement, secret


def change(services: Services, model: type[Any], identifier: str, **values: Any) -> None:
    with services.database.write() as session:
        row = session.query(model).filter_by(id=uuid.UUID(identifier)).one()
        for name, value in values.items():
            setattr(row, name, value)


def test_staff_see_the_draft_and_the_guest_what_was_sent(
    http: TestClient, world: SimpleNamespace, staff: dict[str, str]
) -> None:
    requirement, secret = drafted(http, staff)
    own = {"x-guest-secret": secret}
    assert http.get(at(requirement), headers=staff).json()["state"] == "draft"
    assert_problem(http.get(at(requirement), headers=own), 404)
    sent = http.post(at(requirement, "/send"), headers=staff)
    assert sent.status_code == 200, sent.text
    document = http.get(at(requirement), headers=own).json()
    assert (document["state"], document["mark"]) == ("sent", "撮合人员确认")
    assert document["recommended"]["institutions"][0]["phone"] == "029-11111111"
    assert {one["id"]: one["met"] for one in document["institutions"]} == {world.near: 1, world.far: 1, world.dim: 0}
    assert document["candidates"] == [world.dim]
    assert "edits" not in document
    assert_problem(http.post(at(requirement, "/send"), headers=staff), 409)
    assert http.get(f"/api/v1/requirements/{requirement}", headers=own).json()["state"] == "recommended"


def test_nobody_else_sees_or_sends_it(
    http: TestClient, services: Services, world: SimpleNamespace, staff: dict[str, str]
) -> None:
    requirement, secret = drafted(http, staff)
    other, _ = post(http)
    http.post(at(requirement, "/send"), headers=staff)
    institution_token = bearer(services, "institution", world.near)
    for headers in ({}, {"x-guest-secret": "x" + secret}, institution_token):
        assert_problem(http.get(at(requirement), headers=headers), 404)
    assert_problem(http.get(at(other), headers={"x-guest-secret": secret}), 404)
    for path in ("/send", "/draft", "/edits"):
        assert http.post(at(requirement, path), headers={"x-guest-secret": secret}, json={}).status_code == 401
        assert http.post(at(requirement, path), headers=institution_token, json={}).status_code == 403


def test_the_audit_names_the_role_in_which_somebody_came(
    http: TestClient, services: Services, world: SimpleNamespace, staff: dict[str, str]
) -> None:
    del world
    chief = bearer(services, "administrator")
    requirement, _ = drafted(http, chief)
    assert http.post(at(requirement, "/send"), headers=staff).status_code == 200
    with services.database.read() as session:
        mine = select(AuditEvent).where(AuditEvent.action.contains("recommendation")).order_by(AuditEvent.id)
        noted = [(row.action, row.role) for row in session.scalars(mine)]
    assert noted == [("draft_recommendation", "administrator"), ("send_recommendation", "staff")]


def test_changes_since_the_draft_are_refused_with_each_of_them_until_confirmed(
    http: TestClient, services: Services, world: SimpleNamespace, staff: dict[str, str]
) -> None:
    requirement, _ = drafted(http, staff)
    change(services, Institution, world.near, status="suspended")
    problem = assert_problem(http.post(at(requirement, "/send"), headers=staff, json={}), 409, "verdicts_changed")
    assert [error["message"] for error in problem["errors"]] == ["近处检测中心，第 1 项：满足 → 不满足"]
    sent = http.post(at(requirement, "/send"), headers=staff, json={"confirm_changes": True}).json()
    assert sent["options"][0]["institutions"] == [world.far]
    assert sent["differences"][0]["now"] == "unmet"


@pytest.mark.parametrize(
    ("body", "status"),
    [({"confirm_changes": 1}, 422), ({"recommendation": 5}, 422), ({"recommendation": "x"}, 404), ({"all": 1}, 422)],
)
def test_what_is_no_sending(
    http: TestClient, world: SimpleNamespace, staff: dict[str, str], body: dict[str, Any], status: int
) -> None:
    del world
    requirement, _ = drafted(http, staff)
    assert_problem(http.post(at(requirement, "/send"), headers=staff, json=body), status)
    foreign = http.get(at(drafted(http, staff)[0]), headers=staff).json()["recommendation"]
    assert_problem(http.post(at(requirement, "/send"), headers=staff, json={"recommendation": foreign}), 404)


def test_an_edit_has_a_reason_and_shows_who_made_it(
    http: TestClient, world: SimpleNamespace, staff: dict[str, str]
) -> None:
    requirement, _ = drafted(http, staff)
    said = {"kind": "leave_out", "institution": world.near}
    problem = assert_problem(http.post(at(requirement, "/edits"), headers=staff, json=said), 422)
    assert problem["errors"][0]["loc"] == "reason"
    shown = http.post(at(requirement, "/edits"), headers=staff, json={**said, "reason": "已排满"}).json()
    assert shown["options"][0]["institutions"] == [world.far]
    assert shown["edits"][0]["by"]
    met = {"kind": "cleared", "institution": world.far, "item": 0, "reason": "电话确认"}
    assert_problem(http.post(at(requirement, "/edits"), headers=staff, json=met), 422)


def test_an_institution_asks_about_itself_and_only_when_it_was_sent(
    http: TestClient, services: Services, world: SimpleNamespace, staff: dict[str, str]
) -> None:
    requirement, _ = drafted(http, staff)
    own = bearer(services, "institution", world.dim)
    path = f"/api/v1/requirements/{requirement}/why-not/"
    assert_problem(http.get(path + world.dim, headers=own), 404)
    assert http.get(path + world.far, headers=staff).json()["codes"] == ["ranked_lower"]
    http.post(at(requirement, "/send"), headers=staff)
    found = http.get(path + world.dim, headers=own).json()
    assert (found["first_failing"], found["codes"]) == ("certificate", ["certificate_validity_unknown"])
    assert found["fix"]["text"]
    assert_problem(http.get(path + world.far, headers=own), 403)
    assert_problem(http.get(path + "nobody", headers=staff), 404)
    assert http.get(path + world.far).status_code == 401
    assert http.get(path + world.near, headers=staff).json()["codes"] == []


def test_what_an_institution_is_told_is_of_the_day_it_was_sent(
    http: TestClient, services: Services, world: SimpleNamespace, staff: dict[str, str]
) -> None:
    requirement, _ = drafted(http, staff)
    http.post(at(requirement, "/send"), headers=staff)
    change(services, Institution, world.far, status="suspended")
    with services.database.write() as session:
        session.query(Certificate).filter_by(institution_id=uuid.UUID(world.dim)).one().valid_to = date(2030, 1, 1)
    path = f"/api/v1/requirements/{requirement}/why-not/"
    assert http.get(path + world.far, headers=staff).json()["codes"] == ["ranked_lower"]
    assert http.get(path + world.dim, headers=staff).json()["codes"] == ["certificate_validity_unknown"]


def test_an_institution_that_fell_out_before_sending_is_told_why(
    http: TestClient, services: Services, world: SimpleNamespace, staff: dict[str, str]
) -> None:
    requirement, _ = drafted(http, staff)
    change(services, Institution, world.near, status="suspended")
    http.post(at(requirement, "/send"), headers=staff, json={"confirm_changes": True})
    found = http.get(f"/api/v1/requirements/{requirement}/why-not/{world.near}", headers=staff).json()
    assert (found["first_failing"], found["codes"]) == ("institution", ["institution_not_active"])


def test_nobody_met_opens_a_search_that_staff_end(
    http: TestClient, world: SimpleNamespace, staff: dict[str, str]
) -> None:
    del world
    requirement, secret = drafted(http, staff, NOTHING)
    document = http.post(at(requirement, "/send"), headers=staff).json()
    assert (document["kind"], document["recommended"]) == ("nobody", None)
    path = f"/api/v1/requirements/{requirement}/referral/actions/"
    found = {"institution_name": "某省计量院", "contact": "025-00000000"}
    assert_problem(http.post(path + "informed", headers=staff, json={}), 409)
    assert http.post(path + "found", headers=staff, json=found).json()["state"] == "found"
    told = http.post(path + "informed", headers=staff).json()
    assert (told["state_label"], told["informed_at"] is None) == ("已告知企业", False)
    assert_problem(http.post(path + "lost", headers=staff, json={}), 404)
    shown = http.get(f"/api/v1/requirements/{requirement}", headers={"x-guest-secret": secret}).json()
    assert shown["state"] == "informed"


# Pages


def test_the_paper_holds_what_the_json_holds(http: TestClient, world: SimpleNamespace, staff: dict[str, str]) -> None:
    requirement, secret = drafted(http, staff)
    document = http.post(at(requirement, "/send"), headers=staff).json()
    answer = browser(http).get(f"/requirements/{requirement}/recommendation", params={"secret": secret})
    assert answer.status_code == 200, answer.text
    text = answer.text
    for said in (
        "推荐意见书",
        document["requirement"]["number"],
        document["seed"],
        document["digest"],
        "满足",
        "待确认",
    ):
        assert said in text
    for one in document["institutions"]:
        assert one["name"] in text
        for cell in one["items"]:
            for finding in cell["evidence"]:
                assert re.sub(r"\s+", " ", finding["text"]) in text.replace("&#39;", "'").replace("&#34;", '"')
                assert all(ref["id"] in text or ref["key"] in text for ref in finding["refs"])
    assert "修改草稿" not in text
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert world.near in text


def test_nothing_is_shown_on_paper_before_it_is_sent(
    http: TestClient, world: SimpleNamespace, staff: dict[str, str]
) -> None:
    del world
    requirement, secret = drafted(http, staff)
    page = browser(http)
    assert page.get(f"/requirements/{requirement}/recommendation", params={"secret": secret}).status_code == 404
    shown = page.get(f"/requirements/{requirement}", params={"secret": secret})
    assert shown.status_code == 200
    assert "近处检测中心" not in shown.text


def test_the_matrix_stands_on_the_page_of_the_requirement(
    http: TestClient, world: SimpleNamespace, staff: dict[str, str]
) -> None:
    requirement, secret = drafted(http, staff)
    http.post(at(requirement, "/send"), headers=staff)
    text = browser(http).get(f"/requirements/{requirement}", params={"secret": secret}).text
    assert text.count('class="cell"') == 3
    assert '<span aria-hidden="true">● </span>满足' in text
    assert '<span aria-hidden="true">▲ </span>待确认' in text
    assert f"/requirements/{requirement}/recommendation?secret={secret}" in text
    assert world.dim in text


def test_staff_edit_and_send_by_forms(http: TestClient, services: Services, world: SimpleNamespace) -> None:
    page = sign_in(http, account(services, Role.STAFF))
    requirement, _ = post(http)
    paper = f"/requirements/{requirement}/recommendation"
    assert page.post(paper + "/draft").status_code == 303
    assert "修改草稿" in page.get(paper).text
    said = {"kind": "leave_out", "institution": world.near, "reason": ""}
    refused = page.post(paper + "/edits", data=said)
    assert (refused.status_code, "不能为空" in refused.text) == (422, True)
    assert page.post(paper + "/edits", data={**said, "reason": "已排满"}).status_code == 303
    cleared = {"kind": "cleared", "cell": f"{world.dim}:0", "reason": "有效期至 2030 年"}
    assert page.post(paper + "/edits", data=cleared).status_code == 303
    assert (
        page.post(paper + "/edits", data={"kind": "choose_option", "at_most": "1", "reason": "一家"}).status_code == 303
    )
    text = page.get(paper).text
    assert "已排满" in text
    assert "有效期至 2030 年" in text
    change(services, Institution, world.far, status="suspended")
    assert page.post(paper + "/send", data={"confirm": ""}).status_code == 409
    shown = page.post(paper + "/send", data={"confirm": ""})
    assert "按现在的结论发送" in shown.text
    assert page.post(paper + "/send", data={"confirm": "yes"}).status_code == 303
    assert "撮合人员确认" in page.get(paper).text
    assert page.post(paper + "/send", data={"confirm": "yes"}).status_code == 409


def test_staff_refer_by_forms(http: TestClient, services: Services, world: SimpleNamespace) -> None:
    del world
    page = sign_in(http, account(services, Role.STAFF))
    requirement, _ = post(http, NOTHING)
    paper = f"/requirements/{requirement}/recommendation"
    page.post(paper + "/draft")
    assert page.post(paper + "/send", data={"confirm": ""}).status_code == 303
    assert "寻找外部机构" in page.get(paper).text
    here = f"/requirements/{requirement}/referral/"
    assert page.post(here + "found", data={"institution_name": "某省计量院", "contact": ""}).status_code == 422
    found = {"institution_name": "某省计量院", "contact": "025-00000000"}
    assert page.post(here + "found", data=found).status_code == 303
    assert page.post(here + "informed", data={"note": ""}).status_code == 303
    assert "已告知企业" in page.get(paper).text


def test_an_institution_sees_why_it_was_not_chosen_and_not_for_whom(
    http: TestClient, services: Services, world: SimpleNamespace, staff: dict[str, str]
) -> None:
    requirement, _ = drafted(http, staff)
    of = {
        one: sign_in(http, account(services, Role.INSTITUTION, uuid.UUID(getattr(world, one))))
        for one in ("near", "dim")
    }
    assert "最近没有" in of["dim"].get("/institution/requirements").text
    http.post(at(requirement, "/send"), headers=staff)
    text = of["dim"].get("/institution/requirements").text
    assert "补全证书有效期截止日期" in text
    assert "热轧带肋钢筋" in text
    for secret in (CONTACT["name"], CONTACT["phone"], requirement, "近处检测中心", "610113"):
        assert secret not in text
    assert "最近没有" in of["near"].get("/institution/requirements").text
    assert sign_in(http, account(services, Role.STAFF)).get("/institution/requirements").status_code == 404
    assert browser(http).get("/institution/requirements").status_code == 401


def test_paper_has_every_cell_in_words_eight_items_to_a_table(
    http: TestClient, world: SimpleNamespace, staff: dict[str, str]
) -> None:
    del world
    requirement, secret = drafted(http, staff, *[BAR] * 9, NOTHING)
    http.post(at(requirement, "/send"), headers=staff)
    page = http.get(f"/requirements/{requirement}/recommendation?secret={secret}").text
    tables = re.findall(r'<table class="table paper-matrix">(.*?)</table>', page, re.DOTALL)
    heads = [re.findall(r'<th scope="col">(.*?)</th>', table) for table in tables]
    assert heads == [["机构", *(f"第 {n} 项" for n in range(1, 9))], ["机构", "第 9 项", "第 10 项"]]
    for table, count in zip(tables, (8, 2), strict=True):
        rows = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', table, re.DOTALL)
        assert [name for name, _ in rows][-1] == "证书未录中心"
        words = [re.findall(r"</span>(满足|待确认|不满足)</span>", cells) for _, cells in rows]
        assert {len(found) for found in words} == {count}
        last = [found[-1] for found in words]
        assert last == (["满足", "满足", "待确认"] if count == 8 else ["不满足"] * 3)
