"""What a user asks, before anything is looked up; and the limits that are said before any work is done."""

from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST_QUERY = 200
"""Characters after folding (`docs/api.md`): whole titles and scope sentences fit, pasted documents do not."""
LARGEST_PAGE = 100
DEEPEST = 2_000
"""``page * size`` at most: nobody reads further, and each hit costs its place in every engine."""
SORTS = ("relevance", "newest", "name")


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search.  No kind means all; values of one filter are alternatives, filters narrow each other.

    `as_text`: slots that are not to be read in `q` ("region"), or only not as this value ("region:610113").
    """

    q: str = ""
    kinds: tuple[str, ...] = ()
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    page: int = 1
    size: int = 10
    sort: str = "relevance"
    as_text: tuple[str, ...] = ()
