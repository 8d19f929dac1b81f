"""Why an institution was not chosen: from what was sent, and nothing of what is only drafted."""

import uuid
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from api.wiring import Services
from search_service.matching.match import Matcher
from search_service.recommendation import edits, why_not
from search_service.store.institution import Certificate, Institution
from tests.recommendation.conftest import BAR, STAFF, Post
from tests.support.rows import capability, certificate

GLASS = {"service": "检测", "object": "平板玻璃", "parameter": "弯曲强度"}


@pytest.fixture
def two_needed(services: Services, world: SimpleNamespace) -> None:
    """The near one does the bar, the far one the bar and the glass, less well; alone each is an option or none."""
    with services.database.write() as session:
        owner = session.get_one(Institution, world.far)
        capability(session, owner, certificate(session, owner), object="平板玻璃", parameter="弯曲强度", standards=[])


def asked(services: Services, institution: uuid.UUID, most: int = 20) -> list[dict[str, Any]]:
    with services.database.read() as session:
        return why_not.asked_of(session, institution, most=most)


@pytest.mark.usefixtures("two_needed")
def test_who_stands_in_another_option_is_told_why_it_was_not_recommended(
    services: Services, matcher: Matcher, world: SimpleNamespace, post: Post, draft: Any, send: Any, change: Any
) -> None:
    change(Certificate, world.other_certificate, valid_to=date(2026, 11, 20))  # the far one's bar is over
    requirement = post(BAR, GLASS)
    found = draft(requirement)
    assert [one["at_most"] for one in found.answer["options"]] == [1, 2]
    edits.add(services.database, found.id, STAFF, {"kind": "choose_option", "at_most": 1, "reason": "企业只要一家"})
    document = send(found).document
    (chosen,) = (uuid.UUID(one["id"]) for one in document["recommended"]["institutions"])
    (other,) = {world.near, world.far} - {chosen}
    assert any(str(other) in option["institutions"] for option in document["options"])
    assert len(asked(services, other)) == 1
    assert asked(services, chosen) == []
    assert why_not.why_not(services.database, matcher, requirement, str(other))["codes"]


def test_those_that_did_recommend_it_take_no_room(
    services: Services, world: SimpleNamespace, post: Post, draft: Any, send: Any, change: Any
) -> None:
    change(Institution, world.near, status="suspended")
    send(draft(post()), confirm_changes=True)
    change(Institution, world.near, status="active")
    first = post()
    found = draft(first)
    edits.add(
        services.database, found.id, STAFF, {"kind": "leave_out", "institution": str(world.near), "reason": "停业"}
    )
    send(found)
    for _ in range(3):
        send(draft(post()))
    assert len(asked(services, world.near, most=2)) == 1
    assert len(asked(services, world.far, most=2)) == 2


def test_a_later_draft_is_told_to_nobody(
    services: Services, matcher: Matcher, world: SimpleNamespace, post: Post, draft: Any, send: Any, change: Any
) -> None:
    change(Certificate, world.certificate, valid_to=date(2026, 11, 20))
    requirement = post()
    sent = send(draft(requirement))
    assert str(world.near) not in sent.inputs["judged"]
    change(Certificate, world.certificate, valid_to=date(2029, 12, 31))

    def told() -> Any:
        return why_not.why_not(services.database, matcher, requirement, str(world.near))

    before = told()
    later = draft(requirement, again=True)
    edits.add(
        services.database, later.id, STAFF, {"kind": "leave_out", "institution": str(world.near), "reason": "停业"}
    )
    assert told() == before
    assert before["codes"] != [why_not.LEFT_OUT]
