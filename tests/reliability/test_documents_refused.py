"""R6: of a bulk of 500 some documents are refused, for a moment or for good; all others are indexed."""

import pytest
from sqlalchemy import select

from api import wiring
from api.wiring import Services
from indexers.drain import drain_all
from indexers.health import dead
from search_service.query.request import SearchRequest
from search_service.store.standard import Standard
from tests.reliability.clients import title
from tests.reliability.convergence import converged, not_as_written
from tests.reliability.faulty_bulk import BUSY, FULL_DISK, IMMENSE, MAPPING, NO_SHARD, FaultyBulk
from tests.reliability.processes import wait_until
from tests.reliability.world import Report, World
from tests.support import rows

ROWS = 500
MOST = 300
"""Documents that the stub takes at once: the first request of 500 is answered 413."""
SECONDS = 30


def indexed(services: Services, kind: str = "standard") -> int:
    index = services.engine.published(kind)
    assert index is not None
    return sum(1 for _ in services.engine.entries(index))


@pytest.mark.slow
def test_the_others_of_a_bulk_are_not_affected(production: World, report: Report) -> None:
    with FaultyBulk(production.env["ZHIXUN_ELASTICSEARCH_URL"], MOST) as stub:
        services = production.open(elasticsearch_url=stub.url)
        wiring.bring_up_to_date(services)
        with services.database.write() as session:
            ids = [str(rows.standard(session, f"T/R6 {n}-2020", title(n)).id) for n in range(ROWS)]
            rows.xian(session)
            rows.institution(session)  # the rest of the queue
        faults = [MAPPING, IMMENSE, *[BUSY] * 20, *[NO_SHARD] * 5, *[FULL_DISK] * 3]
        stub.faults = dict(zip(ids[::10], faults, strict=False))

        def all_that_can() -> bool:
            drain_all(services.database, services.engine, worker="w")
            return indexed(services) == ROWS - 2

        seconds = wait_until(all_that_can, SECONDS, lambda: f"{indexed(services)} of {ROWS} after {SECONDS} s")
        assert stub.too_large > 0
        assert (stub.given[BUSY], stub.given[NO_SHARD], stub.given[FULL_DISK]) == (20, 5, 3)
        # What `zhixun index dead` lists: kind and id lead to the record, whose change is the next try.
        reasons = {found.id: found.reason for found in dead(services.database, "standard")}
        assert set(reasons) == {ids[0], ids[10]}
        assert MAPPING.type in reasons[ids[0]]
        assert "immense term" in reasons[ids[10]]
        assert indexed(services, "institution") == 1
        assert services.search.search(SearchRequest(q=title(1).split()[1], kinds=("standard",))).total == 1

        stub.faults.clear()  # somebody mends the two rows
        with services.database.write() as session:
            for row in session.scalars(select(Standard).where(Standard.number.in_(["T/R6 0-2020", "T/R6 10-2020"]))):
                row.scope = "已更正"
        drain_all(services.database, services.engine, worker="w")
        spent = converged(services, SECONDS)
        assert not not_as_written(services)
    report(
        documents=ROWS,
        refused_for_a_moment=28,
        refused_for_good=len(reasons),
        lost=0,
        stale=0,
        all_others_after=f"{seconds:.1f} (N {SECONDS})",
        seconds_to_converge=f"{spent:.1f}",
    )
