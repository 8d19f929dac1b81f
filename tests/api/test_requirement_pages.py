"""The pages of a requirement: one question at a time, nothing typed lost, then followed by its secret link."""

import html
import json
import re
import uuid
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from sqlalchemy import delete
from starlette.testclient import TestClient

from api.pages.requirement_draft import FIELDS
from api.wiring import Services
from search_service.errors import DatabaseBusy, EngineUnavailable
from search_service.kinds.access import Role
from search_service.store.people import Attempt
from tests.support.signed_in import account, browser, last, phone, sign_in

NEW = "/requirements/new"
TEXT = "我厂在西安雁塔区，要 CMA 报告：\n1. 大米 镉 检测 GB 5009.15 3个\n2. 压力表 检定 0~60MPa 1.6级"


class Form:
    """A person going through the pages: what stands in the form goes with every step."""

    def __init__(self, client: TestClient, path: str = NEW) -> None:
        self.client, self.path = client, path
        self.answer = client.get(path)

    @property
    def text(self) -> str:
        return self.answer.text

    @property
    def heading(self) -> str:
        found = re.search(r'<h1 id="heading">(.*?)</h1>', self.text)
        assert found is not None, self.text[:2000]
        return found[1]

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found is not None
        return html.unescape(found[1])

    def send(self, go: str = "on", **fields: str) -> "Form":
        data = {"draft": self.hidden("draft"), "step": self.hidden("step"), "go": go, **fields}
        self.answer = self.client.post(self.path, data=data)
        return self


@pytest.fixture
def client(scratch_client: TestClient, scratch: Services) -> TestClient:
    scratch.search.learn()
    with scratch.database.write() as session:
        session.execute(delete(Attempt))  # all tests come from one address, which posts twenty a day
    return browser(scratch_client)


def to_the_end(form: Form, number: str) -> Form:
    form.send(text=TEXT)
    for _ in ("items", "region", "time", "kinds"):
        form.send(**({"region": "610113"} if "region" in form.hidden("step") else {}), **kinds(form))
    return form.send(name="赵六", phone=number)


def kinds(form: Form) -> dict[str, str]:
    """What is ticked is sent."""
    return dict.fromkeys(re.findall(r'name="(kind_\w+)" value="yes" checked', form.text), "yes")


def test_a_guest_posts_page_by_page_and_follows_the_link(client: TestClient, scratch: Services) -> None:
    number = phone()
    form = Form(client)
    assert form.heading == "您需要做什么？"
    form.send(text=TEXT)
    assert form.heading == "我们这样理解，对吗？"
    assert "大米" in form.text
    assert "0~60MPa" in form.text
    form.send()
    assert form.heading == "企业在哪个地区？"
    assert 'value="610113"' in form.text, "read from the text"
    form.send(region="610113")
    form.send(start="2026-12-01", end="", service_days="10")
    assert kinds(form) == {"kind_CMA": "yes"}
    form.send(**kinds(form))
    form.send(name="赵六", phone=number)
    assert form.heading == "请核对后提交"
    assert "最值得补充的一点" in form.text
    assert "雁塔区（610113）" in form.text
    form.send()
    assert form.answer.status_code == 303
    address = form.answer.headers["location"]
    page = client.get(address)
    assert page.status_code == 200
    for said in ("XQ20261121-", "需求已受理", "还有 1 个工作日", "2026年11月25日（周三）17:30", "待响应"):
        assert said in page.text
    assert number not in page.text
    link = last(scratch, number).params["link"]
    assert urlsplit(link).path == urlsplit(address).path
    assert client.get(urlsplit(link).path + "?" + urlsplit(link).query).status_code == 200
    plain = client.get(urlsplit(address).path, headers={"Accept": "text/html"})
    assert (plain.status_code, "没有这个需求" in plain.text) == (404, True)


def test_what_was_chosen_in_a_search_goes_with_it(client: TestClient) -> None:
    """朝阳 is a city of 辽宁 and districts of three others; who has said which is not asked again."""
    found = client.get("/search", params={"q": "朝阳 大米 镉", "region": "211300"}, headers={"Accept": "text/html"})
    (address,) = set(re.findall(r'href="(/requirements/new\?[^"]*)"', found.text))
    form = Form(client, html.unescape(address))
    assert json.loads(form.hidden("draft"))["body"]["region"] == "211300"
    form.path = NEW
    form.send()
    assert (form.heading, 'value="211300"' in form.text) == ("企业在哪个地区？", True)


