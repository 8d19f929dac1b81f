"""R2 and R3: what drains dies with documents in its hands, ten times over five thousand of them.

R3 between the claim and the reading, with two workers at once where there are workers; R2 after the engine took the
documents and before anybody knows.  Every life takes one claim of five hundred with it, so that after ten lives all are
claimed by the dead, and wait for their leases.
"""

from contextlib import ExitStack

import pytest
from sqlalchemy import func, select

from indexers.drain import BATCH
from search_service.store.journal import IndexState
from tests.reliability.convergence import converged, not_as_written
from tests.reliability.filling import fill
from tests.reliability.processes import Process, Worker, kept_alive, wait_until
from tests.reliability.world import Report, World

KILLS = 10
DOCUMENTS = KILLS * BATCH
PATIENCE = 200.0
"""Seconds for ten lives: each takes a start of the process and one claim."""
POINTS = {"R3": "after_claim", "R2": "before_acknowledge"}
WORKERS = {"R3": 2, "R2": 1}
SECONDS = 40
"""A lease, and ten more."""


def kills(drainer: Process) -> int:
    """In production the child that drains dies, and its parent makes another."""
    return drainer.children_killed() if isinstance(drainer, Worker) else drainer.kills


@pytest.mark.slow
@pytest.mark.parametrize("scenario", POINTS)
def test_what_a_dead_drain_held_is_written_by_the_next(world: World, scenario: str, report: Report) -> None:
    services = world.ready()
    fill(services.database, DOCUMENTS, f"T/{scenario}")
    drainers = [world.drainer() for _ in range(WORKERS[scenario] if world.production else 1)]

    def killed() -> int:
        return sum(map(kills, drainers))

    def said() -> str:
        return f"{killed()} kills\n" + "\n".join(drainer.said()[-3000:] for drainer in drainers)

    with ExitStack() as lives:
        for drainer in drainers:
            lives.enter_context(kept_alive(drainer, lambda: {"ZHIXUN_FAILPOINTS": f"{POINTS[scenario]}=kill"}))
        wait_until(lambda: killed() >= KILLS, PATIENCE, said)
    dead = killed()
    for drainer in drainers:
        drainer.start()
    seconds = converged(services, SECONDS)
    stale = not_as_written(services)
    assert not stale, stale[:5]
    with services.database.read() as session:
        claimed = session.scalar(
            select(func.count()).select_from(IndexState).where(IndexState.claimed_until.is_not(None))
        )
    assert claimed == 0, "no row is claimed for ever"
    report(
        documents=DOCUMENTS,
        workers=len(drainers),
        kills=dead,
        lost=0,
        stale=len(stale),
        claimed=claimed,
        seconds_to_converge=f"{seconds:.1f} (N {SECONDS})",
    )
