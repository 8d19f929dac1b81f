"""Names of the columns that every index has beside the words: one place for those who write and those who ask."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from search_service.kinds.parts import Filter, Window
from search_service.kinds.regions import WHOLE
from search_service.query.nodes import Bool, Node, Nothing, OneOf, Range, any_of

VISIBLE_FROM, VISIBLE_UNTIL = "visible_from", "visible_until"
VALID_FROM, VALID_UNTIL = "valid_from", "valid_until"
SUGGEST = "suggest"
OFFERED = "offered"
"""What a row offers, in tokens that a requirement's items ask for (`matching/recall.py`)."""

ALWAYS_FROM, ALWAYS_UNTIL = -(2**62), 2**62
"""Open sides of a window, in seconds since 1970: beyond any date, inside 64 bits."""


def filter_field(name: str) -> str:
    """The keyword field of a declared filter."""
    return f"filter_{name}"


def dated_fields(name: str, value: str) -> tuple[str, str]:
    """The number fields of a value that holds on certain days only: from when, until when."""
    return f"{filter_field(name)}_{value}_from", f"{filter_field(name)}_{value}_until"


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


def ticked(declared: Filter, values: Sequence[str], now: datetime) -> Node:
    """What has one of these values at `now`."""
    if declared.days is None:
        return OneOf(filter_field(declared.name), tuple(values))
    at = seconds(now, 0)
    return any_of([_within(*dated_fields(declared.name, value), at) for value in values])


def answering(declared: Filter, values: Sequence[str]) -> Node:
    """What answers for one of these values without having it (`Filter.above`)."""
    above = [] if declared.above is None else [wider for value in values for wider in declared.above(value)]
    return OneOf(filter_field(declared.name), tuple(dict.fromkeys(above))) if above else Nothing()


def window_numbers(start: str, end: str, window: Window | None) -> dict[str, int]:
    """A window in its two number fields; None is an empty one, which holds never."""
    if window is None:
        return {start: ALWAYS_UNTIL, end: ALWAYS_FROM}
    return {start: seconds(window.start, ALWAYS_FROM), end: seconds(window.end, ALWAYS_UNTIL)}


def dated_numbers(declared: Filter, held: Mapping[str, Window]) -> dict[str, int]:
    """When each value that a dated filter knows holds for a document."""
    found: dict[str, int] = {}
    for value in declared.vocabulary:
        found.update(window_numbers(*dated_fields(declared.name, value), held.get(value)))
    return found


def dated_values(held: Mapping[str, Window], now: datetime) -> list[str]:
    """Values as a facet counts them, each with its window, so that what has ended since is told from what holds.

    What has begun is not said to have begun when: the fewer differ, the less there is to count.
    """
    at = seconds(now, 0)
    found = []
    for value, window in held.items():
        start, end = seconds(window.start, ALWAYS_FROM), seconds(window.end, ALWAYS_UNTIL)
        begun = start <= at
        found.append(value if begun and window.end is None else f"{value} {ALWAYS_FROM if begun else start} {end}")
    return found


def facet_value(declared: Filter, counted: str, now: datetime) -> str | None:
    """The value that a facet counted, or None where it does not hold at `now`."""
    if declared.above is not None and counted.endswith(WHOLE):
        return None  # says how far it goes, not where it is
    value, *window = counted.split(" ") if declared.days else [counted]
    if not window:
        return value
    start, end = map(int, window)
    return value if start <= seconds(now, 0) < end else None


def _within(start: str, end: str, at: int) -> Node:
    return Bool(filter=(Range(start, None, at + 1), Range(end, at + 1, None)))