def test_what_was_turned_back_into_words_stays_words(client: TestClient) -> None:
    plain = Form(client, NEW + "?text=西安 大米 镉")
    assert json.loads(plain.hidden("draft"))["body"]["region"] == "610100"
    words = Form(client, NEW + "?text=西安 大米 镉&as_text=region")
    assert "region" not in json.loads(words.hidden("draft"))["body"]


def test_sending_twice_posts_once_and_still_shows_it(client: TestClient) -> None:
    form = to_the_end(Form(client), phone())
    once = {"draft": form.hidden("draft"), "step": "check", "go": "on"}
    first, second = (client.post(NEW, data=once).headers["location"] for _ in range(2))
    assert urlsplit(first).path == urlsplit(second).path
    assert parse_qs(urlsplit(first).query)["secret"] != parse_qs(urlsplit(second).query)["secret"]
    assert client.get(second).status_code == 200


def test_going_back_loses_nothing(client: TestClient) -> None:
    form = Form(client).send(text=TEXT)
    form.send("to:item.0")
    assert form.heading == "第 1 项：要做什么？"
    form.send(service="testing", object="糙米", parameter="总砷", standard="GB 5009.11", quantity="两袋")
    assert "数量应为大于 0 的数" in form.text
    assert 'value="两袋"' in form.text
    form.send(service="testing", object="糙米", parameter="总砷", standard="GB 5009.11", quantity="2.5")
    assert form.heading == "我们这样理解，对吗？"
    form.send()
    form.send("to:items", region="西安市雁塔区")
    assert "糙米" in form.text
    form.send("to:text")
    assert "2. 压力表 检定" in form.text
    form.send(text=TEXT + "\n3. 热轧带肋钢筋 屈服强度")
    assert "糙米" in form.text, "a corrected item stays when the text grows"
    assert "屈服强度" in form.text
    form.send("drop:1")
    assert "0~60MPa" not in re.sub(r'value="[^"]*"', "", form.text)
    form.send("add")
    assert form.heading == "第 3 项：要做什么？"
    form.send()
    assert "第 3 项没有说明要做什么" in form.text
    form.send("to:items").send("drop:2").send()
    assert 'value="西安市雁塔区"' in form.text


def test_what_is_wrong_is_said_on_its_page(client: TestClient) -> None:
    form = Form(client).send(text="  ")
    assert (form.answer.status_code, "请写明需要做什么" in form.text) == (422, True)
    form.send(text="大米 镉 检测").send().send()
    form.send(start="2026-12-10", end="2026-12-01", service_days="")
    assert (form.answer.status_code, "早于开始日期" in form.text) == (422, True)
    assert 'value="2026-12-10"' in form.text
    form.send(start="2026-11-01", end="", service_days="")
    assert "早于需求提出日期" in form.text
    form.send(start="", end="", service_days="10").send()
    form.send(name="", phone="123")
    assert form.answer.status_code == 422
    assert 'value="123"' in form.text
    for name in ("name", "phone"):
        assert f'href="#contact.{name}"' in form.text or f'href="#{name}"' in form.text


def test_markup_and_nul_are_text(client: TestClient) -> None:
    form = Form(client).send(text="<script>alert(1)</script>大米\x00 镉 检测")
    assert "<script>alert" not in form.text
    form.send("to:item.0").send(object='"><img src=x>', parameter="镉\x00")
    assert "<img" not in form.text
    assert "\x00" not in form.text


def test_a_draft_that_is_not_ours_is_refused(client: TestClient) -> None:
    for draft in (
        "",
        "{",
        "[]",
        '{"body": 1}',
        '{"x": 1}',
        '{"body": {"items": [1]}, "pieces": [""]}',
        '{"key": null}',
    ):
        answer = client.post(NEW, data={"draft": draft, "step": "text", "go": "on"})
        assert answer.status_code == 400, draft


def test_many_lines_are_refused_before_any_is_read(client: TestClient) -> None:
    many = "\n".join(f"大米 镉 检测 第{n}批" for n in range(200))
    form = Form(client).send(text=many)
    assert form.answer.status_code == 422
    assert "至多 100 项" in form.text
    assert "第199批" in form.text, "nothing typed is lost"


def test_begun_from_a_search(client: TestClient) -> None:
    form = Form(client, f"{NEW}?text=西安 压力表 检定 0~60MPa")
    assert form.heading == "我们这样理解，对吗？"
    assert "压力表" in form.text


