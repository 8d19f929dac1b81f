"""The bell of the production mode: after a commit the worker is woken, by a thread of its own (founding decision 5).

A broker that is away takes over a second to say so, and it may be away for days: nobody who saves a record waits for
it, and nothing is lost, because the marks are in the database and the workers look by themselves.
"""

import logging
import threading
from collections.abc import Callable

from api.outages import Outage

LOG = logging.getLogger(__name__)

PAUSE_SECONDS = 0.2
"""Between two rings: of fifty changes a second ten are drained together, and none waits longer than people notice."""

RETRY_SECONDS = 5.0
"""After a ring that failed; the beat rings as often."""


class Bell:
    """Rings once for any number of wakes that come meanwhile; `wake` never waits and never fails."""

    def __init__(self, ring: Callable[[], object]) -> None:
        self._ring = ring
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; returns at once."""
        self._stopped.clear()
        self._thread = threading.Thread(target=self._run, name="zhixun-bell", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something was committed."""
        self._woken.set()

    def stop(self) -> None:
        """Ring for what was committed last, once, and end."""
        self._stopped.set()
        self._woken.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        away = Outage(LOG, "the bell does not ring, workers look by themselves")
        while True:
            self._woken.wait()
            self._woken.clear()
            last = self._stopped.is_set()
            try:
                self._ring()
            except Exception as error:  # noqa: BLE001 - whatever a broker's client raises, the marks are kept
                away.seen(error)
            else:
                away.over()
            if last:
                return
            self._stopped.wait(RETRY_SECONDS if away.lasts else PAUSE_SECONDS)
