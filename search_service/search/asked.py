"""One search on its way: what its steps share, and what a further try changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from search_service.kinds.base import Kind
from search_service.query.alternatives import Synonyms
from search_service.query.request import SearchRequest
from search_service.search.check import Checked, heeds
from search_service.search.hidden import Hidden
from search_service.search.understand import Reading
from search_service.search.vocabularies import Vocabulary


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that was checked and understood."""

    session: Session
    request: SearchRequest
    checked: Checked
    reading: Reading
    vocabularies: Mapping[str, Vocabulary]
    """By kind's name; nearly always one and the same."""
    hidden: Mapping[str, Hidden]
    now: datetime

    def unheeded(self, kind: Kind) -> int:
        """How little of what the words narrow a kind heeds: 0 all of it, or it is what was named; 1 some; 2 none."""
        names = self.checked.read_names
        if not names or self.named(kind):
            return 0
        heeded = sum(heeds(kind, name) for name in names)
        return 0 if heeded == len(names) else 1 if heeded else 2

    def named(self, kind: Kind) -> tuple[str, ...]:
        """Ids of rows of this kind that the query names, by which rows of others are filtered."""
        if not self.checked.read:
            return ()
        owned = {other.owner[0] for other in self.checked.counted if other.owner and other.owner[1] == kind.name}
        return next((self.checked.read[name] for name in owned if name in self.checked.read), ())


@dataclass(frozen=True, slots=True)
class Change:
    """What a try does otherwise than the query says; nothing by default.

    Attributes:
        text: has to be there instead of `Reading.core`.
        values: filters instead of those in force, by name; () drops one.
        synonyms: instead of those of the vocabulary.
        strict: all words; else some of them.
    """

    text: str | None = None
    values: Mapping[str, tuple[str, ...]] | None = None
    synonyms: Synonyms | None = None
    strict: bool = True
