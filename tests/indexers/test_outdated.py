"""A changed vocabulary or declaration is found out by fingerprint, said in words, and means a new index."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import select

from api import wiring
from api.wiring import Services
from indexers import documents, generations, jobs
from indexers import drain as draining
from indexers.drain import drain_all
from indexers.generations import State
from indexers.guards import RebuildRefused
from indexers.naming import fingerprint
from indexers.outdated import ask_again, ask_for_missing, ensure, notice, stale
from indexers.patience import FIRST_WAIT, LONGEST_WAIT
from indexers.rebuild import work_off
from indexers.status import status
from search_service.engines.base import NumberField
from search_service.errors import EngineUnavailable
from search_service.kinds.base import Kind
from search_service.store.journal import IndexState, SearchIndex

Total = Callable[..., int]
Change = Callable[..., list[str]]


@pytest.fixture
def other_fields(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A release whose standards have one more field."""
    schema_of, build = documents.schema_of, documents.build

    def release() -> None:
        def schema(kind: Kind) -> object:
            found = schema_of(kind)
            new = (*found.numbers, NumberField("new"))
            return replace(found, numbers=new) if kind.name == "standard" else found

        def document(kind: Kind, *given: object) -> object:
            found = build(kind, *given)  # type: ignore[arg-type]
            return replace(found, numbers={**found.numbers, "new": 1}) if kind.name == "standard" else found  # type: ignore[union-attr]

        for place in ("indexers.documents", "indexers.naming", "indexers.steps"):
            monkeypatch.setattr(f"{place}.schema_of", schema)
        monkeypatch.setattr("indexers.loading.build", document)

    return release


@pytest.mark.usefixtures("both_engines")
def test_what_was_built_is_not_outdated_for_the_next_process(services: Services) -> None:
    def books() -> list[dict[str, object]]:
        with services.database.read() as session:
            found = session.scalars(select(SearchIndex).order_by(SearchIndex.name))
            return [{key: value for key, value in vars(row).items() if key[0] != "_"} for row in found]

    assert len(ensure(services.database, services.engine)) == len(services.registry.kinds)
    before = books()
    later = wiring.build(services.settings)
    assert notice(later.database, later.engine) == []
    assert wiring.bring_up_to_date(later)
    later.close()
    assert len(before) == len(services.registry.kinds)
    assert books() == before


def test_another_vocabulary_means_a_new_index(services: Services, standards: Kind, total: Total) -> None:
    assert not stale(services.database, services.engine, standards)
    before = fingerprint(standards)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("analyzers.vocabulary.fingerprint", lambda: "another vocabulary")
        assert fingerprint(standards) != before
        assert stale(services.database, services.engine, standards)
        assert "标准" in ensure(services.database, services.engine)
        assert not stale(services.database, services.engine, standards)
    assert total() == 29


