"""Entries of the compulsory-verification catalogue (强制检定目录): S2-20, S2-30, S2-40, S2-44."""

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from analyzers.collation import sort_number
from search_service.kinds.base import Kind
from search_service.kinds.fields import Integer, Text, TextList
from search_service.kinds.parts import Phrases, Sort, Use, Window, Words
from search_service.store.catalogue import CatalogueEntry


class CatalogueEntryKind(Kind):
    """One type of instrument under a category of a catalogue of one year."""

    name, plural, label = "catalogue_entry", "catalogue-entries", "强制检定目录"
    model = CatalogueEntry
    unique = ("type", "同一目录中已有该项别与种别")
    title = "type"
    page = "catalogue_entry.html"
    fields = (
        Text(name="catalogue", label="目录名称", limit=200, required=True, use=Use.TEXT),
        Integer(name="year", label="目录年份", low=1980, high=2100),
        Text(name="category_no", label="项别序号", limit=20),
        Text(name="category", label="项别", limit=200, required=True, use=Use.NAME),
        Text(name="type_no", label="种别序号", limit=20),
        Text(name="type", label="种别", limit=200, required=True, use=Use.NAME),
        Text(name="supervision", label="监管方式", limit=200, use=Use.TEXT),
        Text(name="verification_way", label="强检方式", limit=300, use=Use.TEXT),
        Text(name="scope_of_use", label="强检范围及说明", limit=2000, use=Use.TEXT),
        TextList(name="regulations", label="检定规程", limit=100, use=Use.CITED),
        Text(name="remark", label="备注", limit=1000, use=Use.TEXT),
    )
    words = (Words(Use.TEXT, lambda _: ["强制检定", "检定"]),)
    phrases = (Phrases("object", ("type",), pieces=True),)
    sorts = (
        Sort("newest", "最新", lambda row: row.year or 0, descending=True),
        Sort("name", "名称", lambda row: sort_number(row.type)),
    )

    def visible(self, now: datetime) -> ColumnElement[bool]:
        """Always public (S2-40)."""
        del now
        return CatalogueEntry.deleted_at.is_(None)

    def window(self, row: CatalogueEntry, now: datetime) -> Window | None:
        """Always public."""
        del now
        return None if row.deleted_at else Window()

    def tie(self, row: CatalogueEntry) -> str:
        """The newest catalogue first, inside it the printed order."""
        return f"{9999 - (row.year or 0):04d}{row.category_no or '':>6}{row.type_no or '':>6}"

    def find(self, session: Session, row: CatalogueEntry) -> uuid.UUID | None:
        """By catalogue, year, category and type."""
        found: uuid.UUID | None = session.scalar(
            select(CatalogueEntry.id).where(
                CatalogueEntry.catalogue == row.catalogue,
                CatalogueEntry.year.is_(None) if row.year is None else CatalogueEntry.year == row.year,
                CatalogueEntry.category == row.category,
                CatalogueEntry.type == row.type,
                CatalogueEntry.deleted_at.is_(None),
            )
        )
        return found
