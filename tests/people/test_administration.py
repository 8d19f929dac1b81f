"""Accounts as the administrator sees them."""

import uuid

import pytest
from sqlalchemy import select

from search_service.errors import Conflict, Invalid, NotFound
from search_service.kinds.access import SYSTEM, Role
from search_service.people import administration, memberships, sessions
from search_service.people.memberships import wanted
from search_service.store.journal import AuditEvent
from search_service.store.people import Account
from tests.people.conftest import ENTERPRISE_CODE, People


@pytest.mark.parametrize("role", [role.value for role in administration.STORED])
def test_every_role_is_made_without_a_password(people: People, role: str) -> None:
    made = administration.create(people.database, SYSTEM, role=role, name="李四", mail="Li.Si@Example.cn")
    shown = administration.own(people.database, made.id)
    assert (shown.role, shown.has_password, shown.mail) == (role, False, "l***@example.cn")
    assert administration.find(people.database, "li.si@example.cn") == made.id
    assert administration.find(people.database, str(made.id)) == made.id
    assert made.id in {row.id for row in administration.listed(people.database, role=role)}


def test_somebody_of_an_enterprise_is_approved_at_once(people: People) -> None:
    want = wanted("enterprise", ENTERPRISE_CODE, "无锡某某有限公司")
    made = administration.create(
        people.database, SYSTEM, role="enterprise", name="李四", phone=people.phone(), organisation=want
    )
    with people.database.read() as session:
        actor = sessions.actor_of(session, session.get_one(Account, made.id))
    assert actor.role is Role.ENTERPRISE
    assert actor.enterprise_id is not None


@pytest.mark.parametrize(
    "given",
    [
        {"role": "root"},
        {"role": "public"},
        {"role": "enterprise"},
        {"role": "staff", "organisation": wanted("enterprise", ENTERPRISE_CODE, "某厂")},
        {"role": "staff", "phone": None},
        {"role": "staff", "phone": "123"},
        {"role": "staff", "name": ""},
    ],
)
def test_what_makes_no_account(people: People, given: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        administration.create(people.database, SYSTEM, **{"name": "李四", "phone": people.phone(), **given})  # type: ignore[arg-type]
    assert list(administration.listed(people.database)) == []


def test_a_phone_is_one_accounts(people: People) -> None:
    *_, phone = people.register()
    with pytest.raises(Conflict, match="另一个账号"):
        administration.create(people.database, SYSTEM, role="staff", name="李四", phone=phone)


def test_somebody_can_always_manage(people: People) -> None:
    first, phone = people.staff("administrator")
    with pytest.raises(Conflict, match="最后一个"):
        administration.disable(people.database, SYSTEM, first, "试试")
    with pytest.raises(Conflict, match="最后一个"):
        administration.set_role(people.database, SYSTEM, first, "person")
    second, _ = people.staff("administrator")
    me = people.login(phone).actor
    with pytest.raises(Conflict, match="自己"):
        administration.set_role(people.database, me, first, "person")
    administration.disable(people.database, me, second, "离职")
    assert administration.own(people.database, second).disabled


def test_a_member_of_an_enterprise_becomes_no_staff(people: People) -> None:
    account, *_ = people.register()
    memberships.ask(people.database, account, wanted("enterprise", ENTERPRISE_CODE, "某厂"))
    with pytest.raises(Conflict, match="解除关联"):
        administration.set_role(people.database, SYSTEM, account, "staff")
    with pytest.raises(Invalid):
        administration.set_role(people.database, SYSTEM, account, "enterprise")


def test_nobody(people: People) -> None:
    for act in (
        lambda: administration.enable(people.database, SYSTEM, uuid.uuid4()),
        lambda: administration.disable(people.database, SYSTEM, uuid.uuid4(), "x"),
        lambda: administration.find(people.database, "13800000000"),
        lambda: administration.find(people.database, "x"),
    ):
        with pytest.raises(NotFound):
            act()


def test_the_audit_says_what_and_not_whose_number(people: People) -> None:
    account, *_ = people.register()
    administration.disable(people.database, SYSTEM, account, "投诉核实")
    with people.database.read() as session:
        events = list(
            session.scalars(select(AuditEvent).where(AuditEvent.record_id == account).order_by(AuditEvent.id))
        )
        assert [(e.action, e.actor) for e in events] == [("register", f"account:{account}"), ("disable", "system")]
        assert "138" not in str([(e.changes, e.reason) for e in events])
