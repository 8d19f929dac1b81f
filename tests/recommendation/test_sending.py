"""Sending: judged again at that moment, exactly once, nothing as met that is not met then (S1..S7, S5-43, S5-45)."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

from api.wiring import Services
from search_service.errors import EngineUnavailable, StateForbids
from search_service.kinds.access import SYSTEM, Actor, Role
from search_service.matching.match import Matcher
from search_service.matching.window import WindowOver
from search_service.recommendation import drafting, edits, sending
from search_service.recommendation.replaying import replay
from search_service.recommendation.sending import VerdictsChanged
from search_service.store.capability import Capability
from search_service.store.ids import new_id
from search_service.store.institution import Certificate, Institution
from search_service.store.journal import AuditEvent
from search_service.store.outbox import OutboxMessage
from search_service.store.people import Account
from search_service.store.requirement import Recommendation, Referral, Requirement, RequirementEvent
from tests.recommendation.conftest import LIME, STAFF, Post
from tests.recommendation.test_drafting import outcomes, together

GONE = {"object": "反物质引力透镜", "service": "检测", "parameter": "曲率"}


def state(services: Services, requirement: Any) -> str:
    with services.database.read() as session:
        return session.get_one(Requirement, requirement).state


def test_what_is_sent_is_a_document_an_event_and_a_message(
    services: Services, world: SimpleNamespace, post: Post, draft: Any, send: Any, events: Any, messages: Any
) -> None:
    requirement = post()
    sent = send(draft(requirement))
    document = sent.document
    assert (document["state"], document["kind"], document["automatic"]) == ("sent", "recommendation", False)
    assert document["recommended"]["institutions"][0]["id"] == str(world.near)
    assert document["verified"] == [str(world.near), str(world.far)]
    assert document["differences"] == []
    assert document["sent_at"].endswith("+08:00")
    assert events(requirement) == ["drafted", "recommended"]
    assert messages() == ["recommended"]
    assert state(services, requirement) == "recommended"
    with pytest.raises(StateForbids, match="已经发送"):
        send(sent)
    assert send(sent, automatic=True) is None
    assert (events(requirement), messages()) == (["drafted", "recommended"], ["recommended"])


@pytest.mark.parametrize("automatic", [True, False])
def test_many_who_send_at_once_send_once(
    services: Services, matcher: Matcher, world: SimpleNamespace, post: Post, draft: Any, events: Any, automatic: Any
) -> None:
    del world
    requirement = post()
    found = draft(requirement)
    got = together(
        lambda: sending.send(services.database, matcher, found.id, SYSTEM, automatic=automatic),
        4,
    )
    assert sum(isinstance(one, Recommendation) for one in got) == 1
    others = [one for one in got if not isinstance(one, Recommendation)]
    assert others == [None] * 3 if automatic else all(isinstance(one, StateForbids) for one in others)
    assert events(requirement) == ["drafted", "recommended"]
    with services.database.read() as session:
        assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 1


def test_two_drafts_of_one_requirement_are_not_both_sent(
    services: Services, matcher: Matcher, world: SimpleNamespace, post: Post, draft: Any, events: Any
) -> None:
    del world
    requirement = post()
    first, second = draft(requirement), draft(requirement, again=True)
    got = [
        *together(lambda: sending.send_due(services.database, matcher, requirement), 3),
        sending.send(services.database, matcher, first.id, SYSTEM, automatic=True),
    ]
    assert [one.id for one in got if isinstance(one, Recommendation)] == [second.id]
    assert events(requirement).count("recommended") == 1


def test_an_expired_certificate_is_not_sent_as_met(
    world: SimpleNamespace, post: Post, draft: Any, send: Any, change: Any, events: Any, messages: Any
) -> None:
    requirement = post()
    found = draft(requirement)
    change(Certificate, world.certificate, valid_to=date(2026, 11, 20))
    with pytest.raises(VerdictsChanged) as refused:
        send(found)
    (problem,) = refused.value.problems
    assert "近处检测中心" in problem.message
    assert "满足 → 不满足" in problem.message
    assert (events(requirement), messages()) == (["drafted"], [])
    document = send(found, confirm_changes=True).document
    assert outcomes(document) == {"远处检测中心": "met"}
    assert str(world.near) not in str(document["options"])
    assert [(one["then"], one["now"]) for one in document["differences"]] == [("met", "unmet")]


@pytest.mark.parametrize("status", ["suspended", "left", "deregistered"])
def test_a_suspended_institution_is_out_from_the_first_second(
    services: Services, matcher: Matcher, world: SimpleNamespace, post: Post, draft: Any, change: Any, status: str
) -> None:
    requirement = post()
    draft(requirement)
    change(Institution, world.near, status=status)
    sent = sending.send_due(services.database, matcher, requirement)
    assert sent is not None
    assert sent.document is not None
    assert outcomes(sent.document) == {"远处检测中心": "met"}
    assert sent.document["mark"] == "系统自动推荐"


def test_a_certificate_that_ends_in_the_window_is_sent_as_unsure(
    world: SimpleNamespace, post: Post, draft: Any, send: Any, change: Any
) -> None:
    requirement = post()
    found = draft(requirement)
    change(Certificate, world.certificate, valid_to=date(2026, 12, 5))
    document = send(found, automatic=True).document
    assert outcomes(document) == {"近处检测中心": "unsure", "远处检测中心": "met"}
    assert document["verified"] == [str(world.far)]
    assert document["candidates"] == [str(world.near)]
    (cell,) = next(one for one in document["institutions"] if one["id"] == str(world.near))["items"]
    assert "2026-12-15" in cell["missing"]


def test_when_nobody_is_met_the_notice_goes_out_and_a_search_outside_begins(
    services: Services, world: SimpleNamespace, post: Post, draft: Any, send: Any, events: Any, messages: Any
) -> None:
    del world
    requirement = post(GONE)
    document = send(draft(requirement), automatic=True).document
    assert document["kind"] == "nobody"
    assert "外部机构" in document["nobody"]
    assert document["options"] == []
    assert events(requirement) == ["drafted", "referred"]
    assert messages() == ["nobody_met"]
    assert state(services, requirement) == "referred"
    with services.database.read() as session:
        assert session.scalars(select(Referral.state)).all() == ["open"]


def test_only_unsure_ones_are_candidates_and_never_verified(
    world: SimpleNamespace, post: Post, draft: Any, send: Any, change: Any
) -> None:
    change(Certificate, world.certificate, valid_to=None)
    change(Certificate, world.other_certificate, valid_to=None)
    document = send(draft(post())).document
    assert (document["kind"], document["verified"]) == ("nobody", [])
    assert set(document["candidates"]) == {str(world.near), str(world.far)}
    assert all(one["items"][0]["missing"] for one in document["institutions"])


def test_the_system_sends_where_there_is_no_draft_yet_and_never_after_staff(
    services: Services, matcher: Matcher, world: SimpleNamespace, post: Post, draft: Any, send: Any, events: Any
) -> None:
    del world
    fresh, sent = post(), post(LIME)
    found = sending.send_due(services.database, matcher, fresh)
    assert found is not None
    assert found.automatic
    assert events(fresh) == ["drafted", "recommended"]
    send(draft(sent))
    assert sending.send_due(services.database, matcher, sent) is None


def test_without_the_engine_the_system_judges_the_institutions_of_the_draft(
    services: Services, world: SimpleNamespace, post: Post, draft: Any, send: Any, change: Any, monkeypatch: Any
) -> None:
    requirement = post()
    found = draft(requirement)
    change(Institution, world.near, status="suspended")

    def away(*_: Any, **__: Any) -> None:
        raise EngineUnavailable

    monkeypatch.setattr(services.engine, "search", away)
    with pytest.raises(EngineUnavailable):
        send(found)
    document = send(found, automatic=True).document
    assert document["only_drafted"]
    assert outcomes(document) == {"远处检测中心": "met"}


def test_after_its_window_the_system_sends_the_notice_of_it(
    world: SimpleNamespace, post: Post, draft: Any, send: Any, services: Services, messages: Any
) -> None:
    del world
    found = draft(post(start="2026-11-22", service_days=2))
    services.clock.move(timedelta(days=4))
    with pytest.raises(WindowOver):
        send(found)
    document = send(found, automatic=True).document
    assert (document["kind"], document["institutions"]) == ("window_over", [])
    assert "2026-11-23" in document["nobody"]
    assert messages() == ["nobody_met"]


def test_what_ends_before_its_first_draft_is_answered_with_the_notice(
    world: SimpleNamespace, post: Post, services: Services, matcher: Matcher, events: Any, messages: Any
) -> None:
    del world
    requirement = post(start="2026-11-21", end="2026-11-21", service_days=None)
    services.clock.move(timedelta(days=1))
    got = together(lambda: sending.send_due(services.database, matcher, requirement), 3)
    (sent,) = [one for one in got if one is not None]
    document = sent.document
    assert (document["kind"], document["institutions"], document["options"]) == ("window_over", [], [])
    assert "2026-11-21" in document["nobody"]
    assert document["judged_on"] == "2026-11-21"
    assert replay(services.database, sent.id)["same"]
    assert events(requirement) == ["drafted", "referred"]
    assert messages() == ["nobody_met"]
    assert sending.send_due(services.database, matcher, requirement) is None


def test_what_was_changed_after_its_draft_and_ended_is_answered_too(
    world: SimpleNamespace, post: Post, draft: Any, change: Any, services: Services, matcher: Matcher
) -> None:
    del world
    requirement = post()
    draft(requirement)
    body = {"region": "610113", "items": [LIME], "start": "2026-11-21", "end": "2026-11-21"}
    change(Requirement, requirement, body=body)
    services.clock.move(timedelta(days=1))
    sent = sending.send_due(services.database, matcher, requirement)
    assert sent is not None
    assert sent.document is not None
    assert (sent.number, sent.document["kind"]) == (2, "window_over")
    assert sent.document["requirement"]["items"][0]["object"] == LIME["object"]


def test_who_drafts_and_sends_stands_in_the_audit(
    services: Services, world: SimpleNamespace, matcher: Matcher, post: Post
) -> None:
    """In the role in which they came: a token's is its own."""
    del world
    requirement, other = post(), post()
    with services.database.write() as session:
        now = services.database.now()
        chief = Account(
            id=new_id(), name="赵六", phone=None, mail=None, role="administrator", created_at=now, updated_at=now
        )
        session.add(chief)
    by = Actor(Role.ADMINISTRATOR, f"account:{chief.id}", account_id=chief.id)
    token = Actor(Role.ADMINISTRATOR, "token:1")
    found = drafting.draft(services.database, matcher, requirement, by)
    drafting.draft(services.database, matcher, other, token)
    edits.add(services.database, found.id, STAFF, {"kind": "note", "reason": "电话", "text": "请先预约"})
    sending.send(services.database, matcher, found.id, by)
    sending.send_due(services.database, matcher, other)
    with services.database.read() as session:
        rows = session.scalars(select(AuditEvent).where(AuditEvent.record == "requirement").order_by(AuditEvent.id))
        noted = [(row.record_id, row.actor, row.role, row.action) for row in rows]
    assert noted == [
        (requirement, by.name, "administrator", "draft_recommendation"),
        (other, "token:1", "administrator", "draft_recommendation"),
        (requirement, "李四", "staff", "edit_recommendation"),
        (requirement, by.name, "administrator", "send_recommendation"),
        (other, "system", "administrator", "send_recommendation"),
    ]


