"""Step 1 on both engines: for the requirements of generated worlds the proposals lose no row that is not unmet.

The rows of many worlds stand in one index, filled once; every item is judged against all of them, not only its own.
"""

from collections import defaultdict
from datetime import timedelta

import pytest

from api.wiring import Services
from indexers.drain import drain_all
from indexers.outdated import ensure
from search_service.kinds.offered import Offer
from search_service.matching import candidates, loading
from search_service.matching.match import Matcher
from search_service.matching.verdict import Memory, Who, judge_cell
from search_service.matching.words import Outcome
from tests.conftest import NOW
from tests.matching.filling import fill
from tests.matching.reference.printing import asked_of, world_of
from tests.matching.reference.things import World
from tests.matching.reference.worlds import world
from tests.matching.test_candidates import kind_ids
from tests.matching.world import conditions, item, tables
from tests.support import rows

TODAY = NOW.date()


@pytest.fixture(params=["embedded", pytest.param("elastic", marks=pytest.mark.slow)])
def search_engine(request: pytest.FixtureRequest) -> str:
    """Both, each with an index of its own."""
    return str(request.param)


def filled(services: Services, worlds: list[World]) -> tuple[dict[str, list[Offer]], dict[str, Who]]:
    """Every offer of the worlds, indexed; by institution."""
    ensure(services.database, services.engine)
    with services.database.write() as session:
        for one in worlds:
            fill(session, world_of(one))
    drain_all(services.database, services.engine, worker="w")
    offers: dict[str, list[Offer]] = defaultdict(list)
    with services.database.read() as session:
        for kind in loading.offering():
            for offer in loading.offers_of(session, kind, session.scalars(kind_ids(kind)).all()):
                offers[offer.institution].append(offer)
        return offers, {one: known[0] for one, known in loading.institutions(session, offers).items()}


def nothing_is_lost(services: Services, worlds: list[World]) -> tuple[int, int, int]:
    """How many rows were proposed, how many of them could answer, and how many there were; summed over the items."""
    offers, known = filled(services, worlds)
    there = {offer.ref.id for own in offers.values() for offer in own}
    proposed_rows = able = looked_at = 0
    for one in worlds:
        printed, asked = world_of(one), asked_of(one)
        looked_up, wanted = tables(printed), conditions(asked, TODAY.isoformat())
        for wish in map(item, asked["items"]):
            with services.database.read() as session:
                waiting = candidates.waiting(session, wanted.window.start)
                found = candidates.propose(session, services.engine, wish, wanted, looked_up, waiting)
            ids = {str(row) for those in found.rows.values() for row in those} & there
            memory: Memory = {}
            cells = [judge_cell(wish, wanted, known[owner], offers[owner], looked_up, memory) for owner in offers]
            good = {
                offer.ref.id
                for cell in cells
                for judged in cell.judged
                if judged.outcome > Outcome.UNMET
                for offer in judged.offers
            }
            assert good <= ids, [offer for own in offers.values() for offer in own if offer.ref.id in good - ids][:2]
            proposed_rows, able, looked_at = proposed_rows + len(ids), able + len(good), looked_at + len(there)
    return proposed_rows, able, looked_at


def test_nothing_is_lost_of_a_few_worlds(services: Services) -> None:
    proposed, able, there = nothing_is_lost(services, [world(seed) for seed in range(20)])
    assert able > 50
    assert proposed < there / 2, "a query that proposes everything loses nothing, and says nothing"


@pytest.mark.slow
def test_nothing_is_lost_of_many_worlds(services: Services) -> None:
    proposed, able, there = nothing_is_lost(services, [world(seed) for seed in range(5_000, 5_100)])
    assert able > 500
    assert proposed < there / 2


def test_a_row_whose_certificate_begins_before_the_window_does_is_proposed(services: Services) -> None:
    ensure(services.database, services.engine)
    with services.database.write() as session:
        owner = rows.institution(session)
        begins = rows.certificate(session, owner, valid_from=TODAY + timedelta(5))
        row = rows.capability(session, owner, begins)
    drain_all(services.database, services.engine, worker="w")
    body = {"items": [{"service": "检测", "object": row.object, "parameter": row.parameter}], "region": "610113"}
    matcher = Matcher(services.database, services.engine)

    def found(start: int) -> list[str]:
        answer = matcher.match({**body, "start": (TODAY + timedelta(start)).isoformat()})
        return [one["id"] for one in answer["institutions"]]

    assert found(4) == []
    assert found(5) == [str(owner.id)]
