"""A way to a server that we can bend: it holds back what was sent, counts who knocks, and cuts lines."""

import contextlib
import random
import socket
import threading
import time
from collections.abc import Callable
from typing import Self

from tests.reliability.processes import free_port

CHUNK = 65_536


class Proxy:
    """Forwards every connection to ``host:port``; `delay` is asked for the seconds that each chunk to it waits."""

    def __init__(self, port: int, delay: Callable[[], float] = lambda: 0.0) -> None:
        self.port, self.delay = free_port(), delay
        self.knocks = 0
        self._to = port
        self._listening = socket.create_server(("127.0.0.1", self.port))
        self._lines: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._closed = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Break all lines at once, as a switch that loses its power."""
        for line in list(self._lines):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Self:
        self._run(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()
        for thread in self._threads:
            thread.join()

    def _run(self, work: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=work, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closed:
            try:
                caller, _ = self._listening.accept()
            except OSError:
                return
            self.knocks += 1
            try:
                called = socket.create_connection(("127.0.0.1", self._to), timeout=5)
            except OSError:
                caller.close()
                continue
            called.settimeout(None)
            self._lines |= {caller, called}
            self._run(self._pump, caller, called, True)
            self._run(self._pump, called, caller, False)

    def _pump(self, source: socket.socket, target: socket.socket, forth: bool) -> None:  # noqa: FBT001 - to the server, or back
        with contextlib.suppress(OSError):
            while chunk := source.recv(CHUNK):
                if forth and (seconds := self.delay()):
                    time.sleep(seconds)
                target.sendall(chunk)
        for line in (source, target):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        if not forth:
            source.close()
            target.close()
            self._lines -= {source, target}


def up_to(seconds: float, seed: int) -> Callable[[], float]:
    """A random wait for each chunk."""
    chosen = random.Random(seed)
    return lambda: chosen.uniform(0, seconds)
