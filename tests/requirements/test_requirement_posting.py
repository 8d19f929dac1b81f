"""Posting: one transaction, every problem at once, nothing typed is lost, limits, numbers, keys."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from search_service.errors import InProgress, Invalid, TooMany, ZhixunError
from search_service.kinds.access import Actor, Role
from search_service.people import guests
from search_service.people.limits import GUEST_PHONE, OWN_REQUIREMENTS
from search_service.records.idempotency import KeyReused
from search_service.requirements import events, reading
from search_service.store.outbox import OutboxMessage
from search_service.store.requirement import Requirement, RequirementEvent
from tests.requirements.conftest import ITEM, STAFF, Desk
from tests.support.rows import division


def codes(error: ZhixunError) -> dict[str, str]:
    return {problem.loc: problem.code for problem in error.problems}


def stored(desk: Desk) -> tuple[int, int, int]:
    with desk.database.read() as session:
        found = [
            session.scalar(select(func.count()).select_from(table))
            for table in (Requirement, RequirementEvent, OutboxMessage)
        ]
    return found[0] or 0, found[1] or 0, found[2] or 0


def test_a_guest_gets_a_number_and_a_link(desk: Desk) -> None:
    made = desk.post(text="大米\x00 测镉", title="米")
    row = desk.row(made)
    assert (row.number, row.state, row.channel, row.title) == ("XQ20261121-0001", "posted", "online", "米")
    assert row.received_at == row.created_at or row.created_at - row.received_at < timedelta(seconds=5)
    assert row.body["text"] == "大米  测镉"
    assert "contact" not in row.body
    assert made.secret is not None
    holder = guests.holder(desk.database, "requirement", row.id, made.secret)
    assert holder is not None
    assert holder.phone == row.contact_phone
    with desk.database.read() as session:
        happened = [event.kind for event in events.of(session, row.id)]
        message = session.scalars(select(OutboxMessage)).one()
    assert happened == [events.POSTED, events.ACKNOWLEDGED]
    assert message.params["link"] == f"https://x/requirements/{row.id}?secret={made.secret}"
    assert made.secret not in str(made.body), "what is stored for repetitions holds no secret"


def test_who_is_signed_in_posts_for_themselves_or_their_enterprise(desk: Desk) -> None:
    person, enterprise = desk.account(), desk.enterprise()
    member = desk.account(enterprise)
    for actor, of in ((person, None), (member, enterprise)):
        made = desk.post(actor)
        row = desk.row(made)
        assert (row.account_id, row.enterprise_id, made.secret) == (actor.account_id, of, None)
        assert row.contact_name == "王五"
        with desk.database.read() as session:
            query = select(OutboxMessage).where(OutboxMessage.recipient == row.contact_phone)
            assert session.scalars(query).one().template == "requirement_received"


@pytest.mark.parametrize("channel", reading.BY_STAFF)
def test_staff_write_down_what_came_otherwise(desk: Desk, channel: str) -> None:
    made = desk.post(STAFF, channel=channel, received_at="2026-11-20T16:00:00+08:00")
    row = desk.row(made)
    assert (row.channel, row.entered_by, row.account_id, made.secret) == (channel, "staff:1", None, None)
    assert made.body["clock"]["respond_by"] == "2026-11-23T17:30:00+08:00"
    with desk.database.read() as session:
        assert session.scalars(select(OutboxMessage)).one().template == "guest_link", "they can follow it"


@pytest.mark.parametrize(
    ("actor", "content", "wrong"),
    [
        (STAFF, {}, {"channel": "required"}),
        (STAFF, {"channel": "online"}, {"channel": "required"}),
        (STAFF, {"channel": ["phone"]}, {"channel": "required"}),
        (STAFF, {"channel": "phone", "received_at": "2026-11-21T12:00:00+08:00"}, {"received_at": "future"}),
        (STAFF, {"channel": "phone", "received_at": "2025-11-21T12:00:00+08:00"}, {"received_at": "too_old"}),
        (STAFF, {"channel": "phone", "received_at": "昨天"}, {"received_at": "time"}),
        (STAFF, {"channel": "phone", "received_at": 7}, {"received_at": "time"}),
        (STAFF, {"channel": "phone", "contact": {}}, {"contact.name": "required", "contact.phone": "phone"}),
        (Actor(), {"channel": "phone", "received_at": "x"}, {"channel": "for_staff", "received_at": "for_staff"}),
        (Actor(), {"contact": "赵六"}, {"contact": "type"}),
        (Actor(), {"contact": {"name": "x", "phone": "1", "role": "staff"}},
         {"contact.phone": "phone", "contact.role": "unknown_field"}),
    ],
)  # fmt: skip
def test_who_and_how_is_checked(desk: Desk, actor: Actor, content: dict[str, Any], wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        desk.post(actor, **content)
    assert codes(refused.value) == wrong
    assert stored(desk) == (0, 0, 0)


@pytest.mark.parametrize(
    ("content", "wrong"),
    [
        ({"items": [{}]}, {"items.0": "item_empty"}),
        ({"items": [{"quantity": 3}, ITEM]}, {"items.0": "item_empty"}),
        ({"items": [ITEM] * 200}, {"items": "too_many"}),
        ({"items": []}, {"items": "required"}),
        ({"items": "大米"}, {"items": "required"}),
        ({"items": ["大米"]}, {"items.0": "type"}),
        ({"start": "2026-12-10", "end": "2026-12-01"}, {"end": "end_before_start"}),
        ({"start": "2026-11-01"}, {"start": "start_before_posting"}),
        ({"start": "2026-12-01", "end": "2026-12-10", "service_days": 5}, {"service_days": "dates_contradict"}),
        ({"service_days": 0}, {"service_days": "service_days"}),
        ({"text": "大" * 10_001}, {"text": "too_long"}),
        ({"text": 7, "title": [], "budget_fen": -1}, {"text": "type", "title": "type", "budget_fen": "budget"}),
        ({"items": [{**ITEM, "quantity": "三"}], "max_institutions": 99},
         {"items.0.quantity": "quantity", "max_institutions": "range"}),
        ({"items": [{**ITEM, "quantity": True, "remark": 1}]},
         {"items.0.quantity": "quantity", "items.0.remark": "type"}),
        ({"role": "staff", "state": "closed", "enterprise_id": "x"},
         {"role": "unknown_field", "state": "unknown_field", "enterprise_id": "unknown_field"}),
        ({"items": [{**ITEM, "state": "met"}]}, {"items.0.state": "unknown_field"}),
    ],
)  # fmt: skip
def test_all_problems_at_once_and_nothing_is_stored(desk: Desk, content: dict[str, Any], wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        desk.post(**content)
    assert codes(refused.value) == wrong
    assert all(problem.message for problem in refused.value.problems)
    assert stored(desk) == (0, 0, 0)


def test_doubtful_values_are_stored_and_noted(desk: Desk) -> None:
    with desk.database.write() as session:
        division(session, "310000", "上海市")
        division(session, "310101", "黄浦区", "310000")
    items = [
        {"service": "verification", "object": "压力表", "range": "60 MPa~0 mm", "place": "310103"},
        {"service": "量子服务", "object": "压力表", "range": "1.6级", "place": "不存在的地方"},
    ]
    made = desk.post(items=items, region="310103")
    noted = {note["loc"]: note["code"] for note in made.body["notes"]}
    assert noted["region"] == noted["items.0.place"] == "region_mapped"
    assert noted["items.0.range"] == noted["items.1.range"] == "range_unreadable"
    assert noted["items.1.service"] == "service_unknown"
    assert noted["items.1.place"] == "place_unknown"
    row = desk.row(made)
    assert (row.body["region"], row.body["items"][0]["place"]) == ("310101", "310101"), "the present code"
    assert row.body["items"][0]["range"] == "60 MPa~0 mm", "as typed"
    assert row.body["items"][1]["place"] == "不存在的地方"
    with desk.database.read() as session:
        posted = events.of(session, row.id)[0]
    assert posted.data["typed"] == {"region": "310103", "items.0.place": "310103"}
    assert len(posted.data["notes"]) == len(made.body["notes"])


def test_guests_are_limited_and_what_is_refused_is_not_counted(desk: Desk) -> None:
    contact = {"name": "赵六", "phone": desk.phone()}
    for _ in range(7):
        with pytest.raises(Invalid):
            desk.post(contact=contact, items=[{}])
    for _ in range(5):
        desk.post(contact=contact)
    with pytest.raises(TooMany, match="该号码"):
        desk.post(contact=contact)
    assert stored(desk)[0] == 5
    desk.post(STAFF, channel="phone", contact=contact)
    desk.clock.move(timedelta(days=1, seconds=1))
    desk.post(contact=contact)


def test_a_key_makes_it_once(desk: Desk) -> None:
    contact = {"name": "赵六", "phone": desk.phone()}
    first = desk.post(key="k", contact=contact)
    again = desk.post(key="k", contact=contact)
    assert (again.body, again.etag, again.replayed, again.secret) == (first.body, first.etag, True, None)
    other = desk.post(key="k")
    assert other.body["id"] != first.body["id"], "another guest's key is another key"
    with pytest.raises(KeyReused):
        desk.post(key="k", contact=contact, title="别的")
    long = str(uuid.uuid4())
    posted, twice = desk.post(key=long, contact=contact), desk.post(key=long, contact=contact)
    assert twice.secret not in {None, posted.secret}
    assert guests.holder(desk.database, "requirement", uuid.UUID(posted.body["id"]), twice.secret) is not None
    assert stored(desk)[0] == 3


def test_one_key_at_once_is_one_requirement(desk: Desk) -> None:
    """R26."""
    contact = {"name": "赵六", "phone": desk.phone()}

    def post(_: int) -> str:
        try:
            return str(desk.post(key="the-same", contact=contact, address="192.0.2.1").body["id"])
        except InProgress:
            return ""

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(post, range(16))) - {""}
    assert len(answers) == 1
    assert stored(desk)[0] == 1


def test_numbers_count_from_one_every_day_also_at_once(desk: Desk) -> None:
    person = desk.account()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: desk.post(person), range(16)))
    numbers = sorted(one.body["number"] for one in made)
    assert numbers == [f"XQ20261121-{count:04d}" for count in range(1, 17)]
    desk.clock.move(timedelta(days=1))
    assert desk.post(person).body["number"] == "XQ20261122-0001"


def test_the_count_goes_beyond_four_digits(desk: Desk) -> None:
    made = desk.post()
    with desk.database.write() as session:
        session.get_one(Requirement, uuid.UUID(made.body["id"])).number = "XQ20261121-9999"
    assert [desk.post().body["number"] for _ in range(2)] == ["XQ20261121-10000", "XQ20261121-10001"]


def test_a_title_is_made_where_none_is_given(desk: Desk) -> None:
    assert desk.row(desk.post()).title == "大米 镉 GB 5009.15 检测"
    assert desk.row(desk.post(items=[ITEM, ITEM])).title.endswith("等 2 项")
    longest = {**ITEM, "object": "米" * 500}
    assert len(desk.row(desk.post(items=[longest])).title) <= 200


def test_an_institution_posts_as_anybody(desk: Desk) -> None:
    token = Actor(Role.INSTITUTION, "token", institution_id=uuid.uuid4())
    made = desk.post(token)
    assert desk.row(made).entered_by is None
    assert made.secret is not None


def test_who_is_signed_in_floods_nobody(desk: Desk) -> None:
    """Neither a stranger's phone with messages, as a guest cannot, nor the platform with requirements."""
    person, victim = desk.account(), {"name": "赵六", "phone": desk.phone()}
    for _ in range(GUEST_PHONE.most):
        desk.post(person, contact=victim)
    for actor in (person, desk.account()):
        with pytest.raises(TooMany, match="该号码"):
            desk.post(actor, contact=victim)
    with desk.database.read() as session:
        sent = session.scalars(select(OutboxMessage).where(OutboxMessage.recipient == victim["phone"])).all()
    assert len(sent) == GUEST_PHONE.most
    for _ in range(OWN_REQUIREMENTS.most - GUEST_PHONE.most):
        desk.post(person)
    before = stored(desk)
    with pytest.raises(TooMany) as refused:
        desk.post(person)
    assert refused.value.retry_after
    assert stored(desk) == before
    for _ in range(GUEST_PHONE.most + 1):
        desk.post(STAFF, channel="phone", contact={"name": "李四", "phone": "13612340000"})
    desk.clock.move(timedelta(days=1))
    desk.post(person, contact=victim)


