"""What was searched for, counted by day and folded text: no user, no address, no personal number (A9, B9)."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from search_service.store.base import Base


class LoggedQuery(Base):
    """One text on one day in Shanghai.

    Attributes:
        asked: how often; missed: how often no record had all of its words.
        total, band, kinds: what the last search of the day found: how many, the best band, how many of each kind.
    """

    __tablename__ = "query_log"

    day: Mapped[date] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(200), primary_key=True)
    asked: Mapped[int]
    missed: Mapped[int]
    total: Mapped[int]
    band: Mapped[str] = mapped_column(String(20))
    kinds: Mapped[dict[str, Any]] = mapped_column(default=dict)
    last_at: Mapped[datetime]
