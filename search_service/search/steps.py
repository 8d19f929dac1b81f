"""How long each step of a search takes, noted only while somebody explains one."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_SPENT: ContextVar[dict[str, float] | None] = ContextVar("spent", default=None)


@contextmanager
def step(name: str) -> Iterator[None]:
    """One step; a search that nobody explains pays for one look at a variable."""
    spent = _SPENT.get()
    if spent is None:
        yield
        return
    began = time.perf_counter()
    try:
        yield
    finally:
        spent[name] = spent.get(name, 0.0) + time.perf_counter() - began


@contextmanager
def recorded() -> Iterator[dict[str, float]]:
    """Name of step → seconds, filled while the block runs."""
    spent: dict[str, float] = {}
    token = _SPENT.set(spent)
    try:
        yield spent
    finally:
        _SPENT.reset(token)
