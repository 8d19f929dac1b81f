"""What somebody answered to a judged query: keys of rows, slots, and how it ended when nothing satisfied it."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Understood:
    """One slot of an answer; an open one offers its values and decides none."""

    slot: str
    text: str
    names: tuple[str, ...]
    """What it may be called in a judgement: value, label, the record's outside key."""
    offered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """One answer."""

    keys: Sequence[str]
    """Outside keys of the rows shown, best first."""
    labelled: frozenset[str] = frozenset()
    """Those of them that are said to be loosened."""
    requirement: bool = False
    """A requirement is filled in already, with an item that says something."""
    slots: Sequence[Understood] = field(default=())
