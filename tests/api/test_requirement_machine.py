"""S2, S3: no order of calls, by whomever, leads a requirement where the rules do not; others do not see it.

The rules are written down here once more, as a table of their own: what each side may do in each state, and what then
happened.  Hypothesis calls in any order, the clock goes on in between, and after each call the whole story that is
stored has to be the one that the table tells: same state, same events, each recommendation and its message once.
"""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from starlette.testclient import TestClient

from api import wiring
from api.wiring import Services
from search_service.kinds.access import Role
from search_service.kinds.days import SHANGHAI
from search_service.store.outbox import OutboxMessage
from search_service.store.requirement import Recommendation, Requirement, RequirementEvent
from search_service.timekeeping.recommending import Recommender
from search_service.timekeeping.tick import Timekeeper
from tests.api.conftest import bearer, client_of
from tests.support.rows import capability, certificate, institution, standard, xian
from tests.support.signed_in import account, browser, sign_in

BAR = {"service": "检测", "object": "热轧带肋钢筋", "parameter": "屈服强度", "standard": "GB/T 228.1"}
NOTHING = {"service": "检测", "object": "反物质引力透镜", "parameter": "曲率"}

DESK = ("staff", "administrator")
SIDES = ("guest", "person", "member")
"""Who posts: with a secret, for themselves, for an enterprise."""
EVERYBODY = (*DESK, *SIDES, "colleague", "rival", "neighbour", "institution", "auditor", "nobody")
"""`colleague` is of the member's enterprise, `rival` of another, `neighbour` a person who posted nothing."""

ENDED = {"withdrawn", "closed"}
UNANSWERED = {"posted", "responded"}
OPEN = {*UNANSWERED, "recommended", "referred", "informed"}
"""Nobody has chosen a service yet."""
OF_THE_OWNER = ("answer", "withdraw", "agree", "change")
OF_THE_DESK = ("contacted", "asked", "close", "agree", "change")
MOST, AT_ONCE = 12, 3
"""Requirements of one example, and how many of them are open: the rest of its calls go to what is there."""
FORCED = ("posted", "responded", "recommended", "referred", "agreed", "ordered", "evaluated", "drafted", "send")
"""States and events are no actions: nobody names the one where they want to be."""
HAPPENS = {
    "answer": "answered",
    "change": "changed",
    "agree": "agreed",
    "withdraw": "withdrawn",
    "close": "closed",
}
"""The event of an action, where it has another name."""
PAPER = ("draft", "edits", "send")
OUTSIDE = ("found", "informed", "none_found")
BY_THE_CLOCK = {"drafted", "missed_response", "escalated", "recommended", "referred"}
SENT = ("recommended", "referred")


@dataclass
class Told:
    """A requirement, as the rules say that it stands."""

    id: str
    due: datetime
    owners: set[str]
    secret: str = ""
    state: str = "posted"
    item: dict[str, str] = field(default_factory=lambda: BAR)
    referral: str = ""
    story: list[str] = field(default_factory=lambda: ["posted", "acknowledged"])
    changes: int = 0

    @property
    def answer(self) -> str:
        """What is sent: the laboratory meets the one item, and nobody the other."""
        return "recommended" if self.item is BAR else "referred"

    @property
    def draft(self) -> bool:
        """Whether one waits to be sent."""
        return self._last("drafted") > max(self._last(kind) for kind in SENT)

    @property
    def fits(self) -> bool:
        """Whether it is of the requirement as it stands."""
        return self._last("drafted") > self._last("changed")

    def _last(self, kind: str) -> int:
        return max((at for at, one in enumerate(self.story) if one == kind), default=-1)


