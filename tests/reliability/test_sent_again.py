"""R26: one request sent fifty times at once, with another content, and after its answer was forgotten."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from sqlalchemy import func, select

from api.wiring import Services
from search_service.store.capability import Capability
from tests.reliability.world import Report, World
from tests.support import rows

TIMES = 50
KEY = "R26"
FORGOTTEN = timedelta(hours=48, minutes=1)


@pytest.fixture
def owner(world: World) -> str:
    """An institution; its capabilities have no identity of their own, so that nothing but the key tells twins apart."""
    with world.open().database.write() as session:
        rows.xian(session)
        return str(rows.institution(session).id)


def count(services: Services) -> int:
    with services.database.read() as session:
        return session.scalar(select(func.count()).select_from(Capability)) or 0


class Sender:
    """Sends the request, also at one moment from many threads."""

    def __init__(self, http: httpx2.Client, owner: str) -> None:
        self._http = http
        self._body = {"institution": owner, "object": "混凝土", "parameter": "抗压强度"}

    def send(self, **more: str) -> httpx2.Response:
        return self._http.post("/capabilities", json={**self._body, **more}, headers={"Idempotency-Key": KEY})

    def at_once(self, times: int) -> list[httpx2.Response]:
        line = threading.Barrier(times)

        def one(_: int) -> httpx2.Response:
            line.wait()
            return self.send()

        with ThreadPoolExecutor(times) as pool:
            return list(pool.map(one, range(times)))


def test_fifty_twins_have_one_effect(world: World, owner: str, report: Report) -> None:
    services = world.opened[0]
    token = world.token(services)
    sender = Sender(world.http(world.web(), token), owner)

    answers = sender.at_once(TIMES)
    made = [answer for answer in answers if answer.status_code == 201]
    running = [answer.json() for answer in answers if answer.status_code == 409]
    assert len(made) + len(running) == TIMES, {answer.status_code for answer in answers}
    assert len({answer.text for answer in made}) == 1
    assert all(problem["code"] == "in_progress" and problem["trace_id"] for problem in running)
    assert count(services) == 1

    other = sender.send(parameter="抗折强度")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert sender.send().text == made[0].text
    assert count(services) == 1

    later = world.web(ZHIXUN_CLOCK=(datetime.now(UTC) + FORGOTTEN).isoformat())
    fresh = Sender(world.http(later, token), owner).send()
    assert fresh.status_code == 201
    assert fresh.json()["id"] != made[0].json()["id"]
    assert count(services) == 2
    report(acknowledged=len(made) + 1, in_progress=len(running), rows=count(services), lost=0)
