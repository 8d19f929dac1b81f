"""Requirements that were posted, staff who are told, and hands that do in a line what judging takes a room for."""

import uuid
from collections import Counter
from datetime import datetime

from sqlalchemy import select

from api.wiring import Services
from search_service.kinds.days import SHANGHAI
from search_service.requirements import events, states
from search_service.store.ids import new_id
from search_service.store.institution import Institution
from search_service.store.outbox import OutboxMessage
from search_service.store.people import Account
from search_service.store.requirement import Recommendation, Requirement, RequirementEvent
from search_service.store.session import Database


class Office:
    """What a test does and asks in one line."""

    def __init__(self, services: Services) -> None:
        self.services, self.database = services, services.database
        self.posted = 0

    def set(self, text: str) -> datetime:
        """Put the clock to a time in Shanghai."""
        instant = at(text)
        self.services.clock.move(instant - self.services.clock.now())
        return instant

    def staff(self, phone: str | None, mail: str | None = None, role: str = "staff") -> uuid.UUID:
        """Somebody who is told."""
        now = self.database.now()
        with self.database.write() as session:
            row = Account(id=new_id(), name="李四", phone=phone, mail=mail, role=role, created_at=now, updated_at=now)
            session.add(row)
        return row.id

    def post(self, received: str | None = None, body: dict[str, object] | None = None) -> uuid.UUID:
        """A requirement that has just been posted, or was received then."""
        self.posted += 1
        now = self.database.now()
        with self.database.write() as session:
            row = Requirement(
                id=new_id(),
                number=f"XQ{self.posted:06}",
                title=f"需求{self.posted}",
                channel="online",
                received_at=at(received) if received else now,
                body=body or {"items": []},
                contact_name="张三",
                contact_phone="13800000000",
                state=states.POSTED,
            )
            session.add(row)
            session.flush()
            events.record(session, row.id, events.POSTED, by="张三")
        return row.id

    def respond(self, requirement: uuid.UUID, kind: str = events.CONTACTED) -> None:
        with self.database.write() as session:
            row = states.locked(session, requirement)
            assert row is not None
            states.respond(session, row, kind, by="李四")

    def move(self, requirement: uuid.UUID, to: str, by: str = "李四") -> None:
        with self.database.write() as session:
            row = states.locked(session, requirement)
            assert row is not None
            states.move(session, row, to, by=by)

    def suspend_recommended(self, requirement: uuid.UUID) -> None:
        """Suspend every institution that the newest draft calls met."""
        with self.database.write() as session:
            query = select(Recommendation).where(Recommendation.requirement_id == requirement)
            draft = session.scalars(query.order_by(Recommendation.number.desc())).first()
            assert draft is not None
            met = [uuid.UUID(one["id"]) for one in draft.answer["institutions"] if one["met"]]
            assert met
            for row in session.scalars(select(Institution).where(Institution.id.in_(met))):
                row.status = "suspended"

    def marks(self, requirement: uuid.UUID) -> list[str]:
        """What the clock did, in order: marks, and the kinds of what has none."""
        with self.database.read() as session:
            found = events.of(session, requirement)
        return [one.once or one.kind for one in found if one.by == events.SYSTEM]

    def told(self, template: str = "") -> Counter[str]:
        """Messages in the outbox by recipient."""
        with self.database.read() as session:
            rows = session.scalars(select(OutboxMessage)).all()
        return Counter(row.recipient for row in rows if template in {"", row.template})

    def event_count(self) -> Counter[tuple[uuid.UUID, str]]:
        """How often each kind of event happened to each requirement."""
        with self.database.read() as session:
            rows = session.execute(select(RequirementEvent.requirement_id, RequirementEvent.kind)).all()
        return Counter((row.requirement_id, row.kind) for row in rows)


class SimpleHands:
    """Drafts and sends by writing the events of the room of recommendations; `broken` ones cannot be judged."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.broken: set[uuid.UUID] = set()
        self.asleep: list[uuid.UUID] = []
        self.woken: Counter[uuid.UUID] = Counter()

    def draft(self, requirement_id: uuid.UUID) -> object:
        if requirement_id in self.broken:
            raise ValueError("张三 13800000000")
        with self.database.write() as session:
            return events.record(session, requirement_id, events.DRAFTED, by=events.SYSTEM, once="drafted")

    def send(self, requirement_id: uuid.UUID) -> object:
        if requirement_id in self.broken:
            raise ValueError("张三 13800000000")
        with self.database.write() as session:
            row = states.locked(session, requirement_id)
            if row is None or row.state not in states.RUNNING:
                return None
            events.record(session, requirement_id, events.DRAFTED, by=events.SYSTEM, once="drafted")
            return states.move(session, row, states.RECOMMENDED, by=events.SYSTEM, once="recommended")

    def sleeping(self) -> list[uuid.UUID]:
        return list(self.asleep)

    def wake(self, requirement_id: uuid.UUID) -> object:
        if requirement_id in self.broken:
            raise ValueError("张三 13800000000")
        self.woken[requirement_id] += 1
        return None


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
