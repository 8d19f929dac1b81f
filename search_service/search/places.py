"""The closed word lists of a query: divisions by all their names, and the code words that kinds declare as spoken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from analyzers.division_name import covers, is_placeholder
from analyzers.fold import fold
from search_service.kinds.regions import PROVINCE, only_meant
from search_service.kinds.registry import REGISTRY
from search_service.kinds.slots import SLOTS
from search_service.query.understanding.lexicon import Collected, Lexicon, Meaning
from search_service.store.division import Division

SHORTEST_NAME = 2
"""Characters of a division's name: single ones (沪, 陕) stand in too many other words."""


@dataclass(frozen=True, slots=True)
class Places:
    """Divisions that are valid today: adcode → name, and their names as phrases, with the words of closed lists."""

    lexicon: Lexicon
    names: Mapping[str, str]

    @classmethod
    def read(cls, session: Session) -> "Places":
        """From the table.

        A name that may mean two divisions means both, unless one of them is what everybody means (`only_meant`).
        """
        named: dict[str, dict[str, str | None]] = {}
        names: dict[str, str] = {}
        rows = session.execute(
            select(Division.adcode, Division.name, Division.short_names, Division.parent_adcode).where(
                Division.deleted_at.is_(None), Division.valid_to.is_(None)
            )
        )
        for adcode, name, short_names, parent in rows:
            if is_placeholder(name):
                continue
            names[adcode] = name
            for text in (name, *short_names):
                if len(text) >= SHORTEST_NAME:
                    named.setdefault(fold(text), {})[adcode] = parent
        collected = Collected()
        for text, meant in named.items():
            only = only_meant(meant)
            for adcode in [only] if only else sorted(meant, key=lambda code: (not _major(meant[code]), code)):
                collected.add(text, Meaning("region", adcode))
        for text, meaning in _spoken():
            collected.add(text, meaning)
        return cls(collected.lexicon(), names)

    def full(self, adcode: str) -> str:
        """北京市朝阳区."""
        above = [adcode[:2] + "0000", adcode[:4] + "00", adcode]
        return "".join(self.names.get(code, "") for code in dict.fromkeys(above)) or adcode


def _major(parent: str | None) -> bool:
    return parent is None or parent.endswith(PROVINCE)


def _spoken() -> list[tuple[str, Meaning]]:
    slots = {slot.filter: name for name, slot in SLOTS.items() if slot.filter}
    return [
        (text, Meaning(slots[declared.name], value))
        for kind in REGISTRY.kinds
        for declared in kind.all_filters.values()
        if declared.name in slots
        for text, value in declared.spoken.items()
    ]


def settled(candidates: Sequence[Sequence[str]]) -> list[list[str]]:
    """For each word that names a place what it may mean beside the others: 朝阳 beside 辽宁 is one of them.

    Words are given as adcodes that they may mean; what no other word settles keeps all of its meanings.
    """
    left = [list(one) for one in candidates]
    for at, one in enumerate(left):
        if len(one) > 1:
            others = [code for place, other in enumerate(left) if place != at and len(other) == 1 for code in other]
            near = [code for code in one if any(covers(other, code) or covers(code, other) for other in others)]
            if len(near) == 1:
                left[at] = near
    return left


def narrowest(adcodes: Sequence[str]) -> tuple[str, ...]:
    """Without those that contain another one: 陕西 and 西安 together mean 西安."""
    each = dict.fromkeys(adcodes)
    return tuple(code for code in each if not any(code != other and covers(code, other) for other in each))
