"""Facet values as numbers: what tantivy counts of a number column, it need not look up in a dictionary.

Looking up takes 1.3 µs for each value that was found, which for most words is more than to find and count their rows.
A number cannot be turned back, so each is remembered once it was seen beside its value.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

from search_service.engines.base import Count

REMEMBERED: Final = 1 << 16
"""Values of an index that are remembered, 0.2 kB each; documents are written with the same ones again and again."""
FURTHER: Final = 8
"""Times the wanted values that are counted: the more, the seldomer equals of the last wanted one are left out."""


def counted(field: str) -> str:
    """The number column of a facet field."""
    return f"_count_{field}"


@lru_cache(REMEMBERED)
def number(value: str) -> int:
    """64 bits of a hash: among a hundred thousand values two are equal once in four billion indices.

    Raises:
        UnicodeEncodeError: half a character.
    """
    return int.from_bytes(blake2b(value.encode(), digest_size=8).digest(), signed=True)


class Values:
    """What the numbers of one index stand for, as far as that is known."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def learn(self, values: Sequence[str]) -> None:
        """Remember these."""
        if len(self._known) + len(values) > REMEMBERED:
            self._known.clear()
        self._known.update((number(value), value) for value in values)

    def read(self, buckets: Sequence[Mapping[str, Any]], asked: int, wanted: int) -> tuple[Count, ...] | None:
        """The `wanted` most frequent of the `asked` ones, equals by value; None where that is not certain."""
        edge = buckets[wanted - 1]["doc_count"] if len(buckets) > wanted else 0
        if len(buckets) >= asked and buckets[-1]["doc_count"] >= edge:
            return None
        known = self._known
        try:
            found = [(-count, known[bucket["key"]]) for bucket in buckets if (count := bucket["doc_count"]) >= edge]
        except KeyError:
            return None
        found.sort()
        return tuple([Count(value, -count) for count, value in found[:wanted]])
