"""Words and codes of divisions for documents: a row in 雁塔区 is also in 西安市 and in 陕西省."""

from collections.abc import Iterable

from search_service.store.division import Division

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
