"""Real processes of the product, started as a user starts them, killed as a kernel kills them."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx2

BUSY = 5
"""Times as long as on a quiet machine before a wait is given up: a machine busy with others is no fault."""
START_SECONDS = 60.0
"""A start under load with migrations and an index to open; usually two."""
STOP_SECONDS = 40.0
"""A graceful stop: the longest lease and a margin."""
POLL_SECONDS = 0.05


class Process:
    """One command of the product in its own process group."""

    def __init__(self, *arguments: str, env: Mapping[str, str], log: Path) -> None:
        self._command = [str(Path(sys.executable).parent / arguments[0]), *arguments[1:]]
        self._env = {**_plain_environment(), **env}
        self._log = log
        self.name = log.stem
        self._running: subprocess.Popen[bytes] | None = None
        self.kills = 0

    def start(self, **more: str) -> None:
        """Begin, with further settings for this life of it; returns at once."""
        with self._log.open("ab") as log:
            self._running = subprocess.Popen(
                self._command, env={**self._env, **more}, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def alive(self) -> bool:
        return self._running is not None and self._running.poll() is None

    @property
    def exit_code(self) -> int | None:
        return None if self._running is None else self._running.poll()

    def kill(self) -> None:
        """SIGKILL for it and all its children: no handler runs, nothing is flushed."""
        if self._running is not None and self._running.poll() is None:
            os.killpg(self._running.pid, signal.SIGKILL)
            self._running.wait()
            self.kills += 1

    def pause(self) -> None:
        """As a machine that stands still: alive, and nothing moves."""
        assert self._running is not None
        os.killpg(self._running.pid, signal.SIGSTOP)

    def resume(self) -> None:
        assert self._running is not None
        os.killpg(self._running.pid, signal.SIGCONT)

    def stop(self) -> int | None:
        """SIGTERM, as an orchestrator stops it; the exit code."""
        if self._running is None:
            return None
        if self._running.poll() is None:
            self._running.send_signal(signal.SIGTERM)
        return self._running.wait(STOP_SECONDS * BUSY)

    def memory(self) -> int:
        """Resident bytes of it and of the processes that it started."""
        assert self._running is not None
        return sum(_resident(pid) for pid in _family(self._running.pid))

    def said(self) -> str:
        """Everything that it printed in all its lives."""
        return self._log.read_text("utf-8", "replace") if self._log.exists() else ""


class Web(Process):
    """`zhixun serve` at a port that stays the same over all its lives."""

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        self.port = free_port()
        super().__init__("zhixun", "serve", "--port", str(self.port), env=env, log=log)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, **more: str) -> None:
        """Begin and wait until it answers; a life in which a failpoint kills may end before that."""
        super().start(**more)
        over = self.answers if not more else lambda: self.answers() or self.exit_code == -signal.SIGKILL
        wait_until(over, START_SECONDS, lambda: f"the web process did not start:\n{self.said()[-4000:]}")

    def answers(self) -> bool:
        """Whether it takes requests."""
        if not self.alive:
            return False
        try:
            return httpx2.get(f"{self.address}/healthz", timeout=2).status_code == 200
        except httpx2.TransportError:
            return False


class Worker(Process):
    """`zhixun worker` with a pool of one: the parent replaces a child that a failpoint killed."""

    def __init__(self, env: Mapping[str, str], log: Path) -> None:
        super().__init__("zhixun", "worker", "--concurrency", "1", env=env, log=log)

    def children_killed(self) -> int:
        """How often the parent said that a child was killed."""
        return self.said().count("signal 9 (SIGKILL)")


@contextmanager
def kept_alive(process: Process, settings: Callable[[], dict[str, str]]) -> Iterator[None]:
    """Start it, and again whenever it was killed, with settings for that life; in the end it is killed itself.

    Raises what went wrong, for example an end that was no kill.
    """
    over, failed = threading.Event(), list[BaseException]()

    def keep() -> None:
        try:
            while not over.is_set():
                process.start(**settings())
                while process.alive and not over.is_set():
                    time.sleep(POLL_SECONDS)
                if not process.alive:
                    assert process.exit_code == -signal.SIGKILL, process.said()[-4000:]
                    process.kills += 1
        except BaseException as error:  # noqa: BLE001 - raised below, in the test's own thread
            failed.append(error)

    keeper = threading.Thread(target=keep)
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()
        process.kill()
    if failed:
        raise failed[0]


def wait_until(done: Callable[[], bool], seconds: float, otherwise: Callable[[], str]) -> float:
    """Seconds until `done`; fails with what `otherwise` says when it takes many times as long as `seconds`."""
    began = time.monotonic()
    while not done():
        assert time.monotonic() - began < seconds * BUSY, otherwise()
        time.sleep(POLL_SECONDS)
    return time.monotonic() - began


def free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _plain_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("ZHIXUN_")}


def _resident(pid: int) -> int:
    with suppress(OSError):  # it has ended meanwhile
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


def _family(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from _family(int(child))
