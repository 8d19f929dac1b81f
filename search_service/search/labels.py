"""What people read for the values of facets, remembered for a few seconds: most searches show the same ones."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from search_service.kinds.base import Kind
from search_service.search.memo import STALE_SECONDS

MOST = 5_000
"""Labels kept of one filter: more than there are divisions or categories, and few enough for one statement to name."""


class _Known(NamedTuple):
    """Labels of one filter, none read before `since`; never changed, only replaced."""

    since: float
    labels: dict[str, str]


class Labels:
    """Labels of stored values, at most `STALE_SECONDS` behind the database; thread-safe.

    When those of a filter are too old, one statement reads all of them again: value by value, as searches come upon
    them, every other search would have some to read.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str], _Known] = {}

    def of(self, session: Session, kind: Kind, name: str, values: Sequence[str]) -> dict[str, str]:
        """Value → label of one filter; a value without one stands for itself."""
        now, at = self._clock(), (kind.name, name)
        since, known = self._known.get(at) or _Known(now, {})
        if now - since < STALE_SECONDS:
            missing = [value for value in values if value not in known]
        else:
            missing = list(dict.fromkeys([*values, *known]))[:MOST]
            since, known = now, {}
        if missing:
            read = kind.labels(session, name, missing)
            known = known | {value: read.get(value, value) for value in missing}
            # Two threads at once each keep what they have read: the other's is read again when it is next shown.
            self._known[at] = _Known(since, known if len(known) <= MOST else {value: known[value] for value in values})
        return {value: known[value] for value in values}