class Stage:
    """One service for all examples: a laboratory, everybody who may call, and a clock that only goes on."""

    def __init__(self, services: Services, portal: BlockingPortal) -> None:
        wiring.bring_up_to_date(services)
        self.services, self.database = services, services.database
        with services.database.write() as session:
            xian(session)
            standard(session, "GB/T 228.1-2021", effective_on=date(2022, 7, 1))
            laboratory = institution(session, "近处检测中心")
            capability(session, laboratory, certificate(session, laboratory, valid_to=date(2099, 12, 31)))
        wiring.bring_up_to_date(services)
        self.laboratory = str(laboratory.id)
        self.client = client_of(services, portal)
        self.keeper = Timekeeper(services.database, Recommender(services.database, services.matcher))
        self._phones = {
            "person": account(services, Role.PERSON),
            "neighbour": account(services, Role.PERSON),
            "member": account(services, Role.ENTERPRISE),
            "colleague": account(services, Role.ENTERPRISE),
            "rival": account(services, Role.ENTERPRISE, code="91320200MA1XXXXX16"),
            "administrator": account(services, Role.ADMINISTRATOR),
            "auditor": account(services, Role.AUDITOR),
        }
        self._tokens = {
            "staff": bearer(services, "staff"),
            "institution": bearer(services, "institution", self.laboratory),
        }
        self._signed_in: dict[str, TestClient] = {}
        self._anonymous = browser(self.client)

    def of(self, who: str) -> tuple[TestClient, dict[str, str]]:
        """A browser or a program, and what it says of itself."""
        if who in self._phones:
            if who not in self._signed_in:
                self._signed_in[who] = sign_in(self.client, self._phones[who])
            return self._signed_in[who], {}
        return self._anonymous, self._tokens.get(who, {})

    def wait(self, span: timedelta) -> None:
        """Let time pass; sessions do not outlive it."""
        self.services.clock.move(span)
        self._signed_in.clear()

    def next_monday(self) -> None:
        """Ten o'clock, so that each example has its own day and counts nobody's limits."""
        now = self.database.now().astimezone(SHANGHAI)
        day = now.date() + timedelta(days=7 - now.weekday())
        self.wait(datetime(day.year, day.month, day.day, 10, tzinfo=SHANGHAI) - now)


