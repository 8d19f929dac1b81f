"""What matching judges: a row that may answer a requirement, in one shape whatever its kind (docs/matching.md).

A kind whose rows are offers says how one is made of a row (`Kind.offer`); matching knows nothing else of kinds.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import nh3

from search_service.kinds.evidence import PUBLISHED


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A row that a verdict rests on, as an answer names it."""

    kind: str
    id: str
    key: str | None = field(default=None, compare=False)
    version: int = field(default=0, compare=False)

    @classmethod
    def of(cls, kind: str, row: Any) -> "Ref":
        """The reference of a stored row."""
        return cls(kind, str(row.id), row.key, row.row_version)


@dataclass(frozen=True, slots=True)
class Proof:
    """A certificate of the offer's own institution.  `nature` is None where it is blank or no code word."""

    ref: Ref
    nature: str | None
    number: str
    valid_from: date | None
    valid_to: date | None
    state: str
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One row that may answer an item.  Texts are as stored, "" where there is none.

    Attributes:
        services: code words of the services that it does; empty where that is not said.
        subject: what is tested, or the instrument, or a plan's title.
        parameter: None where rows of the kind have none (metrology, plans).
        description: further text in which a plan's subject may stand, without markup.
        standards: the cells in which it cites standards, as printed.
        regions: where its own row says that it may work; None: its certificate says so; () is unknown.
        metrology: its range and accuracy are judged.
        narrative: a plan: judged by what its texts contain, and by nothing that it has no field for.
        rests: a plan of a service that only rows prove, without such a row; never more than 待确认.
    """

    ref: Ref
    institution: str
    services: tuple[str, ...]
    subject: str = ""
    parameter: str | None = None
    description: str = ""
    standards: tuple[str, ...] = ()
    range: str = ""
    accuracy: str = ""
    regions: tuple[str, ...] | None = None
    limitation: str = ""
    proofs: tuple[Proof, ...] = ()
    metrology: bool = False
    narrative: bool = False
    rests: bool = False
    shown: tuple[str, ...] = ()


def proofs_of(row: Any, natures: Sequence[str]) -> tuple[Proof, ...]:
    """The certificates that count for a row: its own institution's, deleted ones left out."""
    return tuple(
        Proof(
            Ref.of("certificate", c),
            c.nature if c.nature in natures else None,
            c.number,
            c.valid_from,
            c.valid_to,
            c.state,
            tuple(c.regions or ()),
        )
        for c in row.certificates
        if c.institution_id == row.institution_id and c.deleted_at is None
    )


def is_offer(row: Any) -> bool:
    """Published and there: what else hides a row from the public is a check's business, else nobody could be told."""
    return row.state == PUBLISHED and row.deleted_at is None


def plain(text: str | None) -> str:
    """Rich text without its markup."""
    return nh3.clean(text.replace("<", " <"), tags=set()) if text else ""
