"""Registering: one step for what is typed, one for the code; nothing exists in between."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from search_service.errors import Conflict, Invalid, TooMany
from search_service.kinds.access import Role
from search_service.people import codes, memberships, registration, sessions
from search_service.people.sessions import Visitor
from search_service.store.people import Account, Enterprise, OneTimeCode
from tests.people.conftest import ENTERPRISE_CODE, HERE, PASSWORD, People, is_code
from tests.support import rows


def fields(phone: str, **more: Any) -> dict[str, Any]:
    return {"kind": "person", "name": "王五", "phone": phone, "password": PASSWORD, "agreed": True, **more}


def accounts(people: People) -> int:
    with people.database.read() as session:
        return session.scalar(select(func.count()).select_from(Account)) or 0


def test_a_person(people: People) -> None:
    phone = people.phone()
    ticket = registration.begin(people.database, fields(phone), HERE)
    assert accounts(people) == 0
    (message,) = people.sent(phone)
    assert is_code(message.params["code"])
    assert message.expires_at is not None
    assert codes.LIFE - timedelta(seconds=5) < message.expires_at - people.database.now() <= codes.LIFE
    account, secret = registration.confirm(people.database, ticket, people.code(phone), HERE)
    current = sessions.current(people.database, secret)
    assert current is not None
    assert (current.account_id, current.actor.role) == (account, Role.PERSON)
    with people.database.read() as session:
        row = session.get_one(Account, account)
        assert row.password_hash is not None
        assert row.password_hash.startswith("$argon2id$")
        assert session.scalar(select(func.count()).select_from(OneTimeCode)) == 0


def test_no_password_and_no_code_is_kept_or_sent(people: People) -> None:
    phone = people.phone()
    registration.begin(people.database, fields(phone), HERE)
    with people.database.read() as session:
        kept = str([vars(row) for row in session.scalars(select(OneTimeCode))])
    assert PASSWORD not in kept
    assert people.code(phone) not in kept
    assert PASSWORD not in str([vars(message) for message in people.sent(phone)])


def test_every_mistake_is_said_at_once(people: People) -> None:
    given = {"kind": "enterprise", "name": " ", "phone": "1", "password": "kurz", "credit_code": "x", "role": "staff"}
    with pytest.raises(Invalid) as refused:
        registration.begin(people.database, given, HERE)
    found = {problem.loc for problem in refused.value.problems}
    assert found == {"role", "name", "phone", "organisation", "password", "agreed"}
    with pytest.raises(Invalid) as refused:
        registration.begin(people.database, {**given, "organisation": "某厂"}, HERE)
    assert "credit_code" in {problem.loc for problem in refused.value.problems}


@pytest.mark.parametrize("code", ["000000", "", None, 123456, "1" * 1000])
def test_five_wrong_codes_and_the_right_one_is_too_late(people: People, code: object) -> None:
    phone = people.phone()
    ticket = registration.begin(people.database, fields(phone), HERE)
    right = people.code(phone)
    for _ in range(codes.TRIES):
        with pytest.raises(Invalid, match="验证码"):
            registration.confirm(people.database, ticket, "999999" if code == right else code, HERE)
    with pytest.raises(Invalid, match="验证码"):
        registration.confirm(people.database, ticket, right, HERE)
    assert accounts(people) == 0


def test_a_code_is_for_one_ticket_one_purpose_ten_minutes_and_once(people: People) -> None:
    phone = people.phone()
    ticket = registration.begin(people.database, fields(phone), HERE)
    right = people.code(phone)
    people.clock.move(timedelta(minutes=2))
    second = people.phone()
    other = registration.begin(people.database, fields(second), HERE)
    with pytest.raises(Invalid):
        registration.confirm(people.database, other, right, HERE)
    with people.database.write() as session, pytest.raises(Invalid):
        codes.open_ticket(session, codes.RESET, ticket, right)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in right)
    registration.confirm(people.database, ticket, f" {wide[:3]} {wide[3:]} ", HERE)
    with pytest.raises(Invalid):
        registration.confirm(people.database, ticket, right, HERE)
    people.clock.move(timedelta(minutes=10))
    with pytest.raises(Invalid):
        registration.confirm(people.database, other, people.code(second), HERE)


def test_a_known_phone_gets_the_same_answer_and_another_message(people: People) -> None:
    """S5: who is registered is told to the owner of the phone, not to the browser."""
    *_, phone = people.register()
    before = people.sent(phone)
    people.clock.move(timedelta(minutes=2))
    ticket = registration.begin(people.database, fields(phone, name="别人"), HERE)
    assert re.fullmatch(r"[\w-]{43}", ticket)
    (message,) = people.sent(phone)[len(before) :]
    assert (message.template, message.params) == ("registered_already", {})
    with pytest.raises(Invalid, match="验证码或链接不正确"):
        registration.confirm(people.database, ticket, "123456", HERE)
    assert accounts(people) == 1


def test_nobody_changes_what_anothers_code_confirms(people: People) -> None:
    """The attacker's password waits with the attacker's ticket."""
    phone = people.phone()
    mine = registration.begin(people.database, fields(phone), HERE)
    right = people.code(phone)
    people.clock.move(timedelta(minutes=2))
    theirs = registration.begin(
        people.database, fields(phone, password="attacker's own sentence"), Visitor("192.0.2.9")
    )
    with pytest.raises(Invalid):
        registration.confirm(people.database, theirs, right, HERE)
    registration.confirm(people.database, mine, right, HERE)
    assert sessions.login(people.database, phone, PASSWORD, HERE)
    with pytest.raises(Conflict, match="已注册"):
        registration.confirm(people.database, theirs, people.code(phone), HERE)


def test_codes_have_their_price(people: People) -> None:
    """S10: a minute between two, five a day for a phone, twenty for an address."""
    phone = people.phone()
    registration.begin(people.database, fields(phone), HERE)
    with pytest.raises(TooMany) as refused:
        registration.begin(people.database, fields(phone), Visitor("192.0.2.77"))
    assert 0 < (refused.value.retry_after or 0) <= 60
    for _ in range(4):
        people.clock.move(timedelta(seconds=61))
        registration.begin(people.database, fields(phone), Visitor("192.0.2.77"))
    people.clock.move(timedelta(seconds=61))
    with pytest.raises(TooMany) as refused:
        registration.begin(people.database, fields(phone), Visitor("192.0.2.78"))
    assert (refused.value.retry_after or 0) > 20 * 3600
    assert len(people.sent(phone)) == 5
    for _ in range(19):
        registration.begin(people.database, fields(people.phone()), HERE)
    with pytest.raises(TooMany):
        registration.begin(people.database, fields(people.phone()), HERE)


def test_an_enterprise_waits_for_its_approval(people: People) -> None:
    account, secret, _ = people.register(
        kind="enterprise", organisation="无锡某某有限公司", credit_code="9132 0200-MA1XXXXX03"
    )
    link = memberships.of(people.database, account)
    assert link is not None
    assert (link.state, link.credit_code) == (memberships.PENDING, ENTERPRISE_CODE)
    current = sessions.current(people.database, secret)
    assert current is not None
    assert current.actor.role is Role.PERSON
    memberships.approve(people.database, people.login(people.staff()[1]).actor, link.id)
    current = sessions.current(people.database, secret)
    assert current is not None
    assert current.actor.role is Role.ENTERPRISE
    with people.database.read() as session:
        assert current.actor.enterprise_id == session.scalar(select(Enterprise.id))


def test_an_institution_must_be_there(people: People) -> None:
    with people.database.write() as session:
        rows.xian(session)
        found = rows.institution(session)
        code, other = found.credit_code, found.id
    with pytest.raises(Invalid, match="没有这个信用代码的机构"):
        people.register(kind="institution", credit_code=ENTERPRISE_CODE)
    account, secret, _ = people.register(kind="institution", credit_code=code)
    link = memberships.of(people.database, account)
    assert link is not None
    memberships.approve(people.database, people.login(people.staff()[1]).actor, link.id)
    current = sessions.current(people.database, secret)
    assert current is not None
    assert (current.actor.role, current.actor.institution_id) == (Role.INSTITUTION, other)
