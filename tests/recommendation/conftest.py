"""A small world: two laboratories for one reinforcing bar, a requirement that asks for it, and everybody who acts."""

import uuid
from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

from api import wiring
from api.wiring import Services
from search_service.kinds.access import SYSTEM, Actor, Role
from search_service.matching.match import Matcher
from search_service.recommendation import drafting, sending
from search_service.store.ids import new_id
from search_service.store.outbox import OutboxMessage
from search_service.store.requirement import Recommendation, Requirement, RequirementEvent
from tests.support.rows import capability, certificate, institution, standard, xian

PHONE = "13800000000"
BAR = {"service": "检测", "object": "热轧带肋钢筋", "parameter": "屈服强度", "standard": "GB/T 228.1"}
LIME = {"service": "检测", "object": "建筑生石灰", "parameter": "细度"}
WINDOW = {"start": "2026-12-01", "service_days": 15}

STAFF = Actor(Role.STAFF, "李四")

Post = Callable[..., uuid.UUID]


@pytest.fixture
def matcher(services: Services) -> Matcher:
    """On an index that is there and empty: what is stored after it has a mark, and is looked at beside it."""
    wiring.bring_up_to_date(services)
    return Matcher(services.database, services.engine)


@pytest.fixture
def world(services: Services, matcher: Matcher) -> SimpleNamespace:
    """Ids of two institutions, the first one's certificate and row, the second one's."""
    del matcher
    with services.database.write() as session:
        xian(session)
        standard(session, "GB/T 228.1-2021", effective_on=date(2022, 7, 1))
        near, far = institution(session, "近处检测中心"), institution(session, "远处检测中心", division_adcode=None)
        papers = [certificate(session, one) for one in (near, far)]
        rows = [capability(session, one, paper) for one, paper in zip((near, far), papers, strict=True)]
    return SimpleNamespace(
        near=near.id, far=far.id, certificate=papers[0].id, row=rows[0].id, other_certificate=papers[1].id
    )


@pytest.fixture
def post(services: Services) -> Post:
    """Store a requirement, with what a test cares about said."""

    def posted(*items: dict[str, Any], **given: Any) -> uuid.UUID:
        body = {"region": "610113", **WINDOW, "items": list(items) or [BAR], **given}
        with services.database.write() as session:
            count = session.scalar(select(func.count()).select_from(Requirement)) or 0
            row = Requirement(
                id=new_id(),
                number=f"XQ20261121-{count + 1:04d}",
                title="某某钢厂的钢筋",
                channel="online",
                received_at=services.database.now(),
                body=body,
                contact_name="王厂长",
                contact_phone=PHONE,
                state="posted",
            )
            session.add(row)
        return row.id

    return posted


@pytest.fixture
def draft(services: Services, matcher: Matcher) -> Callable[..., Recommendation]:
    """A draft by the system."""
    return lambda requirement, **how: drafting.draft(services.database, matcher, requirement, SYSTEM, **how)


@pytest.fixture
def send(services: Services, matcher: Matcher) -> Callable[..., Recommendation | None]:
    """Sending by staff, or with ``automatic=True`` by the system."""
    return lambda found, **how: sending.send(services.database, matcher, found.id, STAFF, **how)


@pytest.fixture
def events(services: Services) -> Callable[[uuid.UUID], list[str]]:
    """Kinds of what happened, oldest first."""

    def kinds(requirement: uuid.UUID) -> list[str]:
        with services.database.read() as session:
            rows = select(RequirementEvent).where(RequirementEvent.requirement_id == requirement)
            return [row.kind for row in session.scalars(rows.order_by(RequirementEvent.number))]

    return kinds


@pytest.fixture
def messages(services: Services) -> Callable[[], list[str]]:
    """Templates of what the contact was sent."""

    def templates() -> list[str]:
        with services.database.read() as session:
            rows = select(OutboxMessage).where(OutboxMessage.recipient == PHONE).order_by(OutboxMessage.id)
            return [row.template for row in session.scalars(rows)]

    return templates


@pytest.fixture
def change(services: Services) -> Callable[..., None]:
    """Change columns of a row of the world: ``change(Certificate, id, valid_to=…)``."""

    def changed(model: type[Any], identifier: uuid.UUID, **values: Any) -> None:
        with services.database.write() as session:
            row = session.get_one(model, identifier)
            for name, value in values.items():
                setattr(row, name, value)

    return changed
