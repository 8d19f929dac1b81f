"""What nobody could do stays alive: a capability that comes later wakes it once, for staff to send."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select

from api.wiring import Services
from search_service.errors import Invalid, NotFound, StateForbids
from search_service.kinds.access import Role
from search_service.matching.match import Matcher
from search_service.recommendation import edits, referral, waking
from search_service.store.institution import Institution
from search_service.store.journal import AuditEvent
from search_service.store.outbox import OutboxMessage
from search_service.store.requirement import Requirement
from tests.recommendation.conftest import BAR, LIME, STAFF, Post
from tests.recommendation.test_drafting import outcomes, together
from tests.support.rows import capability, certificate
from tests.support.signed_in import account

GLASS = {"service": "检测", "object": "平板玻璃", "parameter": "弯曲强度"}


@pytest.fixture
def learn(services: Services, world: SimpleNamespace) -> Any:
    """An institution can do one thing more."""

    def learned(subject: str, parameter: str) -> None:
        with services.database.write() as session:
            owner = session.get_one(Institution, world.near)
            capability(session, owner, certificate(session, owner), object=subject, parameter=parameter, standards=[])

    return learned


def test_a_later_capability_wakes_it_once(
    services: Services, matcher: Matcher, post: Post, draft: Any, send: Any, learn: Any, events: Any
) -> None:
    account(services, Role.STAFF)
    requirement = post(GLASS)
    assert waking.sleeping(services.database) == []
    send(draft(requirement))
    assert waking.sleeping(services.database) == [requirement]
    assert waking.wake(services.database, matcher, requirement) is None
    learn("平板玻璃", "弯曲强度")
    got = together(lambda: waking.wake(services.database, matcher, requirement), 3)
    (woken,) = [one for one in got if one is not None]
    assert outcomes(woken.answer) == {"近处检测中心": "met"}
    assert events(requirement) == ["drafted", "referred", "woken", "drafted"]
    assert waking.sleeping(services.database) == []
    with services.database.read() as session:
        told = session.scalars(select(OutboxMessage.recipient).where(OutboxMessage.template == "staff.woken")).all()
    assert len(told) == 1, "staff are told, once"
    assert send(woken).document["kind"] == "recommendation"
    assert events(requirement)[-1] == "recommended"
    assert waking.sleeping(services.database) == []


def test_an_item_that_nobody_met_wakes_it_too(
    services: Services, matcher: Matcher, post: Post, draft: Any, send: Any, learn: Any
) -> None:
    requirement = post(BAR, GLASS)
    send(draft(requirement))
    assert waking.sleeping(services.database) == [requirement]
    learn("建筑生石灰", "细度")
    assert waking.wake(services.database, matcher, requirement) is None
    learn("平板玻璃", "弯曲强度")
    assert waking.wake(services.database, matcher, requirement) is not None


def test_what_is_met_or_over_does_not_sleep(
    services: Services, matcher: Matcher, world: SimpleNamespace, post: Post, draft: Any, send: Any, change: Any
) -> None:
    del world
    done, over = post(BAR), post(GLASS)
    send(draft(done))
    send(draft(over))
    change(Requirement, over, state="closed", closed_at=services.database.now())
    assert waking.sleeping(services.database) == []
    assert waking.wake(services.database, matcher, over) is None


def test_whom_staff_left_out_is_no_new_capability(
    services: Services, matcher: Matcher, world: SimpleNamespace, post: Post, draft: Any, send: Any
) -> None:
    requirement = post(BAR)
    found = draft(requirement)
    for one in (world.near, world.far):
        said = {"kind": "leave_out", "institution": str(one), "reason": "已停业"}
        edits.add(services.database, found.id, STAFF, said)
    assert send(found).document["kind"] == "nobody"
    assert waking.sleeping(services.database) == [requirement]
    assert waking.wake(services.database, matcher, requirement) is None


FOUND = {"institution_name": "某省计量院", "contact": "025-00000000"}


def test_staff_find_somebody_outside_and_tell_the_enterprise(
    services: Services, world: SimpleNamespace, post: Post, draft: Any, send: Any, events: Any, messages: Any
) -> None:
    del world
    requirement = post(LIME)
    database = services.database
    with pytest.raises(NotFound):
        referral.act(database, STAFF, requirement, "found", FOUND)
    send(draft(requirement))
    with pytest.raises(StateForbids):
        referral.act(database, STAFF, requirement, "informed", {})
    with pytest.raises(Invalid):
        referral.act(database, STAFF, requirement, "found", {"institution_name": "某省计量院"})
    assert referral.act(database, STAFF, requirement, "found", FOUND).state == "found"
    assert referral.act(database, STAFF, requirement, "informed", {}).informed_at is not None
    with pytest.raises(StateForbids):
        referral.act(database, STAFF, requirement, "informed", {})
    assert events(requirement) == ["drafted", "referred", "referral", "informed"]
    assert messages() == ["nobody_met", "referral_informed"]
    with database.read() as session:
        assert session.get_one(Requirement, requirement).state == "informed"


@pytest.mark.parametrize("first", ["informed", "none_found"])
def test_a_second_search_outside_begins_anew_and_is_told_again(
    services: Services, world: SimpleNamespace, post: Post, draft: Any, send: Any, messages: Any, first: str
) -> None:
    del world
    requirement, database = post(LIME), services.database
    send(draft(requirement))
    if first == "informed":
        referral.act(database, STAFF, requirement, "found", FOUND)
    referral.act(database, STAFF, requirement, first, {"note": "已询三家"})
    send(draft(requirement, again=True))
    with database.read() as session:
        again = referral.of(session, requirement)
        assert again is not None
        assert (again.state, again.institution_name, again.contact, again.informed_at) == ("open", "", "", None)
    other = {"institution_name": "另一计量院", "contact": "021-00000000"}
    assert referral.act(database, STAFF, requirement, "found", other).state == "found"
    if first == "informed":
        referral.act(database, STAFF, requirement, "informed", {})
    else:
        referral.act(database, STAFF, requirement, "none_found", {"note": "又询三家"})
    template = {"informed": "referral_informed", "none_found": "referral_none"}[first]
    assert messages() == ["nobody_met", template] * 2
    with database.read() as session:
        rows = session.scalars(select(AuditEvent.action).where(AuditEvent.record == "requirement"))
        assert [row for row in rows if row.startswith("referral")].count(f"referral_{first}") == 2


def test_where_nobody_is_found_the_enterprise_is_told_too(
    services: Services, world: SimpleNamespace, post: Post, draft: Any, send: Any, messages: Any
) -> None:
    del world
    requirement = post(LIME)
    send(draft(requirement))
    said = {"note": "已询三家省级机构"}
    assert referral.act(services.database, STAFF, requirement, "none_found", said).note == "已询三家省级机构"
    assert messages() == ["nobody_met", "referral_none"]
    assert referral.act(services.database, STAFF, requirement, "found", FOUND).state == "found"
