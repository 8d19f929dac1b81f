"""Service plans (服务方案) and the industry topics (产业专题) that they are shown under (S1-62..65)."""

import uuid

from sqlalchemy import BigInteger, Column, ForeignKey, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from search_service.store.authorisation import Authorisation
from search_service.store.base import Base, Entity
from search_service.store.capability import Capability
from search_service.store.institution import Certificate, Institution

plan_capability = Table(
    "plan_capability",
    Base.metadata,
    Column("plan_id", ForeignKey("plan.id"), primary_key=True),
    Column("capability_id", ForeignKey("capability.id"), primary_key=True, index=True),
)
plan_authorisation = Table(
    "plan_authorisation",
    Base.metadata,
    Column("plan_id", ForeignKey("plan.id"), primary_key=True),
    Column("authorisation_id", ForeignKey("authorisation.id"), primary_key=True, index=True),
)
plan_certificate = Table(
    "plan_certificate",
    Base.metadata,
    Column("plan_id", ForeignKey("plan.id"), primary_key=True),
    Column("certificate_id", ForeignKey("certificate.id"), primary_key=True, index=True),
)


class Topic(Entity, Base):
    """An industry topic of the platform."""

    __tablename__ = "topic"

    name: Mapped[str] = mapped_column(String(100), unique=True)
    description: Mapped[str | None]


class Plan(Entity, Base):
    """What an institution offers as one thing: text, pictures, price, period, and the rows that it rests on."""

    __tablename__ = "plan"

    institution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("institution.id"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    service: Mapped[str] = mapped_column(String(30))
    description: Mapped[str | None]
    pictures: Mapped[list[str]] = mapped_column(default=list)
    price_fen: Mapped[int | None] = mapped_column(BigInteger)
    price_to_fen: Mapped[int | None] = mapped_column(BigInteger)
    period_days: Mapped[int | None]
    topic_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("topic.id"), index=True)
    state: Mapped[str] = mapped_column(String(20))

    institution: Mapped[Institution] = relationship(lazy="raise")
    topic: Mapped[Topic | None] = relationship(lazy="raise")
    capabilities: Mapped[list[Capability]] = relationship(
        secondary=plan_capability, order_by=(Capability.sort_order, Capability.object, Capability.id), lazy="raise"
    )
    authorisations: Mapped[list[Authorisation]] = relationship(
        secondary=plan_authorisation, order_by=(Authorisation.instrument, Authorisation.id), lazy="raise"
    )
    certificates: Mapped[list[Certificate]] = relationship(
        secondary=plan_certificate, order_by=(Certificate.number_key, Certificate.id), lazy="raise"
    )
