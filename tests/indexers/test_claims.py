"""Claims: of several workers one has a row, for as long as he lives."""

import pytest

from api.wiring import Services
from indexers import claims
from indexers.drain import drain_all
from indexers.outdated import ensure
from search_service.engines.base import Refusal, WriteReport
from search_service.query.request import SearchRequest
from search_service.store.standard import Standard
from tests.support import rows


@pytest.fixture
def indexed(services: Services) -> Services:
    ensure(services.database, services.engine)
    return services


def test_only_one_worker_gets_a_row(indexed: Services) -> None:
    with indexed.database.write() as session:
        rows.standard(session, "GB/T 1-2000")
    kind = indexed.registry.kind("standard")
    first = claims.claim(indexed.database, kind, "one", 10)
    assert first is not None
    assert claims.claim(indexed.database, kind, "two", 10) is None
    indexed.clock.move(claims.LEASE * 2)
    second = claims.claim(indexed.database, kind, "two", 10)
    assert second is not None
    assert second.seqs == first.seqs


def test_a_claim_lives_as_long_as_its_worker_beats(indexed: Services) -> None:
    with indexed.database.write() as session:
        rows.standard(session, "GB/T 1-2000")
    kind = indexed.registry.kind("standard")
    held = claims.claim(indexed.database, kind, "one", 10)
    assert held is not None
    for _ in range(4):
        indexed.clock.move(claims.LEASE * 0.9)
        assert claims.claim(indexed.database, kind, "two", 10) is None
        held.beat()
    held.release()
    assert claims.claim(indexed.database, kind, "two", 10) is not None


def test_who_lost_his_claim_does_not_free_that_of_another(indexed: Services) -> None:
    with indexed.database.write() as session:
        rows.standard(session, "GB/T 1-2000")
    kind = indexed.registry.kind("standard")
    late = claims.claim(indexed.database, kind, "late", 10)
    indexed.clock.move(claims.LEASE * 2)
    assert late is not None
    assert claims.claim(indexed.database, kind, "next", 10) is not None
    late.release()
    late.beat()
    assert claims.claim(indexed.database, kind, "third", 10) is None


def test_what_was_mended_while_its_bad_state_was_refused_is_tried_again(indexed: Services) -> None:
    with indexed.database.write() as session:
        row = rows.standard(session, "GB/T 1-2000", "坏名称")
    kind = indexed.registry.kind("standard")
    held = claims.claim(indexed.database, kind, "w", 10)
    assert held is not None
    with indexed.database.write() as session:
        session.get_one(Standard, row.id).title = "好名称"
    held.acknowledge([WriteReport(refused=(Refusal(str(row.id), "too large", retry=False),))])
    drain_all(indexed.database, indexed.engine, worker="w")
    hits = indexed.search.search(SearchRequest(q="好名称", kinds=("standard",))).hits
    assert [hit.id for hit in hits] == [str(row.id)]
