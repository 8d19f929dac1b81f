"""What pages read from the database beside the facade's answers; all of it public, all of it visible now.

`record` is the one way to a record's page: it reads the row, its public fields and what stands beside it (certificates,
cited standards, lineage) on one snapshot and gives plain dicts.  Searches are made by the views, after the session is
closed: a request that held two connections could wait for itself in a circle (`store/session.py`, POOL).
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from api.pages import lineage
from search_service.errors import NotFound
from search_service.kinds.access import Level
from search_service.kinds.base import Kind
from search_service.kinds.days import day_of
from search_service.kinds.evidence import VALID, verified
from search_service.kinds.numbers import number_key
from search_service.kinds.registry import REGISTRY
from search_service.standards import family
from search_service.store.authorisation import Authorisation
from search_service.store.capability import Capability
from search_service.store.catalogue import CatalogueEntry
from search_service.store.division import Division
from search_service.store.institution import Certificate, Institution
from search_service.store.plan import Plan, plan_authorisation, plan_capability
from search_service.store.standard import Standard

if TYPE_CHECKING:
    from api.wiring import Services

LINKED = 20
"""Rows listed on another record's page: a screen of them; the rest is one click away in the search."""

Beside = Callable[[Session, Any, datetime], dict[str, Any]]


def record(services: Services, kind: Kind, record_id: uuid.UUID) -> dict[str, Any]:
    """One public record: kind, id, title, url, fields (public ones), proven, regions (names), and what is beside it.

    Raises:
        NotFound: there is none, or nobody may see it now.
    """
    with services.database.read() as session:
        now = services.database.now()
        row = session.scalar(
            select(kind.model)
            .where(kind.model.id == record_id, kind.visible(now))
            .options(*kind.loads(tuple(dict.fromkeys((*kind.field_paths, *kind.visibility_reads)))))
        )
        if row is None:
            raise NotFound(f"没有找到这条{kind.label}，或者它已不再公开")
        fields = {f.name: f.show(row) for f in kind.fields if f.read is Level.PUBLIC}
        beside = BESIDE.get(kind.name)
        found = {
            "kind": kind.name,
            "id": str(row.id),
            "title": getattr(row, kind.title),
            "url": f"/{kind.plural}/{row.id}",
            "fields": fields,
            "proven": bool(kind.visibility_reads) and verified(row, now),
            "updated": day_of(row.updated_at),
            **(beside(session, row, now) if beside else {}),
        }
        found["regions"] = region_names(session, [fields, *found.get("certificates", ()), *found.get("offers", ())])
        return found


def region_names(session: Session, shown: Iterable[dict[str, Any]]) -> dict[str, str]:
    """Full names (陕西省西安市雁塔区) of all divisions that these dicts mention as `division` or `regions`."""
    codes = {code for fields in shown for code in (fields.get("division"), *(fields.get("regions") or ())) if code}
    lines = {code: [code[:2] + "0000", code[:4] + "00", code] for code in codes if code.isdigit()}
    wanted = {part for parts in lines.values() for part in parts}
    names: dict[str, str] = {}
    if wanted:
        rows = session.execute(select(Division.adcode, Division.name).where(Division.adcode.in_(wanted)))
        names = dict(rows.all())
    full = {
        code: "".join(names.get(part, "") for part in dict.fromkeys(parts))
        for code, parts in lines.items()
        if code in names
    }
    return {**full, "000000": "全国"}


