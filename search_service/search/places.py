"""The closed word lists of a query: divisions by all their names, and the code words that kinds declare as spoken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from analyzers.division_name import covers, is_placeholder
from analyzers.fold import fold
from search_service.kinds.place_words import PLACE_WORDS
from search_service.kinds.regions import MUNICIPALITIES, PREFECTURE, only_meant
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

        A name means all divisions that are called so; which one is meant the words beside it say (`settled`).
        """
        named: dict[str, set[str]] = {}
        names: dict[str, str] = {}
        rows = session.execute(
            select(Division.adcode, Division.name, Division.short_names).where(
                Division.deleted_at.is_(None), Division.valid_to.is_(None)
            )
        )
        for adcode, name, short_names in rows:
            if is_placeholder(name):
                continue
            names[adcode] = name
            for text in (name, *short_names):
                if len(text) >= SHORTEST_NAME:
                    named.setdefault(fold(text), set()).add(adcode)
        collected = Collected()
        for text, meant in named.items():
            leans = text in PLACE_WORDS and not any(adcode.endswith(PREFECTURE) for adcode in meant)
            for adcode in sorted(meant, key=lambda code: (not _major(code), code)):
                collected.add(text, Meaning("region", adcode, leans))
        for text, meaning in _spoken():
            collected.add(text, meaning)
        return cls(collected.lexicon(), names)

    def full(self, adcode: str) -> str:
        """北京市朝阳区."""
        above = [adcode[:2] + "0000", adcode[:4] + "00", adcode]
        return "".join(self.names.get(code, "") for code in dict.fromkeys(above)) or adcode


def _major(adcode: str) -> bool:
    return adcode.endswith(PREFECTURE) or adcode[:2] in MUNICIPALITIES


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

    Words are given as adcodes that they may mean.  What is clear by itself (`only_meant`) settles the others; what no
    other word settles keeps its meanings.
    """
    clear = [[only] if (only := only_meant(one)) else list(one) for one in candidates]
    for at, one in enumerate(clear):
        if len(one) > 1:
            others = [code for place, other in enumerate(clear) if place != at and len(other) == 1 for code in other]
            near = [code for code in one if any(covers(other, code) or covers(code, other) for other in others)]
            only = only_meant(near)
            clear[at] = [only] if only else near or one
    return clear


def narrowest(adcodes: Sequence[str]) -> tuple[str, ...]:
    """Without those that contain another one: 陕西 and 西安 together mean 西安."""
    each = dict.fromkeys(adcodes)
    return tuple(code for code in each if not any(code != other and covers(code, other) for other in each))
