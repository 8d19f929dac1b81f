"""The words of matching (docs/matching.md): requirement, item, window, conditions, outcome, finding."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from search_service.errors import Problem
from search_service.kinds.offered import Offer, Proof, Ref

__all__ = [
    "CELLS",
    "CHECKS",
    "CODES",
    "NO_OFFER",
    "Conditions",
    "Finding",
    "Item",
    "Offer",
    "Outcome",
    "Proof",
    "Ref",
    "Requirement",
    "Told",
    "Window",
]


class Outcome(IntEnum):
    """结论, ordered: the weakest check decides a row, the best row an item."""

    UNMET = 0
    UNSURE = 1
    MET = 2

    @property
    def word(self) -> str:
        """In an answer."""
        return self.name.lower()


CELLS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "institution": ((), ("institution_not_active",)),
    "service": (("service_not_said",), ("service_differs",)),
    "subject": (
        ("subject_unknown", "parameter_not_said", "subject_similar", "limited", "plan_without_links"),
        ("subject_differs", "limited_out"),
    ),
    "standard": (
        (
            "offer_standard_unknown",
            "standard_unknown",
            "no_edition_in_force",
            "edition_not_yet",
            "edition_changes_in_window",
            "edition_older",
            "edition_differs",
        ),
        ("standard_differs",),
    ),
    "certificate": (
        (
            "certificate_kind_unknown",
            "certificate_validity_unknown",
            "certificate_ends_in_window",
            "certificate_not_linked",
        ),
        ("certificate_revoked", "certificate_missing", "certificate_kind", "certificate_not_valid"),
    ),
    "region": (
        ("place_too_wide", "region_unknown", "place_unknown", "place_not_said", "region_other"),
        ("region_differs",),
    ),
    "range": (("range_unknown", "unit_unclear"), ("range_not_covered",)),
    "accuracy": (("accuracy_unknown",), ("accuracy_not_enough",)),
}
"""The table of checks: for each its codes of 待确认 and of 不满足, in order."""

CHECKS = tuple(CELLS)

NO_OFFER = "no_offer"
"""The institution has no row that could answer at all."""

CODES = {code: at for at, code in enumerate(code for cell in CELLS.values() for codes in cell for code in codes)}
"""Every code of a check with its place in the table, read line by line."""

_OUTCOMES = {
    code: outcome
    for unsure, unmet in CELLS.values()
    for outcome, codes in ((Outcome.UNSURE, unsure), (Outcome.UNMET, unmet))
    for code in codes
}


@dataclass(frozen=True, slots=True)
class Window:
    """服务期: first to last day of service, both included."""

    start: date
    end: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """需求项: one thing to be done.  Texts are as typed, "" where nothing was said; `service` None likewise.

    `place` is an adcode, or what was typed where that means no division.
    """

    service: str | None = None
    object: str = ""
    parameter: str = ""
    standard: str = ""
    range: str = ""
    accuracy: str = ""
    place: str = ""
    certificate_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conditions:
    """What holds for all items."""

    window: Window
    region: str = ""
    certificate_kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """需求 as it is judged: items, what holds for all of them, and what was noted while it was read."""

    items: tuple[Item, ...]
    conditions: Conditions
    max_institutions: int = 3
    notes: tuple[Problem, ...] = ()


Told = tuple[str, tuple[Ref, ...]]
"""What people read of a finding, and the rows that it rests on: without any of them it would be lower."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: at most one code; `tell` words it, which most findings are never asked for."""

    check: str
    outcome: Outcome
    code: str | None
    tell: Callable[[], Told]


def met(check: str, tell: Callable[[], Told]) -> Finding:
    """满足."""
    return Finding(check, Outcome.MET, None, tell)


def below(check: str, code: str, tell: Callable[[], Told]) -> Finding:
    """待确认 or 不满足, as the code's place in the table says."""
    return Finding(check, _OUTCOMES[code], code, tell)


def outcome_of(code: str | None) -> Outcome:
    """What a code says; no code is 满足."""
    return Outcome.MET if code is None else _OUTCOMES[code]


def weaker(one: str | None, other: str | None) -> str | None:
    """Of two codes of one check the one that decides: unmet before unsure, then the order of the cell."""
    return min((one, other), key=_weight)


def _weight(code: str | None) -> tuple[int, int]:
    return (outcome_of(code), CODES[code] if code else 0)
