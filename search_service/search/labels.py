"""What people read for the values of facets, remembered for a few seconds: most searches show the same ones."""

import time
from collections.abc import Callable, Sequence
from threading import Lock

from sqlalchemy.orm import Session

from search_service.kinds.base import Kind
from search_service.search.memo import STALE_SECONDS

MOST = 20_000
"""Labels kept: more than there are divisions and categories, and 4 MB."""


class Labels:
    """Labels of stored values, at most `STALE_SECONDS` behind the database; thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun = clock()
        self._known: dict[tuple[str, str, str], str] = {}
        self._lock = Lock()

    def of(self, session: Session, kind: Kind, name: str, values: Sequence[str]) -> dict[str, str]:
        """Value → label of one filter; a value without one stands for itself."""
        with self._lock:
            if self._clock() - self._begun >= STALE_SECONDS or len(self._known) > MOST:
                self._begun, self._known = self._clock(), {}
            known = self._known
            found = {value: known[at] for value in values if (at := (kind.name, name, value)) in known}
        missing = [value for value in values if value not in found]
        if missing:
            read = kind.labels(session, name, missing)
            found.update({value: read.get(value, value) for value in missing})
            with self._lock:
                known.update({(kind.name, name, value): found[value] for value in missing})
        return found