def standard_links(session: Session, numbers: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Printed number → {number, title, status, url}; what is not on record leads to a search for it."""
    keys = {number: number_key(number) for number in numbers}
    rows = session.scalars(
        select(Standard).where(Standard.number_key.in_(set(keys.values())), Standard.deleted_at.is_(None))
    )
    by_key = {row.number_key: row for row in rows}
    found: dict[str, dict[str, Any]] = {}
    for number, key in keys.items():
        row = by_key.get(key)
        found[number] = {
            "number": number,
            "title": row.title if row else None,
            "status": row.status if row else None,
            "url": f"/standards/{row.id}" if row else f"/search?{urlencode({'q': number, 'kind': 'standard'})}",
        }
    return found


def certificate_lines(certificates: Iterable[Certificate]) -> list[dict[str, Any]]:
    """Certificates as evidence: valid ones first, then by nature; scans and annexes stay with the institution."""
    kept = [c for c in certificates if not c.deleted_at]
    kept.sort(key=lambda c: (c.state != VALID, c.nature or "~", c.number))
    return [
        {
            "nature": c.nature,
            "number": c.number,
            "grade": c.grade,
            "issuer": c.issuer,
            "valid_from": c.valid_from,
            "valid_to": c.valid_to,
            "regions": c.regions,
            "state": c.state,
        }
        for c in kept
    ]


def _capability(session: Session, row: Capability, now: datetime) -> dict[str, Any]:
    del now
    numbers = [entry["number"] for entry in row.standards]
    return {"certificates": certificate_lines(row.certificates), "standards": standard_links(session, numbers)}


def _authorisation(session: Session, row: Authorisation, now: datetime) -> dict[str, Any]:
    del now
    numbers = [row.regulation] if row.regulation else []
    entries = select(CatalogueEntry).where(
        CatalogueEntry.type == row.type, CatalogueEntry.category == row.category, CatalogueEntry.deleted_at.is_(None)
    )
    return {
        "certificates": certificate_lines(row.certificates),
        "standards": standard_links(session, numbers),
        "catalogue": [
            {"title": f"{e.category} · {e.type}", "url": f"/catalogue-entries/{e.id}", "year": e.year}
            for e in (session.scalars(entries) if row.type else ())
        ],
    }


def _plan(session: Session, row: Plan, now: datetime) -> dict[str, Any]:
    capability, authorisation = REGISTRY.kind("capability"), REGISTRY.kind("authorisation")
    capabilities = session.scalars(
        select(Capability)
        .join(plan_capability, plan_capability.c.capability_id == Capability.id)
        .where(plan_capability.c.plan_id == row.id, capability.visible(now))
        .order_by(Capability.sort_order, Capability.id)
    )
    authorisations = session.scalars(
        select(Authorisation)
        .join(plan_authorisation, plan_authorisation.c.authorisation_id == Authorisation.id)
        .where(plan_authorisation.c.plan_id == row.id, authorisation.visible(now))
        .order_by(Authorisation.instrument, Authorisation.id)
    )
    return {
        "certificates": certificate_lines(row.certificates),
        "capabilities": [
            {
                "title": c.object,
                "more": c.parameter,
                "standards": [s["number"] for s in c.standards],
                "url": f"/capabilities/{c.id}",
            }
            for c in capabilities
        ],
        "authorisations": [
            {
                "title": a.instrument,
                "more": a.range,
                "standards": [a.regulation] if a.regulation else [],
                "url": f"/authorisations/{a.id}",
            }
            for a in authorisations
        ],
    }


def _institution(session: Session, row: Institution, now: datetime) -> dict[str, Any]:
    del now
    certificates = session.scalars(select(Certificate).where(Certificate.institution_id == row.id))
    return {
        "certificates": certificate_lines(certificates),
        "cases": sorted(row.cases, key=_case_order),
    }


def _case_order(case: dict[str, str]) -> tuple[float, str]:
    """Ascending by 排序值 (S1-58); a case without a number stands last."""
    try:
        return float(case.get("order") or "inf"), case.get("title", "")
    except ValueError:
        return float("inf"), case.get("title", "")


def _catalogue_entry(session: Session, row: CatalogueEntry, now: datetime) -> dict[str, Any]:
    keys = [number_key(number) for number in row.regulations]
    kind = REGISTRY.kind("authorisation")
    found = session.scalars(
        select(Authorisation)
        .where(
            or_(Authorisation.regulation_key.in_(keys), Authorisation.type == row.type),
            Authorisation.service == "verification",
            kind.visible(now),
        )
        .options(selectinload(Authorisation.institution), selectinload(Authorisation.regions))
        .order_by(Authorisation.instrument, Authorisation.id)
        .limit(LINKED + 1)
    ).all()
    return {
        "standards": standard_links(session, row.regulations),
        "offers": [
            {
                "title": offer.instrument,
                "url": f"/authorisations/{offer.id}",
                "regulation": offer.regulation,
                "range": offer.range,
                "accuracy": offer.accuracy,
                "regions": [region.adcode for region in offer.regions],
                "institution": {"id": str(offer.institution.id), "name": offer.institution.name},
            }
            for offer in found[:LINKED]
        ],
        "more_offers": len(found) > LINKED,
    }


def _standard(session: Session, row: Standard, now: datetime) -> dict[str, Any]:
    return {"lineage": lineage.read(session, row), "family": family.read(session, row, now)}


BESIDE: dict[str, Beside] = {
    "capability": _capability,
    "authorisation": _authorisation,
    "plan": _plan,
    "institution": _institution,
    "catalogue_entry": _catalogue_entry,
    "standard": _standard,
}
"""What stands beside the fields on a record's own page; a kind without an entry shows its fields."""
