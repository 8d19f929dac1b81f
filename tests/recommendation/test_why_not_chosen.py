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
from tests.support.rows import capability, certificate, institution

GLASS = {"service": "检测", "object": "平板玻璃", "parameter": "弯曲强度"}


@pytest.fixture
def two_needed(services: Services, world: SimpleNamespace) -> None:
    """The near one does the bar, the far one the bar and the glass, less well; alone each is an option or none."""
    with services.database.write() as session:
        owner = session.get_one(Institution, world.far)
        capability(session, owner, certificate(session, owner), object="平板玻璃", parameter="弯曲强度", standards=[])


def asked(services: Services, institution: uuid.UUID, most: int = 20) -> list[dict[str, Any]]:
    with services.database.read() as session:
        return why_not.asked_of(session, services.matcher, institution, most=most)


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
    # The newer one, from which staff left it out, and the older one, for which it was not active.
    assert [one["today"] for one in asked(services, world.near, most=2)] == [False, True]
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


def test_who_could_do_nothing_of_it_is_told_why_where_its_rows_name_the_work(
    services: Services, world: SimpleNamespace, post: Post, draft: Any, send: Any, change: Any
) -> None:
    with services.database.write() as session:
        stranger = institution(session, "玻璃检测中心")
        paper = certificate(session, stranger)
        capability(session, stranger, paper, object="平板玻璃", parameter="弯曲强度", standards=[])
    change(Certificate, world.certificate, valid_to=date(2026, 11, 20))  # over before the window begins
    sent = send(draft(post()))
    assert str(world.near) not in sent.inputs["judged"]
    (told,) = asked(services, world.near)
    assert told["today"]
    assert told["why_not"]["first_failing"] == "certificate"
    assert told["why_not"]["codes"] == ["certificate_not_valid"]
    assert "王厂长" not in str(told)
    assert asked(services, stranger.id) == [], "other people's work"
    assert asked(services, world.far) == [], "it was recommended"
    change(Certificate, world.certificate, valid_to=date(2029, 12, 31))
    (mended,) = asked(services, world.near)
    assert (mended["why_not"]["item"], mended["why_not"]["codes"]) == (None, [])
    assert "尚不满足" in mended["why_not"]["fix"]["text"]
