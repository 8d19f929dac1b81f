"""Certificates (资质证书): evidence, a filter, a lookup by number; not searched by themselves (S1-22..28, S1-54/55)."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session

from analyzers.fold import fold
from search_service.errors import Problem
from search_service.kinds.access import Level
from search_service.kinds.evidence import ACTIVE
from search_service.kinds.fields import Code, Date, FieldError, Parsing, State, Text
from search_service.kinds.record import Action, Record
from search_service.kinds.references import Reference, References
from search_service.kinds.special_fields import Divisions
from search_service.kinds.vocabulary import CERTIFICATE_STATE, NATURES
from search_service.store.institution import Certificate, Institution

REMARK = 500
"""S1-25."""


def institution_reference() -> Reference:
    """The institution that a row belongs to: chosen once, when the row is made."""
    return Reference(
        name="institution",
        label="机构",
        required=True,
        target=Institution,
        reads=("institution",),
        natural=("credit_code", "name"),
    )


def number_key(number: str) -> str:
    """A certificate number without what people add or leave out: blanks, dashes, width, case."""
    return "".join(c for c in fold(number) if c.isalnum())


class CertificateRecord(Record):
    """One certificate of one institution."""

    name, plural, label = "certificate", "certificates", "资质证书"
    model = Certificate
    unique = ("number", "该机构已有同性质、同编号的证书")
    create = Level.OWNER
    owner_path = "institution_id"
    fields = (
        institution_reference(),
        Code(name="nature", label="证书性质", words=NATURES, required=True, doubtful=True),
        Text(name="grade", label="资质类型", limit=50),
        Text(name="number", label="证书编号", limit=100, required=True),
        Text(name="issuer", label="发证机关", limit=200),
        Date(name="valid_from", label="有效期起"),
        Date(name="valid_to", label="有效期止"),
        Divisions(name="regions", label="授权区域", most=500),
        Text(name="scan", label="证书扫描件", limit=300, read=Level.OWNER),
        Text(name="annex", label="能力附表", limit=300, read=Level.OWNER),
        Text(name="remark", label="备注说明", limit=REMARK),
        State(name="state", label="状态", words=CERTIFICATE_STATE, first="valid"),
    )
    actions = (
        Action("suspend", "暂停", ("valid",), "suspended", Level.STAFF, reason=True),
        Action("reinstate", "恢复", ("suspended",), "valid", Level.STAFF),
        Action("revoke", "撤销", ("valid", "suspended"), "revoked", Level.STAFF, reason=True),
    )

    def visible(self, now: datetime) -> ColumnElement[bool]:
        """Every certificate of an active institution, in whatever state: the lookup shows it (S2-42, S5-25)."""
        del now
        owner = exists().where(
            Institution.id == Certificate.institution_id,
            Institution.status == ACTIVE,
            Institution.deleted_at.is_(None),
        )
        return and_(Certificate.deleted_at.is_(None), owner)

    def prepare(self, row: Certificate) -> None:
        """A tombstone gives its number free."""
        row.number_key = number_key(row.number) if not row.deleted_at else f"{row.id}"

    def check(self, row: Certificate) -> list[Problem]:
        """A certificate cannot end before it begins (E9)."""
        if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
            return [Problem("valid_to", "order", "有效期止早于有效期起", "请核对两个日期")]
        return []

    def find(self, session: Session, row: Certificate) -> uuid.UUID | None:
        """By institution, nature and number."""
        found: uuid.UUID | None = session.scalar(
            select(Certificate.id).where(
                Certificate.institution_id == row.institution.id,
                Certificate.nature == row.nature,
                Certificate.number_key == number_key(row.number),
            )
        )
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates(References):
    """Links to certificates; only those of the row's own institution count."""

    def find(self, value: Any, parsing: Parsing) -> Any:
        """By id or key, else by institution, nature and number."""
        if not isinstance(value, dict) or "number" not in value:
            return References.find(self, value, parsing)
        institution = institution_reference().find(value.get("institution"), parsing)
        texts = isinstance(value["number"], str) and isinstance(value.get("nature"), str | None)
        if institution is None or not texts:
            raise FieldError("reference", "证书引用应含 institution、nature、number", "nature 与 number 请填写文本")
        return parsing.session.scalar(
            select(Certificate).where(
                Certificate.institution_id == institution.id,
                Certificate.nature == value.get("nature"),
                Certificate.number_key == number_key(value["number"]),
            )
        )

    def natural_of(self, found: Certificate) -> Any:
        """Key, else institution, nature and number."""
        if found.key:
            return found.key
        institution = institution_reference().natural_of(found.institution)
        return {"institution": institution, "nature": found.nature, "number": found.number}


def certificates_field() -> Certificates:
    """The certificates that a row stands under."""
    return Certificates(
        name="certificates",
        label="资质证书",
        target=Certificate,
        shows=("nature", "number", "state"),
        reads=("certificates", "certificates.institution"),
    )


def own_certificates(row: Any) -> list[Problem]:
    """A row may only name certificates of its own institution."""
    foreign = [c.number for c in row.certificates if c.institution_id != row.institution.id]
    if not foreign:
        return []
    return [Problem("certificates", "foreign", f"证书 {'、'.join(foreign)} 不属于该机构", "请选择本机构的证书")]
