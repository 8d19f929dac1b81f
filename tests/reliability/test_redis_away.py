"""R15: Redis dies three times under a running site, forgets everything, and comes back each time a minute later."""

from pathlib import Path
from statistics import median

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.reliability.clients import title
from tests.reliability.convergence import converged, hold
from tests.reliability.processes import wait_until
from tests.reliability.running_site import Site, megabytes
from tests.reliability.world import Report, World, production_settings
from tests.support.servers import RedisServer
from tests.support.services import own

DIRTY, DEATHS, ABSENT_SECONDS = 500, 3, 60.0
RATE = 50.0
"""Writes a second while it is there."""
SECONDS = 15


@pytest.mark.slow
def test_redis_dies(
    tmp_path: Path, postgres_url: str, elasticsearch_url: str, index_prefix: str, report: Report
) -> None:
    """The bell is silent, forgets, and rings again; nobody who writes notices."""
    spent: list[float] = []
    rung: list[float] = []
    silent: list[float] = []
    memory: list[int] = []
    with own(RedisServer()) as redis:
        settings = production_settings(tmp_path, postgres_url, redis.url, elasticsearch_url, index_prefix)
        world = World(tmp_path, settings, True)
        try:
            site = Site(world)
            for death in range(DEATHS):
                redis.kill()
                silent += site.write(DIRTY, DIRTY / ABSENT_SECONDS, f"T/R15 {death}a")
                spent.append(converged(site.services, SECONDS))
                redis.start()
                with Redis.from_url(redis.url) as bell:
                    bell.flushall()
                    rung += site.write(DIRTY, RATE, f"T/R15 {death}b")
                    bell.flushall()
                    spent.append(converged(site.services, SECONDS))
                    with site.client() as client:
                        client.create(f"T/R15 {death}c", title(death))
                    wait_until(
                        lambda: _heard(bell), 60, lambda: f"{bell.llen('celery')} rings wait: the worker is deaf"
                    )
                memory.append(site.memory())
            held = hold(site.services, site.ledger, within=SECONDS)
        finally:
            world.close()
    assert not site.seen.refusals()
    assert site.seen.unanswered == 0
    assert held.acknowledged == 1 + DEATHS * (2 * DIRTY + 1)
    report(
        **held.figures(kills=DEATHS, absent=f"{ABSENT_SECONDS:.0f}", flushed=2 * DEATHS),
        longest_until_converged=f"{max(spent):.1f}",
        write_p50_without_redis=f"{median(silent) * 1e3:.0f} ms",
        megabytes=megabytes(memory),
        write_p50_with_it=f"{median(rung) * 1e3:.0f} ms",
    )


def _heard(bell: Redis) -> bool:
    try:
        return bell.llen("celery") == 0
    except RedisError:
        return False
