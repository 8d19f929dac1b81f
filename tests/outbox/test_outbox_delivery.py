"""The outbox: with the change or not at all, told once, tried again, given up in the end."""

import threading
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import select

from api.wiring import Services
from search_service import outbox
from search_service.errors import DeclarationError
from search_service.outbox.delivery import LEASE, TRIES, _claim, counts, deliver
from search_service.outbox.gateway import GatewayRefused, Message
from search_service.store.outbox import OutboxMessage
from search_service.store.session import Database
from tests.outbox.conftest import Gateway, away

PHONE = "13812345678"


def put(database: Database, event: str = "e1", **more: object) -> bool:
    with database.write() as session:
        return outbox.put(session, "sms", PHONE, "code.reset", {"code": "123456"}, event=event, **more)  # type: ignore[arg-type]


def only(database: Database) -> OutboxMessage:
    with database.read() as session:
        return session.scalars(select(OutboxMessage)).one()


def test_it_is_sent_after_the_change(services: Services, gateway: Gateway) -> None:
    assert put(services.database)
    assert deliver(services.database, gateway, worker="a") is False
    (message,) = gateway.took
    assert (message.recipient, message.channel) == (PHONE, "sms")
    assert "123456" in message.text
    row = only(services.database)
    assert (row.state, row.params, row.receipt) == ("sent", {}, f"receipt-{row.id}")
    deliver(services.database, gateway, worker="a")
    assert gateway.sends == 1


def test_what_is_rolled_back_is_not_sent(services: Services, gateway: Gateway) -> None:
    with suppress(RuntimeError), services.database.write() as session:
        outbox.put(session, "sms", PHONE, "code.reset", {"code": "1"}, event="e")
        raise RuntimeError
    deliver(services.database, gateway, worker="a")
    assert gateway.took == []


def test_one_event_is_told_once(services: Services, gateway: Gateway) -> None:
    assert [put(services.database, event) for event in ("e1", "e1", "e2")] == [True, False, True]
    deliver(services.database, gateway, worker="a")
    assert put(services.database, "e1") is False
    assert len(gateway.took) == 2


def test_twins_at_once_tell_it_once(services: Services) -> None:
    barrier, told = threading.Barrier(8), []

    def tell() -> None:
        barrier.wait()
        told.append(put(services.database))

    threads = [threading.Thread(target=tell) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False] * 7 + [True]


def test_a_gateway_that_is_away_is_tried_again_with_longer_waits(services: Services, gateway: Gateway) -> None:
    put(services.database)
    gateway.before = away
    waits = []
    for _ in range(5):
        deliver(services.database, gateway, worker="a")
        row = only(services.database)
        waits.append((row.available_at - services.database.now()).total_seconds())
        before = gateway.sends
        deliver(services.database, gateway, worker="a")
        assert gateway.sends == before
        services.clock.move(timedelta(seconds=waits[-1] + 1))
    assert waits == sorted(waits)
    assert waits[0] < 6
    gateway.before = lambda _: None
    deliver(services.database, gateway, worker="a")
    assert (len(gateway.took), only(services.database).state) == (1, "sent")


def test_it_is_given_up_in_the_end_and_counted(services: Services, gateway: Gateway) -> None:
    put(services.database)
    gateway.before = away
    for _ in range(TRIES + 3):
        deliver(services.database, gateway, worker="a")
        services.clock.move(timedelta(hours=1))
    row = only(services.database)
    assert (row.state, gateway.sends, row.params) == ("dead", TRIES, {})
    assert "no route" in (row.dead_reason or "")
    assert (counts(services.database).due, counts(services.database).dead) == (0, 1)


def test_a_refused_message_holds_nobody_up(services: Services, gateway: Gateway) -> None:
    def refuse(message: Message) -> None:
        if message.id == first:
            raise GatewayRefused("no such number")

    put(services.database, "e1")
    first = str(only(services.database).id)
    put(services.database, "e2")
    gateway.before = refuse
    deliver(services.database, gateway, worker="a")
    assert (gateway.sends, len(gateway.took)) == (2, 1)
    assert counts(services.database).dead == 1


def test_an_unknown_result_is_asked_for_not_repeated(services: Services, gateway: Gateway) -> None:
    """The gateway took it, the answer was lost: the second try asks."""
    put(services.database)
    gateway.after = away
    deliver(services.database, gateway, worker="a")
    gateway.after = lambda _: None
    services.clock.move(timedelta(minutes=1))
    deliver(services.database, gateway, worker="b")
    assert (gateway.sends, len(gateway.took), only(services.database).state) == (1, 1, "sent")


def test_a_sender_that_dies_lets_go(services: Services, gateway: Gateway) -> None:
    put(services.database)
    assert _claim(services.database, "dead") is not None
    deliver(services.database, gateway, worker="b")
    assert gateway.sends == 0
    services.clock.move(LEASE)
    deliver(services.database, gateway, worker="b")
    assert gateway.sends == 1


def test_whoever_is_too_late_does_not_undo(services: Services, gateway: Gateway) -> None:
    put(services.database)

    def slowly(_: Message) -> None:
        gateway.before = lambda _: None
        services.clock.move(LEASE)
        deliver(services.database, gateway, worker="b")
        away(_)

    gateway.before = slowly
    deliver(services.database, gateway, worker="a")
    assert (len(gateway.took), only(services.database).state) == (1, "sent")


def test_many_senders_send_each_once(services: Services, gateway: Gateway) -> None:
    for n in range(24):
        put(services.database, f"e{n}")
    threads = [
        threading.Thread(target=deliver, args=(services.database, gateway), kwargs={"worker": f"w{n}"})
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    deliver(services.database, gateway, worker="last")
    assert gateway.sends == len(gateway.took) == 24


def test_what_nobody_needs_any_more_is_not_sent(services: Services, gateway: Gateway) -> None:
    put(services.database, expires_at=services.database.now() + timedelta(minutes=10))
    services.clock.move(timedelta(minutes=11))
    deliver(services.database, gateway, worker="a")
    assert (gateway.sends, only(services.database).state) == (0, "dead")


def test_a_text_without_its_values_is_refused_where_it_is_put(services: Services) -> None:
    for template, params in (("code.reset", {}), ("nothing", {"code": "1"})):
        with pytest.raises(DeclarationError), services.database.write() as session:
            outbox.put(session, "sms", PHONE, template, params, event="e")