def test_it_is_said_which_kind_since_when_and_what_happens(
    standards: Kind, services: Services, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("analyzers.vocabulary.fingerprint", lambda: "another vocabulary")
    since = services.clock.now()
    notice(services.database, services.engine)
    assert "标准:词表已变更(自 2026-11-21" in caplog.text
    assert "继续提供检索并接收变更" in caplog.text
    index = next(i for i in status(services.database, services.engine, standards)["indices"] if i["published"])
    assert index["label"] == "现用"
    assert "词表已变更" in index["advice"]
    assert "zhixun index rebuild standard" in index["advice"]
    services.clock.move(LONGEST_WAIT)
    notice(services.database, services.engine)
    [active] = generations.known(services.database, standards, State.ACTIVE)
    assert active.outdated_at is not None
    assert abs((active.outdated_at - since).total_seconds()) < LONGEST_WAIT.total_seconds(), "noticed once"


def test_an_index_with_other_words_takes_changes_until_its_successor_is_there(
    services: Services, standards: Kind, change: Change, total: Total, monkeypatch: pytest.MonkeyPatch
) -> None:
    del standards
    monkeypatch.setattr("analyzers.vocabulary.fingerprint", lambda: "another vocabulary")
    notice(services.database, services.engine)
    change("其间变更")
    assert total("其间变更") == 1


@pytest.mark.usefixtures("both_engines")
def test_an_index_with_other_fields_serves_and_changes_wait_for_its_successor(
    services: Services, standards: Kind, change: Change, total: Total, other_fields: Callable[[], None]
) -> None:
    other_fields()
    notice(services.database, services.engine)
    changed = change("其间变更")
    assert total() == 29
    assert total("其间变更") == 0
    with services.database.read() as session:
        state = session.query(IndexState).filter_by(kind="standard").where(IndexState.seq > IndexState.done_seq).one()
        assert (str(state.entity_id), state.dead_reason) == (changed[0], None), "it waits, and is not refused"
    [index] = status(services.database, services.engine, standards)["indices"]
    assert index["label"] == "现用(待更新)"
    assert "索引字段已变更" in index["advice"]
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")
    assert (total(), total("其间变更")) == (29, 1)


def test_what_was_claimed_when_an_index_is_set_aside_stays_due(
    services: Services, standards: Kind, change: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    change("认领之后", drained=False)
    load = draining.load

    def meanwhile(*given: object) -> object:
        """Another process, of a newer release, starts just now."""
        with pytest.MonkeyPatch.context() as newer:
            newer.setattr("indexers.naming.schema_of", lambda kind: f"other fields of {kind.name}")
            notice(services.database, services.engine)
        return load(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(draining, "load", meanwhile)
    drain_all(services.database, services.engine, worker="w")
    with services.database.read() as session:
        due = session.query(IndexState).where(IndexState.seq > IndexState.done_seq).count()
    assert due == 1, f"acknowledged for no index of {standards.label}"


def test_a_program_that_is_put_back_takes_its_index_up_again(
    services: Services, standards: Kind, change: Change, total: Total
) -> None:
    old = services.engine.published("standard")
    with pytest.MonkeyPatch.context() as newer:
        newer.setattr("indexers.naming.schema_of", lambda kind: f"other fields of {kind.name}")
        notice(services.database, services.engine)
        change("其间变更")
        assert total("其间变更") == 0
    assert ensure(services.database, services.engine) == []
    drain_all(services.database, services.engine, worker="w")
    assert services.engine.published("standard") == old
    assert total("其间变更") == 1
    assert generations.known(services.database, standards, State.ACTIVE)[0].outdated_at is None


@pytest.mark.usefixtures("standards")
def test_a_running_service_is_asked_and_does_it(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analyzers.vocabulary.fingerprint", lambda: "another vocabulary")
    ask_for_missing(services.database, services.engine)
    ask_for_missing(services.database, services.engine)
    count = 0
    while work_off(services.database, services.engine, worker="w"):
        count += 1
    assert count == len(services.registry.kinds)
    assert notice(services.database, services.engine) == []


def test_what_was_refused_is_not_tried_all_day(
    services: Services, standards: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analyzers.vocabulary.fingerprint", lambda: "another vocabulary")

    def refuse(*given: object) -> None:
        del given
        raise RebuildRefused("缺少")

    monkeypatch.setattr("indexers.guards.require_sound", refuse)
    ask_for_missing(services.database, services.engine)
    with pytest.raises(RebuildRefused):
        work_off(services.database, services.engine, worker="w")
    job = jobs.last_job(services.database, standards.name)
    assert job is not None
    assert (job.state, job.message) == (jobs.REFUSED, "缺少")
    ask_for_missing(services.database, services.engine)
    assert jobs.open_job(services.database, standards.name) is None
    services.clock.move(LONGEST_WAIT)
    ask_again(services.database, services.engine)
    assert jobs.open_job(services.database, standards.name) is not None


def test_what_fails_is_tried_again_ever_later(
    services: Services, standards: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: object) -> None:
        del given
        raise EngineUnavailable("磁盘已满")

    monkeypatch.setattr("analyzers.vocabulary.fingerprint", lambda: "another vocabulary")
    monkeypatch.setattr("indexers.backfill.fill", fail)
    ask_for_missing(services.database, services.engine)
    wait = FIRST_WAIT
    for _ in range(3):
        while jobs.open_job(services.database, standards.name) is not None:
            with pytest.raises(EngineUnavailable):
                work_off(services.database, services.engine, worker="w")
        services.clock.move(wait * 0.7)
        ask_for_missing(services.database, services.engine)
        ask_again(services.database, services.engine)
        assert jobs.open_job(services.database, standards.name) is None
        said = status(services.database, services.engine, standards)["job"]
        assert (said["state"], said["message"]) == (jobs.FAILED, "磁盘已满")
        assert said["again_at"].startswith("2026-11-21 10:"), "said in Chinese time"
        services.clock.move(wait * 0.4)
        ask_again(services.database, services.engine)
        assert jobs.open_job(services.database, standards.name) is not None
        wait *= 2


def test_another_fingerprint_is_tried_at_once(
    services: Services, standards: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as bad:
        bad.setattr("analyzers.vocabulary.fingerprint", lambda: "a vocabulary that fails")
        bad.setattr("indexers.backfill.fill", lambda *_: (_ for _ in ()).throw(EngineUnavailable("磁盘已满")))
        ask_for_missing(services.database, services.engine)
        while jobs.open_job(services.database, standards.name) is not None:
            with pytest.raises(EngineUnavailable):
                work_off(services.database, services.engine, worker="w")
    ask_again(services.database, services.engine)
    assert jobs.open_job(services.database, standards.name) is None, "what serves is right again"
    monkeypatch.setattr("analyzers.vocabulary.fingerprint", lambda: "a mended vocabulary")
    ask_for_missing(services.database, services.engine)
    assert jobs.open_job(services.database, standards.name) is not None
