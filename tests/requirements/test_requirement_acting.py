"""Named actions: whose they are, what they change, what they refuse; nobody else's requirement exists (S2, R27)."""

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from search_service.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    StateForbids,
    Unauthenticated,
    VersionDiffers,
    VersionRequired,
)
from search_service.kinds.access import Actor, Role
from search_service.people import guests
from search_service.people.guests import Guest
from search_service.requirements import events, states
from search_service.requirements.access import Reader, readable
from search_service.requirements.acting import ACTIONS
from search_service.requirements.listing import mine
from search_service.requirements.posting import Made
from search_service.store.ids import new_id
from search_service.store.institution import Certificate, Institution
from search_service.store.requirement import Recommendation
from tests.requirements.conftest import ITEM, STAFF, Desk
from tests.support.rows import capability, certificate, institution

GUEST = Reader(guest=Guest("赵六", "13912345678"))


def recommended(desk: Desk, made: Made, *institutions: Institution) -> None:
    one = uuid.UUID(made.body["id"])
    listed = {"institutions": [{"id": str(row.id), "name": row.name, "items": []} for row in institutions]}
    now = desk.database.now()
    window = {"start": "2026-12-01", "end": "2026-12-15"}
    with desk.database.write() as session:
        session.add(
            Recommendation(
                id=new_id(), requirement_id=one, number=1, judged_on=now.date(), made_at=now, made_by="system",
                inputs={"window": window}, answer=listed, document=listed, sent_at=now, sent_by="system",
            )
        )  # fmt: skip
        row = states.locked(session, one)
        assert row is not None
        states.move(session, row, states.RECOMMENDED, by="system")


def able(session: Session, owner: Institution) -> Certificate:
    """It can do what is asked, by this certificate."""
    paper = certificate(session, owner)
    capability(session, owner, paper, object="大米", parameter="镉", standards=["GB 5009.15-2014"])
    return paper


def happened(desk: Desk, made: Made) -> list[Any]:
    with desk.database.read() as session:
        return events.of(session, uuid.UUID(made.body["id"]))


def test_only_its_own_side_sees_it(desk: Desk) -> None:
    enterprise, other = desk.enterprise(), desk.enterprise("91320200MA1XXXXX11")
    poster, colleague, stranger = desk.account(enterprise), desk.account(enterprise), desk.account(other)
    person = desk.account()
    of_enterprise, of_person, of_guest = desk.post(poster), desk.post(person), desk.post()
    left = Actor(Role.PERSON, poster.name, account_id=poster.account_id)
    joined = Actor(Role.ENTERPRISE, person.name, enterprise_id=other, account_id=person.account_id)
    tokens = [Actor(Role.INSTITUTION, "token", institution_id=uuid.uuid4()), Actor(Role.AUDITOR, "a"), Actor()]
    allowed = {
        of_enterprise.body["id"]: {poster, colleague},
        of_person.body["id"]: {person, joined},
        of_guest.body["id"]: set[Actor](),
    }
    staff = {STAFF, Actor(Role.ADMINISTRATOR, "admin")}
    for one, own in allowed.items():
        for actor in (poster, colleague, stranger, person, left, joined, *tokens, *staff):
            with desk.database.read() as session:
                if actor in own | staff:
                    readable(session, uuid.UUID(one), Reader(actor))
                else:
                    with pytest.raises(NotFound):
                        readable(session, uuid.UUID(one), Reader(actor))
                listed = {row["id"] for row in mine(session, actor)}
            assert (one in listed) is (actor in own), actor


def test_a_secret_opens_its_own_and_for_its_time(desk: Desk) -> None:
    first, second = desk.post(), desk.post()
    one, other = (uuid.UUID(made.body["id"]) for made in (first, second))
    assert guests.holder(desk.database, "requirement", one, first.secret) is not None
    assert guests.holder(desk.database, "requirement", other, first.secret) is None
    desk.clock.move(guests.LIFE + timedelta(seconds=1))
    assert guests.holder(desk.database, "requirement", one, first.secret) is None


def test_what_is_missing_and_what_is_not_yours_is_one_answer(desk: Desk) -> None:
    made, stranger = desk.post(), Reader(desk.account())
    said = set()
    for one in (uuid.UUID(made.body["id"]), uuid.uuid4()):
        with desk.database.read() as session, pytest.raises(NotFound) as refused:
            readable(session, one, stranger)
        said.add(refused.value.detail)
    assert len(said) == 1


