"""A step of the ladder: one more question, and how what it finds is not what was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from analyzers.synonyms import RELATED, SAME
from search_service.query.alternatives import Synonyms
from search_service.search.asked import Change


@dataclass(frozen=True, slots=True)
class Loosened:
    """How a row is not what was asked for: a stable code, and words."""

    code: str
    said: str


@dataclass(frozen=True, slots=True)
class Step:
    """One more question; all rows that it finds are loosened so.

    `heeding`: only kinds that heed this filter are asked, because nothing else changes; `offered`: a query to offer
    instead, if the step finds something.  `asks`: False where it is offered without showing what it finds.
    """

    loosened: tuple[Loosened, ...]
    change: Change
    heeding: str = ""
    offered: str = ""
    asks: bool = True


class Widened:
    """Synonyms of which the related ones count, too."""

    def __init__(self, table: Synonyms) -> None:
        self._table = table

    def expand(self, word: str) -> Sequence[tuple[str, str]]:
        """As the table's."""
        return [(other, SAME if relation == RELATED else relation) for other, relation in self._table.expand(word)]