@pytest.mark.parametrize(
    "content",
    [
        {"contact": {"name": "赵" * 1000, "phone": "13612340000"}},
        {"contact": {"name": ["赵"], "phone": "13612340000"}},
        {"contact": {"name": {"x": 1}, "phone": {"x": 1}}},
        {"contact": {"name": "赵", "phone": 13612340000}},
        {"contact": {"name": 7, "phone": "1" * 10_000}},
        {"title": "题" * 201},
        {"title": {"x": 1}},
        {"text": ["x"]},
        {"region": "西" * 501},
        {"region": 610113},
        {"service_days": 10**30},
        {"max_institutions": 10**30},
        {"budget_fen": 10**30},
        {"items": [{**ITEM, "quantity": 10**30}]},
        {"items": [{**ITEM, "quantity": "9" * 5000}]},
        {"items": [{**ITEM, "remark": "x" * 501}]},
        {"certificate_kinds": {"CMA": 1}},
        {"channel": {"x": 1}},
    ],
    ids=repr,
)
def test_what_does_not_fit_is_refused_and_breaks_nothing(desk: Desk, content: dict[str, Any]) -> None:
    for actor in (desk.account(), Actor()):
        with pytest.raises(Invalid) as refused:
            desk.post(actor, **content)
        assert refused.value.problems
    assert stored(desk) == (0, 0, 0)


def test_who_is_in_a_hurry_is_told_to_say_when_it_begins(desk: Desk) -> None:
    with pytest.raises(Invalid) as refused:
        desk.post(end="2026-11-23")
    assert "或填写开始日期" in refused.value.problems[0].hint
    assert desk.post(start="2026-11-21", end="2026-11-23").body["state"] == "posted"
