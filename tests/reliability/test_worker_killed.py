"""R2 and R3: what drains dies with documents in its hands, ten times over five thousand of them.

R3 between the claim and the reading; R2 after the engine took the documents and before anybody knows.  Every life takes
one claim of five hundred with it, so that after ten lives all are claimed by the dead, and wait for their leases.
"""

import pytest

from indexers.drain import BATCH
from search_service.kinds import REGISTRY
from search_service.store.ids import new_id
from search_service.store.standard import Standard
from tests.reliability.clients import title
from tests.reliability.convergence import converged, not_as_written
from tests.reliability.processes import Worker, kept_alive, wait_until
from tests.reliability.world import Report, World

KILLS = 10
DOCUMENTS = KILLS * BATCH
PATIENCE = 200.0
"""Seconds for ten lives: each takes a start of the process and one claim."""
POINTS = {"R3": "after_claim", "R2": "before_acknowledge"}


def fill(world: World) -> None:
    """Rows with a title of their own each, marked and not indexed."""
    with world.opened[0].database.write() as session:
        for number in range(DOCUMENTS):
            row = Standard(
                id=new_id(), number=f"T/R2 {number}-2020", title=title(number), status="current", replaces=[]
            )
            REGISTRY.record("standard").prepare(row)
            session.add(row)


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS.values(), ids=list(POINTS))
def test_what_a_dead_drain_held_is_written_by_the_next(world: World, point: str, report: Report) -> None:
    services = world.ready()
    fill(world)
    drainer = world.drainer()

    def kills() -> int:
        # In production the child that drains dies, and its parent makes another.
        return drainer.children_killed() if isinstance(drainer, Worker) else drainer.kills

    with kept_alive(drainer, lambda: {"ZHIXUN_FAILPOINTS": f"{point}=kill"}):
        wait_until(lambda: kills() >= KILLS, PATIENCE, lambda: f"{kills()} kills\n{drainer.said()[-3000:]}")
    killed = kills()
    drainer.start()
    seconds = converged(services)
    stale = not_as_written(services)
    assert not stale, stale[:5]
    report(documents=DOCUMENTS, kills=killed, lost=0, stale=len(stale), seconds_to_converge=f"{seconds:.1f}")
