"""A real worker: a change becomes searchable, whatever becomes of the bell between the processes (R15, R16, R22)."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy import select

from api import wiring, worker
from api.bell import Bell
from api.settings import PREFIX, Settings
from api.wiring import Services
from search_service.query.request import SearchRequest
from search_service.store.journal import IndexState
from tests.support import rows
from tests.support.servers.redis import RedisServer
from tests.support.services import own

LONG = 60.0
"""Seconds in which whatever was broken for a moment has to be mended (reliability, P2)."""


@pytest.fixture
def bell_server() -> Iterator[RedisServer]:
    """A Redis of the test's own that keeps nothing over a kill."""
    with own(RedisServer()) as server:
        yield server


@pytest.fixture
def production(
    postgres_url: str, elasticsearch_url: str, index_prefix: str, bell_server: RedisServer, tmp_path: Path
) -> Iterator[Services]:
    """The web process's side: changes are rung for, not drained here."""
    settings = Settings(
        data_dir=tmp_path / "data",
        database_url=postgres_url,
        engine="elastic",
        elasticsearch_url=elasticsearch_url,
        index_prefix=index_prefix,
        redis_url=bell_server.url,
    )
    found = wiring.build(settings, web=True)
    jobs = wiring.background(found)
    assert isinstance(jobs, Bell)
    jobs.start()
    yield found
    jobs.stop()
    found.close()


@pytest.fixture
def running(production: Services) -> Iterator[subprocess.Popen[bytes]]:
    """``zhixun worker`` as a process of its own."""
    chosen = production.settings.model_dump(exclude_defaults=True)
    environment = {**os.environ, **{f"{PREFIX}{name.upper()}": str(value) for name, value in chosen.items()}}
    command = [sys.executable, "-c", "from api.cli import main; main()", "worker", "--concurrency", "1"]
    process = subprocess.Popen(command, env=environment)
    yield process
    process.kill()
    process.wait()


def until(holds: Callable[[], bool]) -> bool:
    end = time.monotonic() + LONG
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.2)
    return False


def change(services: Services, title: str) -> None:
    with services.database.write() as session:
        rows.catalogue_entry(session, title)
    services.wake()


def found(services: Services, title: str) -> bool:
    answer = services.search.search(SearchRequest(q=title, kinds=("catalogue_entry",)))
    return not answer.partial and [hit.title for hit in answer.hits] == [title]


def searchable(services: Services, title: str) -> bool:
    change(services, title)
    return until(lambda: found(services, title))


def heard(server: RedisServer) -> bool:
    """Whether somebody takes the rings out of the queue."""
    with Redis.from_url(server.url) as redis:
        return until(lambda: redis.llen("celery") == 0)


def test_what_is_changed_becomes_searchable_whatever_becomes_of_redis(
    production: Services, running: subprocess.Popen[bytes], bell_server: RedisServer
) -> None:
    assert until(lambda: all(production.engine.published(kind.name) for kind in production.registry.kinds))
    assert searchable(production, "先有铃声")
    bell_server.kill()
    assert searchable(production, "没有铃声")
    bell_server.start()
    worker.ring()
    assert heard(bell_server)
    assert searchable(production, "又有铃声")
    with Redis.from_url(bell_server.url) as redis:
        redis.flushall()
    assert searchable(production, "铃声丢失")
    running.send_signal(signal.SIGTERM)
    assert running.wait(LONG) == 0
    with production.database.read() as session:
        held = session.scalars(select(IndexState.entity_id).where(IndexState.claimed_until.is_not(None)))
        assert held.all() == []


def test_a_broker_that_is_away_delays_nobody() -> None:
    """`wake` comes back before the ring has failed, and one thread rings however often it is called."""
    ringing, go = threading.Event(), threading.Event()
    rings: list[int] = []

    def ring() -> None:
        rings.append(1)
        ringing.set()
        go.wait(LONG)
        raise ConnectionError("no broker")

    bell = Bell(ring)
    bell.start()
    for _ in range(100):
        bell.wake()
    assert ringing.wait(LONG)
    for _ in range(100):
        bell.wake()
    assert rings == [1]
    go.set()
    bell.stop()
    assert len(rings) <= 2


def test_the_queue_is_set_up_so_that_nothing_runs_twice_at_once() -> None:
    conf = worker.app.conf
    assert conf.task_acks_late
    assert conf.worker_prefetch_multiplier == 1
    assert conf.accept_content == ["json"]
    stop = conf.worker_soft_shutdown_timeout
    assert worker.BOUND_SECONDS < stop < conf.task_time_limit
    assert conf.task_soft_time_limit is None, "a process may be killed anywhere; an exception anywhere blames a row"
    assert conf.task_time_limit < conf.broker_transport_options["visibility_timeout"]
    assert set(worker.app.tasks) >= {worker.DRAIN}
    assert conf.beat_schedule["drain"]["options"]["expires"] > conf.beat_schedule["drain"]["schedule"]
