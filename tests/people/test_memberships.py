"""Who acts for whom: asked, decided by somebody else, ended by either (S2-14..16)."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from search_service.errors import Conflict, Invalid, NotFound, StateForbids, TooMany
from search_service.kinds.access import Actor, Role
from search_service.people import memberships, sessions
from search_service.people.memberships import Link, wanted
from search_service.store.journal import AuditEvent
from search_service.store.people import Account, Enterprise
from tests.people.conftest import ENTERPRISE_CODE, People
from tests.support import rows

WANT = wanted("enterprise", ENTERPRISE_CODE, "无锡某某有限公司")


@pytest.fixture
def staff(people: People) -> Actor:
    return people.login(people.staff()[1]).actor


def role(people: People, account: uuid.UUID) -> Role:
    with people.database.read() as session:
        return sessions.actor_of(session, session.get_one(Account, account)).role


def test_asked_approved_removed_and_asked_again(people: People, staff: Actor) -> None:
    account, _, phone = people.register()
    link = memberships.ask(people.database, account, WANT)
    assert (link.state, link.label, role(people, account)) == ("pending", "申请中", Role.PERSON)
    assert memberships.approve(people.database, staff, link.id).state == "approved"
    assert role(people, account) is Role.ENTERPRISE
    assert people.sent(phone)[-1].params == {"name": WANT.name}
    memberships.remove(people.database, staff, link.id, by_staff=True, reason="离职")
    assert role(people, account) is Role.PERSON
    again = memberships.ask(people.database, account, WANT)
    assert again.id != link.id
    with people.database.read() as session:
        actions = [
            e.action
            for e in session.scalars(select(AuditEvent).where(AuditEvent.record_id == link.id).order_by(AuditEvent.id))
        ]
    assert actions == ["ask", "approve", "remove"]


def test_refused_with_a_reason_that_is_read(people: People, staff: Actor) -> None:
    account, _, phone = people.register()
    link = memberships.ask(people.database, account, WANT)
    for reason in ("", None, 7, "长" * 201):
        with pytest.raises(Invalid):
            memberships.decline(people.database, staff, link.id, reason)
    memberships.decline(people.database, staff, link.id, "执照已注销")
    shown = memberships.of(people.database, account)
    assert shown is not None
    assert (shown.state, shown.reason) == ("refused", "执照已注销")
    assert people.sent(phone)[-1].params == {"name": WANT.name, "reason": "执照已注销"}
    assert memberships.ask(people.database, account, WANT).state == "pending"


@pytest.mark.parametrize("decide", [memberships.approve, lambda d, a, i: memberships.decline(d, a, i, "晚了")])
def test_what_is_decided_is_not_decided_again(people: People, staff: Actor, decide: Callable[..., Link]) -> None:
    account, *_ = people.register()
    link = memberships.ask(people.database, account, WANT)
    memberships.approve(people.database, staff, link.id)
    with pytest.raises(StateForbids):
        decide(people.database, staff, link.id)
    with pytest.raises(NotFound):
        decide(people.database, staff, uuid.uuid4())


def test_at_most_one_is_open(people: People) -> None:
    account, *_ = people.register()
    memberships.ask(people.database, account, WANT)
    with pytest.raises(Conflict, match="最多关联一家"):
        memberships.ask(people.database, account, WANT)


def test_one_withdraws_ones_own_only(people: People) -> None:
    account, _, phone = people.register()
    link = memberships.ask(people.database, account, WANT)
    with pytest.raises(NotFound):
        memberships.remove(people.database, people.login(people.register()[2]).actor, link.id, by_staff=False)
    memberships.remove(people.database, people.login(phone).actor, link.id, by_staff=False)
    assert memberships.of(people.database, account) is None


def test_staff_do_not_ask(people: People) -> None:
    account, _ = people.staff()
    with pytest.raises(Conflict, match="平台人员"):
        memberships.ask(people.database, account, WANT)


def test_asking_has_its_limit(people: People) -> None:
    account, _, phone = people.register()
    who = people.login(phone).actor
    for _ in range(5):
        memberships.remove(people.database, who, memberships.ask(people.database, account, WANT).id, by_staff=False)
    with pytest.raises(TooMany):
        memberships.ask(people.database, account, WANT)


def test_two_people_of_one_enterprise(people: People, staff: Actor) -> None:
    """What the second calls it does not rename it before somebody has looked."""
    first, second = people.register()[0], people.register()[0]
    memberships.approve(people.database, staff, memberships.ask(people.database, first, WANT).id)
    link = memberships.ask(people.database, second, wanted("enterprise", ENTERPRISE_CODE, "别的名字"))
    with people.database.read() as session:
        assert [row.name for row in session.scalars(select(Enterprise))] == [WANT.name]
    assert [found.id for found in memberships.listed(people.database)] == [link.id]


def test_a_branch_with_its_parents_code_is_found_by_name(people: People) -> None:
    with people.database.write() as session:
        rows.xian(session)
        parent = rows.institution(session, name="某某检测中心")
        branch = rows.institution(session, name="某某检测中心雁塔分中心", credit_code=parent.credit_code)
        code, wished = parent.credit_code, branch.name
    account, *_ = people.register()
    with pytest.raises(Invalid, match="多家机构"):
        memberships.ask(people.database, account, wanted("institution", code))
    assert memberships.ask(people.database, account, wanted("institution", code, wished)).organisation == wished


def test_who_acts_for_an_institution_that_is_gone_is_a_person(people: People, staff: Actor) -> None:
    with people.database.write() as session:
        rows.xian(session)
        found = rows.institution(session)
    account, *_ = people.register()
    link = memberships.ask(people.database, account, wanted("institution", found.credit_code))
    memberships.approve(people.database, staff, link.id)
    assert role(people, account) is Role.INSTITUTION
    with people.database.write() as session:
        session.get_one(type(found), found.id).deleted_at = people.database.now()
    assert role(people, account) is Role.PERSON


def test_the_oldest_waits_first(people: People) -> None:
    asked = []
    for _ in range(3):
        asked.append(memberships.ask(people.database, people.register()[0], WANT).id)
        people.clock.move(timedelta(minutes=2))
    assert [link.id for link in memberships.listed(people.database)] == asked
    assert all("****" in link.reachable for link in memberships.listed(people.database))
