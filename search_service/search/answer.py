"""The answer of a search, in the shape that people script against (`docs/api.md`)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Slot:
    """Something understood in the query: a standard, a region, a service."""

    slot: str
    text: str
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet: how many results it would leave, and whether it is ticked."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One result.  `highlights` are HTML-safe, `why` are stable codes of what matched."""

    kind: str
    id: str
    key: str | None
    url: str
    title: str
    fields: Mapping[str, Any]
    highlights: Mapping[str, str]
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of results, and what is around it."""

    query: str
    understood: tuple[Slot, ...]
    total: int
    total_is_exact: bool
    partial: bool
    took_ms: float
    kinds: Mapping[str, int]
    facets: Mapping[str, tuple[FacetValue, ...]]
    hits: tuple[Hit, ...]
    relaxed: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One completion of what was typed, with the record that it leads to."""

    text: str
    kind: str
    id: str
    url: str
    highlighted: str