class Machine(RuleBasedStateMachine):
    """A few requirements, and everybody who calls."""

    stage: Stage

    def __init__(self) -> None:
        super().__init__()
        self.told: list[Told] = []
        self.touched: Told | None = None

    @initialize(side=st.sampled_from(SIDES))
    def begin(self, side: str) -> None:
        self.stage.next_monday()
        self._post(side)

    @precondition(lambda self: len(self.told) < MOST and sum(one.state not in ENDED for one in self.told) < AT_ONCE)
    @rule(side=st.sampled_from(SIDES), answered=st.booleans())
    def post(self, side: str, *, answered: bool) -> None:
        self._post(side, BAR if answered else NOTHING)

    def _post(self, side: str, item: dict[str, str] = BAR) -> None:
        client, headers = self.stage.of(side)
        body: dict[str, Any] = {"region": "610113", "items": [item]}
        if side == "guest":
            body["contact"] = {"name": "赵六", "phone": f"135{uuid.uuid4().int % 10**8:08}"}
        answer = client.post("/api/v1/requirements", json=body, headers=headers)
        assert answer.status_code == 201, answer.text
        said = answer.json()
        due = datetime.fromisoformat(said["clock"]["recommend_by"])
        owners = {"member", "colleague"} if side == "member" else {side}
        one = Told(said["id"], due, owners, said["secret"] or "", item=item)
        self.told.append(one)
        self.touched = one

    @rule(data=st.data(), who=st.sampled_from(DESK), name=st.sampled_from(OF_THE_DESK))
    def at_the_desk(self, data: st.DataObject, who: str, name: str) -> None:
        self._act(self._one(data), who, name)

    @rule(data=st.data(), name=st.sampled_from(OF_THE_OWNER))
    def by_the_owner(self, data: st.DataObject, name: str) -> None:
        one = self._one(data)
        self._act(one, data.draw(st.sampled_from(sorted(one.owners))), name)

    @rule(data=st.data(), who=st.sampled_from(EVERYBODY), name=st.sampled_from((*OF_THE_OWNER, *OF_THE_DESK, *FORCED)))
    def by_anybody(self, data: st.DataObject, who: str, name: str) -> None:
        self._act(self._one(data), who, name)

    @rule(data=st.data(), who=st.sampled_from(DESK), name=st.sampled_from(PAPER))
    def paper_at_the_desk(self, data: st.DataObject, who: str, name: str) -> None:
        self._paper(self._one(data), who, name)

    @rule(data=st.data(), who=st.sampled_from(EVERYBODY), name=st.sampled_from(PAPER))
    def paper_by_anybody(self, data: st.DataObject, who: str, name: str) -> None:
        self._paper(self._one(data), who, name)

    @rule(data=st.data(), who=st.sampled_from((*DESK, *DESK, *EVERYBODY)), name=st.sampled_from(OUTSIDE))
    def outside(self, data: st.DataObject, who: str, name: str) -> None:
        one = self._one(data)
        client, headers = self._as(one, who)
        said = {"found": {"institution_name": "外地检测院", "contact": "010-1"}, "none_found": {"note": "问过省院"}}
        path = f"/api/v1/requirements/{one.id}/referral/actions/{name}"
        status = client.post(path, headers=headers, json=said.get(name, {})).status_code
        if who not in DESK:
            assert status == self._stopped_at_the_door(who)
            return
        begins = {"found": {"open", "found", "none_found"}, "informed": {"found"}, "none_found": {"open", "found"}}
        if not one.referral:
            assert status == 404
        elif one.state in ENDED or one.referral not in begins[name]:
            assert status == 409
        else:
            assert status == 200
            one.referral = name
            one.story.append("informed" if name == "informed" else "referral")
            if name == "informed" and one.state == "referred":
                one.state = "informed"

    @rule(data=st.data())
    def a_guest_signs_in_and_chooses(self, data: st.DataObject) -> None:
        """Who holds the secret of a requirement that is nobody's yet makes it their own by choosing."""
        one = self._one(data)
        client, _ = self.stage.of("neighbour")
        headers, said = {"x-guest-secret": one.secret or "x"}, self._said(one, "agree")
        status = client.post(self._at(one, "/actions/agree"), headers=headers, json=said).status_code
        if "guest" not in one.owners and "neighbour" not in one.owners:
            assert status == 404
        elif self._may_agree(one):
            assert status == 200
            one.owners.add("neighbour")
            one.state = "agreed"
            one.story.append("agreed")
        else:
            assert status == 409

    @precondition(lambda self: self.stage.database.now() < self.told[0].due + timedelta(days=8))
    @rule(span=st.sampled_from([timedelta(minutes=10), timedelta(hours=4), timedelta(hours=11), timedelta(days=1)]))
    def time_passes(self, span: timedelta) -> None:
        """The clock does what is due, for all of them, however often it is asked."""
        self.stage.wait(span)
        now = self.stage.database.now()
        self.stage.keeper.tick()
        self.stage.keeper.tick()
        for one in self.told:
            story, _ = self._stored(one)
            new = story[len(one.story) :]
            assert story[: len(one.story)] == one.story
            assert not new or one.state in UNANSWERED, (one.state, new)
            assert set(new) <= BY_THE_CLOCK, new
            assert len([kind for kind in new if kind in SENT]) <= 1
            one.story = story
            for kind in new:
                if kind in SENT:
                    assert kind == one.answer
                    one.state = kind
                    one.referral = one.referral or ("open" if kind == "referred" else "")
            if now >= one.due - timedelta(hours=1):
                assert one.state not in UNANSWERED, "the promise of three days"

    @rule(data=st.data(), who=st.sampled_from(EVERYBODY))
    def look(self, data: st.DataObject, who: str) -> None:
        """Whose it is not gets the answer of one that does not exist, and finds it in no list."""
        one = self._one(data)
        client, headers = self._as(one, who)
        seen = {path: client.get(path, headers=headers) for path in (self._at(one), self._at(one, "/recommendation"))}
        listed = client.get("/api/v1/requirements", headers=headers)
        mine = {row["id"] for row in listed.json()["requirements"]} if listed.status_code == 200 else set()
        if who in DESK or who in one.owners:
            shown = seen[self._at(one)].json()
            assert (shown["state"], shown["id"]) == (one.state, one.id)
            answered = any(kind in SENT for kind in one.story)
            paper = seen[self._at(one, "/recommendation")]
            wanted = answered or (who in DESK and "drafted" in one.story)
            assert paper.status_code == (200 if wanted else 404)
            if wanted and who not in DESK:
                assert paper.json()["state"] == "sent"
            assert who in DESK or who in {"guest", "neighbour"} or one.id in mine
            return
        assert one.id not in mine
        for path, answer in seen.items():
            nothing = client.get(path.replace(one.id, str(uuid.UUID(int=7))), headers=headers)
            assert (answer.status_code, nothing.status_code) == (404, 404)
            assert _of_nobody(answer) == _of_nobody(nothing)
            assert "etag" not in answer.headers

    @invariant()
    def what_is_stored_is_what_the_rules_tell(self) -> None:
        one = self.touched
        if one is None:
            return
        story, row = self._stored(one)
        assert story == one.story
        assert row.state == one.state
        assert (row.closed_at is not None) == (one.state in ENDED)
        self._assert_sent_once(one)

    def _assert_sent_once(self, one: Told) -> None:
        with self.stage.database.read() as session:
            mine = Recommendation.requirement_id == uuid.UUID(one.id)
            sent = select(func.count()).where(mine, Recommendation.sent_at.is_not(None))
            event = OutboxMessage.key.startswith(f"requirement:{one.id}:recommended")
            messages = list(session.scalars(select(OutboxMessage.key).where(event)))
            answers = sum(kind in SENT for kind in one.story)
            assert session.scalar(sent) == answers == len(messages) == len(set(messages))

    def teardown(self) -> None:
        """What is left open can be closed, and then nothing can be done to it."""
        client, headers = self.stage.of("staff")
        for one in self.told:
            self.touched = one
            self._act(one, "staff", "close")
            for name in OF_THE_DESK:
                self._act(one, "staff", name)
            for name in PAPER:
                self._paper(one, "staff", name)
            assert one.state in ENDED
            self.what_is_stored_is_what_the_rules_tell()
            assert client.get(self._at(one), headers=headers).json()["clock"]["running"] is False

    def _one(self, data: st.DataObject) -> Told:
        self.touched = data.draw(st.sampled_from(self.told), label="which")
        return self.touched

    def _as(self, one: Told, who: str) -> tuple[TestClient, dict[str, str]]:
        """A guest comes with the secret of this one, or with that of another, which opens nothing here."""
        client, headers = self.stage.of(who)
        if who == "guest":
            others = [other.secret for other in self.told if other.secret]
            headers = {"x-guest-secret": one.secret or next(iter(others), "x")}
        return client, headers

    @staticmethod
    def _at(one: Told, more: str = "") -> str:
        return f"/api/v1/requirements/{one.id}{more}"

    @staticmethod
    def _stopped_at_the_door(who: str) -> int:
        return 401 if who in {"guest", "nobody"} else 403

    def _said(self, one: Told, name: str) -> dict[str, Any]:
        match name:
            case "agree":
                return {"institution": self.stage.laboratory if one.state == "recommended" else "外地检测院"}
            case "change":
                item = NOTHING if one.changes % 2 else BAR
                return {"items": [item], "title": f"第 {one.changes + 1} 次修改"}
            case "withdraw" | "close":
                return {"reason": "不再需要"}
            case _:
                return {"text": "请问何时取样"}

    @staticmethod
    def _may_agree(one: Told) -> bool:
        return one.state in {"recommended", "informed"}

    def _act(self, one: Told, who: str, name: str) -> None:
        """One action of one caller: what the rules say of it happens, or nothing does."""
        client, headers = self._as(one, who)
        given = self._said(one, name)
        if name == "change":
            with self.stage.database.read() as session:
                version = session.get_one(Requirement, uuid.UUID(one.id)).row_version
            headers = {**headers, "if-match": f'"v{version}"'}
        answer = client.post(self._at(one, f"/actions/{name}"), headers=headers, json=given)
        known = OF_THE_DESK if who in DESK else OF_THE_OWNER if who in one.owners else ()
        if name not in known:
            assert answer.status_code == 404, (who, name, answer.text)
            return
        if name == "agree" and who == "guest":
            assert answer.status_code == 401
            return
        allowed, to = {
            "contacted": (one.state not in ENDED, "responded" if one.state == "posted" else one.state),
            "asked": (one.state not in ENDED, "responded" if one.state == "posted" else one.state),
            "answer": (one.state not in ENDED, one.state),
            "change": (one.state in UNANSWERED, one.state),
            "agree": (self._may_agree(one), "agreed"),
            "withdraw": (one.state not in ENDED, "withdrawn"),
            "close": (one.state not in ENDED, "closed"),
        }[name]
        assert answer.status_code == (200 if allowed else 409), (who, name, one.state, answer.text)
        if not allowed:
            return
        one.state = to
        one.story.append(HAPPENS.get(name, name))
        if name == "change":
            one.item, one.changes = given["items"][0], one.changes + 1

    def _paper(self, one: Told, who: str, name: str) -> None:
        client, headers = self._as(one, who)
        said = {"edits": {"kind": "note", "text": "请先电话预约", "reason": "周末不收样"}}
        path = self._at(one, f"/recommendation/{name}")
        answer = client.post(path, headers=headers, json=said.get(name, {}))
        if who not in DESK:
            assert answer.status_code == self._stopped_at_the_door(who)
            return
        fits = {"draft": True, "edits": one.draft, "send": one.draft and one.fits}[name]
        allowed = one.state in OPEN and fits
        assert answer.status_code == (200 if allowed else 409), (name, one.state, answer.text)
        if not allowed:
            return
        if name != "send":
            one.story.append("drafted" if name == "draft" else "edited")
            return
        one.story.append(one.answer)
        if one.answer == "recommended" or one.state in UNANSWERED:
            one.state = one.answer
        if one.answer == "referred" and one.referral in {"", "informed", "none_found"}:
            one.referral = "open"

    def _stored(self, one: Told) -> tuple[list[str], Requirement]:
        with self.stage.database.read() as session:
            mine = RequirementEvent.requirement_id == uuid.UUID(one.id)
            rows = session.scalars(select(RequirementEvent).where(mine).order_by(RequirementEvent.number)).all()
            assert [row.number for row in rows] == list(range(1, len(rows) + 1))
            return [row.kind for row in rows], session.get_one(Requirement, uuid.UUID(one.id))


