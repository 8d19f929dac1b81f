"""Which division a text names: 610113, 西安, 雁塔区, 西安市雁塔区, 陕西省西安市."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from analyzers.division_name import ancestors
from analyzers.fold import fold
from search_service.store.division import Division

SHORTEST = 2
"""Characters of a name: shorter ones stand in too many others."""
LONGEST = 40
"""Characters of a path: the longest of the real ones has 25, and each of its ends is a condition of a query."""


class _Row(NamedTuple):
    adcode: str
    name: str
    short_names: Sequence[str]

    @property
    def names(self) -> set[str]:
        return {self.name, *self.short_names}


def candidates(session: Session, text: str) -> list[str]:
    """The adcodes that a text may mean: several where divisions share a name, none where nothing is called so.

    A full name goes before the short names of others; what is written in front of a name has to contain it.
    """
    plain = "".join(text.split())
    folded = fold(plain)
    if folded.isdigit():
        code = folded.ljust(6, "0") if len(folded) in {2, 4} else folded
        return [row.adcode for row in _rows(session, Division.adcode == code)]
    # Short names are beginnings of full ones.
    rows = _rows(session, Division.name.startswith(plain, autoescape=True))
    exact = [row for row in rows if row.name == plain]
    named = exact or [row for row in rows if plain in row.short_names]
    return [row.adcode for row in named] or _along(session, plain)


def full(session: Session, adcodes: Iterable[str]) -> list[str]:
    """Their names with those of what contains them: 吉林省长春市朝阳区."""
    wanted = list(adcodes)
    codes = {code for adcode in wanted for code in (adcode, *ancestors(adcode))}
    names = {row.adcode: row.name for row in _rows(session, Division.adcode.in_(sorted(codes)))}
    return ["".join(names.get(code, "") for code in (*reversed(ancestors(adcode)), adcode)) for adcode in wanted]


def _along(session: Session, plain: str) -> list[str]:
    """A path: names of what contains it, from above, and then its own."""
    if not 2 * SHORTEST <= len(plain) <= LONGEST:
        return []
    ends = [plain[at:] for at in range(SHORTEST, len(plain) - SHORTEST + 1)]
    rows = _rows(session, or_(*(Division.name.startswith(end, autoescape=True) for end in ends)))
    found = [(row, plain.removesuffix(end)) for row in rows for end in ends if end in row.names]
    above = {code for row, _ in found for code in ancestors(row.adcode)}
    known = {row.adcode: row for row in _rows(session, Division.adcode.in_(sorted(above)))} if above else {}
    kept = (row.adcode for row, before in found if before in _paths(known.get(at) for at in ancestors(row.adcode)))
    return list(dict.fromkeys(kept))


def _paths(above: Iterable[_Row | None]) -> set[str]:
    """What may stand before a name whose division lies in these, the nearest first; any of them may be left out."""
    paths = {""}
    for row in above:
        if row is not None:
            paths |= {name + path for name in row.names for path in paths}
    return paths - {""}


def _rows(session: Session, which: object) -> list[_Row]:
    query = select(Division.adcode, Division.name, Division.short_names).where(which, Division.deleted_at.is_(None))  # type: ignore[arg-type]
    return [_Row(*row) for row in session.execute(query)]
