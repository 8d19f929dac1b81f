"""Synonyms as records: directed and typed, so that a wrong one is seen and taken back (P12, T3, T4)."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from search_service.store.base import Base, Entity


class Synonym(Entity, Base):
    """`word` stands in `relation` to `meaning`: ``same``, ``narrower`` (a case of it) or ``related``."""

    __tablename__ = "synonym"
    __table_args__ = (Index("uq_synonym_pair", "word", "meaning", unique=True),)

    word: Mapped[str] = mapped_column(String(100))
    meaning: Mapped[str] = mapped_column(String(100))
    relation: Mapped[str] = mapped_column(String(20))
