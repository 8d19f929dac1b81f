"""Words and codes of divisions for documents: a row in 雁塔区 is also in 西安市 and in 陕西省."""

from collections.abc import Iterable, Iterator, Sequence

from analyzers.division_name import ancestors
from search_service.kinds.parts import Wider
from search_service.store.division import Division

PROVINCE = "0000"
"""How a province's adcode ends."""
PREFECTURE = "00"
"""How that of a prefecture ends, and a province's."""

AREAS = {
    "1": ("华北", "11 12 13 14 15"),
    "2": ("东北", "21 22 23"),
    "3": ("华东", "31 32 33 34 35 36 37"),
    "4": ("中南", "41 42 43 44 45 46"),
    "5": ("西南", "50 51 52 53 54"),
    "6": ("西北", "61 62 63 64 65"),
}
"""The first digit of an adcode is the area (GB/T 2260): its name and its provinces."""
MUNICIPALITIES = frozenset({"11", "12", "31", "50"})
"""Between them and their districts is no prefecture."""

ABOVE = (".parent", ".parent.parent", ".parent.parent.parent")
"""A county's chain has three divisions; the fourth step loads that a province has nothing above it."""


def division_reads(path: str) -> tuple[str, ...]:
    """The relationships that `codes` and `names` need, for a division at the end of `path`."""
    return (path, *(path + above for above in ABOVE))


def codes(divisions: Iterable[Division | None]) -> list[str]:
    """Adcodes of the divisions and of all that contain them."""
    return [at.adcode for division in divisions if division for at in division.lineage]


WHOLE = "+"
"""Marks an adcode for the whole of which a row is authorised, beside the plain ones that it lies in."""

EVERYWHERE = "000000"
"""全国."""


def wholes(adcodes: Iterable[str]) -> list[str]:
    """Filter values of a row that is authorised for all of these divisions."""
    return [adcode + WHOLE for adcode in adcodes]


def covering(adcode: str) -> list[str]:
    """Filter values of rows that are authorised for a division as part of a larger one."""
    return wholes([adcode, *ancestors(adcode), EVERYWHERE]) if adcode.isdecimal() else []


def names(divisions: Iterable[Division | None]) -> list[str]:
    """Full and short names of the divisions and of all that contain them."""
    return [
        text for division in divisions if division for at in division.lineage for text in (at.name, *at.short_names)
    ]


def only_meant(adcodes: Sequence[str]) -> str | None:
    """Of the divisions that a name may mean the one that is meant; None where it is open.

    Counties below a prefecture step back before it, so 西安 is the city and not 牡丹江's 西安区.  A district of a
    municipality does not: 朝阳 may be Beijing's district or Liaoning's city.  It does not win over namesakes either:
    朝阳区 is in Changchun, too.
    """
    larger = [adcode for adcode in adcodes if adcode.endswith(PREFECTURE)]
    known = any(adcode not in larger and adcode[:2] in MUNICIPALITIES for adcode in adcodes)
    chosen = larger if larger and not known else adcodes
    return chosen[0] if len(chosen) == 1 else None


def wider(adcode: str) -> Iterator[Wider]:
    """Where to look when there is nothing in a division: in what contains it, the provinces around, anywhere.

    What contains it holds its neighbours, and those that work for all of them.
    """
    province = adcode[:2]
    if not adcode.endswith("00") and province not in MUNICIPALITIES:
        yield Wider((f"{adcode[:4]}00",))
    if not adcode.endswith(PROVINCE):
        yield Wider((province + PROVINCE,))
    name, provinces = AREAS.get(adcode[0], ("", ""))
    if name:
        yield Wider(tuple(code + PROVINCE for code in provinces.split()), f"{name}各省")
    yield Wider((), "全国")
