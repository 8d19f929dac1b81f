"""A graceful stop: what the web process has begun it ends, and nobody can keep it from ending."""

import json
import signal
import socket
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest
from sqlalchemy import func, select

from search_service.store.standard import Standard
from tests.reliability.processes import START_SECONDS, Web, wait_until
from tests.reliability.world import World

REQUESTS = 3
PATIENCE_SECONDS = 120.0
"""For one answer: many times what a commit takes on a busy machine."""
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Posting:
    """A request that the application has begun to read: it asks for the body with ``100 Continue``."""

    def __init__(self, web: Web, token: str, number: str) -> None:
        self.body = json.dumps({"number": number, "title": "样品"}).encode()
        self.line = socket.create_connection(("127.0.0.1", web.port), timeout=PATIENCE_SECONDS)
        head = (
            *("POST /api/v1/standards HTTP/1.1", f"Host: 127.0.0.1:{web.port}", f"Authorization: Bearer {token}"),
            *("Content-Type: application/json", f"Content-Length: {len(self.body)}", "Expect: 100-continue"),
        )
        self.line.sendall("\r\n".join([*head, "", ""]).encode())
        assert self.line.recv(len(CONTINUE), socket.MSG_WAITALL) == CONTINUE

    def end(self) -> str:
        """Send the body; the answer's first line, empty where there is none."""
        self.line.sendall(self.body)
        with self.line, self.line.makefile("rb") as answer:
            return answer.readline().decode().strip()


def takes_no_more(web: Web) -> bool:
    try:
        httpx2.get(f"{web.address}/healthz", timeout=2)
    except httpx2.ConnectError:
        return True
    return False


def test_requests_under_way_are_answered_before_it_ends(embedded: World) -> None:
    """Told to stop while three requests wait to be read to their end: all three are committed and answered."""
    services = embedded.ready()
    token = embedded.token(services)
    web = embedded.web()
    under_way = [Posting(web, token, f"T/STOP {number}") for number in range(REQUESTS)]
    with ThreadPoolExecutor(1) as pool:
        stopped = pool.submit(web.stop)
        wait_until(lambda: takes_no_more(web), START_SECONDS, lambda: f"it goes on:\n{web.said()[-2000:]}")
        answers = [posting.end() for posting in under_way]
        code = stopped.result()
    assert answers == ["HTTP/1.1 201 Created"] * REQUESTS
    assert code in {0, -signal.SIGTERM}, web.said()[-2000:]
    with services.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Standard)) == REQUESTS


@pytest.mark.slow
def test_a_client_that_never_ends_its_request_does_not_keep_it(embedded: World) -> None:
    """Half a minute of waiting for somebody who says nothing: `stop` fails where there is no end to that."""
    services = embedded.ready()
    web = embedded.web()
    silent = Posting(web, embedded.token(services), "T/STOP 1")
    with silent.line:
        code = web.stop()
    assert code in {0, -signal.SIGTERM}, web.said()[-2000:]
