"""Stops asking a cluster that does not answer: callers are told at once, the cluster is not stormed when it returns."""

import threading
import time
from collections.abc import Callable
from typing import Final

from search_service.errors import EngineUnavailable

MOST: Final = 5
"""Failures to connect in a row after which nobody waits any more: with two seconds each, ten for a single caller."""
PAUSE: Final = 1.0
"""Seconds between two probes: the cluster is back for everybody a second after it is back."""


class Unreachable(EngineUnavailable):
    """The cluster did not answer at all, or is not asked because it did not answer a moment ago."""


class Breaker:
    """Counts failures to connect; any answer of the cluster, a refusal too, closes it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._probe_at = 0.0

    def admit(self) -> None:
        """Let a call pass; while open, one a second.

        Raises:
            Unreachable: it is open, and the probe of this second is under way or done.
        """
        with self._lock:
            if self._failures < MOST:
                return
            now = self._clock()
            if now < self._probe_at:
                raise Unreachable("搜索服务暂时无法连接，系统正在自动重试，请稍后再试。", retry_after=1)
            self._probe_at = now + PAUSE

    def failed(self) -> None:
        """The cluster did not answer."""
        with self._lock:
            self._failures += 1
            self._probe_at = self._clock() + PAUSE

    def answered(self) -> None:
        """The cluster answered, whatever it said."""
        with self._lock:
            self._failures = 0
