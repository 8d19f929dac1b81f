"""Words and codes of divisions for documents: a row in 雁塔区 is also in 西安市 and in 陕西省."""

from collections.abc import Iterable, Mapping

from search_service.store.division import Division

PROVINCE = "0000"
"""How a province's adcode ends."""

ABOVE = (".parent", ".parent.parent", ".parent.parent.parent")
"""A county's chain has three divisions; the fourth step loads that a province has nothing above it."""


def division_reads(path: str) -> tuple[str, ...]:
    """The relationships that `codes` and `names` need, for a division at the end of `path`."""
    return (path, *(path + above for above in ABOVE))


def codes(divisions: Iterable[Division | None]) -> list[str]:
    """Adcodes of the divisions and of all that contain them."""
    return [at.adcode for division in divisions if division for at in division.lineage]


def names(divisions: Iterable[Division | None]) -> list[str]:
    """Full and short names of the divisions and of all that contain them."""
    return [
        text for division in divisions if division for at in division.lineage for text in (at.name, *at.short_names)
    ]


def only_meant(found: Mapping[str, str | None]) -> str | None:
    """Of the divisions that a name may mean (adcode → parent's adcode) the one that is meant; None where it is open.

    Counties below a prefecture step back, so 西安 is the city and not 牡丹江's 西安区.  A district of a municipality
    does not: 朝阳 may be Beijing's district or Liaoning's city.
    """
    major = [adcode for adcode, parent in found.items() if parent is None or parent.endswith(PROVINCE)]
    chosen = major or list(found)
    return chosen[0] if len(chosen) == 1 else None
