"""The background of the embedded mode: one thread that drains marks into the index, in one process of all.

The process that holds the file lock writes; the others only read, and one of them takes over when the lock comes free.
"""

import fcntl
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

LOG = logging.getLogger(__name__)

POLL_SECONDS = 1.0
"""A change made by another process (a load in a second terminal) is noticed within this."""


LONGEST_WAIT_SECONDS = 60.0
"""Between tries of a step that keeps failing."""


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


class Background:
    """Runs `step` whenever it is woken and every second; `step` says whether more is waiting."""

    def __init__(self, lock: WriterLock, prepare: Callable[[], object], step: Callable[[], bool]) -> None:
        self._lock, self._prepare, self._step = lock, prepare, step
        self._bell = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin, or begin again after a stop; returns at once."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name="zhixun-background", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something was committed."""
        self._bell.set()

    def stop(self) -> None:
        """Finish the step at hand and let go of the lock."""
        self._stopped.set()
        self._bell.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._lock.release()

    def _run(self) -> None:
        prepared, wait = False, POLL_SECONDS
        while not self._stopped.is_set():
            if self._lock.acquire():
                try:
                    if not prepared:
                        self._prepare()
                        prepared = True
                    while self._step() and not self._stopped.is_set():
                        pass
                    wait = POLL_SECONDS
                except Exception:  # marks stay due, so nothing is lost by waiting and trying again
                    LOG.exception("background step failed")
                    wait = min(wait * 2, LONGEST_WAIT_SECONDS)
            self._bell.wait(wait)
            self._bell.clear()


def worker_name() -> str:
    """Who claims: process and thread."""
    return f"{os.getpid()}-{threading.get_ident()}"
