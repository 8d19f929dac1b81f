"""Names of the columns that every index has beside the words: one place for those who write and those who ask."""

from datetime import datetime

from search_service.query.nodes import Bool, Node, Range

VISIBLE_FROM, VISIBLE_UNTIL = "visible_from", "visible_until"
VALID_FROM, VALID_UNTIL = "valid_from", "valid_until"
SUGGEST = "suggest"

ALWAYS_FROM, ALWAYS_UNTIL = -(2**62), 2**62
"""Open sides of a window, in seconds since 1970: beyond any date, inside 64 bits."""


def filter_field(name: str) -> str:
    """The keyword field of a declared filter."""
    return f"filter_{name}"


def sort_field(name: str) -> str:
    """The number field of a declared sort."""
    return f"sort_{name}"


def seconds(instant: datetime | None, otherwise: int) -> int:
    """Seconds since 1970, as documents hold instants."""
    return otherwise if instant is None else int(instant.timestamp())


def visible_at(now: datetime) -> Node:
    """What is shown at `now` (founding decision 7)."""
    return _within(VISIBLE_FROM, VISIBLE_UNTIL, seconds(now, 0))


def valid_at(instant: datetime) -> Node:
    """What is qualified, by a recorded certificate, at an instant."""
    return _within(VALID_FROM, VALID_UNTIL, seconds(instant, 0))


def _within(start: str, end: str, at: int) -> Node:
    return Bool(filter=(Range(start, None, at + 1), Range(end, at + 1, None)))