def test_a_draft_of_other_words_is_not_sent(
    world: SimpleNamespace, post: Post, draft: Any, send: Any, change: Any, events: Any
) -> None:
    del world
    requirement = post()
    found = draft(requirement)
    change(Requirement, requirement, body={"region": "610113", "items": [LIME]})
    assert send(found, automatic=True) is None
    with pytest.raises(StateForbids, match="已修改"):
        send(found)
    assert events(requirement) == ["drafted"]


def test_what_changes_between_asking_the_engine_and_the_transaction_counts(
    services: Services, world: SimpleNamespace, post: Post, draft: Any, send: Any, change: Any, monkeypatch: Any
) -> None:
    found = draft(post())
    ask = services.engine.search

    def slow(*given: Any, **named: Any) -> Any:
        answer = ask(*given, **named)
        change(Certificate, world.certificate, state="revoked")
        return answer

    monkeypatch.setattr(services.engine, "search", slow)
    assert outcomes(send(found, automatic=True).document) == {"远处检测中心": "met"}


def test_nothing_is_sent_to_who_withdrew(
    world: SimpleNamespace, post: Post, draft: Any, send: Any, change: Any, events: Any
) -> None:
    del world
    requirement = post()
    found = draft(requirement)
    change(Requirement, requirement, state="withdrawn")
    assert send(found, automatic=True) is None
    with pytest.raises(StateForbids):
        send(found)
    assert events(requirement) == ["drafted"]


def test_a_later_recommendation_is_an_event_and_a_message_of_its_own(
    services: Services, world: SimpleNamespace, post: Post, draft: Any, send: Any, messages: Any
) -> None:
    del world
    requirement = post()
    send(draft(requirement))
    send(draft(requirement, again=True))
    with services.database.read() as session:
        rows = session.scalars(select(RequirementEvent).where(RequirementEvent.kind == "recommended"))
        assert sorted(str(row.once) for row in rows) == ["recommended", "recommended:2"]
    assert messages() == ["recommended"] * 2


def test_a_hidden_row_is_no_offer_when_it_is_sent(
    world: SimpleNamespace, post: Post, draft: Any, send: Any, change: Any
) -> None:
    found = draft(post())
    change(Capability, world.row, state="hidden")
    assert outcomes(send(found, confirm_changes=True).document) == {"远处检测中心": "met"}
