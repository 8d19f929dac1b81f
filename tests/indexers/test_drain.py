"""Drain (founding decision 5): what is marked is written, what changes meanwhile stays due, nothing is merged."""

import uuid
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import select

from api.wiring import Services
from indexers import claims, loading
from indexers import drain as draining
from indexers.drain import drain, drain_all
from indexers.health import dead
from indexers.outdated import ensure
from indexers.rebuild import rebuild
from search_service.engines.base import Document, Refusal, Tombstone, WriteReport
from search_service.errors import EngineUnavailable
from search_service.kinds.base import Kind
from search_service.kinds.institution import name_key
from search_service.query.request import SearchRequest
from search_service.store import marks
from search_service.store.division import Division
from search_service.store.institution import Certificate, Institution
from search_service.store.journal import IndexState
from search_service.store.standard import Standard
from tests.support import rows


@pytest.fixture
def indexed(services: Services) -> Services:
    ensure(services.database, services.engine)
    return services


def due(services: Services) -> list[tuple[str, uuid.UUID]]:
    with services.database.read() as session:
        found = select(IndexState.kind, IndexState.entity_id).where(IndexState.seq > IndexState.done_seq)
        return [tuple(row) for row in session.execute(found)]


def found(services: Services, q: str, kind: str) -> list[str]:
    return [hit.id for hit in services.search.search(SearchRequest(q=q, kinds=(kind,))).hits]


def retitle(services: Services, row: Standard, title: str) -> None:
    with services.database.write() as session:
        session.get_one(Standard, row.id).title = title


def sequences(services: Services, row: Standard) -> tuple[int, int]:
    """What was marked, and what was acknowledged."""
    with services.database.read() as session:
        state = session.get_one(IndexState, ("standard", row.id))
        return state.seq, state.done_seq


