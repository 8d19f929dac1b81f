"""Who can work to an edition: institutions with a visible row that cites it (B5, N7).

The database is asked, not the index: what counts is visible at this moment, whatever an index still holds, and it
works while the engine is away.  A row that cites the number without a year means the edition in force (S5-01).
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session, aliased

from search_service.kinds import REGISTRY, evidence
from search_service.kinds.days import day_of
from search_service.standards.known import CURRENT, Known, chunks
from search_service.store.authorisation import Authorisation, AuthorisationRegion, authorisation_certificate
from search_service.store.capability import Capability, CapabilityStandard, capability_certificate
from search_service.store.division import Division
from search_service.store.institution import Certificate, Institution

CAPABILITY, AUTHORISATION = "capability", "authorisation"

CITED = 300
"""Citations in one statement: of a million capabilities, 200 for each edition, those of 500 editions take four seconds
on a busy machine, and a web process lets no statement take five."""


def citations(row: Known, now: datetime, *, newest: bool = False) -> set[str]:
    """How rows cite an edition; without a year only while it is in force, or `newest` where no status is known."""
    standing = row.standing(day_of(now))
    undated = standing == CURRENT or (newest and standing == "unknown")
    return {*row.prints, *({row.undated, row.line_key} if undated else set())}


def institutions(
    session: Session, cited: Iterable[str], now: datetime, region: str | None = None
) -> dict[str, dict[str, set[uuid.UUID]]]:
    """Kind → citation → the institutions with a visible row that has it.

    `region` keeps what the filter of the same name keeps: the institution, or an authorised region, lies in it.
    """
    found: dict[str, dict[str, set[uuid.UUID]]] = {CAPABILITY: defaultdict(set), AUTHORISATION: defaultdict(set)}
    for some in chunks(cited, CITED):
        for kind, query in ((CAPABILITY, _capabilities(some, now)), (AUTHORISATION, _authorisations(some, now))):
            narrowed = query if region is None else query.where(_in_region(kind, region))
            for key, institution in session.execute(narrowed.distinct()):
                found[kind][key].add(institution)
    return found


@dataclass(slots=True)
class Worker:
    """One institution under an edition: how many visible rows, and whether a recorded certificate proves one today."""

    id: uuid.UUID
    name: str
    rows: int = 0
    proven: bool = False
    kinds: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its homepage."""
        return f"/institutions/{self.id}"


def workers(session: Session, editions: Mapping[uuid.UUID, set[str]], now: datetime) -> dict[uuid.UUID, list[Worker]]:
    """Per edition (id → how it is cited) the institutions that work to it: proven ones first, then by name."""
    by_key: dict[str, list[uuid.UUID]] = defaultdict(list)
    for edition, keys in editions.items():
        for key in keys:
            by_key[key].append(edition)
    found: dict[uuid.UUID, dict[uuid.UUID, Worker]] = {edition: {} for edition in editions}
    counted: set[tuple[uuid.UUID, uuid.UUID]] = set()
    owner = aliased(Institution)  # what is visible asks for the institution, too
    for some in chunks(by_key, CITED):
        for kind, query in ((CAPABILITY, _capabilities(some, now)), (AUTHORISATION, _authorisations(some, now))):
            model, links = _tables(kind)
            more = query.add_columns(owner.name, model.id, _proven(model, links, now))
            joined = more.join(owner, owner.id == model.institution_id)
            for key, institution, name, row, proven in session.execute(joined):
                for edition in by_key[key]:
                    worker = found[edition].setdefault(institution, Worker(institution, name))
                    if (edition, row) not in counted:
                        counted.add((edition, row))
                        worker.rows += 1
                    worker.proven |= proven
                    if kind not in worker.kinds:
                        worker.kinds.append(kind)
    return {
        edition: sorted(those.values(), key=lambda worker: (not worker.proven, worker.name))
        for edition, those in found.items()
    }


def _tables(kind: str) -> tuple[Any, Any]:
    return (Capability, capability_certificate) if kind == CAPABILITY else (Authorisation, authorisation_certificate)


def _capabilities(keys: list[str], now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(CapabilityStandard.edition_key, Capability.institution_id)
        .join(Capability, Capability.id == CapabilityStandard.capability_id)
        .where(CapabilityStandard.edition_key.in_(keys), REGISTRY.kind(CAPABILITY).visible(now))
    )


def _authorisations(keys: list[str], now: datetime) -> Select[*tuple[Any, ...]]:
    return select(Authorisation.regulation_key, Authorisation.institution_id).where(
        Authorisation.regulation_key.in_(keys), REGISTRY.kind(AUTHORISATION).visible(now)
    )


def _proven(model: Any, links: Any, now: datetime) -> ColumnElement[bool]:
    """A usable certificate with a recorded end; without one people read 未核验 (`kinds/evidence.py`)."""
    today = day_of(now)
    return exists(
        select(1)
        .select_from(links)
        .join(Certificate, links.c.certificate_id == Certificate.id)
        .where(
            links.c[0] == model.id,
            Certificate.state == evidence.VALID,
            Certificate.deleted_at.is_(None),
            or_(Certificate.valid_from.is_(None), Certificate.valid_from <= today),
            Certificate.valid_to >= today,
        )
    )


def _in_region(kind: str, region: str) -> ColumnElement[bool]:
    """The institution lies in the division or below it; or what an authorisation names does."""
    below = select(Division.adcode).where(Division.adcode == region).cte("below", recursive=True)
    below = below.union(select(Division.adcode).where(Division.parent_adcode == below.c.adcode))
    inside = select(below.c.adcode)
    model = _tables(kind)[0]
    seated = exists().where(Institution.id == model.institution_id, Institution.division_adcode.in_(inside))
    if kind == CAPABILITY:
        return seated
    named = exists().where(
        AuthorisationRegion.authorisation_id == Authorisation.id, AuthorisationRegion.adcode.in_(inside)
    )
    return or_(seated, named)
