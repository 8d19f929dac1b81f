"""Metrology authorisations (计量授权项目): what may be verified, calibrated, inspected or assessed (S1-59..61)."""

import uuid

from sqlalchemy import Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from search_service.store.base import Base, Entity
from search_service.store.division import Division
from search_service.store.institution import Certificate, Institution
from search_service.store.standard import Standard

authorisation_certificate = Table(
    "authorisation_certificate",
    Base.metadata,
    Column("authorisation_id", ForeignKey("authorisation.id"), primary_key=True),
    Column("certificate_id", ForeignKey("certificate.id"), primary_key=True, index=True),
)


class AuthorisationRegion(Base):
    """One authorised region as it was given: an adcode, or what could not be resolved (S2-45), never "everywhere"."""

    __tablename__ = "authorisation_region"

    authorisation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("authorisation.id"), primary_key=True)
    adcode: Mapped[str] = mapped_column(String(50), primary_key=True, index=True)

    division: Mapped[Division | None] = relationship(
        primaryjoin="foreign(AuthorisationRegion.adcode) == Division.adcode", viewonly=True, lazy="raise"
    )


class Authorisation(Entity, Base):
    """One instrument that an institution is authorised for, by one regulation, in named regions."""

    __tablename__ = "authorisation"

    institution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("institution.id"), index=True)
    service: Mapped[str] = mapped_column(String(30))
    instrument: Mapped[str] = mapped_column(String(300))
    category: Mapped[str | None] = mapped_column(String(200))
    type: Mapped[str | None] = mapped_column(String(200))
    regulation: Mapped[str | None] = mapped_column(String(200))
    regulation_key: Mapped[str | None] = mapped_column(String(200), index=True)
    """The regulation in canonical form: it finds the standard, whichever of the two is loaded first."""
    range: Mapped[str | None] = mapped_column(String(500))
    accuracy: Mapped[str | None] = mapped_column(String(500))
    organisation_class: Mapped[str | None] = mapped_column(String(50))
    limitation: Mapped[str | None]
    remark: Mapped[str | None]
    subject_key: Mapped[str] = mapped_column(String(64), index=True)
    """Hash of service, folded instrument, regulation, range and accuracy: candidates for a duplicate."""
    state: Mapped[str] = mapped_column(String(20))

    institution: Mapped[Institution] = relationship(lazy="raise")
    certificates: Mapped[list[Certificate]] = relationship(
        secondary=authorisation_certificate, order_by=(Certificate.number_key, Certificate.id), lazy="raise"
    )
    regulation_standard: Mapped[Standard | None] = relationship(
        primaryjoin="foreign(Authorisation.regulation_key) == Standard.number_key", viewonly=True, lazy="raise"
    )
    regions: Mapped[list[AuthorisationRegion]] = relationship(
        cascade="all, delete-orphan", order_by=AuthorisationRegion.adcode, lazy="raise"
    )
