"""The compulsory-verification catalogue (强制检定目录) and the category trees CCS and GB/T 4754 (S2-20, S2-44)."""

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from search_service.store.base import Base, Entity

_DATED = text("year IS NOT NULL AND deleted_at IS NULL")
_UNDATED = text("year IS NULL AND deleted_at IS NULL")


class CatalogueEntry(Entity, Base):
    """One type (种别) of instrument under a category (项别) of a catalogue of one year; each is there once."""

    __tablename__ = "catalogue_entry"
    __table_args__ = (
        # Two, because databases take no unknown year for the same as another.
        Index(
            "uq_catalogue_entry_dated",
            "catalogue",
            "year",
            "category",
            "type",
            unique=True,
            sqlite_where=_DATED,
            postgresql_where=_DATED,
        ),
        Index(
            "uq_catalogue_entry_undated",
            "catalogue",
            "category",
            "type",
            unique=True,
            sqlite_where=_UNDATED,
            postgresql_where=_UNDATED,
        ),
    )

    catalogue: Mapped[str] = mapped_column(String(200))
    year: Mapped[int | None]
    category_no: Mapped[str | None] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(200))
    type_no: Mapped[str | None] = mapped_column(String(20))
    type: Mapped[str] = mapped_column(String(200))
    supervision: Mapped[str | None] = mapped_column(String(200))
    verification_way: Mapped[str | None] = mapped_column(String(300))
    scope_of_use: Mapped[str | None]
    regulations: Mapped[list[str]] = mapped_column(default=list)
    remark: Mapped[str | None]


class Category(Entity, Base):
    """One node of a published classification; `parent` is the code above it, None for a root."""

    __tablename__ = "category"
    __table_args__ = (Index("uq_category_scheme_code", "scheme", "code", unique=True),)

    scheme: Mapped[str] = mapped_column(String(20))
    """``ccs`` (中国标准文献分类) or ``gbt4754`` (国民经济行业分类)."""
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200))
    parent: Mapped[str | None] = mapped_column(String(20))
