"""R4, R15, R17: Elasticsearch, Redis and PostgreSQL die under a running site and come back.

Shorter than in the table, with the same number of deaths: Elasticsearch is away for 30 s instead of 600 (its client
gives up after two, the breaker after five failures; the rest of ten minutes is the same second again and again), Redis
for 5 s instead of 60, and a hundred rows change at each of its deaths instead of five hundred.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self

import psycopg
import pytest
from redis import Redis
from redis.exceptions import RedisError

from api.wiring import Services
from search_service.engines.elastic.breaker import MOST
from tests.reliability.clients import Client, Seen, title, write
from tests.reliability.convergence import converged, hold
from tests.reliability.ledger import Ledger
from tests.reliability.processes import Web, wait_until
from tests.reliability.proxy import Proxy
from tests.reliability.world import Report, World, production_settings
from tests.support.rooms import own_database
from tests.support.servers import ElasticServer, PostgresServer, RedisServer
from tests.support.services import own

pytestmark = pytest.mark.slow

THREADS, SEED, NOBODYS = 8, 4, 10**6


class Site:
    """Web process, worker, and clients that write down what was acknowledged."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.services: Services = world.ready()
        self.token = world.token(self.services)
        self.ledger, self.seen = Ledger(world.folder / "ledger"), Seen()
        self.web: Web = world.web()
        self.worker = world.worker()
        with self.client() as client:  # what dies now dies under a worker at work: one that finds no database ends
            client.create("T/R 0", title(NOBODYS))
        converged(self.services)

    def client(self) -> Client:
        return Client(self.web.address, self.token, self.ledger, self.seen)

    def write(self, operations: int, rate: float, prefix: str) -> None:
        write(self.client, operations=operations, rate=rate, threads=THREADS, seed=SEED, prefix=prefix)


AWAY_SECONDS, WRITES_A_SECOND, SEARCHES_A_SECOND = 30.0, 25.0, 5.0


class Searcher:
    """Searches five times a second and keeps what it was told."""

    def __init__(self, site: Site, number: str) -> None:
        self._http = site.world.http(site.web, site.token)
        self._number = number
        self.over = threading.Event()
        self.told: list[tuple[int, bool, bool, float]] = []
        """Status, whether it was degraded, whether the standard was found, seconds."""
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self.over.wait(1 / SEARCHES_A_SECOND):
            began = time.monotonic()
            answer = self._http.get("/search", params={"q": self._number, "kind": "standard"})
            seconds = time.monotonic() - began
            found = answer.status_code == 200 and answer.json()["total"] > 0
            self.told.append((answer.status_code, answer.headers.get("X-Degraded") == "search", found, seconds))


def test_elasticsearch_is_away(tmp_path: Path, postgres_url: str, redis_url: str, report: Report) -> None:
    """R4."""
    with own(ElasticServer()) as elastic, Proxy(elastic.port) as way:
        world = World(tmp_path, production_settings(tmp_path, postgres_url, redis_url, way.url, "zhixun"), True)
        try:
            site = Site(world)
            with Searcher(site, "T/R 0") as searcher:
                elastic.kill()
                searcher.told.clear()
                before, began = way.knocks, time.monotonic()
                site.write(int(AWAY_SECONDS * WRITES_A_SECOND), WRITES_A_SECOND, "T/R4w")
                away = time.monotonic() - began
                knocks, told = way.knocks - before, list(searcher.told)
                elastic.start()
                held = hold(site.services, site.ledger, within=60)
                searcher.told.clear()
                wait_until(lambda: bool(searcher.told), 10, lambda: "nobody searches")
                after = list(searcher.told)
        finally:
            world.close()
    assert set(site.seen.statuses) <= {200, 201, 204, 409}, site.seen.statuses
    assert site.seen.unanswered == 0
    assert {(status, found) for status, _, found, _ in told} == {(200, True)}
    assert sum(degraded for _, degraded, _, _ in told) > len(told) / 2
    assert not any(degraded for _, degraded, _, _ in after)
    # Two processes, each may try twice at once, once a second and as often as the breaker allows before it opens.
    assert knocks <= 2 * 2 * (away + MOST)
    seconds = sorted(seconds for *_, seconds in told)
    report(
        **held.figures(away=f"{away:.0f}", kills=1, searches=len(told), knocks=knocks),
        degraded=sum(degraded for _, degraded, _, _ in told),
        search_p95=f"{seconds[int(len(seconds) * 0.95)]:.2f}",
    )


DIRTY, DEATHS, ABSENT_SECONDS = 100, 3, 5.0


def test_redis_dies(
    tmp_path: Path, postgres_url: str, elasticsearch_url: str, index_prefix: str, report: Report
) -> None:
    """R15: the bell is silent, forgets, and rings again; nobody who writes notices."""
    spent: list[float] = []
    with own(RedisServer()) as redis:
        settings = production_settings(tmp_path, postgres_url, redis.url, elasticsearch_url, index_prefix)
        world = World(tmp_path, settings, True)
        try:
            site = Site(world)
            for death in range(DEATHS):
                redis.kill()
                site.write(DIRTY, DIRTY / ABSENT_SECONDS, f"T/R15 {death}a")
                spent.append(converged(site.services))
                redis.start()
                with Redis.from_url(redis.url) as bell:
                    bell.flushall()
                    site.write(DIRTY, DIRTY / ABSENT_SECONDS, f"T/R15 {death}b")
                    bell.flushall()
                    spent.append(converged(site.services))
                    with site.client() as client:
                        client.create(f"T/R15 {death}c", title(death))
                    wait_until(
                        lambda: _heard(bell), 60, lambda: f"{bell.llen('celery')} rings wait: the worker is deaf"
                    )
            held = hold(site.services, site.ledger, within=15)
        finally:
            world.close()
    assert not site.seen.refusals()
    assert site.seen.unanswered == 0
    longest = f"{max(spent):.1f}"
    report(**held.figures(kills=DEATHS, flushed=2 * DEATHS, longest_until_converged=longest))


def _heard(bell: Redis) -> bool:
    try:
        return bell.llen("celery") == 0
    except RedisError:
        return False


STOPS, RATE = 5, 30.0


def test_postgres_dies(
    tmp_path: Path, redis_url: str, elasticsearch_url: str, index_prefix: str, report: Report
) -> None:
    """R17: five immediate stops and a round of terminated sessions; every call is 2xx, or 503 and when to come back."""
    with own(PostgresServer()) as server, own_database(server.url) as url:
        world = World(tmp_path, production_settings(tmp_path, url, redis_url, elasticsearch_url, index_prefix), True)
        firsts: list[float] = []
        try:
            site = Site(world)
            with ThreadPoolExecutor(1) as pool:
                writing = pool.submit(site.write, int(STOPS * 5 * RATE), RATE, "T/R17")
                for _ in range(STOPS):
                    time.sleep(2)
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
        finally:
            world.close()
    assert ended is not None
    assert ended[0] > 0
    assert not site.seen.wrong, site.seen.wrong[:3]
    assert site.seen.unanswered == 0
    assert set(site.seen.refusals()) <= {"HTTP_503", "HTTP_409", "HTTP_404", "HTTP_412"}
    first = f"{max(firsts):.1f}"
    report(**held.figures(kills=STOPS, terminated=ended[0], first_success_after=first, **site.seen.refusals()))
