"""The simulated year: nothing is late, all is sent and told once; without the automatic sending it is late."""

import uuid
from collections import Counter
from datetime import date, datetime

import pytest
from sqlalchemy import select

from api import wiring
from api.wiring import Services
from search_service.requirements import events
from search_service.requirements.clock import ANSWERS
from search_service.store.requirement import Recommendation, RequirementEvent
from search_service.timekeeping.timeliness import report
from tests.support.rows import capability, certificate, institution, standard, xian
from tests.timekeeping.office import Office
from tests.timekeeping.year import FIRST, LAST, STAFF, Year, deadline

FEW, MANY = 2, 150


@pytest.fixture
def new_year(services: Services) -> Office:
    """Three laboratories on New Year's Eve of 2025, one of which loses its certificate in summer."""
    office = Office(services)
    office.set("2025-12-31 23:00")
    with services.database.write() as session:
        xian(session)
        standard(session, "GB/T 228.1-2021", effective_on=date(2022, 7, 1))
        for ends in (date(2029, 12, 31), date(2029, 12, 31), date(2026, 7, 15)):
            owner = institution(session)
            capability(session, owner, certificate(session, owner, valid_to=ends))
    wiring.bring_up_to_date(services)
    return office


def happened(year: Year) -> list[RequirementEvent]:
    with year.services.database.read() as session:
        return list(session.scalars(select(RequirementEvent).order_by(RequirementEvent.at)))


def answered(year: Year) -> dict[uuid.UUID, datetime]:
    """When each was answered."""
    return {event.requirement_id: event.at for event in happened(year) if event.kind in ANSWERS}


def late(year: Year) -> list[str]:
    """What was not answered by the deadline that the test reckons by itself."""
    at_all = answered(year)
    return [
        f"{posted:%m-%d %H:%M} → {at_all.get(one)}"
        for one, posted in year.posted.items()
        if one not in at_all or at_all[one] > deadline(posted, 3)
    ]


def assert_everything_once(year: Year) -> None:
    found = happened(year)
    answers = Counter(event.requirement_id for event in found if event.kind in ANSWERS)
    assert set(answers.values()) == {1}
    with year.services.database.read() as session:
        sent = session.execute(
            select(Recommendation.requirement_id, Recommendation.automatic).where(Recommendation.sent_at.is_not(None))
        ).all()
    assert Counter(row.requirement_id for row in sent) == answers
    assert {row.requirement_id for row in sent if not row.automatic} == year.by_staff
    marks = Counter((event.requirement_id, event.once) for event in found if event.once)
    assert set(marks.values()) == {1}
    assert set(year.gateway.sent.values()) == {1}, "a provider was given a message twice"
    told = Counter(
        (message.recipient, message.text.split("需求 ")[1].split()[0], message.subject)
        for message in year.gateway.messages.values()
        if message.recipient in STAFF
    )
    staff_marks = [event for event in found if event.kind in {events.ESCALATED, events.MISSED_RESPONSE}]
    assert sum(told.values()) == len(STAFF) * len(staff_marks)
    enterprise = [message for message in year.gateway.messages.values() if message.recipient not in STAFF]
    assert len(enterprise) == len(answers)


def assert_marks_are_those_that_passed(year: Year) -> None:
    found = happened(year)
    missed = {event.requirement_id for event in found if event.kind == events.MISSED_RESPONSE}
    first: dict[uuid.UUID, datetime] = {}
    for event in found:
        if event.kind in events.RESPONSES | ANSWERS:
            first.setdefault(event.requirement_id, event.at)
    assert missed == {one for one, posted in year.posted.items() if first[one] > deadline(posted, 1)}
    told = {(event.requirement_id, event.once) for event in found if event.kind == events.ESCALATED}
    by_system = set(year.posted) - year.by_staff - year.ended
    assert {(one, f"escalated:{percent}") for one in by_system for percent in (50, 80)} <= told
    assert not any(once == "escalated:100" for _, once in told)


def assert_what_ended_unseen_is_told_so(year: Year) -> None:
    with year.services.database.read() as session:
        sent = session.execute(
            select(Recommendation.requirement_id, Recommendation.document, Recommendation.sent_at).where(
                Recommendation.requirement_id.in_(year.ended), Recommendation.sent_at.is_not(None)
            )
        ).all()
    assert {row.requirement_id for row in sent} == year.ended != set()
    assert {row.document["kind"] for row in sent} == {"window_over"}
    for row in sent:
        assert row.sent_at < deadline(year.posted[row.requirement_id], 1)


def assert_the_proof_agrees(year: Year) -> None:
    with year.services.database.read() as session:
        totals = report(session, FIRST, LAST, year.services.database.now())["totals"]
    assert totals["requirements"] == len(year.posted)
    assert totals["recommendation"]["within"] == len(year.posted)
    assert totals["recommendation"]["share_within"] == 1
    assert (totals["automatic"], totals["by_staff"]) == (len(year.posted) - len(year.by_staff), len(year.by_staff))


def live(office: Office, patched: pytest.MonkeyPatch, count: int, *, sparse: bool = False) -> Year:
    year = Year(office, patched, sparse=sparse)
    year.run(count)
    assert late(year) == []
    assert year.killer.kills > max(count, 10), "too few kills to mean anything"
    assert 0 < len(year.by_staff) < len(year.posted)
    assert_everything_once(year)
    assert_what_ended_unseen_is_told_so(year)
    assert_marks_are_those_that_passed(year)
    assert_the_proof_agrees(year)
    return year


def test_a_year_without_a_late_recommendation(new_year: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    live(new_year, monkeypatch, FEW, sparse=True)


def test_the_same_year_without_automatic_sending_is_late(new_year: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its first weeks, Spring Festival among them, are enough to show that the test above can fail."""
    year, spring = Year(new_year, monkeypatch, automatic=False, sparse=True), date(2026, 3, 1)
    year.run(FEW, spring)
    due = {one for one, posted in year.posted.items() if deadline(posted, 3).date() < spring}
    breaches = Counter(event.requirement_id for event in happened(year) if event.once == "escalated:100")
    assert set(breaches.values()) == {1}
    assert len(due & breaches.keys()) >= len(due) // 4
    assert late(year)
    assert len(year.by_staff) > 0


@pytest.mark.slow
def test_a_busy_year(new_year: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    year = live(new_year, monkeypatch, MANY)
    assert year.killer.kills > 300
