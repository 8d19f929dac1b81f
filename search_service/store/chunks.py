"""Many ids in a few statements: every database takes only so many parameters."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

AT_ONCE = 500
"""Half of what the oldest SQLite takes, so that a statement has room for others."""


def chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in their order, as many at once as one statement takes."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]
