"""Somebody in a browser: a client with cookies that says where its requests begin, and short ways to be somebody."""

import itertools
import uuid

from sqlalchemy import select
from starlette.testclient import TestClient

from api.wiring import Services
from search_service.kinds.access import SYSTEM, Role
from search_service.people import administration, resets
from search_service.people.memberships import wanted
from search_service.people.sessions import Visitor
from search_service.store.institution import Institution
from search_service.store.outbox import OutboxMessage

PASSWORD = "山高月小 水落石出 曾日月之几何"
OURS = {"Sec-Fetch-Site": "same-origin"}
CODE = "91320200MA1XXXXX03"
_phones = itertools.count(13_700_000_001)


def phone() -> str:
    """One that nobody has."""
    return str(next(_phones))


def browser(client: TestClient) -> TestClient:
    """Another browser on the same application: cookies of its own, and it does not follow redirects by itself."""
    found = TestClient(client.app, raise_server_exceptions=False, headers=OURS, follow_redirects=False)
    found.portal = client.portal
    return found


def account(services: Services, role: Role, institution: uuid.UUID | None = None, code: str = CODE) -> str:
    """The phone of a fresh account that acts as `role`; `code` is that of its enterprise."""
    number, want = phone(), None
    if role is Role.ENTERPRISE:
        want = wanted("enterprise", code, "无锡某某有限公司")
    if role is Role.INSTITUTION:
        with services.database.read() as session:
            query = select(Institution).where(Institution.id == institution) if institution else select(Institution)
            row = session.scalars(query.order_by(Institution.id)).first()
        assert row is not None
        want = wanted("institution", row.credit_code, row.name)
    made = administration.create(
        services.database, SYSTEM, role=role.value, name="李四", phone=number, organisation=want
    )
    resets.activate(services.database, made.ticket, PASSWORD, Visitor("203.0.113.7"))
    return number


def sign_in(client: TestClient, number: str) -> TestClient:
    """A browser that is signed in."""
    found = browser(client)
    answer = found.post("/api/v1/sessions", json={"login": number, "password": PASSWORD})
    assert answer.status_code == 201, answer.text
    return found


def last(services: Services, recipient: str) -> OutboxMessage:
    """What somebody was sent last."""
    with services.database.read() as session:
        query = select(OutboxMessage).where(OutboxMessage.recipient == recipient).order_by(OutboxMessage.id.desc())
        return session.scalars(query.limit(1)).one()
