"""What the house remembers about itself: marks, indices, audit, repeated requests, tokens."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from search_service.store.base import Base
from search_service.store.ids import new_id


class IndexState(Base):
    """The permanent row of one document (founding decision 5): due while `seq` > `done_seq`.  Never deleted."""

    __tablename__ = "index_state"
    __table_args__ = (
        # Only what is due: the queue stays small however many documents there are.
        Index(
            "ix_index_state_due",
            "kind",
            "available_at",
            sqlite_where=text("seq > done_seq"),
            postgresql_where=text("seq > done_seq"),
        ),
    )

    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    entity_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    done_seq: Mapped[int] = mapped_column(BigInteger, default=0)
    available_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    claimed_until: Mapped[datetime | None]
    dead_reason: Mapped[str | None]


class SearchIndex(Base):
    """One generation of a kind's index: building, active, previous or failed."""

    __tablename__ = "search_index"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]


class AuditEvent(Base):
    """Who did what to which record, in the transaction of the change.  Append-only: triggers refuse the rest."""

    __tablename__ = "audit_event"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(30))
    action: Mapped[str] = mapped_column(String(60))
    record: Mapped[str] = mapped_column(String(40))
    record_id: Mapped[uuid.UUID] = mapped_column(index=True)
    reason: Mapped[str | None]
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)


class IdempotencyKey(Base):
    """The answer that a request with this key got, kept 48 hours, stored in the request's own transaction."""

    __tablename__ = "idempotency_key"

    actor: Mapped[str] = mapped_column(String(100), primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(index=True)


class AccessToken(Base):
    """A token for scripts; only its hash is stored."""

    __tablename__ = "access_token"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(30))
    institution_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("institution.id"))
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
