"""Completions from the term dictionary, remembered by what was typed.

tantivy lists the terms with a beginning in 0.1 ms where they are few and in some 50 ms where they are 100,000, without
holding up other threads meanwhile.  People type the same beginnings again and again, so what was listed is kept, and
answers in 2 µs.  It is listed again when the index has changed and somebody asks, at most once in `max_age` seconds,
and seldomer where that takes long; meanwhile the earlier list is used.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from tantivy import Query, Searcher

KEPT: Final = 128
"""Completions kept of a beginning: more than any list that a person reads, and what a caller may drop."""
REMEMBERED: Final = 8_192
"""Beginnings kept, 1 to 10 kB each; what thousands of people type in a minute is less."""
SHARE: Final = 20
"""Listing one beginning again may take one twentieth of the time at most, however often the index changes."""


@dataclass(frozen=True, slots=True)
class _Listed:
    """The completions of one beginning in one state of the index; used for later ones until `due`."""

    state: int
    values: tuple[str, ...]
    due: float


class Suggester:
    """The completions of one open index, as new as `max_age` allows."""

    def __init__(self, max_age: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_age = max_age
        self._clock = clock
        self._listing = threading.Lock()
        self._known: dict[str, _Listed] = {}
        self._searcher: Searcher | None = None
        self._state = 0

    def find(self, searcher: Searcher, field: str, prefix: str, limit: int) -> tuple[str, ...]:
        """Values in `searcher` that begin with `prefix`, the most frequent first, equals by value."""
        if limit > KEPT:
            return _list(searcher, field, prefix, limit)
        if searcher is not self._searcher:
            self._changed(searcher)
        listed = self._known.get(prefix)
        if listed is None or (listed.state != self._state and self._clock() >= listed.due):
            listed = self._listed(searcher, field, prefix, listed)
        return listed.values[: max(limit, 0)]

    def _changed(self, searcher: Searcher) -> None:
        # Lists remember a number and not the searcher, which would keep the files of its state on the disk.
        with self._listing:
            self._searcher = searcher
            self._state += 1

    def _listed(self, searcher: Searcher, field: str, prefix: str, before: _Listed | None) -> _Listed:
        if before is not None:
            # Whoever comes meanwhile uses what is there.
            with self._listing:
                current = self._known.get(prefix)
                if current is not None and current is not before:
                    return current
                self._known[prefix] = replace(before, due=float("inf"))
        begun, state = self._clock(), self._state
        try:
            values = _list(searcher, field, prefix, KEPT)
        except BaseException:
            self._known.pop(prefix, None)
            raise
        ended = self._clock()
        # An age of 0 means "always the newest", whatever it costs.
        due = ended + (self._max_age and max(self._max_age, (ended - begun) * SHARE))
        listed = _Listed(state, values, due)
        with self._listing:
            while len(self._known) >= REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[prefix] = listed
        return listed


def _list(searcher: Searcher, field: str, prefix: str, limit: int) -> tuple[str, ...]:
    # With a filter the dictionary counts living documents only; without one replaced values would show.
    try:
        counts = searcher.terms_with_prefix(field, prefix, filter_query=Query.all_query(), limit=limit)
    except UnicodeEncodeError:
        return ()  # half a character: no text that was indexed has one
    return tuple(value for value, _ in counts)
