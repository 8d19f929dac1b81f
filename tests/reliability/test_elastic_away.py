"""R4: Elasticsearch dies under a running site and comes back a minute later.

A minute instead of ten: its client gives up after two seconds, the breaker after five failures, and the rest of ten
minutes is the same second again and again.
"""

import threading
import time
from pathlib import Path
from typing import Self

import pytest

from search_service.engines.elastic.breaker import MOST
from tests.reliability.clients import turns
from tests.reliability.convergence import hold
from tests.reliability.processes import wait_until
from tests.reliability.proxy import Proxy
from tests.reliability.running_site import KNOWN, Site, megabytes
from tests.reliability.world import Report, World, production_settings
from tests.support.servers import ElasticServer
from tests.support.services import own

WRITES, WRITES_A_SECOND, SEARCHES_A_SECOND = 3_000, 50.0, 5.0
BEFORE = 300
"""Writes before the fault: what a process keeps of its first ones is no trace of the fault."""
SECONDS = 60


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
        for _ in turns(SEARCHES_A_SECOND, self.over):
            began = time.monotonic()
            answer = self._http.get("/search", params={"q": self._number, "kind": "standard"})
            seconds = time.monotonic() - began
            found = answer.status_code == 200 and answer.json()["total"] > 0
            self.told.append((answer.status_code, answer.headers.get("X-Degraded") == "search", found, seconds))


@pytest.mark.slow
def test_elasticsearch_is_away(tmp_path: Path, postgres_url: str, redis_url: str, report: Report) -> None:
    with own(ElasticServer()) as elastic, Proxy(elastic.port) as way:
        world = World(tmp_path, production_settings(tmp_path, postgres_url, redis_url, way.url, "zhixun"), True)
        try:
            site = Site(world)
            with Searcher(site, KNOWN) as searcher:
                site.write(BEFORE, WRITES_A_SECOND, "T/R4b")
                memory = [site.memory()]
                elastic.kill()
                searcher.told.clear()
                before, began = way.knocks, time.monotonic()
                site.write(WRITES, WRITES_A_SECOND, "T/R4w")
                away = time.monotonic() - began
                knocks, told = way.knocks - before, list(searcher.told)
                elastic.start()
                held = hold(site.services, site.ledger, within=SECONDS)
                searcher.told.clear()
                wait_until(lambda: bool(searcher.told), 10, lambda: "nobody searches")
                after = list(searcher.told)
            memory.append(site.memory())
        finally:
            world.close()
    assert set(site.seen.statuses) <= {200, 201, 204}, site.seen.statuses
    assert site.seen.unanswered == 0
    assert held.acknowledged == 1 + BEFORE + WRITES
    assert {(status, found) for status, _, found, _ in told} == {(200, True)}
    assert sum(degraded for _, degraded, _, _ in told) > len(told) / 2
    assert not any(degraded for _, degraded, _, _ in after)
    # Two processes, each may try twice at once, once a second and as often as the breaker allows before it opens.
    assert knocks <= 2 * 2 * (away + MOST)
    seconds = sorted(seconds for *_, seconds in told)
    report(
        **held.figures(away=f"{away:.0f}", kills=1, searches=len(told), knocks=knocks),
        degraded=sum(degraded for _, degraded, _, _ in told),
        megabytes=megabytes(memory),
        search_p95=f"{seconds[int(len(seconds) * 0.95)]:.2f}",
    )