def _of_nobody(answer: Any) -> dict[str, Any]:
    """A refusal without what names the request."""
    return {name: said for name, said in answer.json().items() if name not in {"instance", "trace_id"}}


@pytest.fixture
def stage(services: Services, portal: BlockingPortal) -> Stage:
    return Stage(services, portal)


@pytest.fixture
def machine(stage: Stage) -> type[Machine]:
    return type("Staged", (Machine,), {"stage": stage})


@pytest.mark.parametrize(
    ("examples", "steps"), [(6, 30), pytest.param(30, 60, marks=pytest.mark.slow)], ids=["some", "many"]
)
def test_no_order_of_calls_leads_where_the_rules_do_not(machine: type[Machine], examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            # The stage remembers: its clock only goes on, so an example cannot be shown again as it was.
            database=None,
        ),
    )


EXTRA = (
    ("role", "administrator"),
    ("org_id", "1"),
    ("status", "agreed"),
    ("state", "closed"),
    ("paid", True),
    ("version", 9),
    ("row_version", 9),
    ("account_id", str(uuid.UUID(int=1))),
    ("enterprise_id", str(uuid.UUID(int=1))),
    ("entered_by", "staff:9"),
    ("number", "XQ1"),
    ("sent_at", "2026-11-21T10:00:00+08:00"),
    ("automatic", True),
)
"""What the platform decides."""


