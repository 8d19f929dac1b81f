"""Small tables that every search needs and that change seldom, read again after a while."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

Value = TypeVar("Value")

STALE_SECONDS = 5.0
"""As long as a new synonym or a renamed division may take to be understood: the freshness promised for the index."""


class Memo(Generic[Value]):
    """A value read from the database, at most `STALE_SECONDS` old."""

    def __init__(self, read: Callable[[Session], Value], clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._lock = Lock()
        self._held: tuple[float, Value] | None = None

    def get(self, session: Session) -> Value:
        """The value, read through `session` when it is too old."""
        held = self._held
        if held is not None and self._clock() - held[0] < STALE_SECONDS:
            return held[1]
        with self._lock:
            value = self._read(session)
            self._held = (self._clock(), value)
            return value
