"""What judging looks up: standards, divisions, synonyms, as they were read for one requirement."""

from dataclasses import dataclass

from search_service.matching.editions import Editions
from search_service.matching.phrases import Vocabulary
from search_service.matching.places import Places


@dataclass(frozen=True, slots=True)
class Tables:
    """The tables; nothing in them changes while a requirement is judged."""

    editions: Editions
    places: Places
    vocabulary: Vocabulary
