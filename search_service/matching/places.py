"""Administrative divisions as a tree (docs/matching.md, check 6); codes are resolved on entry, never here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from search_service.kinds.offered import Ref

NATION = "000000"
"""全国: it contains every division and stands in no table."""


@dataclass(frozen=True, slots=True)
class Place:
    """One division: its code, its name and the code of what contains it."""

    ref: Ref
    adcode: str
    name: str
    parent: str | None


class Places:
    """The tree."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._places: Mapping[str, Place] = {place.adcode: place for place in places}

    @property
    def rows(self) -> Iterable[Place]:
        """Every division."""
        return self._places.values()

    def recognises(self, code: str) -> bool:
        """Whether it is a division, or the nation."""
        return code == NATION or code in self._places

    def name(self, code: str) -> str:
        """For people; the code itself where nobody knows it."""
        if code == NATION:
            return "全国"
        return self._places[code].name if code in self._places else code

    def refs(self, codes: Iterable[str]) -> tuple[Ref, ...]:
        """The rows of these divisions; the nation has none."""
        return tuple(self._places[code].ref for code in codes if code in self._places)

    def upwards(self, code: str) -> list[str]:
        """The division and what contains it, nearest first, as far as the table knows; not the nation."""
        found: list[str] = []
        at: str | None = code
        while at is not None and at in self._places and at not in found:
            found.append(at)
            at = self._places[at].parent
        return found

    def way(self, place: str, region: str) -> list[str] | None:
        """From a place up to the region that contains it, both included; None where it does not."""
        up = self.upwards(place)
        if region == NATION:
            return [place]
        return up[: up.index(region) + 1] if region in up else None

    def contains(self, region: str, place: str) -> bool:
        """Whether `place` is the region or lies in it; both are recognised."""
        return region == NATION or region in self.upwards(place)

    def distance(self, one: str, other: str) -> int:
        """Distance class: 0 same district, 1 same city, 2 same province, 3 elsewhere or unknown."""
        a, b = self.upwards(one), self.upwards(other)
        if not a or not b:
            return ELSEWHERE
        if a[0] == b[0]:
            return 0
        shared = [code for code in a if code in b]
        if not shared:
            return ELSEWHERE
        # The divisions of a municipality stand right below it: its districts are of one city.
        whole = shared[0]
        return PROVINCE if whole.endswith("0000") and whole not in _MUNICIPALITIES else CITY


ELSEWHERE, PROVINCE, CITY = 3, 2, 1
_MUNICIPALITIES = frozenset({"110000", "120000", "310000", "500000"})
