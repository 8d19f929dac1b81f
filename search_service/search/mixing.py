"""Kinds side by side (founding decision 9): inside a band one hit of each kind in turn, never raw scores compared."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain, zip_longest

from search_service.engines.base import EngineHit
from search_service.kinds.base import Kind
from search_service.query.bands import BANDS
from search_service.query.request import SORTS

Placed = tuple[str, EngineHit]
"""A hit and its kind."""


_FLOORS = tuple(BANDS.values())


def band_of(score: float) -> int:
    """The index of the band that a score lies in: 0 is the best."""
    for at, floor in enumerate(_FLOORS):
        if score >= floor:
            return at
    raise ValueError(f"no band begins under {score}")


def in_order(
    found: Mapping[str, Sequence[EngineHit]], kinds: Sequence[Kind], sort: str, heed: Callable[[str], int] = lambda _: 0
) -> list[Placed]:
    """As the request wants them.

    `heed`: by a kind's name how little it fulfils of the conditions that were understood.  Whoever names a place and a
    service wants who does it there: kinds that can fulfil all come first, as a whole, then those that can fulfil some.
    """
    if sort == SORTS[0]:
        ranks = sorted({heed(name) for name in found})
        groups = ({name: hits for name, hits in found.items() if heed(name) == rank} for rank in ranks)
        return [placed for group in groups for placed in interleave(group)]
    return merge_sorted(found, descending=any(kind.all_sorts[sort].descending for kind in kinds))


def interleave(found: Mapping[str, Sequence[EngineHit]]) -> list[Placed]:
    """By band, then by rank inside the kind, kinds in the order of the mapping."""
    bands: list[list[list[Placed]]] = [[] for _ in BANDS]
    for kind, hits in found.items():
        own: list[list[Placed]] = [[] for _ in BANDS]
        for hit in hits:
            own[band_of(hit.score)].append((kind, hit))
        for band, placed in zip(bands, own, strict=True):
            band.append(placed)
    mixed = (hit for lists in bands for hit in chain.from_iterable(zip_longest(*lists)))
    return [hit for hit in mixed if hit is not None]


def merge_sorted(found: Mapping[str, Sequence[EngineHit]], *, descending: bool) -> list[Placed]:
    """By the sort's number over all kinds, equal ones by tie."""
    sign = -1 if descending else 1
    everything = [(kind, hit) for kind, hits in found.items() for hit in hits]
    return sorted(everything, key=lambda placed: (sign * placed[1].sort, placed[1].tie))
