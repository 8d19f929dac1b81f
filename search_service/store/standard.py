"""Standards (标准) of all kinds, metrology regulations included (S4-10, S4-30..33, S5-23)."""

import uuid
from datetime import date

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from search_service.store.base import Base, Entity


class StandardReplacement(Base):
    """One standard replaces another, said by number: either may be loaded first, or be unknown to us."""

    __tablename__ = "standard_replacement"

    standard_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("standard.id"), primary_key=True)
    number_key: Mapped[str] = mapped_column(String(200), primary_key=True, index=True)
    number: Mapped[str] = mapped_column(String(200))
    position: Mapped[int] = mapped_column(default=0)


class Standard(Entity, Base):
    """One edition of a standard.  `status` is what `status_source` said on `status_as_of`, nothing official."""

    __tablename__ = "standard"

    number: Mapped[str] = mapped_column(String(200))
    number_key: Mapped[str] = mapped_column(String(200), unique=True)
    """The number in canonical form: what "the same standard" means; a tombstone's ends in its id."""
    line_key: Mapped[str] = mapped_column(String(200), index=True)
    """The number without its year: all editions of one number."""
    body: Mapped[str | None] = mapped_column(String(200), index=True)
    """What stands behind the prefix ("228.1"): by it a number with a mistyped prefix is found; None if unreadable."""
    year: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(500))
    title_en: Mapped[str | None] = mapped_column(String(500))
    kind: Mapped[str | None] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(20))
    status_source: Mapped[str | None] = mapped_column(String(200))
    status_as_of: Mapped[date | None]
    published_on: Mapped[date | None]
    effective_on: Mapped[date | None]
    withdrawn_on: Mapped[date | None]
    ics: Mapped[list[str]] = mapped_column(default=list)
    ccs: Mapped[list[str]] = mapped_column(default=list)
    department: Mapped[str | None] = mapped_column(String(300))
    scope: Mapped[str | None]

    replaces: Mapped[list[StandardReplacement]] = relationship(
        cascade="all, delete-orphan", order_by=StandardReplacement.position, lazy="raise"
    )
