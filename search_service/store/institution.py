"""Institutions (机构), what they show on their homepage, and the certificates that are evidence (S1-11..28, S1-52)."""

import uuid
from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from search_service.store.base import Base, Entity
from search_service.store.division import Division


class Institution(Entity, Base):
    """An institution on the platform.

    `credit_code` is not unique: a branch or an internal unit may carry its parent's (D4); code and name together are.
    """

    __tablename__ = "institution"
    __table_args__ = (Index("uq_institution_credit_code_name_key", "credit_code", "name_key", unique=True),)

    name: Mapped[str] = mapped_column(String(200))
    name_key: Mapped[str] = mapped_column(String(200))
    """The folded name without blanks: what "the same name" means (S4-03); a tombstone's ends in its id."""
    former_names: Mapped[list[str]] = mapped_column(default=list)
    short_names: Mapped[list[str]] = mapped_column(default=list)
    name_en: Mapped[str | None] = mapped_column(String(300))
    credit_code: Mapped[str] = mapped_column(String(18))
    institution_code: Mapped[str | None] = mapped_column(String(50))
    division_adcode: Mapped[str | None] = mapped_column(String(20), index=True)
    address: Mapped[str | None] = mapped_column(String(300))
    legal_representative: Mapped[str | None] = mapped_column(String(100))
    phone: Mapped[str | None] = mapped_column(String(50))
    business_kinds: Mapped[list[str]] = mapped_column(default=list)
    introduction: Mapped[str | None]
    business_scope: Mapped[str | None]
    nature: Mapped[str | None] = mapped_column(String(50))
    organisation_form: Mapped[str | None] = mapped_column(String(50))
    level: Mapped[str | None] = mapped_column(String(50))
    cover: Mapped[str | None] = mapped_column(String(300))
    display_certificates: Mapped[list[dict[str, str]]] = mapped_column(default=list)
    cases: Mapped[list[dict[str, str]]] = mapped_column(default=list)
    remark: Mapped[str | None]
    complaint_handler: Mapped[str | None] = mapped_column(String(100))
    complaint_phone: Mapped[str | None] = mapped_column(String(50))
    contact: Mapped[str | None] = mapped_column(String(100))
    contact_phone: Mapped[str | None] = mapped_column(String(50))
    status: Mapped[str] = mapped_column(String(20), index=True)

    division: Mapped[Division | None] = relationship(
        primaryjoin="foreign(Institution.division_adcode) == Division.adcode", viewonly=True, lazy="raise"
    )
    certificates: Mapped[list["Certificate"]] = relationship(
        back_populates="institution", order_by="(Certificate.number_key, Certificate.id)", lazy="raise"
    )


class Certificate(Entity, Base):
    """A qualification certificate: evidence, linked to rows; never merely for display (S1-55)."""

    __tablename__ = "certificate"
    __table_args__ = (Index("uq_certificate_owner", "institution_id", "nature", "number_key", unique=True),)

    institution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("institution.id"))
    nature: Mapped[str | None] = mapped_column(String(20))
    grade: Mapped[str | None] = mapped_column(String(50))
    number: Mapped[str] = mapped_column(String(100))
    number_key: Mapped[str] = mapped_column(String(100), index=True)
    issuer: Mapped[str | None] = mapped_column(String(200))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    regions: Mapped[list[str]] = mapped_column(default=list)
    scan: Mapped[str | None] = mapped_column(String(300))
    annex: Mapped[str | None] = mapped_column(String(300))
    remark: Mapped[str | None]
    state: Mapped[str] = mapped_column(String(20))

    institution: Mapped[Institution] = relationship(back_populates="certificates", lazy="raise")
