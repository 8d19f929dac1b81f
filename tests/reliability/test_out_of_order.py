"""R8, R9, R10: what arrives late or out of order never wins over what is newer, and nothing is passed over.

R8 and R10 need two workers, or two writers at once: what SQLite and the embedded engine, which have one of each, cannot
meet.
"""

import random
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from elasticsearch import Elasticsearch

from api import wiring
from api.wiring import Services
from indexers import generations
from indexers.claims import LEASE
from indexers.drain import drain_all
from indexers.loading import load
from indexers.sweep import TOO_OLD, sweep
from indexers.verify import compare
from search_service.engines.base import Document
from search_service.query.request import SearchRequest
from search_service.store.journal import IndexState
from search_service.store.standard import Standard
from tests.reliability.clients import title, word
from tests.reliability.convergence import converged, hold, not_as_written
from tests.reliability.ledger import Entry, Ledger, new_op
from tests.reliability.processes import wait_until
from tests.reliability.proxy import Proxy, up_to
from tests.reliability.world import Report, World
from tests.support import rows

ENTITIES, UPDATES, WRITERS, SEED = 200, 50, 4, 8
LATE_SECONDS = 2.0
GC_SECONDS = 1
"""Elasticsearch forgets deletions after 60 s; here the clock of that is turned, not the test's patience."""


@contextmanager
def ringing(services: Services) -> Iterator[None]:
    """The bell that a web process rings after a commit."""
    bell = wiring.background(services)
    bell.start()
    try:
        yield
    finally:
        bell.stop()


def make(services: Services, count: int) -> list[uuid.UUID]:
    with services.database.write() as session:
        return [rows.standard(session, f"T/R8 {n}-2020", title(n)).id for n in range(count)]


def rename(services: Services, row_id: uuid.UUID, name: str) -> Entry:
    with services.database.write() as session:
        row = session.get_one(Standard, row_id, with_for_update=True)
        row.title = name
        session.flush()
        written = Entry(new_op(), str(row_id), row.row_version, name)
    services.wake()
    return written


@pytest.mark.slow
def test_late_workers_never_win(production: World, report: Report) -> None:
    services, ledger = production.ready(), Ledger(production.folder / "ledger")
    ids = make(services, ENTITIES)

    def update(number: int) -> None:
        chosen = random.Random(SEED + number)
        for row_id in chosen.sample(ids[number::WRITERS] * UPDATES, k=ENTITIES * UPDATES // WRITERS):
            ledger.acknowledge(rename(services, row_id, f"样品 {word(chosen)}"))

    with Proxy(_port(production), up_to(LATE_SECONDS, SEED)) as slow, ringing(services):
        late = production.worker(ZHIXUN_ELASTICSEARCH_URL=slow.url, ZHIXUN_FAILPOINTS="before_write=sleep:1")
        other = production.worker(ZHIXUN_ELASTICSEARCH_URL=slow.url)
        with ThreadPoolExecutor(WRITERS) as pool:
            writing = [pool.submit(update, number) for number in range(WRITERS)]
            wait_until(lambda: claimed_by_two(services), 60, lambda: "the two workers never worked at once")
            late.pause()  # with documents in its hands, until its lease has long been another's
            [done.result() for done in writing]
            time.sleep(LEASE.seconds + 2)
            late.resume()
        held = hold(services, ledger, within=10)
        assert late.alive
        assert other.alive
    assert held.acknowledged == ENTITIES * UPDATES
    assert len(ledger.last()) == ENTITIES
    report(**held.figures(entities=ENTITIES, updates_of_each=UPDATES, workers=2, kills=0))


def claimed_by_two(services: Services) -> bool:
    with services.database.read() as session:
        holders = session.query(IndexState.claimed_by).where(IndexState.claimed_by.is_not(None)).distinct()
        return holders.count() > 1


def test_an_older_write_after_a_deletion_changes_nothing(world: World, report: Report) -> None:
    services = world.open()
    kind = services.registry.kind("standard")
    wiring.bring_up_to_date(services)
    (row_id,) = make(services, 1)
    drain_all(services.database, services.engine, worker="w")
    index = services.engine.published("standard")
    assert index is not None
    with services.database.read() as session:
        before = session.get_one(IndexState, ("standard", row_id)).seq
    late = load(services.database, kind, {row_id: before}).documents
    assert isinstance(late[0], Document)
    with services.database.write() as session:
        session.get_one(Standard, row_id).deleted_at = services.clock.now()
    drain_all(services.database, services.engine, worker="w")
    if world.production:
        _forget_deletions(world, index)

    said = services.engine.write(index, late)
    services.engine.refresh(index)
    assert said.newer == (str(row_id),)
    assert services.search.search(SearchRequest(q=title(0).split()[1], kinds=("standard",))).total == 0
    assert dict(services.engine.entries(index)) == {}

    ghost = Document(**{**{name: getattr(late[0], name) for name in Document.__slots__}, "id": str(uuid.uuid4())})
    services.engine.write(index, [ghost])
    services.engine.refresh(index)
    found = compare(services.database, services.engine, kind, index)
    assert list(found.ghosts) == [ghost.id]
    assert services.search.search(SearchRequest(q=title(0).split()[1], kinds=("standard",))).hits == ()
    services.clock.move(TOO_OLD + timedelta(seconds=1))
    while sweep(services.database, services.engine):  # as every night, one index after the other
        pass
    assert generations.drift(services.database)["standard"] == 1
    drain_all(services.database, services.engine, worker="w")
    seconds = converged(services, 60)
    assert dict(services.engine.entries(index)) == {}
    report(lost=0, stale=0, ghosts_removed=1, seconds_to_converge=f"{seconds:.1f} (N 60)")


def _forget_deletions(world: World, index: str) -> None:
    place = f"{world.env['ZHIXUN_INDEX_PREFIX']}-{index}"
    with Elasticsearch(world.env["ZHIXUN_ELASTICSEARCH_URL"], request_timeout=30) as client:
        client.indices.put_settings(index=place, settings={"index.gc_deletes": f"{GC_SECONDS}s"})
    time.sleep(2 * GC_SECONDS + 1)


OPEN_SECONDS, OTHERS = 30.0, 500


@pytest.mark.slow
def test_what_commits_late_is_not_passed_over(production: World, report: Report) -> None:
    """R10: a cursor over times or ids would have gone on behind it (F2)."""
    services = production.ready()
    (first, *others) = make(services, 1 + OTHERS)
    production.worker()
    converged(services, 60)
    with ringing(services), ThreadPoolExecutor(8) as pool:
        with services.database.write() as session:
            session.get_one(Standard, first).title = "样品 vslwslwslw"
            session.flush()
            began = time.monotonic()
            list(pool.map(lambda row_id: rename(services, row_id, title(row_id.int)), others))
            time.sleep(max(0.0, OPEN_SECONDS - (time.monotonic() - began)))
        services.wake()

        def found() -> bool:
            return services.search.search(SearchRequest(q="vslwslwslw", kinds=("standard",))).total == 1

        seconds = wait_until(found, 5, lambda: "the late commit is not searchable")
    spent = converged(services, 5)
    stale = not_as_written(services)
    assert not stale, stale[:5]
    report(
        open_seconds=f"{OPEN_SECONDS:.0f}",
        committed_meanwhile=len(others),
        lost=0,
        stale=0,
        late_one_after=f"{seconds:.1f} (N 5)",
        all_after=f"{spent:.1f}",
    )


def _port(world: World) -> int:
    return int(world.env["ZHIXUN_ELASTICSEARCH_URL"].rsplit(":", 1)[1].rstrip("/"))