@pytest.mark.parametrize("name", [*ACTIONS, "reopen", "recommended", "__init__"])
def test_each_side_has_its_own_actions(desk: Desk, name: str) -> None:
    made = desk.post()
    before = desk.row(made)
    for reader, side in ((GUEST, "enterprise"), (Reader(STAFF), "staff")):
        action = ACTIONS.get(name)
        if action is None or side not in {str(one) for one in action.sides}:
            with pytest.raises(NotFound, match="可用"):
                desk.act(made, reader, name, "*", text="x", reason="x")
    row = desk.row(made)
    assert (row.state, row.row_version, len(happened(desk, made))) == (before.state, before.row_version, 2)


def test_a_change_keeps_what_stood_there(desk: Desk) -> None:
    made = desk.post(text="原来的话")
    shown = desk.act(made, GUEST, "change", made.etag, items=[ITEM, {**ITEM, "parameter": "铅"}], region=None)
    assert len(shown["requirement"]["items"]) == 2
    assert "region" not in shown["requirement"]
    assert shown["requirement"]["text"] == "原来的话"
    assert shown["row_version"] == 2
    assert shown["title"].endswith("等 2 项")
    changed = happened(desk, made)[-1]
    assert changed.kind == events.CHANGED
    assert changed.data["changed"] == ["items", "region"]
    assert changed.data["before"] == {"items": [ITEM], "region": "610113"}
    assert desk.row(made).received_at.isoformat() in {made_at(made), desk.row(made).received_at.isoformat()}


def made_at(made: Made) -> str:
    return str(made.body["received_at"])


def test_a_change_names_its_version(desk: Desk) -> None:
    made = desk.post()
    with pytest.raises(VersionRequired):
        desk.act(made, GUEST, "change", title="新")
    desk.act(made, GUEST, "change", made.etag, title="新")
    with pytest.raises(VersionDiffers):
        desk.act(made, GUEST, "change", made.etag, title="更新")
    desk.act(made, GUEST, "change", "*", title="更新")
    assert desk.row(made).title == "更新"


@pytest.mark.parametrize(
    "given",
    [{"items": [{}]}, {"start": "2026-01-01"}, {"contact": {"name": "x", "phone": "1"}}, {"channel": "phone"},
     {"received_at": "2026-11-01T00:00:00+08:00"}, {"state": "closed"}, {"account_id": "x"}],
)  # fmt: skip
def test_a_change_that_cannot_stand_changes_nothing(desk: Desk, given: dict[str, Any]) -> None:
    made = desk.post()
    with pytest.raises(Invalid):
        desk.act(made, GUEST, "change", made.etag, **given)
    row = desk.row(made)
    assert (row.row_version, row.body["items"], len(happened(desk, made))) == (1, [ITEM], 2)


def test_what_was_recommended_stays_what_was_asked(desk: Desk) -> None:
    made = desk.post()
    recommended(desk, made)
    with pytest.raises(StateForbids, match="不能再修改"):
        desk.act(made, GUEST, "change", "*", title="新")


def test_questions_and_answers(desk: Desk) -> None:
    made = desk.post()
    with pytest.raises(Invalid):
        desk.act(made, Reader(STAFF), "asked", text="  ")
    desk.act(made, Reader(STAFF), "asked", text="要旧版吗？")
    shown = desk.act(made, GUEST, "answer", text="不要")
    assert [event["kind"] for event in shown["events"]][-2:] == ["asked", "answered"]
    assert shown["clock"]["running"], "a question does not stop the clock"
    with pytest.raises(Invalid, match="没有这个字段"):
        desk.act(made, GUEST, "answer", text="不要", state="closed")


def test_choosing_asks_for_membership(desk: Desk) -> None:
    made = desk.post()
    with desk.database.write() as session:
        one, other = institution(session), institution(session)
        able(session, one)
    recommended(desk, made, one)
    with pytest.raises(Unauthenticated, match="登录"):
        desk.act(made, GUEST, "agree", institution=str(one.id))
    worker = Actor(Role.INSTITUTION, "account:i", institution_id=one.id, account_id=desk.account().account_id)
    with pytest.raises(Forbidden):
        desk.act(made, Reader(worker, GUEST.guest), "agree", institution=str(one.id))
    person = desk.account()
    reader = Reader(person, GUEST.guest)
    for wrong in (str(other.id), str(uuid.uuid4()), "x", ""):
        with pytest.raises(Invalid):
            desk.act(made, reader, "agree", institution=wrong)
    assert desk.row(made).account_id is None
    shown = desk.act(made, reader, "agree", institution=str(one.id), period="三天")
    assert shown["state"] == "agreed"
    assert shown["events"][-1]["data"]["institution"] == {"id": str(one.id), "name": one.name}
    assert desk.row(made).account_id == person.account_id, "who chooses makes it their own"
    with desk.database.read() as session:
        readable(session, uuid.UUID(made.body["id"]), Reader(person))


