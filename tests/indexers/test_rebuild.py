"""Rebuild (founding decisions 1 and 6): an index is always made again from the database, and never swapped in short."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import select, update

from api.wiring import Services
from indexers import backfill, generations, steps
from indexers.drain import drain_all
from indexers.generations import State, Step
from indexers.guards import DropRefused, RebuildRefused, drop
from indexers.loading import Built
from indexers.rebuild import rebuild
from indexers.verify import compare
from search_service.engines.base import Tombstone
from search_service.errors import EngineUnavailable
from search_service.kinds.base import Kind
from search_service.store.journal import IndexState, SearchIndex
from search_service.store.standard import Standard
from tests.support import rows

Total = Callable[..., int]
Held = Callable[..., dict[str, int]]
Change = Callable[..., list[str]]


def states(services: Services) -> dict[str, str]:
    with services.database.read() as session:
        found = session.scalars(select(SearchIndex).where(SearchIndex.kind == "standard"))
        return {index.name: index.state for index in found}


@pytest.mark.usefixtures("both_engines")
def test_a_rebuilt_index_holds_the_same(services: Services, standards: Kind, total: Total, held: Held) -> None:
    old = services.engine.published("standard")
    before = held()
    new = rebuild(services.database, services.engine, standards)
    assert services.engine.published("standard") == new != old
    assert held(new) == before
    assert total() == 29
    assert compare(services.database, services.engine, standards, new).sound


@pytest.mark.usefixtures("both_engines")
def test_one_previous_generation_is_kept(services: Services, standards: Kind) -> None:
    names = [rebuild(services.database, services.engine, standards) for _ in range(3)]
    assert [info.name for info in services.engine.list("standard")] == names[1:]
    assert states(services) == {names[1]: "previous", names[2]: "active"}


@pytest.mark.usefixtures("both_engines")
def test_an_index_that_lacks_rows_is_refused_by_name(
    services: Services, standards: Kind, total: Total, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R13: three documents are gone from the new index before it is verified."""
    old = services.engine.published("standard")
    with services.database.read() as session:
        gone = [str(i) for i in session.scalars(select(Standard.id).order_by(Standard.id).limit(3))]
    refresh = steps._STEPS[Step.REFRESH]

    def lose(work: steps.Work, name: str) -> None:
        refresh(work, name)
        work.engine.write(name, [Tombstone(i, 99) for i in gone])
        work.engine.refresh(name)

    monkeypatch.setitem(steps._STEPS, Step.REFRESH, lose)
    with pytest.raises(RebuildRefused, match="新索引 26 条,数据库可见 29 条") as refused:
        rebuild(services.database, services.engine, standards)
    assert all(i in refused.value.detail for i in gone)
    assert services.engine.published("standard") == old
    assert total() == 29


def test_an_empty_index_is_refused(services: Services, standards: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill, "build_all", lambda *_: Built([]))
    with pytest.raises(RebuildRefused, match="新索引 0 条,数据库可见 29 条"):
        rebuild(services.database, services.engine, standards)


