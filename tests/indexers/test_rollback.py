"""Rollback (founding decision 6): the previous generation serves again, with everything that it missed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from api.wiring import Services
from indexers import backfill, generations, jobs, steps
from indexers.claims import claim
from indexers.documents import schema_of
from indexers.drain import drain_all
from indexers.generations import State
from indexers.loading import load
from indexers.outdated import ensure
from indexers.rebuild import NoPrevious, rebuild, rollback
from indexers.verify import Difference, compare
from search_service.engines.base import Document
from search_service.kinds.base import Kind
from search_service.store.standard import Standard
from tests.support import rows

Total = Callable[..., int]
Held = Callable[..., dict[str, int]]
Change = Callable[..., list[str]]


@pytest.mark.usefixtures("both_engines")
def test_the_previous_generation_serves_again_and_lacks_nothing(
    services: Services, standards: Kind, change: Change, total: Total, held: Held
) -> None:
    old = services.engine.published("standard")
    bad = rebuild(services.database, services.engine, standards)
    [gone] = change("将被删除")
    with services.database.write() as session:
        session.get_one(Standard, UUID(gone)).deleted_at = services.clock.now()
        rows.standard(session, "GB/T 99-2020", "切换之后新增")
    drain_all(services.database, services.engine, worker="w")
    change("切换之后变更", 3)
    assert rollback(services.database, services.engine, standards) == old
    assert services.engine.published("standard") == old
    assert (total(), total("切换之后新增"), total("切换之后变更"), total("将被删除")) == (29, 1, 3, 0)
    assert gone not in held()
    assert compare(services.database, services.engine, standards, str(old)).sound
    states = {index.name: index.state for index in generations.known(services.database, standards)}
    assert states == {old: State.ACTIVE, bad: State.PREVIOUS}
    change("水泥")
    assert total("水泥") == 1


def test_and_back_again(services: Services, standards: Kind, change: Change, total: Total) -> None:
    new = rebuild(services.database, services.engine, standards)
    rollback(services.database, services.engine, standards)
    change("其间变更")
    assert rollback(services.database, services.engine, standards) == new
    assert total("其间变更") == 1


def test_changes_while_it_catches_up_reach_both(
    services: Services, standards: Kind, change: Change, total: Total, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild(services.database, services.engine, standards)
    change("第一次")
    catch_up = backfill.catch_up

    def meanwhile(*given: object) -> None:
        catch_up(*given)  # type: ignore[arg-type]
        change("补写之后")
        assert total("补写之后") == 1, "what serves gets it"

    monkeypatch.setattr(backfill, "catch_up", meanwhile)
    rollback(services.database, services.engine, standards)
    assert total("补写之后") == 1


def test_a_drain_that_began_before_it_and_ends_late_leaves_no_gap(
    services: Services, standards: Kind, change: Change, total: Total, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild(services.database, services.engine, standards)
    serving = str(services.engine.published("standard"))
    change("尚未写入", 2, drained=False)
    slow = claim(services.database, standards, "slow", 500)
    assert slow is not None
    report = services.engine.write(serving, load(services.database, standards, slow.seqs).documents)

    def compared(*given: Any) -> Difference:
        found = compare(*given)
        slow.acknowledge([report])  # written before it knew of the second index
        return found

    monkeypatch.setattr(steps, "compare", compared)
    rollback(services.database, services.engine, standards)
    assert total("尚未写入") == 2


def test_a_rollback_that_fails_keeps_both_generations(
    services: Services, standards: Kind, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = services.engine.published("standard")
    new = rebuild(services.database, services.engine, standards)
    change("第一次")

    def fail(*given: object) -> None:
        del given
        raise RuntimeError("no space")

    monkeypatch.setattr(backfill, "catch_up", fail)
    with pytest.raises(RuntimeError, match="no space"):
        rollback(services.database, services.engine, standards)
    assert services.engine.published("standard") == new
    states = {index.name: index.state for index in generations.known(services.database, standards)}
    assert states == {old: State.PREVIOUS, new: State.ACTIVE}
    monkeypatch.undo()
    assert rollback(services.database, services.engine, standards) == old


@pytest.mark.usefixtures("both_engines")
def test_a_rollback_that_was_killed_after_the_swap_is_not_done_twice(
    services: Services, standards: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = services.engine.published("standard")
    rebuild(services.database, services.engine, standards)

    def killed(*given: object) -> None:
        del given
        raise KeyboardInterrupt

    monkeypatch.setattr("indexers.steps._acknowledge", killed)
    with pytest.raises(KeyboardInterrupt):
        rollback(services.database, services.engine, standards)
    monkeypatch.undo()
    assert rollback(services.database, services.engine, standards) == old


def test_what_somebody_else_wrote_into_it_is_no_hindrance(services: Services, standards: Kind) -> None:
    old = str(services.engine.published("standard"))
    numbers = {field.name: 0 for field in schema_of(standards).numbers if field.name != "seq"}
    services.engine.write(old, [Document("not-one-of-ours", 1, "", {}, {}, numbers)])
    services.engine.refresh(old)
    rebuild(services.database, services.engine, standards)
    assert rollback(services.database, services.engine, standards) == old


def test_there_is_nothing_to_go_back_to(services: Services, standards: Kind) -> None:
    with pytest.raises(NoPrevious, match="zhixun index rebuild standard"):
        rollback(services.database, services.engine, standards)
    job = jobs.last_job(services.database, "standard")
    assert job is not None
    assert job.state == jobs.FAILED


def test_an_index_of_another_program_is_not_gone_back_to(
    services: Services, standards: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    rebuild(services.database, services.engine, standards)
    monkeypatch.setattr("analyzers.vocabulary.fingerprint", lambda: "another vocabulary")
    with pytest.raises(NoPrevious, match="另一版词表或声明"):
        rollback(services.database, services.engine, standards)


@pytest.mark.usefixtures("standards")
def test_the_earlier_program_goes_back_instead_of_making_a_third_index(
    services: Services, change: Change, total: Total
) -> None:
    old = services.engine.published("standard")
    with pytest.MonkeyPatch.context() as newer:
        newer.setattr("analyzers.vocabulary.fingerprint", lambda: "another vocabulary")
        ensure(services.database, services.engine)
        assert services.engine.published("standard") != old
        change("新程序写入")
    ensure(services.database, services.engine)
    assert services.engine.published("standard") == old
    assert total("新程序写入") == 1