def test_who_may_not_work_any_more_is_not_chosen(desk: Desk) -> None:
    person = desk.account()
    made = desk.post(person)
    with desk.database.write() as session:
        one = institution(session)
    recommended(desk, made, one)
    with desk.database.write() as session:
        session.get_one(Institution, one.id).status = "suspended"
    with pytest.raises(Conflict, match="不能承接"):
        desk.act(made, Reader(person), "agree", institution=str(one.id))


@pytest.mark.parametrize(
    ("change", "by"),
    [({"state": "revoked"}, Reader(STAFF)), ({"valid_to": date(2026, 11, 30)}, None)],
    ids=["revoked", "expired"],
)
def test_who_has_lost_the_certificate_is_not_chosen(desk: Desk, change: dict[str, Any], by: Reader | None) -> None:
    person = desk.account()
    made = desk.post(person)
    with desk.database.write() as session:
        one = institution(session)
        paper = able(session, one)
    recommended(desk, made, one)
    with desk.database.write() as session:
        for name, value in change.items():
            setattr(session.get_one(Certificate, paper.id), name, value)
    with pytest.raises(Conflict, match=r"目前不能承接（.+）：请另选一家"):
        desk.act(made, by or Reader(person), "agree", institution=str(one.id))
    assert desk.row(made).state == states.RECOMMENDED


def test_who_can_still_do_one_item_is_chosen(desk: Desk) -> None:
    """Also by a row that was added since, and late: the window that was asked for is over."""
    person = desk.account()
    made = desk.post(person, items=[{**ITEM, "object": "铁矿石", "parameter": "全铁"}, ITEM])
    with desk.database.write() as session:
        one = institution(session)
    recommended(desk, made, one)
    with pytest.raises(Conflict, match="已没有对应的能力记录"):
        desk.act(made, Reader(person), "agree", institution=str(one.id))
    with desk.database.write() as session:
        able(session, session.get_one(Institution, one.id))
    desk.clock.move(timedelta(days=60))
    assert desk.act(made, Reader(person), "agree", institution=str(one.id))["state"] == states.AGREED


def test_a_change_of_nothing_is_none(desk: Desk) -> None:
    made = desk.post(text="原来的话")
    shown = desk.act(made, GUEST, "change", made.etag, items=[ITEM], region="610113", text="原来的话", end=None)
    assert (shown["row_version"], len(happened(desk, made))) == (1, 2)


def test_an_outside_institution_is_named(desk: Desk) -> None:
    person = desk.account()
    made = desk.post(person)
    with desk.database.write() as session:
        row = states.locked(session, uuid.UUID(made.body["id"]))
        assert row is not None
        for to in (states.REFERRED, states.INFORMED):
            states.move(session, row, to, by="system")
    shown = desk.act(made, Reader(person), "agree", institution="外地某检测所")
    assert shown["events"][-1]["data"]["institution"] == {"name": "外地某检测所"}


def test_withdrawing_and_closing_end_it(desk: Desk) -> None:
    withdrawn, closed = desk.post(), desk.post()
    assert desk.act(withdrawn, GUEST, "withdraw")["state"] == "withdrawn"
    with pytest.raises(Invalid):
        desk.act(closed, Reader(STAFF), "close")
    assert desk.act(closed, Reader(STAFF), "close", reason="重复")["closed_at"] is not None
    for made in (withdrawn, closed):
        for reader, name in ((GUEST, "withdraw"), (GUEST, "answer"), (Reader(STAFF), "contacted")):
            with pytest.raises(StateForbids):
                desk.act(made, reader, name, **({"text": "x"} if name != "withdraw" else {}))


def test_what_goes_on_behind_the_desk_stays_there(desk: Desk) -> None:
    made = desk.post()
    one = uuid.UUID(made.body["id"])
    with desk.database.write() as session:
        events.record(session, one, events.ESCALATED, by="system", data={"text": "快到期"}, once="escalated:50")
    shown = desk.act(made, GUEST, "answer", text="x")
    assert "escalated" not in {event["kind"] for event in shown["events"]}
    assert "entered_by" not in shown
    assert shown["contact"]["phone"].count("*") == 4
    assert "escalated" in {event["kind"] for event in desk.act(made, Reader(STAFF), "contacted")["events"]}
