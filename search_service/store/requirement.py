"""Requirements: what was posted, everything that happened to it, and what was recommended (S5-40..S5-47)."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from search_service.store.base import Base, Entity
from search_service.store.ids import new_id
from search_service.store.people import Account, Enterprise


class Requirement(Entity, Base):
    """What an enterprise needs.

    `body` is the requirement as docs/api.md posts it (items, conditions, title, text, budget), without who posts it;
    `received_at` is where the clock starts (D5), the recorded time for phone, on-site and station channels.
    `state` is the last of the state machine that its events reached.  An open one has no `closed_at`; a closed one
    keeps the `calendar_version` that it was closed with.  `account_id` and `enterprise_id` are of who posted while
    signed in; a guest's link stands in `guest_access`.
    """

    __tablename__ = "requirement"
    __table_args__ = (
        Index(
            "ix_requirement_open",
            "received_at",
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    number: Mapped[str] = mapped_column(String(30), unique=True)
    """What people say on the phone: XQ, date, and a count; never an id."""
    title: Mapped[str] = mapped_column(String(200))
    channel: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime]
    body: Mapped[dict[str, Any]]
    contact_name: Mapped[str] = mapped_column(String(60))
    contact_phone: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    enterprise_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    entered_by: Mapped[str | None] = mapped_column(String(100))
    """Staff who wrote it down for somebody (S5-40, S5-41)."""
    state: Mapped[str] = mapped_column(String(20), index=True)
    closed_at: Mapped[datetime | None]
    calendar_version: Mapped[int | None]

    account: Mapped[Account | None] = relationship(lazy="raise")
    enterprise: Mapped[Enterprise | None] = relationship(lazy="raise")


class RequirementEvent(Base):
    """Something that happened, in the transaction in which it happened.  Append-only: triggers refuse the rest.

    `once` names what may happen once only ("sent", "escalated:50"), whoever else tries: unique with the requirement.
    """

    __tablename__ = "requirement_event"
    __table_args__ = (
        UniqueConstraint("requirement_id", "number"),
        UniqueConstraint("requirement_id", "once"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    requirement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("requirement.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(100))
    once: Mapped[str | None] = mapped_column(String(60))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Recommendation(Base):
    """One draft, or what was sent of it.

    `inputs` is what it was made from: the requirement as it stood, ids and content hashes of every row used, versions
    of vocabulary, calendar and rule, and the seed.  `answer` is what judging gave.  `edits` are what staff changed,
    each with its reason.  `document` is what was sent, whole; only then `sent_at` is set, and never again.
    """

    __tablename__ = "recommendation"
    __table_args__ = (UniqueConstraint("requirement_id", "number"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    requirement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("requirement.id"))
    number: Mapped[int]
    row_version: Mapped[int] = mapped_column(default=1)
    judged_on: Mapped[date]
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(100))
    inputs: Mapped[dict[str, Any]]
    answer: Mapped[dict[str, Any]]
    edits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    document: Mapped[dict[str, Any] | None]
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[str | None] = mapped_column(String(100))
    automatic: Mapped[bool] = mapped_column(default=False)

    __mapper_args__ = {"version_id_col": row_version}  # noqa: RUF012 - SQLAlchemy reads a plain dictionary


class Referral(Base):
    """The search for an institution outside the platform, where nobody in it can do the work (S5-45)."""

    __tablename__ = "referral"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    requirement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("requirement.id"), unique=True)
    state: Mapped[str] = mapped_column(String(20))
    """`open`, `found`, `informed` or `none_found`."""
    institution_name: Mapped[str] = mapped_column(String(200), default="")
    contact: Mapped[str] = mapped_column(String(200), default="")
    note: Mapped[str] = mapped_column(default="")
    opened_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    informed_at: Mapped[datetime | None]


class RequirementTrouble(Base):
    """What the clock could not do for a requirement: gone as soon as it is done, counted and shown while it lasts.

    Shared by all processes, so that none of them tries again before `again_at`.
    """

    __tablename__ = "requirement_trouble"

    requirement_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("requirement.id"), primary_key=True)
    step: Mapped[str] = mapped_column(String(20), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    error: Mapped[str]
    failed_at: Mapped[datetime]
    again_at: Mapped[datetime]
