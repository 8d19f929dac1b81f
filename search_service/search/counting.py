"""Facets, counted in requests of their own, for which nobody waits longer than a moment.

What is found is worth waiting for; how it divides is not.  They are counted on a thread of their own while the page is
being made, so the limit holds for any engine, also for one that hangs: a count that is late is left to end by itself.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Final

from search_service.engines.base import Ask, Count, Engine
from search_service.errors import EngineUnavailable

WITHIN: Final = 0.2
"""Seconds that a search waits for its facets, from when they are first asked for (issue 5)."""
AT_ONCE: Final = 8
"""Searches whose facets are counted at once; others wait for their turn, no longer than they wait at all."""

LATE: Final = "分面统计超过 200 毫秒,本次未显示"
AWAY: Final = "分面统计暂时不可用,本次未显示"

Facets = Mapping[str, Mapping[str, Sequence[Count]]]
"""Counts by kind and field."""


class Counting:
    """Counts facets on one engine; thread-safe."""

    def __init__(self, engine: Engine, clock: Callable[[], float] = time.monotonic) -> None:
        self._engine, self._clock = engine, clock
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="zhixun-facets")

    def begin(self, asks: Mapping[str, Ask]) -> "Begun":
        """Count what each of these asks for, by kind; ask what comes back for the counts."""
        if not asks:
            return Begun(None, 0.0, self._clock)
        until = self._clock() + WITHIN
        return Begun(self._pool.submit(self._count, asks, until), until, self._clock)

    def _count(self, asks: Mapping[str, Ask], until: float) -> Facets:
        found = {}
        for kind, ask in asks.items():
            left = until - self._clock()
            if left <= 0:
                raise TimeoutError  # nobody waits any more
            found[kind] = self._engine.search(kind, replace(ask, within=left)).facets
        return found


class Begun:
    """Facets that are being counted."""

    def __init__(self, counted: Future[Facets] | None, until: float, clock: Callable[[], float]) -> None:
        self._counted, self._until, self._clock = counted, until, clock

    def counts(self) -> tuple[Facets, str]:
        """All of them; or none, and in words why."""
        if self._counted is None:
            return {}, ""
        try:
            return self._counted.result(max(self._until - self._clock(), 0.0)), ""
        except TimeoutError:
            self._counted.cancel()
            return {}, LATE
        except EngineUnavailable:
            return {}, LATE if self._clock() >= self._until else AWAY
