"""What is away for hours is said when it goes, now and then while it lasts, and when it is back: not every second."""

import logging
import time
from collections.abc import Callable

REMINDER_SECONDS = 300.0
"""Often enough for whoever reads the last ten minutes of a log, and twelve lines an hour."""


class Outage:
    """One thing that may be away, as one thread sees it."""

    def __init__(self, log: logging.Logger, what: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Take what the lines begin with."""
        self._log, self._what, self._clock = log, what, clock
        self._begun: float | None = None
        self._said = 0.0

    @property
    def lasts(self) -> bool:
        """Whether it was away when last seen."""
        return self._begun is not None

    def seen(self, why: object) -> None:
        """It is away, or still away."""
        now = self._clock()
        if self._begun is None:
            self._begun = self._said = now
            self._log.warning("%s: %s", self._what, why)
        elif now >= self._said + REMINDER_SECONDS:
            self._said = now
            self._log.warning("%s, for %.0f minutes now: %s", self._what, (now - self._begun) / 60, why)

    def over(self) -> None:
        """It is there."""
        if self._begun is not None:
            self._log.warning("%s: over after %.0f seconds", self._what, self._clock() - self._begun)
            self._begun = None