def test_what_the_platform_decides_is_nobody_elses_to_say(stage: Stage) -> None:
    """S3: on each way to write something, refused by name, and nothing of the rest is done."""
    client, desk = stage.of("staff")
    guest = {"items": [BAR], "region": "610113", "contact": {"name": "赵六", "phone": "13500000001"}}
    made = client.post("/api/v1/requirements", json=guest).json()
    here, own = f"/api/v1/requirements/{made['id']}", {"x-guest-secret": made["secret"]}
    assert client.post(f"{here}/recommendation/draft", headers=desk).status_code == 200
    ways: list[tuple[str, dict[str, str], dict[str, Any]]] = [
        ("/api/v1/requirements", {}, guest),
        (f"{here}/actions/change", {**own, "if-match": "*"}, {"title": "钢筋"}),
        (f"{here}/actions/answer", own, {"text": "明天"}),
        (f"{here}/actions/withdraw", own, {"reason": "不再需要"}),
        (f"{here}/actions/contacted", desk, {"text": "已联系"}),
        (f"{here}/actions/asked", desk, {"text": "请问何时取样"}),
        (f"{here}/actions/agree", desk, {"institution": stage.laboratory}),
        (f"{here}/actions/close", desk, {"reason": "重复"}),
        (f"{here}/recommendation/edits", desk, {"kind": "note", "reason": "电话", "text": "请预约"}),
        (f"{here}/recommendation/send", desk, {}),
        (f"{here}/referral/actions/found", desk, {"institution_name": "外地检测院", "contact": "010-1"}),
    ]
    before = _everything(stage)
    for path, headers, said in ways:
        for name, value in EXTRA:
            answer = client.post(path, headers=headers, json={**said, name: value})
            assert answer.status_code == 422, (path, name, answer.text)
    assert _everything(stage) == before


def _everything(stage: Stage) -> list[Any]:
    """What is stored of requirements, what happened, and what was sent."""
    with stage.database.read() as session:
        rows = session.scalars(select(Requirement).order_by(Requirement.id))
        return [
            *((row.id, row.state, row.row_version, row.body, row.account_id, row.entered_by) for row in rows),
            session.scalar(select(func.count()).select_from(RequirementEvent)),
            session.scalar(select(func.count()).where(Recommendation.sent_at.is_not(None))),
            session.scalar(select(func.count()).select_from(OutboxMessage)),
        ]
