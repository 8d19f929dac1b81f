"""R1: the web process dies before and after commits, twenty times during a thousand writes."""

import itertools

import pytest

from tests.reliability.clients import Client, Seen, write
from tests.reliability.convergence import hold
from tests.reliability.ledger import Ledger, doubled
from tests.reliability.processes import kept_alive
from tests.reliability.world import Report, World

OPERATIONS, RATE, THREADS, SEED = 1_000, 50.0, 8, 2611
KILLS = 20
POINTS = ("before_commit=kill:0.05", "after_commit=kill:0.05")
"""Each of the first twenty lives is for about twenty writes; the last one is for the rest of them."""
SECONDS = 5


@pytest.mark.slow
def test_kills_around_commits_lose_nothing(world: World, report: Report) -> None:
    services = world.ready()
    token, ledger, seen = world.token(services), Ledger(world.folder / "ledger"), Seen()
    web = world.web()
    web.kill()
    web.kills = 0
    if world.production:
        world.worker()
    lives = itertools.chain(itertools.islice(itertools.cycle(POINTS), KILLS), itertools.repeat(""))
    with kept_alive(web, lambda: {"ZHIXUN_FAILPOINTS": next(lives)}):
        write(
            lambda: Client(web.address, token, ledger, seen),
            operations=OPERATIONS,
            rate=RATE,
            threads=THREADS,
            seed=SEED,
            prefix="T/R1",
        )
    assert web.kills >= KILLS, f"{web.kills} kills are too few to mean anything"
    web.start()
    held = hold(services, ledger, SECONDS)
    assert held.acknowledged == OPERATIONS, "every one was tried until it was answered"
    assert not seen.wrong, seen.wrong[:3]
    assert not doubled(services.database, [f"T/R1 {turn + 1}" for turn in range(OPERATIONS)])
    report(**held.figures(kills=web.kills, unanswered=seen.unanswered, **seen.refusals()))
