"""Looking at the clock: a thread in every process that does work, and the beat's ring; twice does nothing twice."""

from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING

from api.background import POLL_SECONDS, Background, OpenLock
from search_service.timekeeping.recommending import Recommender
from search_service.timekeeping.tick import Timekeeper

if TYPE_CHECKING:
    from api.wiring import Services

BOUND_SECONDS = 10.0
"""A look ends after this even when more is due, and the next one begins: who is told to stop is not kept waiting."""


class Looker:
    """One a process; whoever asks while it looks is answered by that look."""

    def __init__(self, opened: Callable[[], "Services"]) -> None:
        self._opened = opened
        self._lock = Lock()
        self._keeper: Timekeeper | None = None

    def look(self) -> bool:
        """Do what is due; whether more is waiting."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            if self._keeper is None:
                services = self._opened()
                hands = Recommender(services.database, services.matcher)
                automatic = services.settings.automatic_sending
                self._keeper = Timekeeper(services.database, hands, automatic=automatic)
            until = monotonic() + BOUND_SECONDS
            return self._keeper.tick(lambda: monotonic() > until).more
        finally:
            self._lock.release()


def timekeeper(looker: Looker, poll_seconds: float = POLL_SECONDS) -> Background:
    """The thread."""
    return Background(OpenLock(), prepare=lambda: None, step=looker.look, poll_seconds=poll_seconds)