@pytest.fixture
def while_written(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen once, between the loading of a batch and its writing."""
    load = draining.load

    def happens(meanwhile: Callable[[], object]) -> None:
        def loaded(*given: object) -> object:
            batch = load(*given)  # type: ignore[arg-type]
            monkeypatch.setattr(draining, "load", load)
            meanwhile()
            return batch

        monkeypatch.setattr(draining, "load", loaded)

    return happens


def test_a_change_becomes_searchable(indexed: Services) -> None:
    with indexed.database.write() as session:
        row = rows.standard(session, "GB/T 228.1-2021", "金属材料 拉伸试验")
    assert found(indexed, "拉伸", "standard") == []
    done = drain(indexed.database, indexed.engine, worker="w")
    assert (done.written, done.refused, done.due) == (1, 0, False)
    assert found(indexed, "拉伸", "standard") == [str(row.id)]
    assert due(indexed) == []


def test_the_institution_is_in_its_capabilities(indexed: Services) -> None:
    with indexed.database.write() as session:
        owner = rows.institution(session, "示例旧名检测院")
        proof = rows.certificate(session, owner)
        row = rows.capability(session, owner, proof)
    drain_all(indexed.database, indexed.engine, worker="w")
    with indexed.database.write() as session:
        loaded = session.get_one(Institution, owner.id)
        loaded.name = "示例新名检测院"
        loaded.name_key = name_key(loaded.name)
    drain_all(indexed.database, indexed.engine, worker="w")
    assert found(indexed, "屈服强度 新名检测院", "capability") == [str(row.id)]
    with indexed.database.write() as session:
        session.get_one(Certificate, proof.id).nature = "CNAS"
    drain_all(indexed.database, indexed.engine, worker="w")
    wanted = SearchRequest(kinds=("capability",), filters={"nature": ("CNAS",)})
    assert [hit.id for hit in indexed.search.search(wanted).hits] == [str(row.id)]
    with indexed.database.write() as session:
        session.get_one(Institution, owner.id).status = "suspended"
    drain_all(indexed.database, indexed.engine, worker="w")
    assert found(indexed, "屈服强度", "capability") == []


def test_two_changes_while_a_drain_runs_are_not_merged_into_the_older(
    indexed: Services, while_written: Callable[[Callable[[], object]], None]
) -> None:
    with indexed.database.write() as session:
        row = rows.standard(session, "GB/T 1-2000", "第一个名称")
    while_written(lambda: [retitle(indexed, row, title) for title in ("第二个名称", "第三个名称")])
    drain(indexed.database, indexed.engine, worker="w")
    assert due(indexed) == [("standard", row.id)]
    assert sequences(indexed, row) == (3, 1)
    drain_all(indexed.database, indexed.engine, worker="w")
    assert found(indexed, "第三个名称", "standard") == [str(row.id)]
    assert found(indexed, "第一个", "standard") == []


def test_who_acknowledges_late_does_not_undo_what_another_acknowledged(
    indexed: Services, while_written: Callable[[Callable[[], object]], None]
) -> None:
    with indexed.database.write() as session:
        row = rows.standard(session, "GB/T 1-2000", "第一个名称")

    def overtaken() -> None:
        """This worker sleeps through its lease; meanwhile the row changes and another one drains it."""
        indexed.clock.move(claims.LEASE * 2)
        retitle(indexed, row, "第二个名称")
        drain_all(indexed.database, indexed.engine, worker="another")

    while_written(overtaken)
    drain(indexed.database, indexed.engine, worker="late")
    assert sequences(indexed, row) == (2, 2)
    assert found(indexed, "第二个名称", "standard") == [str(row.id)]


def test_a_late_older_write_never_wins(indexed: Services) -> None:
    with indexed.database.write() as session:
        row = rows.standard(session, "GB/T 1-2000", "旧名称")
    with indexed.database.read() as session:
        kind = next(k for k in indexed.registry.kinds if k.name == "standard")
        old = loading.build_all(session, kind, {row.id: 1}, indexed.clock.now())
    with indexed.database.write() as session:
        session.get_one(type(row), row.id).title = "新名称"
    drain_all(indexed.database, indexed.engine, worker="w")
    index = indexed.engine.published("standard")
    assert index is not None
    assert indexed.engine.write(index, old.documents).newer == (str(row.id),)
    indexed.engine.refresh(index)
    assert found(indexed, "新名称", "standard") == [str(row.id)]


def test_a_deleted_row_leaves_a_tombstone(indexed: Services) -> None:
    with indexed.database.write() as session:
        row = rows.standard(session, "GB/T 1-2000", "将被删除")
    drain_all(indexed.database, indexed.engine, worker="w")
    with indexed.database.write() as session:
        session.get_one(type(row), row.id).deleted_at = indexed.clock.now()
    drain_all(indexed.database, indexed.engine, worker="w")
    index = indexed.engine.published("standard")
    assert index is not None
    assert dict(indexed.engine.entries(index)) == {}
    assert indexed.engine.write(index, [Tombstone(str(row.id), 1)]).newer == (str(row.id),)


def test_a_refused_document_waits_or_dies_alone(indexed: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    with indexed.database.write() as session:
        made = [rows.standard(session, f"GB/T {n}-2000") for n in (1, 2, 3)]
    write = indexed.engine.write

    def refuse(index: str, batch: list[object]) -> WriteReport:
        """The engine takes all but two; no real engine can be made to refuse just these."""
        refused = (Refusal(str(made[0].id), "busy", retry=True), Refusal(str(made[1].id), "too large", retry=False))
        kept = [d for d in batch if d.id not in {r.id for r in refused}]  # type: ignore[attr-defined]
        report = write(index, kept)  # type: ignore[arg-type]
        return WriteReport(report.written, report.newer, refused)

    monkeypatch.setattr(indexed.engine, "write", refuse)
    done = drain(indexed.database, indexed.engine, worker="w")
    assert (done.written, done.refused) == (1, 2)
    with indexed.database.read() as session:
        waits, dead, fine = (session.get_one(IndexState, ("standard", row.id)) for row in made)
        assert waits.available_at > indexed.clock.now()
        assert waits.dead_reason is None
        assert dead.dead_reason == "too large"
        assert fine.done_seq == fine.seq


def test_a_rebuild_revives_what_an_older_program_could_not_build(
    indexed: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    with indexed.database.write() as session:
        made = [str(rows.standard(session, f"GB/T {n}-2000", f"第{n}个").id) for n in range(3)]

    def broken(*_: object) -> Document | Tombstone:
        raise OverflowError("old bug")

    with monkeypatch.context() as patched:
        patched.setattr(loading, "build", broken)
        drain_all(indexed.database, indexed.engine, worker="w")
    assert sorted(row.id for row in dead(indexed.database)) == sorted(made)
    rebuild(indexed.database, indexed.engine, indexed.registry.kind("standard"))
    assert dead(indexed.database) == []
    assert found(indexed, "第1个", "standard") == [made[1]]


def test_an_engine_that_is_away_frees_what_was_claimed(indexed: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    with indexed.database.write() as session:
        row = rows.standard(session, "GB/T 1-2000", "稍后可检索")

    def away(index: str, batch: list[object]) -> WriteReport:
        del index, batch
        raise EngineUnavailable

    with monkeypatch.context() as patched:
        patched.setattr(indexed.engine, "write", away)
        with pytest.raises(EngineUnavailable):
            drain(indexed.database, indexed.engine, worker="w")
    drain_all(indexed.database, indexed.engine, worker="another")  # at once: no lease has to lapse
    assert found(indexed, "稍后可检索", "standard") == [str(row.id)]


def test_a_wide_change_is_drained_to_its_end(indexed: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "WIDE", 3)
    with indexed.database.write() as session:
        rows.xian(session)
        owner = rows.institution(session)
        hung = {str(rows.capability(session, owner).id) for _ in range(10)}
    drain_all(indexed.database, indexed.engine, worker="w")
    with indexed.database.write() as session:
        session.scalars(select(Division).where(Division.adcode == "610113")).one().name = "大雁塔区"
    drain_all(indexed.database, indexed.engine, worker="w")
    assert set(found(indexed, "大雁塔区", "capability")) == hung


def test_a_row_that_no_document_can_be_made_of_does_not_hold_up_its_neighbours(
    indexed: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    with indexed.database.write() as session:
        bad, good = rows.standard(session, "GB/T 1-2000", "坏行"), rows.standard(session, "GB/T 2-2000", "好行")
    build = loading.build

    def fail(kind: Kind, row: Standard, seq: int, now: datetime) -> Document | Tombstone:
        if row.title == "坏行":
            raise OverflowError("too late")
        return build(kind, row, seq, now)

    monkeypatch.setattr(loading, "build", fail)
    drain_all(indexed.database, indexed.engine, worker="w")
    assert found(indexed, "好行", "standard") == [str(good.id)]
    with indexed.database.read() as session:
        assert session.get_one(IndexState, ("standard", bad.id)).dead_reason == "OverflowError: too late"
    rebuild(indexed.database, indexed.engine, indexed.registry.kind("standard"))
    assert found(indexed, "好行", "standard") == [str(good.id)]
    monkeypatch.setattr(loading, "build", build)
    with indexed.database.write() as session:
        session.get_one(Standard, bad.id).title = "坏行修好"
    drain_all(indexed.database, indexed.engine, worker="w")
    assert found(indexed, "坏行修好", "standard") == [str(bad.id)]
