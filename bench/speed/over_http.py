"""Searches through HTTP beside the same server's health check, over the same connections of the same client."""

import os
import random
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median
from urllib.parse import quote

from bench.speed import service
from bench.speed.measure import Result, compared, p50_p99, quiet
from bench.speed.rows import ROOT, SEED, rows

CONNECTIONS = 8
REQUESTS = 1_000
"""Of each side in a round."""
ROUNDS = 3
SHARE = 0.2
SUGGEST_SHARE = 0.6
STARTS_IN = 60
"""Seconds until a server that does not answer is taken for broken."""

HEALTH = "/api/v1/healthz"


def run() -> list[Result]:
    """The service with the real standards."""
    spent, waited = timed(service.data_dir())
    rate = {name: REQUESTS / median(times) for name, times in spent.items()}
    return [
        compared(
            f"http: requests a second, search (peer: `{HEALTH}` of the same server, {CONNECTIONS} connections)",
            f"{rate['search']:,.0f}",
            f"{rate['health']:,.0f}",
            rate["search"] / rate["health"],
            SHARE,
        ),
        compared(
            "http: requests a second, suggest (peer: the same)",
            f"{rate['suggest']:,.0f}",
            f"{rate['health']:,.0f}",
            rate["suggest"] / rate["health"],
            SUGGEST_SHARE,
        ),
        Result(
            f"http: a search among {CONNECTIONS} at once, p50 / p99 (peer: health)",
            p50_p99(waited["search"]),
            p50_p99(waited["health"]),
        ),
    ]


def rates(folder: Path) -> dict[str, float]:
    """Requests a second of each side, on any data folder."""
    return {name: REQUESTS / median(times) for name, times in timed(folder)[0].items()}


def timed(folder: Path) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Seconds of each round and of each request, by side: a mix of what people type; every answer is checked."""
    searches = [f"/api/v1/search?q={quote(query)}" for query in queries()]
    suggestions = [f"/api/v1/suggest?q={quote(query[:3])}" for query in queries()]
    sides = {"health": [HEALTH] * REQUESTS, "search": searches, "suggest": suggestions}
    spent: dict[str, list[float]] = {name: [] for name in sides}
    waited: dict[str, list[float]] = {name: [] for name in sides}
    with served(folder) as port, quiet():
        for paths in sides.values():
            ask(port, paths[: REQUESTS // 4])
        for _ in range(ROUNDS):
            for name, paths in sides.items():
                seconds, each = ask(port, paths)
                spent[name].append(seconds)
                waited[name] += each
    return spent, waited


def queries() -> list[str]:
    """Numbers, words, beginnings, fragments, sentences; the same in every run."""
    chosen = random.Random(SEED)
    common = ["压力表", "GB/T 228.1", "大米 镉", "西安 检定", "水质 化学需氧量", "热轧带肋钢筋", "电子秤", "19001"]
    found: list[str] = []
    for row in chosen.choices([row for row in rows(5_000) if len(row.title) >= 6], k=REQUESTS):
        title = row.title
        forms = (row.number, title[:5], title, title[-6:], f"{title[:2]} {title[-3:]}", chosen.choice(common))
        found.append(chosen.choice(forms))
    return found


@contextmanager
def served(folder: Path) -> Iterator[int]:
    """A real server in a process of its own on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "--factory",
        "api.app:create",
        "--port",
        str(port),
        "--log-level",
        "error",
    ]
    process = subprocess.Popen(  # noqa: S603 - our own server
        [*command, "--no-access-log"], cwd=ROOT, env={**os.environ, "ZHIXUN_DATA_DIR": str(folder)}
    )
    try:
        _wait(process, port)
        yield port
    finally:
        process.terminate()
        process.wait()


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + STARTS_IN
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError):
            ask(port, [HEALTH])
            return
        time.sleep(0.2)
    raise RuntimeError(f"the server did not answer within {STARTS_IN} s (ended with {process.poll()})")


def ask(port: int, paths: Sequence[str]) -> tuple[float, list[float]]:
    """Ask for all paths over a few kept connections, one request at a time on each; seconds in all and of each.

    A client of sixty lines of its own, because those of Python would be slower than the server's health check.
    """
    waiting = list(reversed(paths))
    each: list[float] = []
    selector = selectors.DefaultSelector()
    began = time.perf_counter()
    for _ in range(min(CONNECTIONS, len(paths))):
        line = _Line(socket.create_connection(("127.0.0.1", port)))
        line.send(waiting.pop())
        selector.register(line.socket, selectors.EVENT_READ, line)
    while selector.get_map():
        for key, _ in selector.select():
            line = key.data
            if not line.receive():
                continue
            each.append(time.perf_counter() - line.sent)
            if waiting:
                line.send(waiting.pop())
            else:
                selector.unregister(line.socket)
                line.socket.close()
    selector.close()
    return time.perf_counter() - began, each


class _Line:
    """One kept connection."""

    def __init__(self, connected: socket.socket) -> None:
        self.socket = connected
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sent = 0.0
        self._received = b""

    def send(self, path: str) -> None:
        """One request."""
        self.sent, self._received = time.perf_counter(), b""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\nAccept: application/json\r\n\r\n".encode())

    def receive(self) -> bool:
        """Take what is there; whether the answer is complete.

        Raises:
            RuntimeError: it is none that counts.
        """
        self._received += self.socket.recv(1 << 18) or b"HTTP/1.1 closed\r\n\r\n"
        head, found, body = self._received.partition(b"\r\n\r\n")
        if not found:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(self._received[:500].decode(errors="replace"))
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        return len(body) >= length
