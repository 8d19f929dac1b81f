"""Guests follow what they posted, and nothing else."""

import uuid
from contextlib import suppress
from datetime import timedelta

import pytest

from search_service.errors import Invalid
from search_service.people import guests
from tests.people.conftest import People

GUEST = guests.Guest("赵六", "13912345678")


def test_a_secret_opens_one_thing(people: People) -> None:
    mine, other = uuid.uuid4(), uuid.uuid4()
    with people.database.write() as session:
        secret = guests.grant(session, "requirement", mine, GUEST, link="https://x/requirements/1?secret={secret}")
        guests.grant(session, "requirement", other, GUEST)
    assert guests.holder(people.database, "requirement", mine, secret) == GUEST
    for kind, record, given in (
        ("requirement", other, secret),
        ("order", mine, secret),
        ("requirement", mine, secret + "x"),
        ("requirement", mine, secret[:-1]),
        ("requirement", mine, ""),
        ("requirement", mine, None),
    ):
        assert guests.holder(people.database, kind, record, given) is None
    (message,) = people.sent(GUEST.phone)
    assert message.params["link"].endswith(secret)
    people.clock.move(guests.LIFE + timedelta(seconds=1))
    assert guests.holder(people.database, "requirement", mine, secret) is None


def test_without_the_row_there_is_no_access(people: People) -> None:
    mine = uuid.uuid4()
    with suppress(RuntimeError), people.database.write() as session:
        secret = guests.grant(session, "requirement", mine, GUEST)
        raise RuntimeError
    assert guests.holder(people.database, "requirement", mine, secret) is None


def test_name_and_phone_are_read() -> None:
    assert guests.read(" 赵六 ", "139 1234 5678") == GUEST
    for name, phone in (("", "13912345678"), ("赵六", "0510-1"), (None, None)):
        with pytest.raises(Invalid) as refused:
            guests.read(name, phone)
        assert refused.value.problems[0].loc.startswith("contact.")
