"""A second link for a guest who lost the first: to that phone only, limited; who asks is told nothing (S5, S10)."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from search_service.errors import Invalid, NotFound, TooMany
from search_service.people import guests
from search_service.requirements import links
from search_service.requirements.access import KIND, Reader, readable
from search_service.requirements.posting import Made
from search_service.store.journal import AuditEvent
from search_service.store.outbox import OutboxMessage
from search_service.store.requirement import Requirement
from tests.requirements.conftest import LINK, STAFF, Desk

CONTACT = {"name": "赵六", "phone": "13900000007"}


def ask(desk: Desk, phone: str = CONTACT["phone"], number: str = "", address: str = "192.0.2.1") -> None:
    links.send_again(desk.database, phone, number, address=address, link=LINK)


def sent(desk: Desk, phone: str = CONTACT["phone"]) -> list[str]:
    """Links to a phone, oldest first."""
    with desk.database.read() as session:
        mine = select(OutboxMessage).where(OutboxMessage.recipient == phone, OutboxMessage.template == "guest_link")
        return [row.params["link"] for row in session.scalars(mine.order_by(OutboxMessage.id))]


def opens(desk: Desk, made: Made, link: str) -> bool:
    one, _, secret = link.removeprefix("https://x/requirements/").partition("?secret=")
    guest = guests.holder(desk.database, KIND, uuid.UUID(one), secret)
    with desk.database.read() as session:
        try:
            readable(session, uuid.UUID(made.body["id"]), Reader(guest=guest))
        except NotFound:
            return False
    return one == made.body["id"]


def test_the_new_link_opens_the_newest_and_the_old_one_still_does(desk: Desk) -> None:
    older = desk.post(contact=CONTACT)
    desk.clock.move(timedelta(minutes=5))
    newer = desk.post(contact=CONTACT)
    ask(desk, "139 0000 0007")
    first, second, again = sent(desk)
    assert len({first, second, again}) == 3
    assert opens(desk, older, first)
    assert opens(desk, newer, second)
    assert opens(desk, newer, again)
    assert not opens(desk, older, again)
    desk.clock.move(timedelta(seconds=61))
    ask(desk, number=older.body["number"].lower())
    assert opens(desk, older, sent(desk)[-1])


def test_whom_it_is_not_gets_nothing_and_is_told_nothing(desk: Desk) -> None:
    made = desk.post(contact=CONTACT)
    own = desk.account()
    desk.post(own)
    before = len(sent(desk))
    ask(desk, "13900000008", number=made.body["number"])  # another phone
    ask(desk, number="XQ20261121-9999", address="192.0.2.2")  # another number
    with desk.database.read() as session:
        phone = session.scalar(select(Requirement.contact_phone).where(Requirement.account_id == own.account_id))
    assert phone is not None
    ask(desk, phone)  # posted with an account: there is no link to be lost
    with desk.database.write() as session:
        session.get_one(Requirement, uuid.UUID(made.body["id"])).deleted_at = desk.database.now()
    desk.clock.move(timedelta(seconds=61))
    ask(desk)
    assert len(sent(desk)) == before
    assert sent(desk, "13900000008") == sent(desk, phone) == []


def test_who_phoned_and_was_written_down_gets_one_too(desk: Desk) -> None:
    made = desk.post(STAFF, channel="phone", contact=CONTACT)
    ask(desk)
    assert opens(desk, made, sent(desk)[-1])
    with desk.database.read() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.action == "send_link"))
        assert [(row.actor, row.role, str(row.record_id)) for row in rows] == [("guest", "public", made.body["id"])]


def test_it_is_limited_alike_whether_there_is_one_or_not(desk: Desk) -> None:
    desk.post(contact=CONTACT)
    for phone in (CONTACT["phone"], "13900000009"):
        for _ in range(5):
            ask(desk, phone, address="192.0.2.3")
            with pytest.raises(TooMany, match="刚刚"):
                ask(desk, phone, address="192.0.2.3")
            desk.clock.move(timedelta(seconds=61))
        with pytest.raises(TooMany, match="该号码") as refused:
            ask(desk, phone, address="192.0.2.4")
        assert refused.value.retry_after
    for count in range(10):
        ask(desk, f"1380000{count:04}", address="192.0.2.3")
    with pytest.raises(TooMany, match="请求发送"):
        ask(desk, "13811111111", address="192.0.2.3")
    assert len(sent(desk)) == 1 + 5
    for phone in ("", "0510-1", None):
        with pytest.raises(Invalid) as wrong:
            links.send_again(desk.database, phone, "", address="192.0.2.5", link=LINK)
        assert wrong.value.problems[0].loc == "phone"


def test_a_link_that_is_over_brings_no_other(desk: Desk) -> None:
    desk.post(contact=CONTACT)
    desk.clock.move(guests.LIFE + timedelta(seconds=1))
    ask(desk)
    assert len(sent(desk)) == 1
