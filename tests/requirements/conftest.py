"""Requirements posted for a test, and people around them."""

import itertools
import uuid
from typing import Any

import pytest

from api.wiring import Services
from search_service.kinds.access import PUBLIC, Actor, Role
from search_service.requirements import acting, posting
from search_service.requirements.access import Reader
from search_service.requirements.posting import Made
from search_service.store.ids import new_id
from search_service.store.people import Account, Enterprise
from search_service.store.requirement import Requirement
from tests.support.rows import xian

LINK = "https://x/requirements/{id}?secret={secret}"
ITEM = {"service": "testing", "object": "大米", "parameter": "镉", "standard": "GB 5009.15"}
STAFF = Actor(Role.STAFF, "staff:1")
_phones = itertools.count(13_600_000_001)
_addresses = itertools.count(1)


class Desk:
    """Short ways to post and act."""

    def __init__(self, services: Services) -> None:
        self.services, self.database, self.clock = services, services.database, services.clock
        with self.database.write() as session:
            xian(session)

    def phone(self) -> str:
        """One that nobody has."""
        return str(next(_phones))

    def account(self, enterprise: uuid.UUID | None = None) -> Actor:
        """Somebody who is signed in."""
        one = new_id()
        now = self.database.now()
        with self.database.write() as session:
            session.add(Account(id=one, name="王五", phone=self.phone(), role="person", created_at=now, updated_at=now))
        role = Role.ENTERPRISE if enterprise else Role.PERSON
        return Actor(role, f"account:{one}", enterprise_id=enterprise, account_id=one)

    def enterprise(self, code: str = "91320200MA1XXXXX03") -> uuid.UUID:
        """An enterprise."""
        one = new_id()
        with self.database.write() as session:
            session.add(Enterprise(id=one, name="某厂", credit_code=code, created_at=self.database.now()))
        return one

    def post(self, actor: Actor = PUBLIC, key: str | None = None, address: str = "", **content: Any) -> Made:
        """A small requirement, by a guest unless said."""
        body: dict[str, Any] = {"items": [ITEM], "region": "610113", **content}
        if actor.account_id is None and "contact" not in body:
            body["contact"] = {"name": "赵六", "phone": self.phone()}
        where = address or f"198.51.100.{next(_addresses) % 250}"
        return posting.post(self.database, actor, body, address=where, link=LINK, idempotency_key=key)

    def act(self, made: Made, reader: Reader, name: str, if_match: str | None = None, **given: Any) -> dict[str, Any]:
        """An action; the requirement afterwards."""
        return acting.act(self.database, reader, uuid.UUID(made.body["id"]), name, given, if_match=if_match)[0]

    def row(self, made: Made) -> Requirement:
        """What is stored."""
        with self.database.read() as session:
            return session.get_one(Requirement, uuid.UUID(made.body["id"]))


@pytest.fixture
def desk(services: Services) -> Desk:
    return Desk(services)
