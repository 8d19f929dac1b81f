"""Testing capabilities (检测能力): one row of the annex of a CMA or CNAS certificate (S1-36..45, D11)."""

import uuid

from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from search_service.store.base import Base, Entity
from search_service.store.institution import Certificate, Institution

capability_certificate = Table(
    "capability_certificate",
    Base.metadata,
    Column("capability_id", ForeignKey("capability.id"), primary_key=True),
    Column("certificate_id", ForeignKey("certificate.id"), primary_key=True, index=True),
)
"""One row may stand under CMA and under CNAS."""


class CapabilityStandard(Base):
    """One edition that a capability works by, found by its number without reading every capability (S5-23)."""

    __tablename__ = "capability_standard"

    capability_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("capability.id"), primary_key=True)
    edition_key: Mapped[str] = mapped_column(String(200), primary_key=True, index=True)
    """As `kinds/numbers.py` makes it: prefix, body and year, whatever the variant."""


class Capability(Entity, Base):
    """One thing that an institution may test: object × parameter by certain methods.

    `standards` is a list of ``{"number": …, "name": …, "clause": …}``, numbers as printed with their edition.
    """

    __tablename__ = "capability"

    institution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("institution.id"), index=True)
    field: Mapped[str | None] = mapped_column(String(100))
    object: Mapped[str] = mapped_column(String(300))
    parameter: Mapped[str | None] = mapped_column(String(500))
    standards: Mapped[list[dict[str, str]]] = mapped_column(default=list)
    limitation: Mapped[str | None]
    remark: Mapped[str | None]
    place: Mapped[str | None] = mapped_column(String(200))
    sort_order: Mapped[int] = mapped_column(default=0)
    subject_key: Mapped[str] = mapped_column(String(64), index=True)
    """Hash of the folded object, parameter and place: candidates for a duplicate (S1-38)."""
    state: Mapped[str] = mapped_column(String(20))

    institution: Mapped[Institution] = relationship(lazy="raise")
    certificates: Mapped[list[Certificate]] = relationship(
        secondary=capability_certificate, order_by=(Certificate.number_key, Certificate.id), lazy="raise"
    )
    cited: Mapped[list[CapabilityStandard]] = relationship(cascade="all, delete-orphan", lazy="select")
    """Derived from `standards`; loaded by itself because only a change of them looks at it."""
