"""R28: certificates expire, an institution is suspended at midnight, the engine is away: none of them is sent."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from api import wiring
from search_service.errors import EngineUnavailable
from search_service.matching.match import Matcher
from search_service.query.request import SearchRequest
from search_service.store.institution import Certificate, Institution
from search_service.store.requirement import Recommendation
from search_service.timekeeping.recommending import Recommender
from search_service.timekeeping.tick import Timekeeper
from tests.support.rows import capability, certificate, institution, standard, xian
from tests.timekeeping.office import Office

LASTING, REQUIREMENTS = 3, 10
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
    ("system_of_record", "expiring", "searches"),
    [
        ("sqlite", 30, 20),
        pytest.param("sqlite", 1_000, 990, marks=pytest.mark.slow),
        pytest.param("postgresql", 30, 20, marks=pytest.mark.slow),
    ],
    scope="session",
)
def test_what_is_over_at_midnight_is_in_no_answer_from_then_on(
    office: Office, monkeypatch: Any, expiring: int, searches: int
) -> None:
    services = office.services
    office.set("2026-11-23 10:00")
    owners: dict[str, str] = {}
    wiring.bring_up_to_date(services)
    with office.database.write() as session:
        xian(session)
        standard(session, "GB/T 228.1-2021", effective_on=date(2022, 7, 1))
        for place in range(expiring + LASTING + 1):
            owner = institution(session, f"检测中心{place}")
            paper = certificate(session, owner)
            owners[str(capability(session, owner, paper).id)] = str(owner.id)
    wiring.bring_up_to_date(services)
    hands = Recommender(office.database, Matcher(office.database, services.engine))
    keeper = Timekeeper(office.database, hands)
    requirements = [office.post(body=BAR) for _ in range(REQUIREMENTS)]
    keeper.tick()
    with office.database.read() as session:
        drafts = list(session.scalars(select(Recommendation)))
    assert {len(draft.answer["institutions"]) for draft in drafts} == {expiring + LASTING + 1}

    office.set("2026-11-26 00:00")
    with office.database.write() as session:
        papers = session.scalars(select(Certificate).order_by(Certificate.id)).all()
        over = {str(paper.institution_id) for paper in papers[:expiring]}
        for paper in papers[:expiring]:
            paper.valid_to = date(2026, 11, 25)
        gone = session.get_one(Institution, papers[expiring].institution_id)
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
    names, lasting = set[str](), set(owners.values()) - over
    for place in range(searches // 2):
        named = SearchRequest(q=f"检测中心{expiring + LASTING - place}", kinds=("institution",), size=20)
        names |= {hit.id for hit in services.search.search(named).hits}
        rows = services.search.search(SearchRequest(kinds=("capability",), size=20)).hits
        assert {owners[hit.id] for hit in rows} == lasting
    assert names >= lasting
    assert str(gone.id) not in names