def test_staff_write_down_a_call(client: TestClient, scratch: Services) -> None:
    staff, number = sign_in(client, account(scratch, Role.STAFF)), phone()
    form = Form(staff, "/staff/requirements/new")
    assert form.heading == "这份需求是怎样收到的？"
    form.send(channel="phone", received_at="2026-11-30T10:00", name="赵六", phone=number)
    assert "晚于现在" in form.text
    form.send(channel="phone", received_at="2026-11-20T16:00", name="赵六", phone=number)
    form.send(text="大米 镉 检测").send().send(region="610113").send().send()
    assert form.heading == "请核对后提交"
    form.send()
    page = staff.get(form.answer.headers["location"])
    assert "电话，2026年11月20日（周五）16:00 收到" in page.text
    assert number in page.text, "staff call it"
    assert "secret" not in form.answer.headers["location"]
    assert last(scratch, number).template == "guest_link"
    mine = sign_in(client, account(scratch, Role.ENTERPRISE))
    assert mine.get("/staff/requirements/new", headers={"Accept": "text/html"}).status_code == 403


def test_a_question_is_asked_and_answered_on_the_page(client: TestClient, scratch: Services) -> None:
    number = phone()
    form = to_the_end(Form(client), number).send()
    address = form.answer.headers["location"]
    path, query = urlsplit(address).path, f"?secret={parse_qs(urlsplit(address).query)['secret'][0]}"
    staff = sign_in(client, account(scratch, Role.STAFF))
    assert staff.post(f"{path}/asked", data={"text": " "}).status_code == 422
    assert staff.post(f"{path}/asked", data={"text": "要旧版<b>吗</b>？"}).status_code == 303
    assert last(scratch, number).template == "requirement_question"
    page = client.get(path + query)
    assert "要旧版&lt;b&gt;吗&lt;/b&gt;？" in page.text
    assert "已响应" in page.text
    assert client.post(f"{path}/answer{query}", data={"text": "不要"}).status_code == 303
    assert client.post(f"{path}/answer", data={"text": "不要"}).status_code == 404
    assert client.post(f"{path}/contacted{query}", data={"text": "x"}).status_code == 404
    assert "不要" in staff.get(path).text


def test_a_requirement_is_changed_on_the_same_pages(client: TestClient) -> None:
    form = to_the_end(Form(client), phone()).send()
    address = form.answer.headers["location"]
    path, secret = urlsplit(address).path, parse_qs(urlsplit(address).query)["secret"][0]
    change = Form(client, f"{path}/change?secret={secret}")
    assert change.heading == "我们这样理解，对吗？"
    change.send("to:item.0").send(service="testing", object="糙米", parameter="镉", standard="GB 5009.15")
    change.send().send(region="610113").send(start="", end="", service_days="20").send()
    stale = {"draft": change.hidden("draft"), "step": "check", "go": "on"}
    change.send()
    assert change.answer.status_code == 303
    page = client.get(change.answer.headers["location"])
    assert "糙米" in page.text
    assert "修改了" in page.text
    change.answer = client.post(f"{path}/change?secret={secret}", data=stale)
    assert (change.answer.status_code, change.heading) == (412, "请核对后提交"), "somebody was faster"
    assert "有新的进展，请核对后再提交" in change.text
    assert "糙米" in change.text, "what was typed is kept"
    change.send("to:time").send(start="", end="", service_days="30").send(**kinds(change)).send()
    assert change.answer.status_code == 303
    assert "30" in client.get(change.answer.headers["location"]).text
    assert client.get(f"{path}/change").status_code == 404


def test_a_change_form_sent_unchanged_changes_nothing(client: TestClient) -> None:
    answer = client.post(
        "/api/v1/requirements",
        json={
            "items": [{"object": "大米", "parameter": "镉"}],
            "certificate_kinds": ["CNAS", "CMA"],
            "contact": {"name": "赵六", "phone": phone()},
        },
    ).json()
    path, secret = f"/requirements/{answer['id']}", f"?secret={answer['secret']}"
    form = Form(client, f"{path}/change{secret}")
    while form.answer.status_code == 200:
        form.send(**kinds(form))
    assert form.answer.status_code == 303, form.text
    after = client.get(f"/api/v1/requirements/{answer['id']}{secret}").json()
    assert (after["row_version"], len(after["events"])) == (answer["row_version"], len(answer["events"]))


