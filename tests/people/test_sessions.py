"""Sessions: they begin with a proof, end in time, and everything that should end them does (S6)."""

import uuid
from datetime import timedelta

import pytest

from search_service.errors import NotFound, TooMany, Unauthenticated
from search_service.kinds.access import SYSTEM, Role
from search_service.people import administration, resets, sessions
from search_service.people.sessions import MOST, Visitor
from search_service.store.people import LoginSession
from tests.people.conftest import HERE, PASSWORD, People


def over(people: People, secret: str) -> bool:
    return sessions.current(people.database, secret) is None


def test_a_login_is_recognised(people: People) -> None:
    account, _, phone = people.register()
    secret = sessions.login(people.database, f"+86 {phone[:3]} {phone[3:]}", PASSWORD, HERE)
    current = sessions.current(people.database, secret)
    assert current is not None
    assert (current.account_id, current.actor.role, current.name) == (account, Role.PERSON, "张三")
    assert current.actor.name == f"account:{account}"
    with people.database.read() as session:
        assert all(secret not in str(vars(row)) for row in session.query(LoginSession))


@pytest.mark.parametrize("password", ["", PASSWORD + "x", PASSWORD.upper() + "y", None, 7, "长" * 10_000])
def test_another_password_is_not_it(people: People, password: object) -> None:
    *_, phone = people.register()
    with pytest.raises(Unauthenticated, match="账号或密码不正确"):
        sessions.login(people.database, phone, password, HERE)
    with pytest.raises(Unauthenticated, match="账号或密码不正确"):
        sessions.login(people.database, people.phone(), password, HERE)


def test_it_ends_when_nobody_uses_it_and_in_the_evening(people: People) -> None:
    *_, phone = people.register()
    idle = sessions.login(people.database, phone, PASSWORD, HERE)
    busy = sessions.login(people.database, phone, PASSWORD, HERE)
    for _ in range(26):
        assert not over(people, busy)
        people.clock.move(timedelta(minutes=27))
    assert not over(people, busy)
    people.clock.move(timedelta(minutes=27))
    assert over(people, busy)
    assert over(people, idle)


def test_half_an_hour_and_a_minute(people: People) -> None:
    *_, phone = people.register()
    secret = sessions.login(people.database, phone, PASSWORD, HERE)
    people.clock.move(timedelta(minutes=29))
    assert not over(people, secret)
    people.clock.move(timedelta(minutes=31))
    assert over(people, secret)


def test_the_old_one_of_a_browser_ends_with_the_new(people: People) -> None:
    *_, phone = people.register()
    old = sessions.login(people.database, phone, PASSWORD, HERE)
    new = sessions.login(people.database, phone, PASSWORD, HERE, old)
    assert (over(people, old), over(people, new), old == new) == (True, False, False)


def test_everything_that_ends_them(people: People) -> None:
    account, first, phone = people.register()

    def fresh() -> str:
        return sessions.login(people.database, phone, PASSWORD, HERE)

    current = people.login(phone)
    sessions.end(people.database, current, current.session_id)
    with pytest.raises(NotFound):
        sessions.end(people.database, current, current.session_id)
    assert not over(people, first)
    sessions.end_everywhere(people.database, people.login(phone))
    assert over(people, first)
    secret = fresh()
    administration.disable(people.database, SYSTEM, account, "核查")
    assert over(people, secret)
    with pytest.raises(Unauthenticated, match="账号或密码不正确"):
        fresh()
    administration.enable(people.database, SYSTEM, account)
    secret = fresh()
    administration.set_role(people.database, SYSTEM, account, "auditor")
    assert over(people, secret)
    secret = fresh()
    found = sessions.current(people.database, secret)
    assert found is not None
    assert found.actor.role is Role.AUDITOR
    renewed = resets.change(people.database, found, PASSWORD, "风急天高猿啸哀 渚清沙白", HERE)
    assert (over(people, secret), over(people, renewed)) == (True, False)


def test_one_ends_only_ones_own(people: People) -> None:
    *_, phone = people.register()
    mine, other = people.login(phone), people.login(people.register()[2])
    for stranger in (mine.session_id, uuid.uuid4()):
        with pytest.raises(NotFound):
            sessions.end(people.database, other, stranger)
    assert next(iter(sessions.devices(people.database, mine.account_id))).id == mine.session_id


def test_devices_are_listed_and_bounded(people: People) -> None:
    account, _, phone = people.register()
    for n in range(MOST + 3):
        people.login(phone, Visitor("203.0.113.9", f"Browser {n} " + "x" * 500))
    found = sessions.devices(people.database, account)
    assert len(found) == MOST
    assert found[0].device.startswith(f"Browser {MOST + 2} ")
    assert max(len(device.device) for device in found) == sessions.DEVICE_LENGTH


def test_strangers_use_the_tries_up_and_the_owner_gets_in(people: People) -> None:
    """S4: ten of ten thousand reach the hash, from one address or many; a known device has its own count."""
    account, _, phone = people.register()
    reached, waits = 0, []
    for n in range(60):
        try:
            sessions.login(people.database, phone, "wrong password", Visitor(f"192.0.2.{n % 50}"))
        except TooMany as error:
            waits.append(error.retry_after or 0)
        except Unauthenticated:
            reached += 1
    assert (reached, len(waits)) == (10, 50)
    assert 0 < min(waits) <= max(waits) <= 15 * 60
    with pytest.raises(TooMany):
        sessions.login(people.database, phone, PASSWORD, HERE)
    assert sessions.login(people.database, phone, PASSWORD, Visitor("192.0.2.1", device="seen before"))
    assert len(people.sent(phone, "login_failures")) == 1
    people.clock.move(timedelta(minutes=5))
    assert sessions.login(people.database, phone, PASSWORD, HERE)
    assert account


def test_one_address_that_tries_many_accounts(people: People) -> None:
    for n in range(10):
        with pytest.raises(Unauthenticated):
            sessions.login(people.database, f"139000000{n:02}", "wrong password", HERE)
    with pytest.raises(TooMany):
        sessions.login(people.database, "13900000099", "wrong password", HERE)


def test_a_known_device_cannot_guess_for_ever_either(people: People) -> None:
    *_, phone = people.register()
    stolen = Visitor("192.0.2.1", device="stolen")
    for _ in range(10):
        with pytest.raises(Unauthenticated):
            sessions.login(people.database, phone, "wrong password", stolen)
    with pytest.raises(TooMany):
        sessions.login(people.database, phone, PASSWORD, stolen)
    assert sessions.login(people.database, phone, PASSWORD, HERE)


def test_an_office_behind_one_address_signs_in(people: People) -> None:
    phones = [people.register()[2] for _ in range(3)]
    for _ in range(5):
        for phone in phones:
            assert sessions.login(people.database, phone, PASSWORD, HERE)
