"""People: accounts, whom they act for, where they are signed in, codes sent to them, and guests who have no account."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from search_service.store.base import Base
from search_service.store.ids import new_id
from search_service.store.institution import Institution


class Account(Base):
    """Somebody who may sign in, by mobile phone or mail address.

    `role` is `person`, `staff`, `administrator` or `auditor`; a person acts as an enterprise or an institution while a
    membership is approved (S2-16), so that a right ends with the link and not with somebody's remembering it.
    Without `password_hash` the account waits for its activation link.
    """

    __tablename__ = "account"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str | None] = mapped_column(String(20), unique=True)
    mail: Mapped[str | None] = mapped_column(String(200), unique=True)
    role: Mapped[str] = mapped_column(String(30), index=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    password_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]


class Enterprise(Base):
    """A company that needs services; one row a code: 18 (GB 32100) or 9 characters (GB 11714), as D4 has it."""

    __tablename__ = "enterprise"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    name: Mapped[str] = mapped_column(String(200))
    credit_code: Mapped[str] = mapped_column(String(18), unique=True)
    created_at: Mapped[datetime]


class Membership(Base):
    """A person's link to one enterprise or one institution (S2-14..16): asked for, then approved or refused by staff.

    `claimed_name` is what the person calls the enterprise: only an approval writes it to the enterprise itself.
    """

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("(enterprise_id IS NULL) <> (institution_id IS NULL)", name="one_side"),
        Index(
            "uq_membership_open",
            "account_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_membership_state", "state", "requested_at"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    enterprise_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("enterprise.id"), index=True)
    institution_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("institution.id"), index=True)
    claimed_name: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    requested_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(String(100))
    reason: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship(lazy="raise")
    enterprise: Mapped[Enterprise | None] = relationship(lazy="raise")
    institution: Mapped[Institution | None] = relationship(lazy="raise")


class LoginSession(Base):
    """A browser that is signed in; only the hash of its cookie is stored, and ending it deletes the row."""

    __tablename__ = "login_session"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    device: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(60))


class OneTimeCode(Base):
    """A ticket held by one browser, and for short codes the hash of what was sent to the phone beside it.

    `payload` is what is done once the code is right (a registration); it goes with the row.
    """

    __tablename__ = "one_time_code"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    ticket_hash: Mapped[str] = mapped_column(String(64), unique=True)
    purpose: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    code_hash: Mapped[str | None] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class Attempt(Base):
    """Something that is limited happened; `subject` is a hash, so that the table tells nobody's phone or address."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_subject", "subject", "at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)


class GuestAccess(Base):
    """The secret link by which a guest follows one thing that was posted with a name and a phone (S5-55)."""

    __tablename__ = "guest_access"
    __table_args__ = (Index("ix_guest_access_about", "kind", "record_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[uuid.UUID]
    name: Mapped[str] = mapped_column(String(60))
    phone: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
