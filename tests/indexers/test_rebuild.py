"""Rebuild (founding decisions 1 and 6): an index is always made again from the database, and never swapped in short."""

import pytest
from sqlalchemy import select

from api.wiring import Services
from indexers import rebuild as rebuilding
from indexers.drain import Built, drain_all
from indexers.naming import fingerprint
from indexers.rebuild import RebuildRefused, ensure, rebuild, stale
from indexers.verify import compare
from search_service.kinds.base import Kind
from search_service.query.request import SearchRequest
from search_service.store.journal import SearchIndex
from tests.support import rows


@pytest.fixture
def standards(services: Services) -> Kind:
    with services.database.write() as session:
        for number in range(1, 30):
            rows.standard(session, f"GB/T {number}-2000", f"第{number}号标准")
    ensure(services.database, services.engine, "test")
    drain_all(services.database, services.engine, worker="w")
    return next(k for k in services.registry.kinds if k.name == "standard")


def total(services: Services) -> int:
    return services.search.search(SearchRequest(kinds=("standard",))).total


def test_a_rebuilt_index_holds_the_same(services: Services, standards: Kind) -> None:
    old = services.engine.published("standard")
    assert old is not None
    before = dict(services.engine.entries(old))
    new = rebuild(services.database, services.engine, standards, "test")
    assert services.engine.published("standard") == new != old
    assert dict(services.engine.entries(new)) == before
    assert total(services) == 29
    assert compare(services.database, services.engine, standards, new).sound


def test_one_previous_generation_is_kept(services: Services, standards: Kind) -> None:
    names = [rebuild(services.database, services.engine, standards, "test") for _ in range(3)]
    assert [info.name for info in services.engine.list("standard")] == names[1:]
    with services.database.read() as session:
        found = session.scalars(select(SearchIndex).where(SearchIndex.kind == "standard"))
        assert {index.name: index.state for index in found} == {names[1]: "previous", names[2]: "active"}


def test_an_index_that_lacks_rows_is_refused(
    services: Services, standards: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = services.engine.published("standard")
    build_all = rebuilding.build_all

    def short(built: Built) -> Built:
        return Built(built.documents[3:])

    monkeypatch.setattr(rebuilding, "build_all", lambda *given: short(build_all(*given)))
    with pytest.raises(RebuildRefused, match="新索引 26 条,应有 29 条"):
        rebuild(services.database, services.engine, standards, "test")
    assert services.engine.published("standard") == old
    assert total(services) == 29


def test_changes_during_a_rebuild_reach_the_new_index(
    services: Services, standards: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    backfill = rebuilding._backfill

    def meanwhile(*given: object) -> None:
        backfill(*given)  # type: ignore[arg-type]
        with services.database.write() as session:
            rows.standard(session, "GB/T 99-2020", "重建期间新增")
        drain_all(services.database, services.engine, worker="w")

    monkeypatch.setattr(rebuilding, "_backfill", meanwhile)
    rebuild(services.database, services.engine, standards, "test")
    assert services.search.search(SearchRequest(q="重建期间新增", kinds=("standard",))).total == 1


def test_another_declaration_or_vocabulary_means_a_new_index(
    services: Services, standards: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not stale(services.database, services.engine, standards)
    before = fingerprint(standards)
    monkeypatch.setattr("analyzers.vocabulary.fingerprint", lambda: "another vocabulary")
    assert fingerprint(standards) != before
    assert stale(services.database, services.engine, standards)
    assert "标准" in ensure(services.database, services.engine, "test")
    assert not stale(services.database, services.engine, standards)


def test_a_rebuild_that_fails_leaves_nothing_behind(
    services: Services, standards: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [info.name for info in services.engine.list("standard")]

    def fail(*given: object) -> None:
        del given
        raise RuntimeError("no space")

    monkeypatch.setattr(rebuilding, "_backfill", fail)
    with pytest.raises(RuntimeError, match="no space"):
        rebuild(services.database, services.engine, standards, "test")
    assert [info.name for info in services.engine.list("standard")] == before
    with services.database.read() as session:
        states = session.scalars(select(SearchIndex.state).where(SearchIndex.kind == "standard")).all()
    assert sorted(states) == ["active", "failed"]
