"""Passwords that change: by a code, by a link, by oneself; never by telling one."""

from datetime import timedelta

import pytest

from search_service.errors import Conflict, Invalid, TooMany, Unauthenticated
from search_service.kinds.access import SYSTEM
from search_service.people import administration, codes, resets, sessions
from search_service.people.limits import CODE_TRIES, used
from tests.people.conftest import HERE, PASSWORD, People

NEW = "两岸猿声啼不住 轻舟已过"


def test_a_forgotten_password(people: People) -> None:
    _, secret, phone = people.register()
    people.clock.move(timedelta(minutes=2))
    ticket = resets.begin(people.database, phone, HERE)
    resets.confirm(people.database, ticket, people.code(phone), NEW, HERE)
    assert sessions.current(people.database, secret) is None
    with pytest.raises(Unauthenticated):
        sessions.login(people.database, phone, PASSWORD, HERE)
    assert sessions.login(people.database, phone, NEW, HERE)
    assert people.sent(phone)[-1].template == "password_changed"
    with pytest.raises(Invalid):
        resets.confirm(people.database, ticket, people.code(phone), NEW, HERE)


def test_nobody_gets_a_ticket_like_everybody(people: People) -> None:
    """S5: the same answer, no message, and a ticket that leads nowhere."""
    stranger = people.phone()
    ticket = resets.begin(people.database, stranger, HERE)
    assert people.sent(stranger) == []
    with pytest.raises(Invalid, match="验证码或链接不正确"):
        resets.confirm(people.database, ticket, "123456", NEW, HERE)
    with pytest.raises(TooMany):
        resets.begin(people.database, stranger, HERE)
    with pytest.raises(Invalid, match="手机号或邮箱"):
        resets.begin(people.database, "zhangsan", HERE)


def test_a_refused_password_uses_no_try_and_no_ticket_up(people: People) -> None:
    *_, phone = people.register()
    people.clock.move(timedelta(minutes=2))
    ticket = resets.begin(people.database, phone, HERE)
    for _ in range(codes.TRIES + 1):
        with pytest.raises(Invalid, match="太常见"):
            resets.confirm(people.database, ticket, people.code(phone), "1234567890", HERE)
    resets.confirm(people.database, ticket, people.code(phone), NEW, HERE)


def test_right_codes_are_not_counted_against_an_address(people: People) -> None:
    for _ in range(3):
        *_, phone = people.register()
        people.clock.move(timedelta(minutes=2))
        ticket = resets.begin(people.database, phone, HERE)
        resets.confirm(people.database, ticket, people.code(phone), NEW, HERE)
    with people.database.read() as session:
        assert used(session, CODE_TRIES, HERE.address) == 0


def test_a_new_code_voids_the_old_one(people: People) -> None:
    *_, phone = people.register()
    people.clock.move(timedelta(minutes=2))
    first = resets.begin(people.database, phone, HERE)
    old = people.code(phone)
    people.clock.move(timedelta(minutes=2))
    resets.begin(people.database, phone, HERE)
    with pytest.raises(Invalid):
        resets.confirm(people.database, first, old, NEW, HERE)


def test_changing_ones_own(people: People) -> None:
    *_, phone = people.register()
    here, there = people.login(phone), sessions.login(people.database, phone, PASSWORD, HERE)
    with pytest.raises(Invalid, match="原密码不正确"):
        resets.change(people.database, here, "not this one", NEW, HERE)
    with pytest.raises(Invalid, match="太常见"):
        resets.change(people.database, here, PASSWORD, f"{phone}{phone}", HERE)
    fresh = resets.change(people.database, here, PASSWORD, NEW, HERE)
    assert sessions.current(people.database, there) is None
    assert sessions.current(people.database, fresh) is not None


def test_a_stolen_session_cannot_guess_the_password(people: People) -> None:
    current = people.login(people.register()[2])
    for _ in range(10):
        with pytest.raises(Invalid):
            resets.change(people.database, current, "guess", NEW, HERE)
    with pytest.raises(TooMany):
        resets.change(people.database, current, PASSWORD, NEW, HERE)


def test_an_activation_link_is_for_once_and_a_day(people: People) -> None:
    phone = people.phone()
    made = administration.create(
        people.database, SYSTEM, role="staff", name="李四", phone=phone, link="https://x/{ticket}"
    )
    (message,) = people.sent(phone, "activate")
    assert message.params["link"] == f"https://x/{made.ticket}"
    people.clock.move(timedelta(hours=24))
    with pytest.raises(Invalid):
        resets.activate(people.database, made.ticket, NEW, HERE)
    again = administration.invite_again(people.database, SYSTEM, made.id)
    with pytest.raises(Unauthenticated):
        sessions.login(people.database, phone, "", HERE)
    resets.activate(people.database, again.ticket, NEW, HERE)
    assert sessions.login(people.database, phone, NEW, HERE)
    with pytest.raises(Invalid):
        resets.activate(people.database, again.ticket, NEW, HERE)
    with pytest.raises(Conflict):
        administration.invite_again(people.database, SYSTEM, made.id)
