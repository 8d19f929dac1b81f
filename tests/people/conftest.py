"""People made for a test, and what they were sent."""

import itertools
import re
import uuid

import pytest
from sqlalchemy import select

from api.wiring import Services
from search_service.kinds.access import SYSTEM
from search_service.people import administration, registration, resets, sessions
from search_service.people.sessions import Current, Visitor
from search_service.store.outbox import OutboxMessage

PASSWORD = "山高月小 水落石出 曾日月之几何"  # a sentence is a good password
HERE = Visitor("203.0.113.7", "Firefox")
ENTERPRISE_CODE = "91320200MA1XXXXX03"
_phones = itertools.count(13_800_000_001)


class People:
    """Short ways to what the use cases do in several steps."""

    def __init__(self, services: Services) -> None:
        self.database = services.database
        self.clock = services.clock

    def phone(self) -> str:
        """One that nobody has."""
        return str(next(_phones))

    def sent(self, recipient: str, template: str = "") -> list[OutboxMessage]:
        """What stands in the outbox for somebody, oldest first."""
        with self.database.read() as session:
            query = select(OutboxMessage).where(OutboxMessage.recipient == recipient).order_by(OutboxMessage.id)
            return [row for row in session.scalars(query) if template in {"", row.template}]

    def code(self, recipient: str) -> str:
        """The last code that somebody got."""
        found = [row.params["code"] for row in self.sent(recipient) if "code" in row.params]
        return str(found[-1])

    def register(self, phone: str | None = None, kind: str = "person", **more: object) -> tuple[uuid.UUID, str, str]:
        """A registered account: its id, the secret of its session, its phone."""
        phone = phone or self.phone()
        fields = {"kind": kind, "name": "张三", "phone": phone, "password": PASSWORD, "agreed": True, **more}
        # From an address of its own: the limits of one address are tested elsewhere.
        visitor = Visitor(f"198.51.100.{int(phone) % 250}")
        ticket = registration.begin(self.database, fields, visitor)
        account, secret = registration.confirm(self.database, ticket, self.code(phone), visitor)
        return account, secret, phone

    def staff(self, role: str = "staff") -> tuple[uuid.UUID, str]:
        """A member of the platform with a password: id and phone."""
        phone = self.phone()
        made = administration.create(self.database, SYSTEM, role=role, name="李四", phone=phone)
        resets.activate(self.database, made.ticket, PASSWORD, HERE)
        return made.id, phone

    def login(self, phone: str, visitor: Visitor = HERE) -> Current:
        """A fresh session."""
        found = sessions.current(self.database, sessions.login(self.database, phone, PASSWORD, visitor))
        assert found is not None
        return found


def is_code(text: str) -> bool:
    return re.fullmatch(r"[0-9]{6}", text) is not None


@pytest.fixture
def people(services: Services) -> People:
    return People(services)