def test_what_is_away_for_a_moment_loses_nothing(
    client: TestClient, scratch: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise EngineUnavailable(retry_after=7)

    def busy(*_: object, **__: object) -> None:
        raise DatabaseBusy

    form = Form(client)
    with monkeypatch.context() as patched:
        patched.setattr(scratch.search, "read", away)
        form.send(text=TEXT)
    assert (form.answer.status_code, form.heading) == (503, "您需要做什么？")
    assert form.answer.headers["retry-after"] == "7"
    assert "2. 压力表 检定" in form.text
    to_the_end(form, phone())
    with monkeypatch.context() as patched:
        patched.setattr("search_service.requirements.posting.post", busy)
        form.send()
    assert (form.answer.status_code, form.heading) == (503, "请核对后提交")
    assert "没有保存" in form.text
    form.send()
    assert form.answer.status_code == 303


def test_of_equal_lines_each_keeps_its_correction(client: TestClient) -> None:
    text = "大米 镉 检测\n大米 镉 检测\n大米 镉 检测"
    form = Form(client).send(text=text)
    for at, thing in enumerate(("糙米", "粳米", "籼米")):
        form.send(f"to:item.{at}").send(object=thing, parameter="镉")
    form.send("to:text").send(text=text + "\n小麦 铅 检测")
    items = orjson.loads(form.hidden("draft"))["body"]["items"]
    assert [item["object"] for item in items[:3]] == ["糙米", "粳米", "籼米"]
    assert len(items) == 4


BODY: dict[str, Any] = {"text": "大米", "items": [{"object": "大米", "parameter": "镉"}]}
CONDITIONS = ("text", "region", "start", "end", "service_days", "certificate_kinds", "title", "max_institutions", "x")
STRANGE: tuple[Any, ...] = (5, [1], {"x": 1})


NO_STEPS = ("item", "item.", "item.x", "item.9", "item.²", "text.x", "items.0", "region.x", "check.x", "", "x")


@pytest.mark.parametrize("step", [*NO_STEPS, "item." + "9" * 5000], ids=lambda step: step[:9])
def test_a_step_that_is_none_breaks_nothing(client: TestClient, step: str) -> None:
    draft = orjson.dumps({"body": BODY, "pieces": ["大米"]}).decode()
    ways = (f"to:{step}", f"drop:{step}", f"drop:{step.removeprefix('item.')}")
    for sent in ({"step": step, "go": "on"}, *({"step": "items", "go": way} for way in ways)):
        answer = client.post(NEW, data={"draft": draft, "text": "大米 镉", **sent})
        assert answer.status_code in {200, 422}, (sent, answer.text[:300])


@pytest.mark.parametrize("step", ["items", "item.0", "kinds", "check"])
def test_a_draft_of_strange_values_breaks_nothing(client: TestClient, step: str) -> None:
    drafts: list[dict[str, Any]] = [{"about": about} for about in ({"x": "y"}, {"id": "x"}, {"id": str(uuid.uuid4())})]
    for value in STRANGE:
        drafts += [{"body": {**BODY, name: value}} for name in CONDITIONS]
        drafts += [{"body": {**BODY, "items": [{name: value}]}} for name in (*FIELDS, "certificate_kinds", "x")]
        drafts += [{"notes": [{"loc": value, "message": "x"}]}, {"notes": [{"loc": "x", "message": value}]}]
        drafts += [{"received": {"name": value}}, {"about": {"id": value}}, {"read": value}, {"key": value}]
    for draft in drafts:
        packed = json.dumps({"body": BODY, "pieces": ["大米"], **draft})
        for sent in [{"step": "text", "go": f"to:{step}"}, *([{"step": step, "go": "on"}] if "about" in draft else [])]:
            answer = client.post(NEW, data={"draft": packed, **sent})
            assert answer.status_code < 500, (draft, answer.text[:300])


def test_a_lost_link_is_sent_again_and_nobody_learns_whether_there_was_one(
    client: TestClient, scratch: Services
) -> None:
    known, unknown = phone(), phone()
    body = {"items": [{"object": "大米"}], "contact": {"name": "赵六", "phone": known}}
    assert client.post("/api/v1/requirements", json=body).status_code == 201
    page = client.get("/requirements/link").text
    assert 'action="/requirements/link"' in page
    assert "/requirements/link" in client.get("/login").text
    answers = []
    for number in (known, unknown):
        answer = client.post("/requirements/link", data={"phone": number, "number": ""})
        told = client.get(answer.headers["location"])
        answers.append((answer.status_code, answer.headers["location"], told.status_code, told.text))
    assert answers[0] == answers[1]
    assert answers[0][0] == 303
    assert "如果这个号码发布过需求" in answers[0][3]
    link = urlsplit(last(scratch, known).params["link"])
    assert client.get(f"{link.path}?{link.query}").status_code == 200
    for number in (known, unknown):
        refused = client.post("/requirements/link", data={"phone": number})
        assert (refused.status_code, "刚刚发送过" in refused.text) == (429, True)
        assert int(refused.headers["Retry-After"]) <= 60
        assert f'value="{number}"' in refused.text, "what was typed is kept"
    wrong = client.post("/requirements/link", data={"phone": "0510-1"})
    assert wrong.status_code == 422
    assert 'id="phone-wrong"' in wrong.text
