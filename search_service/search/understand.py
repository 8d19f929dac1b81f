"""What was understood: standards, an unambiguous region, a service.  For now the words stay in the query, too."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from analyzers.fold import fold, fold_with_offsets
from search_service.kinds.regions import only_meant
from search_service.kinds.vocabulary import SERVICES
from search_service.query.parse import ParsedQuery
from search_service.search.answer import Slot
from search_service.store.division import Division

V = TypeVar("V")

SHORTEST_NAME = 2
"""Characters of a division's name: single ones (沪, 陕) stand in too many other words."""


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Names of divisions that mean exactly one division: folded name → (adcode, full name)."""

    names: Mapping[str, tuple[str, str]]
    longest: int

    @classmethod
    def read(cls, session: Session) -> "Gazetteer":
        """From the table; a name that may mean two divisions means neither (朝阳区 is in five cities)."""
        found: dict[str, dict[str, str | None]] = {}
        labels: dict[str, str] = {}
        rows = session.execute(
            select(Division.adcode, Division.name, Division.short_names, Division.parent_adcode).where(
                Division.deleted_at.is_(None), Division.valid_to.is_(None)
            )
        )
        for adcode, name, short_names, parent in rows:
            labels[adcode] = name
            for text in (name, *short_names):
                if len(text) >= SHORTEST_NAME:
                    found.setdefault(fold(text), {})[adcode] = parent
        names = {text: (only, labels[only]) for text, meant in found.items() if (only := only_meant(meant))}
        return cls(names, max(map(len, names), default=0))


_SERVICE_WORDS = {word: code for word, code in SERVICES.aliases.items() if not word.isascii()}
_LONGEST_SERVICE = max(map(len, _SERVICE_WORDS))


def understand(parsed: ParsedQuery, gazetteer: Gazetteer) -> tuple[Slot, ...]:
    """Slots in the order of the query; standards first taken, so that no word inside a number is a region."""
    text = parsed.text
    folded = fold_with_offsets(text)
    taken: list[tuple[int, int]] = []
    slots: list[tuple[int, Slot]] = []
    for number in parsed.numbers:
        printed = number.label
        undated = "(不注日期)" if number.undated else ""
        slots.append((number.start, Slot("standard", text[number.start : number.end], printed, printed + undated)))
        taken.append((number.start, number.end))
    for start, end, (adcode, name) in _longest(folded.text, gazetteer.names, gazetteer.longest):
        span = folded.span(start, end)
        if _free(span, taken):
            slots.append((span[0], Slot("region", text[span[0] : span[1]], adcode, name)))
            taken.append(span)
    for start, end, code in _longest(folded.text, _SERVICE_WORDS, _LONGEST_SERVICE):
        span = folded.span(start, end)
        if _free(span, taken):
            slots.append((span[0], Slot("service", text[span[0] : span[1]], code, SERVICES.label(code))))
            taken.append(span)
    return tuple(slot for _, slot in sorted(slots, key=lambda placed: placed[0]))


def _longest(text: str, names: Mapping[str, V], longest: int) -> Iterable[tuple[int, int, V]]:
    at = 0
    while at < len(text):
        for end in range(min(len(text), at + longest), at, -1):
            if (found := names.get(text[at:end])) is not None:
                yield at, end, found
                at = end
                break
        else:
            at += 1


def _free(span: tuple[int, int], taken: Iterable[tuple[int, int]]) -> bool:
    return all(span[1] <= start or end <= span[0] for start, end in taken)
