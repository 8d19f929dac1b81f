"""R11: an index is rebuilt twice while people write, delete and search; nobody notices, nothing is missing."""

import random
import threading
from typing import Self

import pytest
from sqlalchemy import select

from api.wiring import Services
from search_service.store.standard import Standard
from tests.reliability.clients import Client, Seen, turns, write
from tests.reliability.convergence import hold
from tests.reliability.filling import fill
from tests.reliability.ledger import Entry, Ledger
from tests.reliability.processes import Web, wait_until
from tests.reliability.world import Report, World

DOCUMENTS, DELETIONS, REBUILDS = 20_000, 200, 2
WRITES_A_SECOND, DELETIONS_A_SECOND, SEARCHES_A_SECOND = 20.0, 10.0, 10.0
MOST, THREADS, SEED = 100_000, 4, 11
LAG_SECONDS = 10
PATIENCE = 240.0


def filled(services: Services, count: int) -> list[Entry]:
    """So many standards, as whoever knows them before anybody changes them."""
    fill(services.database, count, "T/R11")
    with services.database.read() as session:
        found = session.execute(select(Standard.id, Standard.row_version, Standard.title)).all()
    return [Entry("", str(row_id), version, name) for row_id, version, name in found]


class Users:
    """Some write, some delete what was there before, some search, until it is over."""

    def __init__(self, world: World, services: Services, web: Web, there: list[Entry]) -> None:
        token = world.token(services)
        self.ledger, self.seen = Ledger(world.folder / "ledger"), Seen()
        self.told: list[str] = []
        self.over = threading.Event()
        self._http = world.http(web, token)
        self._client = lambda: Client(web.address, token, self.ledger, self.seen)
        self._there = there
        self._threads = [threading.Thread(target=work) for work in (self._search, self._delete, self._change)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self._threads:
            thread.join()

    def deleted(self) -> bool:
        """Whether the deletions are through."""
        return not self._threads[1].is_alive()

    def _search(self) -> None:
        for _ in turns(SEARCHES_A_SECOND, self.over):
            answer = self._http.get("/search", params={"q": "样品", "kind": "standard"})
            good = answer.status_code == 200 and answer.json()["total"] > len(self._there) // 2
            self.told.append("found" if good and "X-Degraded" not in answer.headers else answer.text[:300])

    def _delete(self) -> None:
        with self._client() as client:
            for entry in random.Random(SEED).sample(self._there, DELETIONS):
                if not self.over.wait(1 / DELETIONS_A_SECOND):
                    client.delete(entry)

    def _change(self) -> None:
        write(
            self._client,
            operations=MOST,
            rate=WRITES_A_SECOND,
            threads=THREADS,
            seed=SEED,
            prefix="T/R11w",
            over=self.over.is_set,
        )


@pytest.mark.slow
def test_nobody_notices_a_rebuild(world: World, report: Report) -> None:
    services = world.open()
    there = filled(services, DOCUMENTS)
    world.ready()
    web = world.web()
    if world.production:
        world.worker()
    served = {services.engine.published("standard")}
    with Users(world, services, web, there) as users:
        for _ in range(REBUILDS):
            command = world.command("index", "rebuild", "standard")
            wait_until(lambda command=command: not command.alive, PATIENCE, command.said)
            assert command.exit_code == 0, command.said()
            served.add(services.engine.published("standard"))
        wait_until(users.deleted, PATIENCE, lambda: "the deletions do not end")
    held = hold(services, users.ledger, LAG_SECONDS)
    assert len(served) == REBUILDS + 1
    failed = [answer for answer in users.told if answer != "found"]
    assert not failed, failed[:3]
    assert not users.seen.wrong, users.seen.wrong[:3]
    deleted = sum(entry.title is None for entry in users.ledger.last().values())
    assert deleted >= DELETIONS
    searched = {"documents": DOCUMENTS, "deleted": deleted, "searches": len(users.told), "failed_searches": len(failed)}
    report(**held.figures(rebuilds=REBUILDS, **searched, **users.seen.refusals()))
