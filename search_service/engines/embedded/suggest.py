"""Completions from memory: a sorted list for rare beginnings, a table for frequent ones.

tantivy lists a term dictionary in milliseconds; a person who types expects an answer per key, so the lookup is held to
50 µs.  The list is rebuilt when the index has changed and somebody asks, at most once in `max_age` seconds.
"""

import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Final

from tantivy import Query, Searcher

CROWDED: Final = 64
"""Beginnings with more completions than this are answered from the table; sorting fewer takes about 10 µs."""
KEPT: Final = 100
"""Completions kept for each crowded beginning: more than any list that a person reads, and what a caller may drop."""
LAST: Final = "\U0010ffff"
"""Sorts behind every character of a text (it is no character)."""
SHARE: Final = 20
"""A rebuild may take one twentieth of the time at most, however often the index changes."""


class Completions:
    """The values of one state of an index, ready to be looked up."""

    def __init__(self, counts: Sequence[tuple[str, int]]) -> None:
        """Take (value, documents) in any order."""
        self._values = sorted(value for value, _ in counts)
        self._counts = dict(counts)
        self._crowded = self._most_frequent(self._crowded_beginnings())

    def find(self, prefix: str, limit: int) -> tuple[str, ...]:
        """Values that begin with `prefix`, the most frequent first, equals by value."""
        kept = self._crowded.get(prefix)
        if kept is not None and limit <= KEPT:
            return kept[:limit]
        first = bisect_left(self._values, prefix)
        found = self._values[first : bisect_left(self._values, prefix + LAST, first)]
        found.sort(key=self._rank)
        return tuple(found[:limit])

    def _rank(self, value: str) -> tuple[int, str]:
        return -self._counts[value], value

    def _crowded_beginnings(self) -> set[str]:
        """A beginning is crowded when a value and the one `CROWDED` places behind it share it."""
        crowded = {""} if len(self._values) > CROWDED else set()
        for value, behind in zip(self._values, self._values[CROWDED:], strict=False):
            for length in range(1, min(len(value), len(behind)) + 1):
                if value[length - 1] != behind[length - 1]:
                    break
                crowded.add(value[:length])
        return crowded

    def _most_frequent(self, crowded: set[str]) -> dict[str, tuple[str, ...]]:
        kept: dict[str, list[str]] = {beginning: [] for beginning in crowded}
        for value in sorted(self._values, key=self._rank) if crowded else ():
            for length in range(len(value) + 1):
                found = kept.get(value[:length])
                if found is None:
                    break
                if len(found) < KEPT:
                    found.append(value)
        return {beginning: tuple(found) for beginning, found in kept.items()}


class Suggester:
    """The completions of one open index, as new as `max_age` allows."""

    def __init__(self, max_age: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_age = max_age
        self._clock = clock
        self._lock = threading.Lock()
        self._completions: Completions | None = None
        self._searcher: Searcher | None = None
        self._next = 0.0

    def find(self, searcher: Searcher, field: str, prefix: str, limit: int) -> tuple[str, ...]:
        """Completions in `searcher`, or in an earlier state while the next build is not due or under way."""
        current = self._completions
        if current is None or (searcher is not self._searcher and self._clock() >= self._next):
            current = self._build(searcher, field, current)
        return current.find(prefix, max(limit, 0))

    def _build(self, searcher: Searcher, field: str, current: Completions | None) -> Completions:
        # Whoever finds a build under way uses the list that is there; only the very first build is waited for.
        if not self._lock.acquire(blocking=current is None):
            assert current is not None
            return current
        try:
            if self._completions is not None and searcher is self._searcher:
                return self._completions
            begun = self._clock()
            # With a filter the dictionary counts living documents only; without one replaced values would show.
            counts = searcher.terms_with_prefix(field, "", filter_query=Query.all_query())
            self._completions, self._searcher = Completions(counts), searcher
            ended = self._clock()
            # An age of 0 means "always the newest", whatever it costs.
            self._next = ended + (self._max_age and max(self._max_age, (ended - begun) * SHARE))
            return self._completions
        finally:
            self._lock.release()
