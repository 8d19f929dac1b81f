"""Administrative divisions (行政区划), a tree by six-digit adcode (GB/T 2260)."""

from datetime import date

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from search_service.store.base import Base, Entity


class Division(Entity, Base):
    """A province, prefecture or county; one that was abolished keeps its row with `valid_to`.

    `parent` is no foreign key: tables are loaded in any order, and a gap must not refuse a county.
    """

    __tablename__ = "division"

    adcode: Mapped[str] = mapped_column(String(6), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    short_names: Mapped[list[str]] = mapped_column(default=list)
    parent_adcode: Mapped[str | None] = mapped_column(String(6), index=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    parent: Mapped["Division | None"] = relationship(
        primaryjoin="foreign(Division.parent_adcode) == remote(Division.adcode)", viewonly=True, lazy="raise"
    )

    @property
    def lineage(self) -> list["Division"]:
        """This division and those that contain it, nearest first (county, prefecture, province)."""
        found, at = [self], self.parent
        while at is not None and at not in found:
            found.append(at)
            at = at.parent
        return found
