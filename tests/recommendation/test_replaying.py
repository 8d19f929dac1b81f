"""Replay: from the stored inputs, whatever stands in the stored verdicts; rows that changed since are named."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import update

from api.wiring import Services
from search_service.errors import NotFound
from search_service.recommendation.plain import canonical
from search_service.recommendation.replaying import find, replay
from search_service.store.capability import Capability
from search_service.store.division import Division
from search_service.store.institution import Certificate, Institution
from search_service.store.requirement import Recommendation
from search_service.store.standard import Standard
from tests.recommendation.conftest import BAR, LIME, Post


def corrupt(services: Services, found: Recommendation, **values: Any) -> None:
    """Behind the back of everything that guards it."""
    with services.database.write() as session:
        session.execute(update(Recommendation).where(Recommendation.id == found.id).values(**values))


def test_the_same_bytes_for_a_draft_and_for_what_was_sent(
    services: Services, world: SimpleNamespace, post: Post, draft: Any, send: Any
) -> None:
    del world
    for found in (draft(post(BAR, LIME)), send(draft(post(BAR)))):
        again = replay(services.database, found.id)
        assert again["same"]
        assert canonical(again["answer"]) == canonical(found.answer)
        assert (again["changed"], again["damaged"]) == ([], [])


def test_corrupted_verdicts_change_nothing(services: Services, world: SimpleNamespace, post: Post, draft: Any) -> None:
    del world
    found = draft(post())
    right = found.answer
    lies = {**right, "institutions": [], "options": [], "nobody": "没有"}
    corrupt(services, found, answer=lies)
    again = replay(services.database, found.id)
    assert canonical(again["answer"]) == canonical(right)
    assert not again["same"]
    assert again["digest"] != again["stored_digest"]


@pytest.mark.parametrize(
    ("kind", "model", "values"),
    [
        ("capability", Capability, {"parameter": "抗拉强度"}),
        ("certificate", Certificate, {"valid_to": date(2026, 11, 20)}),
        ("institution", Institution, {"status": "suspended"}),
        ("standard", Standard, {"status": "withdrawn"}),
        ("division", Division, {"name": "雁塔新区"}),
    ],
)
def test_a_row_that_changed_is_named_and_not_used(
    services: Services, world: SimpleNamespace, post: Post, draft: Any, change: Any, kind: str, model: Any, values: Any
) -> None:
    found = draft(post())
    ids = {"capability": world.row, "certificate": world.certificate, "institution": world.near}
    if kind not in ids:
        with services.database.read() as session:
            wanted = {"name": "雁塔区"} if model is Division else {}
            ids[kind] = session.query(model).filter_by(**wanted).one().id
    change(model, ids[kind], **values)
    again = replay(services.database, found.id)
    assert {"kind": kind, "id": str(ids[kind]), "what": "changed"} in again["changed"]
    assert {one["kind"] for one in again["changed"]} == {kind}
    assert canonical(again["answer"]) == canonical(found.answer)
    assert again["same"]


def test_a_row_that_is_gone_is_named_also_where_it_could_do_nothing_of_it(
    services: Services, world: SimpleNamespace, post: Post, draft: Any, change: Any
) -> None:
    change(Capability, world.row, object="建筑生石灰", parameter="细度", standards=[])
    found = draft(post())
    assert str(world.row) in found.inputs["passed"]["capability"]
    change(Capability, world.row, state="hidden")
    assert replay(services.database, found.id)["changed"] == [
        {"kind": "capability", "id": str(world.row), "what": "gone"}
    ]


def test_stored_rows_that_somebody_touched_are_named(
    services: Services, world: SimpleNamespace, post: Post, draft: Any
) -> None:
    found = draft(post())
    rows = found.inputs["rows"]
    held = rows["capability"][str(world.row)]
    touched = {**held, "row": {**held["row"], "parameter": "抗拉强度"}}
    inputs = {**found.inputs, "rows": {**rows, "capability": {**rows["capability"], str(world.row): touched}}}
    corrupt(services, found, inputs=inputs)
    again = replay(services.database, found.id)
    assert again["damaged"] == [{"kind": "capability", "id": str(world.row)}]
    assert not again["same"]


def test_it_is_found_by_number_or_id(
    services: Services, world: SimpleNamespace, post: Post, draft: Any, send: Any
) -> None:
    del world
    requirement = post()
    sent = send(draft(requirement))
    later = draft(requirement, again=True)
    assert find(services.database, " XQ20261121-0001 ") == sent.id
    assert find(services.database, str(requirement)) == sent.id
    assert find(services.database, str(later.id)) == later.id
    for nobody in ("XQ20261121-0002", "谁", "00000000-0000-0000-0000-000000000000"):
        with pytest.raises(NotFound):
            find(services.database, nobody)
