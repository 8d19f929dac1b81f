"""Announced calendars: days off and made up for, and business hours, each announcement kept for ever."""

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from search_service.store.base import Base


class CalendarNotice(Base):
    """One announcement of one year, or of business hours; the latest is in force.  Never changed and never deleted.

    `number` counts all of them, so that it is the version of the whole calendar (T14: a closed case keeps the version
    it was closed with).  `days` are the exceptions from the week: ISO date → ``{"working": bool, "name": str}``; those
    of a year may lie in the last days of the year before.  `hours` instead of a year: ``{"opens": "09:00", "closes":
    "17:30", "service_days": 15}``.
    """

    __tablename__ = "calendar_notice"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    year: Mapped[int | None] = mapped_column(index=True)
    days: Mapped[dict[str, Any]]
    hours: Mapped[dict[str, Any] | None]
    source: Mapped[str] = mapped_column(String(500))
    made_by: Mapped[str] = mapped_column(String(100))
    made_at: Mapped[datetime]
