"""Tables that note which of their rows are looked at, so that a recommendation keeps those and not ten thousand."""

from collections.abc import Iterable, Iterator, Mapping

from search_service.matching.phrases import Link, Vocabulary
from search_service.matching.places import Place, Places

Edges = list[tuple[str, Link]]


class _Noted(Mapping[str, Edges]):
    """The links of each phrase; those that somebody asks for are noted."""

    def __init__(self, links: Mapping[str, Edges], note: set[str]) -> None:
        self._links, self._note = links, note

    def __getitem__(self, phrase: str) -> Edges:
        found = self._links.get(phrase)
        if found is None:
            raise KeyError(phrase)
        self._note.update(link.ref.id for _, link in found)
        return found

    def __contains__(self, phrase: object) -> bool:
        return phrase in self._links

    def __iter__(self) -> Iterator[str]:
        return iter(self._links)

    def __len__(self) -> int:
        return len(self._links)


class NotingVocabulary(Vocabulary):
    """The vocabulary; a walk through the links that were `looked_at` is the same walk."""

    def __init__(self, links: Iterable[Link]) -> None:
        super().__init__(links)
        self._note: set[str] = set()
        for name in ("_up", "_down", "_same", "_related"):
            setattr(self, name, _Noted(getattr(self, name), self._note))

    @property
    def looked_at(self) -> list[Link]:
        """Links in the order of the whole, since the first of two equal ways is evidence."""
        return [link for link in self.links if link.ref.id in self._note]


class _Asked(Mapping[str, Place]):
    """Divisions by code; those that somebody asks for are noted."""

    def __init__(self, places: Mapping[str, Place], note: set[str]) -> None:
        self._places, self._note = places, note

    def __getitem__(self, code: str) -> Place:
        self._note.add(code)
        return self._places[code]

    def __contains__(self, code: object) -> bool:
        found = code in self._places
        if found and isinstance(code, str):
            self._note.add(code)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class NotingPlaces(Places):
    """The tree of divisions."""

    def __init__(self, places: Iterable[Place]) -> None:
        super().__init__(places)
        self._all, self._note = self._places, set[str]()
        self._places = _Asked(self._all, self._note)

    @property
    def looked_at(self) -> list[Place]:
        """Divisions, in the order of their codes."""
        return [self._all[code] for code in sorted(self._note)]
