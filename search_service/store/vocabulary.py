"""The vocabulary under control: synonyms, the versions of words and synonyms, proposed changes, control queries.

A version holds all that the records add to the shipped files: what each word's frequency is (0 takes it away), and the
synonyms.  Versions are only ever added; the newest one is wanted, and going back adds one that says the same as an
earlier one.  The table of synonyms is that of the newest version.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import JSON, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from analyzers.words import SHIPPED, Dictionary
from search_service.store.base import Base, Entity

_PARTS = 3
"""Of a synonym: word, meaning, relation."""


class Synonym(Entity, Base):
    """`word` stands in `relation` to `meaning`: ``same``, ``narrower`` (a case of it) or ``related``."""

    __tablename__ = "synonym"
    __table_args__ = (Index("uq_synonym_pair", "word", "meaning", unique=True),)

    word: Mapped[str] = mapped_column(String(100))
    meaning: Mapped[str] = mapped_column(String(100))
    relation: Mapped[str] = mapped_column(String(20))


class VocabularyVersion(Entity, Base):
    """One version, never changed: `words` maps a word to its frequency, `synonyms` lists (word, meaning, relation).

    `fingerprint` is that of the words alone: versions that agree in it need no other index.  `cause` says what made
    it: a proposal, going back, or synonyms that were loaded from files.
    """

    __tablename__ = "vocabulary_version"

    number: Mapped[int] = mapped_column(unique=True)
    words: Mapped[dict[str, Any]] = mapped_column(default=dict)
    synonyms: Mapped[list[Any]] = mapped_column(JSON, default=list)
    fingerprint: Mapped[str] = mapped_column(String(64))
    cause: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str]
    created_by: Mapped[str] = mapped_column(String(100))


class VocabularyProposal(Entity, Base):
    """Changes that somebody wants: collected, previewed, then made a version or given up.

    `changes` each say what, by whom and why.  `preview` is the last one, `basis` what it was a preview of: the version
    that held and the changes; `version` is what the proposal became.  `query` is the search it came from, if any.
    """

    __tablename__ = "vocabulary_proposal"

    state: Mapped[str] = mapped_column(String(20), index=True)
    reason: Mapped[str]
    query: Mapped[str | None] = mapped_column(String(200))
    created_by: Mapped[str] = mapped_column(String(100))
    changes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    preview: Mapped[dict[str, Any] | None]
    basis: Mapped[str | None] = mapped_column(String(64))
    version: Mapped[int | None]


class ControlQuery(Entity, Base):
    """A search that every change of the vocabulary is tried on; `note` says why it matters."""

    __tablename__ = "control_query"

    q: Mapped[str] = mapped_column(String(200), unique=True)
    note: Mapped[str | None]


def newest(session: Session) -> VocabularyVersion | None:
    """The version that is wanted; None where nothing was ever changed."""
    return session.scalar(select(VocabularyVersion).order_by(VocabularyVersion.number.desc()).limit(1))


def numbered(session: Session, number: int) -> VocabularyVersion | None:
    """One version; None for 0, which is the shipped files alone, and for one that is not there."""
    return session.scalar(select(VocabularyVersion).where(VocabularyVersion.number == number))


def dictionary_of(version: VocabularyVersion | None) -> Dictionary:
    """The words of a version, whatever stands in its row."""
    if version is None:
        return SHIPPED
    return dictionary(version.words)


def dictionary(words: Mapping[str, Any]) -> Dictionary:
    """Words and frequencies as they are stored; what no dictionary can hold is left out."""
    return Dictionary(tuple((word, frequency) for word, frequency in words.items() if isinstance(frequency, int)))


def entries_of(version: VocabularyVersion) -> list[tuple[str, str, str]]:
    """The synonyms of a version; what is no entry is left out, as from its words."""
    return [(one, other, relation) for one, other, relation in filter(_is_entry, version.synonyms)]


def _is_entry(stored: Any) -> bool:
    return isinstance(stored, list) and len(stored) == _PARTS and all(isinstance(part, str) for part in stored)


def synonyms_now(session: Session) -> list[tuple[str, str, str]]:
    """The table, in a settled order."""
    rows = session.execute(
        select(Synonym.word, Synonym.meaning, Synonym.relation)
        .where(Synonym.deleted_at.is_(None))
        .order_by(Synonym.word, Synonym.meaning)
    )
    return [(word, meaning, relation) for word, meaning, relation in rows]
