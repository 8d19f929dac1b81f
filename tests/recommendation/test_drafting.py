"""Drafts: made once, of the requirement as it stands, with everything that judging looked at."""

import json
import threading
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, select

from api.wiring import Services
from search_service.errors import StateForbids
from search_service.kinds.access import SYSTEM
from search_service.matching.answer import answer as wording
from search_service.matching.match import Matcher
from search_service.recommendation import drafting, judging
from search_service.recommendation.basis import answer
from search_service.recommendation.frozen import freeze_basis, thaw_basis
from search_service.recommendation.plain import canonical
from search_service.store.division import Division
from search_service.store.ids import new_id
from search_service.store.requirement import Requirement
from search_service.store.vocabulary import Synonym
from tests.conftest import NOW
from tests.recommendation.conftest import BAR, LIME, Post


def outcomes(found: dict[str, Any], item: int = 0) -> dict[str, str]:
    return {one["name"]: one["items"][item]["outcome"] for one in found["institutions"]}


def test_a_draft_is_what_matching_says_of_the_stored_requirement(
    services: Services, matcher: Matcher, world: SimpleNamespace, post: Post, draft: Any
) -> None:
    requirement = post(BAR, LIME)
    found = draft(requirement)
    assert outcomes(found.answer) == {"近处检测中心": "met", "远处检测中心": "met"}
    assert found.answer["seed"] == str(requirement)
    assert found.answer["window"] == {"start": "2026-12-01", "end": "2026-12-15"}
    body = {"region": "610113", "start": "2026-12-01", "service_days": 15, "items": [BAR, LIME]}
    with services.database.read() as session:
        whole = wording(matcher.matched(session, body, str(requirement)))
    assert canonical(found.answer) == canonical(whole)
    assert found.inputs["requirement"]["body"]["items"] == [BAR, LIME]
    assert str(world.row) in found.inputs["rows"]["capability"]
    assert str(world.certificate) in found.inputs["rows"]["certificate"]
    assert {"rule", "calendar", "vocabulary"} <= found.inputs["versions"].keys()


def test_it_is_made_once_and_again_when_asked_or_when_the_requirement_changed(
    world: SimpleNamespace, post: Post, draft: Any, events: Any, change: Any
) -> None:
    del world
    requirement = post()
    first = draft(requirement)
    assert draft(requirement).id == first.id
    assert draft(requirement, again=True).number == 2
    change(Requirement, requirement, body={"region": "610113", "items": [LIME]})
    assert draft(requirement).number == 3
    assert events(requirement) == ["drafted"] * 3


def test_a_draft_of_yesterday_is_judged_again_and_keeps_its_window(
    services: Services, world: SimpleNamespace, post: Post, draft: Any
) -> None:
    del world
    requirement = post(start=None, service_days=None)
    first = draft(requirement)
    assert first.answer["window"]["start"] == first.answer["due"]["recommend_by"][:10]
    services.clock.move(timedelta(days=1))
    second = draft(requirement)
    assert (second.number, second.judged_on - first.judged_on) == (2, timedelta(days=1))
    assert second.answer["window"] == first.answer["window"]
    services.clock.move(timedelta(days=6))
    late = draft(requirement).answer["window"]
    assert late == {"start": "2026-11-28", "end": first.answer["window"]["end"]}


def test_two_beats_at_once_make_one_draft(
    services: Services, matcher: Matcher, world: SimpleNamespace, post: Post, events: Any
) -> None:
    del world
    requirement = post()
    together(lambda: drafting.draft(services.database, matcher, requirement, SYSTEM), 4)
    assert events(requirement) == ["drafted"]


def test_nothing_is_drafted_for_what_is_over(world: SimpleNamespace, post: Post, draft: Any, change: Any) -> None:
    del world
    requirement = post()
    change(Requirement, requirement, state="withdrawn")
    with pytest.raises(StateForbids, match="已撤回"):
        draft(requirement)


def test_inputs_are_enough_without_the_rest_of_the_tables(
    services: Services, matcher: Matcher, world: SimpleNamespace, post: Post
) -> None:
    """Only the synonyms and divisions that were looked at are kept, and they give the same bytes."""
    del world
    requirement = post(BAR)
    with services.database.read() as session:
        row = session.get_one(Requirement, requirement)
        basis = judging.judge(session, matcher, judging.read(session, row))
    kept = freeze_basis(basis)
    assert canonical(answer(thaw_basis(kept))) == canonical(answer(basis))
    assert canonical(freeze_basis(thaw_basis(kept))) == canonical(kept)


GAUGE = {"service": "检定", "object": "压力表", "standard": "JJG 52", "range": "0~25 MPa", "accuracy": "1.6级"}
RICE = {"service": "检测", "object": "大米", "parameter": "镉", "standard": "GB 5009.15"}


@pytest.mark.parametrize(
    "body",
    [
        {"region": "610113", "items": [RICE, GAUGE]},
        {"region": "610100", "items": [{**GAUGE, "range": "0~60 MPa", "place": "610113"}, {"object": "大米"}]},
        {
            "region": "月球",
            "items": [{"service": "培训", "object": "实验室管理"}, {"service": "校准", "object": "天平"}],
        },
        {"certificate_kinds": ["CMA"], "max_institutions": 1, "items": [RICE, BAR, {"standard": "GB 5009.15"}]},
    ],
)
def test_what_is_kept_of_the_sample_gives_the_bytes_of_the_whole(sample: Services, body: dict[str, Any]) -> None:
    matcher = Matcher(sample.database, sample.engine)
    body = {"start": "2026-12-01", "service_days": 15, **body}
    posted = Requirement(id=new_id(), number="XQ", title="", body=body, received_at=NOW, channel="online")
    with sample.database.read() as session:
        read = judging.read(session, posted)
        kept = judging.inputs_of(session, posted, read, judging.judge(session, matcher, read))
        whole = wording(matcher.matched(session, body, str(posted.id)))
    assert canonical(answer(thaw_basis(json.loads(canonical(kept))))) == canonical(whole)
    everything = {"synonym": Synonym, "division": Division}
    for kind, model in everything.items():
        with sample.database.read() as session:
            assert len(kept["rows"][kind]) < (session.scalar(select(func.count()).select_from(model)) or 0)


def together(do: Callable[[], Any], count: int) -> list[Any]:
    """What each of some threads that begin at once got, or raised."""
    found: list[Any] = []
    start = threading.Barrier(count)

    def run() -> None:
        start.wait()
        try:
            found.append(do())
        except Exception as error:  # noqa: BLE001 - looked at by the test
            found.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found
