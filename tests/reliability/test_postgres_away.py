"""R17: PostgreSQL is stopped at once five times under a running site, and its sessions are ended."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.reliability.convergence import hold
from tests.reliability.processes import wait_until
from tests.reliability.running_site import Site, megabytes
from tests.reliability.world import Report, World, production_settings
from tests.support.rooms import own_database
from tests.support.servers import PostgresServer
from tests.support.services import own

STOPS, RATE = 5, 30.0
WRITES = int(STOPS * 5 * RATE)
"""Five seconds of them for each stop and start."""


@pytest.mark.slow
def test_postgres_dies(
    tmp_path: Path, redis_url: str, elasticsearch_url: str, index_prefix: str, report: Report
) -> None:
    """Five immediate stops and a round of terminated sessions; every call is 2xx, or 503 and when to come back."""
    with own(PostgresServer(durable=True)) as server, own_database(server.url) as url:
        world = World(tmp_path, production_settings(tmp_path, url, redis_url, elasticsearch_url, index_prefix), True)
        firsts: list[float] = []
        memory: list[int] = []
        try:
            site = Site(world)
            with ThreadPoolExecutor(1) as pool:
                writing = pool.submit(site.write, WRITES, RATE, "T/R17")
                for _ in range(STOPS):
                    time.sleep(2)
                    memory.append(site.memory())
                    server.stop("immediate")
                    time.sleep(1)
                    server.start()
                    done = len(site.ledger.entries())
                    firsts.append(
                        wait_until(
                            lambda done=done: len(site.ledger.entries()) > done or writing.done(),
                            10,
                            lambda: "no write went through",
                        )
                    )
                time.sleep(1)
                with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as superuser:
                    sessions = "application_name = 'zhixun'"
                    ended = superuser.execute(
                        f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {sessions}"
                    ).fetchone()
                writing.result()
            held = hold(site.services, site.ledger, within=60)
            memory.append(site.memory())
        finally:
            world.close()
    assert ended is not None
    assert ended[0] > 0
    assert not site.seen.wrong, site.seen.wrong[:3]
    assert site.seen.unanswered == 0
    assert held.acknowledged == 1 + WRITES
    # What is sent again after a commit without an answer is told that it is there, or gone, or newer.
    assert set(site.seen.refusals()) <= {"HTTP_503", "HTTP_409", "HTTP_404", "HTTP_412"}
    report(
        **held.figures(
            kills=STOPS,
            terminated=ended[0],
            first_success_after=f"{max(firsts):.1f}",
            megabytes=megabytes(memory),
            **site.seen.refusals(),
        )
    )
