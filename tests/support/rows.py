"""Rows for tests: complete, prepared as the use cases prepare them, with only what a test cares about said."""

import itertools
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from search_service.kinds import REGISTRY
from search_service.store.authorisation import Authorisation, AuthorisationRegion
from search_service.store.capability import Capability
from search_service.store.catalogue import CatalogueEntry
from search_service.store.division import Division
from search_service.store.ids import new_id
from search_service.store.institution import Certificate, Institution
from search_service.store.plan import Plan
from search_service.store.standard import Standard

CREDIT_CODE = "91610131MA6TXKXW0Q"
_count = itertools.count(1)


def _add(session: Session, kind: str, row: Any) -> Any:
    session.add(_prepared(kind, row))
    session.flush()
    return row


def _prepared(kind: str, row: Any) -> Any:
    row.id = new_id()
    REGISTRY.record(kind).prepare(row)
    return row


def division(session: Session, adcode: str, name: str, parent: str | None = None, *short_names: str) -> Division:
    return _add(session, "division", _division(adcode, name, parent, *short_names))


def _division(adcode: str, name: str, parent: str | None, *short_names: str) -> Division:
    return Division(adcode=adcode, name=name, parent_adcode=parent, short_names=list(short_names))


def xian(session: Session) -> None:
    """陕西省 ⊃ 西安市 ⊃ 雁塔区."""
    rows = (
        _division("610000", "陕西省", None, "陕西"),
        _division("610100", "西安市", "610000", "西安"),
        _division("610113", "雁塔区", "610100", "雁塔"),
    )
    session.add_all([_prepared("division", row) for row in rows])
    session.flush()  # at once: each flush looks for all that is made of divisions


def institution(session: Session, name: str = "", **given: Any) -> Institution:
    values = {
        "credit_code": CREDIT_CODE,
        "status": "active",
        "division_adcode": "610113",
        "business_kinds": ["testing"],
    }
    row = Institution(name=name or f"示例检测中心{next(_count)}", **{**values, **given})
    return _add(session, "institution", row)


def certificate(session: Session, owner: Institution, **given: Any) -> Certificate:
    values = {"nature": "CMA", "valid_from": date(2024, 1, 1), "valid_to": date(2029, 12, 31), "state": "valid"}
    row = Certificate(institution=owner, **{"number": f"示例{next(_count):06d}", **values, **given})
    return _add(session, "certificate", row)


def capability(session: Session, owner: Institution, *certificates: Certificate, **given: Any) -> Capability:
    values = {"object": "热轧带肋钢筋", "parameter": "屈服强度", "state": "published", "sort_order": 0}
    row = Capability(institution=owner, certificates=list(certificates), **{**values, **given})
    row.standards = [{"number": n} if isinstance(n, str) else n for n in given.get("standards", ["GB/T 228.1-2021"])]
    return _add(session, "capability", row)


def authorisation(
    session: Session,
    owner: Institution,
    *certificates: Certificate,
    regions: tuple[str, ...] = ("610100",),
    **given: Any,
) -> Authorisation:
    values = {"service": "verification", "instrument": "压力表", "regulation": "JJG 52-2013", "state": "published"}
    row = Authorisation(institution=owner, certificates=list(certificates), **{**values, **given})
    row.regions = [AuthorisationRegion(adcode=code) for code in regions]
    return _add(session, "authorisation", row)


def plan(session: Session, owner: Institution, title: str = "建材检测服务方案", **given: Any) -> Plan:
    links = {name: given.pop(name, []) for name in ("capabilities", "authorisations", "certificates")}
    row = Plan(institution=owner, title=title, **{"service": "testing", "state": "published", **given}, **links)
    return _add(session, "plan", row)


def standard(session: Session, number: str, title: str = "金属材料 拉伸试验", **given: Any) -> Standard:
    return _add(
        session, "standard", Standard(number=number, title=title, **{"status": "current", "replaces": [], **given})
    )


def catalogue_entry(session: Session, type_name: str = "压力表", **given: Any) -> CatalogueEntry:
    values = {"catalogue": "实施强制管理的计量器具目录", "year": 2020, "category": "压力仪表"}
    return _add(session, "catalogue_entry", CatalogueEntry(type=type_name, **{**values, **given}))
