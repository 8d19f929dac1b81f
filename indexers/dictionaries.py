"""By which words documents are cut: those of the wanted version for a new index, its own for one that is there."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analyzers import words
from analyzers.words import Dictionary
from search_service.store.journal import SearchIndex
from search_service.store.session import Database
from search_service.store.vocabulary import VocabularyVersion, dictionary_of, newest, numbered


def wanted(database: Database) -> Dictionary:
    """The words of the newest version: what a new index is made with."""
    with database.read() as session:
        return dictionary_of(newest(session))


@contextmanager
def using_wanted(database: Database) -> Iterator[None]:
    """Cut by the words of the newest version until the block ends, even if a newer one comes meanwhile."""
    with words.using(wanted(database)):
        yield


def newest_number(session: Session) -> int:
    """Of the newest version; 0 where nothing was ever changed."""
    return session.scalar(select(func.max(VocabularyVersion.number))) or 0


def of_number(session: Session, number: int) -> Dictionary:
    """The words of a version; 0 are the shipped ones."""
    return dictionary_of(numbered(session, number) if number else None)


SERVING = ("active", "outdated")
"""States of a generation that searches see (`indexers/generations.py`, which knows this file)."""


def number_of(session: Session, dictionary: Dictionary) -> int:
    """The newest version with these words; 0 for the shipped ones where none has them."""
    same = select(VocabularyVersion.number).where(VocabularyVersion.fingerprint == dictionary.fingerprint)
    return session.scalar(same.order_by(VocabularyVersion.number.desc()).limit(1)) or 0


def of_index(session: Session, index: SearchIndex) -> Dictionary:
    """The words that the documents of an index are cut by."""
    return of_number(session, index.vocabulary)


def progress(database: Database) -> list[dict[str, object]]:
    """For each index that serves: its version, and whether the words of the newest one hold there."""
    with database.read() as session:
        dictionary = dictionary_of(newest(session))
        serving = session.scalars(select(SearchIndex).where(SearchIndex.state.in_(SERVING)).order_by(SearchIndex.kind))
        return [
            {
                "kind": index.kind,
                "index": index.name,
                "vocabulary": index.vocabulary,
                "settled": of_index(session, index) == dictionary,
            }
            for index in serving
        ]
