"""The answer of a search, in the shape that people script against (`docs/api.md`)."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from search_service.query.understanding.slots import Choice, Slot

__all__ = ["Answer", "Choice", "FacetValue", "Hit", "Slot", "Suggestion"]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet: how many results it would leave, and whether it is ticked."""

    value: str
    label: str
    count: int
    selected: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """One result.  `highlights` are HTML-safe; `why` are stable codes of what matched.

    `loosened` says in words how it is not what was asked for; then `why` has the codes of that.
    """

    kind: str
    id: str
    key: str | None
    url: str
    title: str
    fields: Mapping[str, Any]
    highlights: Mapping[str, str]
    why: tuple[str, ...]
    loosened: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """One page of results, and what is around it.

    `prefill` is a requirement's beginning (`prefill.py`); where nothing fits, `promise` says what happens to it when it
    is posted.  `did_you_mean` are queries that may have been meant.  `notes` say in words what is
    missing from this answer, and why.
    """

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
    prefill: Mapping[str, Any] | None = None
    did_you_mean: tuple[str, ...] = ()
    promise: str = ""
    notes: tuple[str, ...] = ()

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