def test_a_program_that_can_make_no_documents_is_refused(
    services: Services, standards: Kind, total: Total, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OverflowError("a mistake in the new release")

    monkeypatch.setattr("indexers.loading.build", broken)
    with pytest.raises(RebuildRefused, match="29 条无法生成文档"):
        rebuild(services.database, services.engine, standards)
    assert total() == 29


@pytest.mark.usefixtures("both_engines")
def test_changes_during_a_rebuild_reach_the_new_index(
    services: Services, standards: Kind, total: Total, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill = backfill.fill

    def meanwhile(work: steps.Work, name: str) -> None:
        """Behind the backfill: only dual write brings this in."""
        fill(work, name)
        with services.database.write() as session:
            rows.standard(session, "GB/T 99-2020", "重建期间新增")
            session.query(Standard).order_by(Standard.id).first().deleted_at = services.clock.now()
        drain_all(services.database, services.engine, worker="w")
        assert total("重建期间新增") == 1, "the old index serves meanwhile"

    monkeypatch.setattr(backfill, "fill", meanwhile)
    new = rebuild(services.database, services.engine, standards)
    assert (total("重建期间新增"), total()) == (1, 29)
    assert compare(services.database, services.engine, standards, new).sound


def test_a_change_that_is_not_drained_yet_is_no_reason_to_refuse(
    services: Services, standards: Kind, change: Change, total: Total
) -> None:
    change("尚未写入", drained=False)
    with services.database.write() as session:
        rows.standard(session, "GB/T 99-2020", "刚刚新增")
    rebuild(services.database, services.engine, standards)
    assert (total("尚未写入"), total("刚刚新增")) == (1, 1)
    with services.database.read() as session:
        due = session.scalars(select(IndexState).where(IndexState.seq > IndexState.done_seq)).all()
    assert due == [], "the backfill wrote them into the only index that is left"


def test_a_row_that_was_never_marked_is_found(services: Services, standards: Kind, held: Held) -> None:
    with services.database.write() as session:
        one = session.scalars(select(IndexState).where(IndexState.kind == "standard")).first()
        session.delete(one)
    rebuild(services.database, services.engine, standards)
    assert held()[str(one.entity_id)] == 1


@pytest.mark.usefixtures("both_engines")
def test_a_late_write_does_not_bring_a_deleted_row_into_a_new_index(
    services: Services, standards: Kind, change: Change, held: Held
) -> None:
    """R9: the write of before the deletion arrives when a rebuild has made a new index."""
    [gone] = change("旧名称")
    old = held()[gone]
    with services.database.read() as session:
        late = backfill.build_all(session, standards, {UUID(gone): old}, services.clock.now()).documents
    with services.database.write() as session:
        session.get_one(Standard, UUID(gone)).deleted_at = services.clock.now()
    drain_all(services.database, services.engine, worker="w")
    new = rebuild(services.database, services.engine, standards)
    assert services.engine.write(new, late).newer == (gone,)
    services.engine.refresh(new)
    assert gone not in held()


@pytest.mark.usefixtures("both_engines")
def test_a_rebuild_that_fails_leaves_nothing_behind(
    services: Services, standards: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [info.name for info in services.engine.list("standard")]

    def fail(*given: object) -> None:
        del given
        raise RuntimeError("no space")

    monkeypatch.setattr(backfill, "fill", fail)
    with pytest.raises(RuntimeError, match="no space"):
        rebuild(services.database, services.engine, standards)
    assert [info.name for info in services.engine.list("standard")] == before
    assert sorted(states(services).values()) == ["active", "failed"]
    monkeypatch.undo()
    rebuild(services.database, services.engine, standards)
    assert sorted(states(services).values()) == ["active", "previous"]


def test_an_engine_that_is_away_for_a_moment_costs_a_moment(
    services: Services, standards: Kind, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, failures = services.engine.write, iter([True, True, False])

    def flaky(index: str, batch: list[object]) -> object:
        if next(failures, False):
            raise EngineUnavailable("away")
        return write(index, batch)  # type: ignore[arg-type]

    monkeypatch.setattr(services.engine, "write", flaky)
    monkeypatch.setattr("indexers.work.time.sleep", lambda _: None)
    rebuild(services.database, services.engine, standards)
    assert len(held()) == 29


@pytest.mark.usefixtures("both_engines")
def test_a_failure_after_the_swap_is_finished_by_the_next_rebuild(
    services: Services, standards: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: object) -> None:
        del given
        raise RuntimeError("no space")

    monkeypatch.setattr(generations, "activate", fail)
    with pytest.raises(RuntimeError):
        rebuild(services.database, services.engine, standards)
    new = services.engine.published("standard")
    assert states(services)[str(new)] == State.BUILDING, "it gets every change, although not called active yet"
    monkeypatch.undo()
    assert rebuild(services.database, services.engine, standards) == new
    assert sorted(states(services).values()) == ["active", "previous"]


@pytest.mark.usefixtures("both_engines")
def test_the_position_is_remembered_only_for_what_is_durable(
    services: Services, standards: Kind, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped in the middle as by a kill: the next one goes on behind the checkpoint, in the same index."""
    monkeypatch.setattr(backfill, "BATCH", 5)
    monkeypatch.setattr(backfill, "CHECKPOINT", 10)
    pages = iter(range(100))
    build_all = backfill.build_all

    def killed(*given: object) -> Built:
        if next(pages) == 3:
            raise KeyboardInterrupt
        return build_all(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(backfill, "build_all", killed)
    with pytest.raises(KeyboardInterrupt):
        rebuild(services.database, services.engine, standards)
    [unfinished] = generations.known(services.database, standards, State.BUILDING)
    assert unfinished.position is not None
    wanted: list[int] = []

    def counted(*given: object) -> Built:
        built = build_all(*given)  # type: ignore[arg-type]
        wanted.append(len(built.documents))
        return built

    monkeypatch.setattr(backfill, "build_all", counted)
    assert rebuild(services.database, services.engine, standards) == unfinished.name
    assert sum(wanted) == 29 - 10
    assert len(held()) == 29


@pytest.mark.usefixtures("both_engines")
def test_an_unfinished_index_of_another_vocabulary_is_thrown_away(
    services: Services, standards: Kind, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(backfill, "fill", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            rebuild(services.database, services.engine, standards)
    [unfinished] = generations.known(services.database, standards, State.BUILDING)
    monkeypatch.setattr("analyzers.vocabulary.fingerprint", lambda: "another vocabulary")
    assert rebuild(services.database, services.engine, standards) != unfinished.name
    assert "词表或声明又有变更" in caplog.text
    assert unfinished.name not in states(services)
    assert unfinished.name not in [info.name for info in services.engine.list("standard")]


@pytest.mark.usefixtures("both_engines")
def test_what_serves_or_is_needed_is_never_dropped(services: Services, standards: Kind) -> None:
    first = services.engine.published("standard")
    second = rebuild(services.database, services.engine, standards)
    for name in (second, first, "test-standard-*", "nowhere"):
        with pytest.raises(DropRefused):
            drop(services.database, services.engine, standards, str(name))
    with services.database.write() as session:  # whatever the books say, what is published stays
        session.execute(update(SearchIndex).where(SearchIndex.name == second).values(state=State.RETIRED))
    with pytest.raises(DropRefused):
        drop(services.database, services.engine, standards, second)
    assert len(services.engine.list("standard")) == 2
