"""A slot as an answer carries it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that an ambiguous word may mean, and the parameters of the search that chooses it."""

    value: str
    label: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Slot:
    """Something understood in the query.

    Attributes:
        slot: one of `kinds/slots.SLOTS`; text: as typed, from `start` to `end`.
        value: what is meant, "" while several things may be; label: what people read for it.
        act: what it does (`kinds/slots`).
        choices: what else may be meant; only with the act "choose".
    """

    slot: str
    text: str
    value: str
    label: str
    act: str = "filter"
    start: int = 0
    end: int = 0
    choices: tuple[Choice, ...] = field(default=())
