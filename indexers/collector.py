"""The garbage collector holds its peace while a batch is made.

A batch of 500 documents is tens of thousands of containers, and none of them is garbage before the batch is written.
Looking through them again and again takes a tenth of the time in which they are made; and each time that enough have
lived on, all of the process is looked through, for which every search waits 0.2 s.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Pause:
    """How many batches are being made, and whether the collector was on before the first of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._making = 0
        self._was_on = False

    def begin(self) -> None:
        with self._lock:
            if not self._making:
                self._was_on = gc.isenabled()
                gc.disable()
            self._making += 1

    def end(self) -> None:
        with self._lock:
            self._making -= 1
            if not self._making and self._was_on:
                gc.enable()


_pause = _Pause()


@contextmanager
def paused() -> Iterator[None]:
    """Nothing is collected in this process before the block ends, in whichever thread: for some 100 ms of work."""
    _pause.begin()
    try:
        yield
    finally:
        _pause.end()
