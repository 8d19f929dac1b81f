"""R21 by real kills: whoever looks at the clock dies around commits and before sending; all is sent once, told once.

Each life begins in the last working hour of what is due, so that every one of them finds work, and at the same instant,
so that the clock also goes back with every kill.
"""

import itertools
import uuid
from collections import Counter
from datetime import date

from sqlalchemy import func, select

from api.wiring import Services
from search_service.kinds.access import Role
from search_service.requirements import events, states
from search_service.requirements.clock import ANSWERS
from search_service.store.ids import new_id
from search_service.store.outbox import OutboxMessage
from search_service.store.people import Account
from search_service.store.requirement import Recommendation, Requirement, RequirementEvent
from tests.reliability.processes import Process, Worker, kept_alive, wait_until
from tests.reliability.world import Report, World
from tests.support.rows import capability, certificate, institution, standard, xian
from tests.timekeeping.office import at

NOW = "2026-11-26T16:30:00+08:00"
"""An hour before the third working day after the Monday on which everything was posted is over."""
REQUIREMENTS, KILLS, PATIENCE = 10, 3, 240.0
POINTS = ("before_commit=kill:0.08", "after_commit=kill:0.08", "before_automatic_send=kill:0.2")
BAR = {"service": "testing", "object": "热轧带肋钢筋", "parameter": "屈服强度", "standard": "GB/T 228.1"}
BODY = {"region": "610113", "start": "2026-12-01", "service_days": 15, "items": [BAR]}


def fill(services: Services) -> list[uuid.UUID]:
    """A laboratory, somebody of the staff, and requirements that nobody has looked after."""
    then = at("2026-11-23 10:00")
    with services.database.write() as session:
        xian(session)
        standard(session, "GB/T 228.1-2021", effective_on=date(2022, 7, 1))
        owner = institution(session, "检测中心")
        capability(session, owner, certificate(session, owner))
        session.add(
            Account(id=new_id(), name="李四", phone="13900000001", role=Role.STAFF, created_at=then, updated_at=then)
        )
        ids = [new_id() for _ in range(REQUIREMENTS)]
        for place, one in enumerate(ids):
            session.add(
                Requirement(
                    id=one,
                    number=f"XQ20261123-{place:04}",
                    title="钢筋",
                    channel="online",
                    received_at=then,
                    body=BODY,
                    contact_name="张三",
                    contact_phone=f"1380000{place:04}",
                    state=states.POSTED,
                )
            )
    return ids


def settled(services: Services) -> bool:
    """Everything is answered and every message sent."""
    with services.database.read() as session:
        answered = select(func.count()).where(RequirementEvent.kind.in_(sorted(ANSWERS)))
        due = select(func.count()).where(OutboxMessage.state == "due")
        return session.scalar(answered) == REQUIREMENTS and session.scalar(due) == 0


def lives(process: Process) -> int:
    return process.children_killed() if isinstance(process, Worker) else process.kills


def test_each_is_sent_once_whoever_is_killed(world: World, report: Report) -> None:
    world.env["ZHIXUN_CLOCK"] = NOW
    services = world.ready()
    fill(services)
    looker, turns = world.drainer(), itertools.cycle(POINTS)
    with kept_alive(looker, lambda: {"ZHIXUN_FAILPOINTS": next(turns)}):
        wait_until(
            lambda: lives(looker) >= KILLS or settled(services),
            PATIENCE,
            lambda: f"{lives(looker)} kills\n{looker.said()[-3000:]}",
        )
    killed = lives(looker)
    looker.start()
    if world.production:  # beside a second worker, and two beats that ring for both
        world.worker()
        world.command("beat")
        world.command("beat")
    wait_until(lambda: settled(services), PATIENCE, lambda: looker.said()[-3000:])
    with services.database.read() as session:
        happened = session.execute(select(RequirementEvent.requirement_id, RequirementEvent.kind)).all()
        sent = session.scalars(select(Recommendation).where(Recommendation.sent_at.is_not(None))).all()
        messages = session.scalars(select(OutboxMessage)).all()
    answers = Counter(row.requirement_id for row in happened if row.kind == events.RECOMMENDED)
    assert Counter(answers.values()) == {1: REQUIREMENTS}
    assert Counter(row.requirement_id for row in sent) == answers
    assert all(row.automatic for row in sent)
    missed = Counter(row.requirement_id for row in happened if row.kind == events.MISSED_RESPONSE)
    assert Counter(missed.values()) == {1: REQUIREMENTS}
    to_enterprises = Counter(row.recipient for row in messages if row.template == "recommended")
    assert Counter(to_enterprises.values()) == {1: REQUIREMENTS}
    to_staff = Counter(row.template for row in messages if row.recipient == "13900000001")
    assert to_staff["staff.missed_response"] == REQUIREMENTS
    folder = services.settings.outbox_dir
    assert len(list(folder.glob("*.txt"))) == len(messages)
    assert killed >= 1, "nobody was killed"
    report(requirements=REQUIREMENTS, kills=killed, sent=len(sent), messages=len(messages))
