"""The thread that drains marks into the index: in one web process of all, or in each process of a worker.

The embedded engine has one writer: the process that holds the file lock, and another takes over when it comes free.
A cluster takes writes from anybody: claims and versions keep them apart.
"""

import fcntl
import logging
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Protocol

from api.outages import Outage
from search_service.errors import DatabaseUnavailable, EngineUnavailable

LOG = logging.getLogger(__name__)

POLL_SECONDS = 1.0
"""A change made by another process (a load in a second terminal) is noticed within this."""

LONGEST_WAIT_SECONDS = 10.0
"""Between tries of a step that keeps failing: what broke it is back for everybody within the minute we promise."""


class Lock(Protocol):
    """Who may write."""

    def acquire(self) -> bool:
        """Try once; True when this process may write."""

    def release(self) -> None:
        """Let another process write."""


class OpenLock:
    """Everybody may."""

    def acquire(self) -> bool:
        """Always."""
        return True

    def release(self) -> None:
        """Nothing is held."""


class WriterLock:
    """An exclusive lock on a file; let go by closing it, also when the process dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def acquire(self) -> bool:
        """Try once; True when this process may write."""
        if self._file is not None:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Let another process write."""
        if self._file is not None:
            self._file.close()
            self._file = None


Step = Callable[[], bool]


class Background:
    """Runs `step` whenever it is woken and every few seconds; `step` says whether more is waiting.

    `beside`, with a preparation of its own, runs in a second thread, so that what takes minutes holds nothing up; it
    is prepared again after it failed, and asks `stopping` whether it should end early.
    """

    def __init__(
        self,
        lock: Lock,
        prepare: Callable[[], object],
        step: Step,
        poll_seconds: float = POLL_SECONDS,
        beside: tuple[Callable[[], object], Step] | None = None,
    ) -> None:
        self._lock, self._prepare, self._step, self._poll = lock, prepare, step, poll_seconds
        self._beside = beside
        self._bell = threading.Event()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin, or begin again after a stop; returns at once."""
        self._stopped.clear()
        self._run_in_thread("zhixun-background", self._prepare, self._step, self._bell)
        if self._beside is not None:
            self._run_in_thread("zhixun-index-jobs", *self._beside, self._stopped, prepare_again=True)

    def wake(self) -> None:
        """Something was committed."""
        self._bell.set()

    def stopping(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped.is_set()

    def stop(self) -> None:
        """Finish the step at hand and let go of the lock."""
        self._stopped.set()
        self._bell.set()
        for thread in self._threads:
            thread.join()
        self._threads.clear()
        self._lock.release()

    def _run_in_thread(self, name: str, *given: Any, **named: bool) -> None:
        thread = threading.Thread(target=self._run, args=given, kwargs=named, name=name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(
        self, prepare: Callable[[], object], step: Step, bell: threading.Event, *, prepare_again: bool = False
    ) -> None:
        prepared, wait = False, self._poll
        away = Outage(LOG, f"{threading.current_thread().name} waits")
        while not self._stopped.is_set():
            if self._lock.acquire():
                try:
                    if not prepared:
                        prepare()
                        prepared = True
                    while step() and not self._stopped.is_set():
                        pass
                    wait = self._poll
                    away.over()
                except (
                    EngineUnavailable,
                    DatabaseUnavailable,
                ) as error:
                    # Both say so at once and may be back any second: nobody is helped by waiting longer and longer.
                    away.seen(error)
                    prepared = prepared and not prepare_again
                    wait = self._poll
                except Exception:  # marks stay due, so nothing is lost by waiting and trying again
                    LOG.exception("background step failed")
                    prepared = prepared and not prepare_again
                    wait = min(wait * 2, LONGEST_WAIT_SECONDS)
            bell.wait(wait)
            if bell is not self._stopped:
                bell.clear()


def worker_name() -> str:
    """Who claims: host, process and thread; in containers every process is the first."""
    return f"{socket.gethostname()[:32]}-{os.getpid()}-{threading.get_ident()}"
