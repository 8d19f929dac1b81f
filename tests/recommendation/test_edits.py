"""Edits: each with who, when and why; none of them makes 满足 of what is not."""

from collections.abc import Callable
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from api.wiring import Services
from search_service.errors import Invalid, StateForbids
from search_service.recommendation import edits, reading
from search_service.store.capability import Capability
from search_service.store.institution import Certificate
from search_service.store.requirement import Recommendation, Requirement
from tests.recommendation.conftest import BAR, LIME, STAFF, Post
from tests.recommendation.test_drafting import outcomes

Edit = Callable[..., Recommendation]


@pytest.fixture
def edit(services: Services) -> Edit:
    return lambda found, **said: edits.add(services.database, found.id, STAFF, {"reason": "电话核实", **said})


def preview(services: Services, found: Recommendation) -> dict[str, Any]:
    with services.database.read() as session:
        return reading.shown(session, reading.one(session, found.id), staff=True)


def test_who_is_left_out_is_in_no_option_and_can_be_put_back(
    services: Services, world: SimpleNamespace, post: Post, draft: Any, edit: Edit, events: Any
) -> None:
    requirement = post()
    found = draft(requirement)
    near, far = str(world.near), str(world.far)
    assert preview(services, found)["options"][0]["institutions"] == [near]
    edit(found, kind="leave_out", institution=near)
    shown = preview(services, found)
    assert shown["options"][0]["institutions"] == [far]
    assert (outcomes(shown), shown["set_aside"]) == ({"远处检测中心": "met"}, 1)
    (log,) = shown["edits"]
    assert (log["by"], log["reason"], log["at"][:10]) == ("李四", "电话核实", "2026-11-21")
    edit(found, kind="put_back", institution=near)
    assert preview(services, found)["options"][0]["institutions"] == [near]
    assert events(requirement) == ["drafted", "edited", "edited"]


def test_an_answer_to_a_question_is_told_and_the_cell_stays_unsure(
    world: SimpleNamespace, post: Post, draft: Any, edit: Edit, send: Any, change: Any
) -> None:
    change(Certificate, world.certificate, valid_to=None)
    found = draft(post())
    edit(found, kind="cleared", institution=str(world.near), item=0, reason="证书原件有效期至 2030 年")
    document = send(found).document
    assert outcomes(document)["近处检测中心"] == "unsure"
    (cell,) = next(one for one in document["institutions"] if one["id"] == str(world.near))["items"]
    assert cell["cleared"] == "证书原件有效期至 2030 年"
    assert document["verified"] == [str(world.far)]


def test_what_is_met_or_unmet_has_no_question_to_clear(
    world: SimpleNamespace, post: Post, draft: Any, edit: Edit
) -> None:
    found = draft(post(BAR, {**BAR, "object": "反物质", "parameter": "曲率"}))
    for item in (0, 1):
        with pytest.raises(Invalid, match="待确认"):
            edit(found, kind="cleared", institution=str(world.near), item=item)


def test_a_note_and_the_chosen_option_are_sent(
    world: SimpleNamespace, post: Post, draft: Any, edit: Edit, send: Any, change: Any
) -> None:
    change(Capability, world.row, object="建筑生石灰", parameter="细度", standards=[])
    found = draft(post(BAR, LIME))
    assert [option["at_most"] for option in found.answer["options"]] == [1, 2]
    edit(found, kind="note", text="样品请在周三前送到", reason="机构要求")
    edit(found, kind="choose_option", at_most=1)
    document = send(found).document
    assert document["remarks"] == ["样品请在周三前送到"]
    assert document["recommended"]["at_most"] == 1
    assert len(document["recommended"]["institutions"]) == 1


@pytest.mark.parametrize(
    ("said", "loc"),
    [
        ({"kind": "make_met"}, "kind"),
        ({"kind": ["note"]}, "kind"),
        ({"kind": "note", "text": "x", "reason": "  "}, "reason"),
        ({"kind": "note", "text": ""}, "text"),
        ({"kind": "note", "text": "长" * 1001}, "text"),
        ({"kind": "leave_out", "institution": "谁"}, "institution"),
        ({"kind": "leave_out"}, "institution"),
        ({"kind": "choose_option", "at_most": 3}, "at_most"),
        ({"kind": "choose_option", "at_most": True}, "at_most"),
    ],
)
def test_what_is_no_edit(
    world: SimpleNamespace, post: Post, draft: Any, edit: Edit, events: Any, said: dict[str, Any], loc: str
) -> None:
    del world
    requirement = post()
    with pytest.raises(Invalid) as refused:
        edit(draft(requirement), **said)
    assert [problem.loc for problem in refused.value.problems] == [loc]
    assert events(requirement) == ["drafted"]


def test_what_was_sent_is_not_edited(world: SimpleNamespace, post: Post, draft: Any, edit: Edit, send: Any) -> None:
    del world
    found = send(draft(post()))
    with pytest.raises(StateForbids, match="已发送"):
        edit(found, kind="note", text="再加一句")


def test_the_next_draft_keeps_who_was_left_out(
    services: Services, world: SimpleNamespace, post: Post, draft: Any, edit: Edit, change: Any
) -> None:
    requirement = post()
    first = draft(requirement)
    edit(first, kind="leave_out", institution=str(world.near))
    edit(first, kind="note", text="说明")
    same = preview(services, draft(requirement, again=True))
    assert (same["set_aside"], same["remarks"]) == (1, ["说明"])
    change(Requirement, requirement, body={"region": "610113", "items": [{**BAR, "quantity": 2}]})
    other = preview(services, draft(requirement))
    assert (other["set_aside"], other["remarks"]) == (1, [])


def test_what_became_of_one_that_is_left_out_anyway_stops_nobody(
    world: SimpleNamespace, post: Post, draft: Any, edit: Edit, send: Any, change: Any
) -> None:
    found = draft(post())
    edit(found, kind="leave_out", institution=str(world.near))
    change(Certificate, world.certificate, valid_to=date(2026, 11, 20))
    document = send(found).document
    assert (document["differences"], outcomes(document)) == ([], {"远处检测中心": "met"})
