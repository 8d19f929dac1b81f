"""What the house remembers about itself: marks, indices, audit, repeated requests, tokens."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from search_service.store.base import Base
from search_service.store.ids import new_id


class IndexState(Base):
    """The permanent row of one document (founding decision 5): due while `seq` > `done_seq`.  Never deleted.

    `available_at` is when it may be tried, `due_since` when the oldest change came that the index does not have.
    """

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
    due_since: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(80))
    claimed_until: Mapped[datetime | None]
    dead_reason: Mapped[str | None]


class FanOut(Base):
    """The rest of a wide change: documents of `kind` made of `members` along `path`, beyond the id `after`, to mark."""

    __tablename__ = "fan_out"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    path: Mapped[str] = mapped_column(String(200))
    members: Mapped[list[str]]
    after: Mapped[uuid.UUID]
    created_at: Mapped[datetime]


class SearchIndex(Base):
    """One generation of a kind's index (founding decision 6); the words of `state` and `step` are in ``indexers/``.

    `parts` are the fingerprint's ingredients, so that it can be said which of them changed; `outdated_at` is when a
    program noticed that one did.  `step` is what a rebuild does next, `position` the last id it has filled in.
    `drift` is how many documents differed from the database at `checked_at`.  `vocabulary` is the version by
    whose words its documents are cut, and its searches with them; 0 for the shipped words.
    """

    __tablename__ = "search_index"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    parts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    state: Mapped[str] = mapped_column(String(20))
    step: Mapped[str] = mapped_column(String(20))
    position: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    outdated_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    drift: Mapped[int | None]
    vocabulary: Mapped[int] = mapped_column(default=0)
    note: Mapped[str | None]


class IndexJob(Base):
    """A rebuild or a rollback that somebody asked for, and its lock: one open job a kind, held by a lease.

    Whoever asks need not be who works: the embedded engine has one writing process, which takes its jobs from here.
    `fingerprint` is what the index was to be made by where the program asked by itself.
    """

    __tablename__ = "index_job"
    __table_args__ = (
        Index(
            "uq_index_job_open",
            "kind",
            unique=True,
            sqlite_where=text("finished_at IS NULL"),
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str]
    fingerprint: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(20))
    requested_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    worker: Mapped[str | None] = mapped_column(String(80))
    leased_until: Mapped[datetime | None]
    step: Mapped[str | None] = mapped_column(String(20))
    done: Mapped[int] = mapped_column(BigInteger, default=0)
    total: Mapped[int] = mapped_column(BigInteger, default=0)
    message: Mapped[str | None]


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
