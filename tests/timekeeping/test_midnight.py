"""R28: certificates expire, an institution is suspended at midnight, the engine is away: none of them is sent."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from api import wiring
from search_service.errors import EngineUnavailable
from search_service.matching.match import Matcher
from search_service.store.institution import Certificate, Institution
from search_service.store.requirement import Recommendation
from search_service.timekeeping.recommending import Recommender
from search_service.timekeeping.tick import Timekeeper
from tests.support.rows import capability, certificate, institution, standard, xian
from tests.timekeeping.office import Office

EXPIRING, LASTING, REQUIREMENTS = 30, 3, 10
BAR: dict[str, object] = {
    "region": "610113",
    "start": "2026-11-26",
    "service_days": 15,
    "items": [{"service": "testing", "object": "热轧带肋钢筋", "parameter": "屈服强度", "standard": "GB/T 228.1"}],
}


def sent(office: Office) -> list[Recommendation]:
    with office.database.read() as session:
        return list(session.scalars(select(Recommendation).where(Recommendation.sent_at.is_not(None))))


@pytest.mark.parametrize(
    "system_of_record", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)], scope="session"
)
def test_what_is_over_at_midnight_is_in_no_answer_from_then_on(office: Office, monkeypatch: Any) -> None:
    services = office.services
    office.set("2026-11-23 10:00")
    wiring.bring_up_to_date(services)
    with office.database.write() as session:
        xian(session)
        standard(session, "GB/T 228.1-2021", effective_on=date(2022, 7, 1))
        for place in range(EXPIRING + LASTING + 1):
            owner = institution(session, f"检测中心{place}")
            capability(session, owner, certificate(session, owner))
    wiring.bring_up_to_date(services)
    hands = Recommender(office.database, Matcher(office.database, services.engine))
    keeper = Timekeeper(office.database, hands)
    requirements = [office.post(body=BAR) for _ in range(REQUIREMENTS)]
    keeper.tick()
    with office.database.read() as session:
        drafts = list(session.scalars(select(Recommendation)))
    assert {len(draft.answer["institutions"]) for draft in drafts} == {EXPIRING + LASTING + 1}

    office.set("2026-11-26 00:00")
    with office.database.write() as session:
        papers = session.scalars(select(Certificate).order_by(Certificate.id)).all()
        over = {str(paper.institution_id) for paper in papers[:EXPIRING]}
        for paper in papers[:EXPIRING]:
            paper.valid_to = date(2026, 11, 25)
        gone = session.get_one(Institution, papers[EXPIRING].institution_id)
        gone.status = "suspended"
        over.add(str(gone.id))

    def away(*_: object, **__: object) -> object:
        raise EngineUnavailable

    monkeypatch.setattr(services.engine, "search", away)
    monkeypatch.setattr(services.engine, "published", away)
    services.clock.move(timedelta(seconds=1))
    for requirement in requirements:
        hands.send(requirement)
    documents = [found.document for found in sent(office)]
    assert len(documents) == REQUIREMENTS
    for document in documents:
        assert document is not None
        listed = {one["id"]: one for one in document["institutions"]}
        assert not [one for one in over & listed.keys() if listed[one]["met"]]
        assert len([one for one in listed.values() if one["met"]]) == LASTING
        assert not over & set(document["verified"])
