"""Small tables that every search needs and that change seldom, looked at again after a while."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from search_service.store.base import Entity

Value = TypeVar("Value")

STALE_SECONDS = 5.0
"""As long as a new synonym or a renamed division may take to be understood: the freshness promised for the index."""


class _Held(NamedTuple, Generic[Value]):
    looked: float
    state: tuple[Any, ...]
    value: Value


class Memo(Generic[Value]):
    """A value made of one table, at most `STALE_SECONDS` behind it."""

    def __init__(
        self,
        model: type[Entity],
        read: Callable[[Session], Value],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        # Every change of a row counts its version up, so that these two numbers never come back.
        self._state = select(func.count(), func.sum(model.row_version)).select_from(model)
        self._read = read
        self._clock = clock
        self._lock = Lock()
        self._held: _Held[Value] | None = None

    def get(self, session: Session) -> Value:
        """The value, made anew through `session` when it is too old and the table has changed."""
        held = self._held
        if held is not None and self._fresh(held):
            return held.value
        # One thread looks; the others go on with what is there, and wait only where there is nothing yet.
        if not self._lock.acquire(blocking=held is None):
            assert held is not None
            return held.value
        try:
            held = self._held
            if held is None or not self._fresh(held):
                held = self._held = self._looked(session, held)
            return held.value
        finally:
            self._lock.release()

    def _fresh(self, held: _Held[Value]) -> bool:
        return self._clock() - held.looked < STALE_SECONDS

    def _looked(self, session: Session, held: _Held[Value] | None) -> _Held[Value]:
        looked = self._clock()
        state = tuple(session.execute(self._state).one())
        value = held.value if held is not None and held.state == state else self._read(session)
        return _Held(looked, state, value)
