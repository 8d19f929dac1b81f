"""Two who do the same at once: one succeeds, the others are told, nobody gets a stack."""

import threading
from collections.abc import Callable
from datetime import timedelta

from search_service.errors import Conflict, Invalid, StateForbids, ZhixunError
from search_service.kinds.access import SYSTEM
from search_service.people import administration, memberships, registration
from search_service.people.memberships import wanted
from search_service.people.sessions import Visitor
from tests.people.conftest import ENTERPRISE_CODE, HERE, PASSWORD, People

MANY = 6


def at_once(*calls: Callable[[], object]) -> list[type[BaseException] | None]:
    barrier, ended = threading.Barrier(len(calls)), []

    def run(call: Callable[[], object]) -> None:
        barrier.wait()
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is what the test looks at
            ended.append(type(error))
        else:
            ended.append(None)

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def one_of(ended: list[type[BaseException] | None], refusal: type[ZhixunError]) -> None:
    assert ended.count(None) == 1
    assert {kind for kind in ended if kind is not None} <= {refusal}


def test_one_code_makes_one_account(people: People) -> None:
    phone = people.phone()
    fields = {"kind": "person", "name": "王五", "phone": phone, "password": PASSWORD, "agreed": True}
    ticket = registration.begin(people.database, fields, HERE)
    code = people.code(phone)
    confirm = lambda: registration.confirm(people.database, ticket, code, HERE)  # noqa: E731 - called many times
    one_of(at_once(*[confirm] * 4), Invalid)


def test_two_tickets_of_one_phone_make_one_account(people: People) -> None:
    phone = people.phone()
    fields = {"kind": "person", "name": "王五", "phone": phone, "password": PASSWORD, "agreed": True}
    tickets = []
    for n in range(3):
        ticket = registration.begin(people.database, fields, HERE)
        tickets.append((ticket, people.code(phone), Visitor(f"192.0.2.{n}")))
        people.clock.move(timedelta(seconds=61))
    calls = [lambda held=held: registration.confirm(people.database, *held) for held in tickets]
    one_of(at_once(*calls), Conflict)


def test_one_phone_is_given_once(people: People) -> None:
    phone = people.phone()
    make = lambda: administration.create(people.database, SYSTEM, role="staff", name="李四", phone=phone)  # noqa: E731
    one_of(at_once(*[make] * MANY), Conflict)


def test_one_person_asks_once(people: People) -> None:
    account, *_ = people.register()
    want = wanted("enterprise", ENTERPRISE_CODE, "某厂")
    ask = lambda: memberships.ask(people.database, account, want)  # noqa: E731 - as above
    one_of(at_once(*[ask] * 4), Conflict)


def test_one_application_is_decided_once(people: People) -> None:
    link = memberships.ask(people.database, people.register()[0], wanted("enterprise", ENTERPRISE_CODE, "某厂"))
    actors = [people.login(people.staff()[1]).actor for _ in range(2)]
    ended = at_once(
        lambda: memberships.approve(people.database, actors[0], link.id),
        lambda: memberships.decline(people.database, actors[1], link.id, "不符"),
    )
    one_of(ended, StateForbids)
