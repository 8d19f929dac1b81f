"""By which words and synonyms a kind is searched: those of the version that its published index was built with.

A new version is wanted as soon as it is stored, and holds for a kind from the moment its new index is published: query
and documents are always cut by the same dictionary (P7).  Where two versions have the same words no index is needed:
then the newest one holds at once, within the seconds that a `Memo` is behind.
"""

from collections.abc import Mapping, Sequence
from threading import Lock
from typing import NamedTuple, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from analyzers.synonyms import SynonymTable
from analyzers.words import Dictionary
from search_service.engines.base import Engine
from search_service.errors import EngineUnavailable
from search_service.kinds.base import Kind
from search_service.search.memo import Memo
from search_service.store.journal import SearchIndex
from search_service.store.vocabulary import (
    Synonym,
    VocabularyVersion,
    dictionary_of,
    entries_of,
    newest,
    numbered,
    synonyms_now,
)

_MOST_REMEMBERED = 1 << 10
"""Names of indices whose version is known; three a kind are alive at any time."""


class Vocabulary(NamedTuple):
    """What a query is read and asked with."""

    number: int
    dictionary: Dictionary
    synonyms: SynonymTable


class Source(Protocol):
    """Where the facade learns which vocabulary holds."""

    def of(self, session: Session, kinds: Sequence[Kind]) -> Mapping[str, Vocabulary]:
        """By kind's name; nearly always one and the same."""


class One:
    """The same for all kinds, whatever is published: for trying out."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def of(self, session: Session, kinds: Sequence[Kind]) -> Mapping[str, Vocabulary]:
        """See `Source`."""
        del session
        return dict.fromkeys((kind.name for kind in kinds), self._vocabulary)


class Published:
    """What the published indices were built with; thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._wanted = Memo(VocabularyVersion, newest)
        self._synonyms = Memo(Synonym, lambda session: SynonymTable(synonyms_now(session)))
        self._lock = Lock()
        self._numbers: dict[str, int] = {}
        self._versions: dict[int, Vocabulary] = {}

    def of(self, session: Session, kinds: Sequence[Kind]) -> Mapping[str, Vocabulary]:
        """See `Source`."""
        wanted = self.wanted(session)
        return {kind.name: self._of_kind(session, kind, wanted) for kind in kinds}

    def wanted(self, session: Session) -> Vocabulary:
        """The newest version, with the synonyms of the table."""
        version = self._wanted.get(session)
        number, dictionary = (version.number if version is not None else 0), dictionary_of(version)
        return Vocabulary(number, dictionary, self._synonyms.get(session))

    def _of_kind(self, session: Session, kind: Kind, wanted: Vocabulary) -> Vocabulary:
        try:
            name = self._engine.serving(kind.name)
        except EngineUnavailable:  # whoever searches now will be told so by the search itself
            return wanted
        number = self._number(session, name) if name is not None else None
        if number is None or number == wanted.number:
            return wanted
        found = self._version(session, number)
        return wanted if found.dictionary == wanted.dictionary else found

    def _number(self, session: Session, name: str) -> int | None:
        """The version of an index: it never changes, so it is looked up once; None where the books do not know it."""
        number = self._numbers.get(name)
        if number is None:
            number = session.scalar(select(SearchIndex.vocabulary).where(SearchIndex.name == name))
            if number is not None:
                with self._lock:
                    if len(self._numbers) >= _MOST_REMEMBERED:
                        self._numbers.clear()
                    self._numbers[name] = number
        return number

    def _version(self, session: Session, number: int) -> Vocabulary:
        found = self._versions.get(number)
        if found is None:
            row = numbered(session, max(number, 1))  # the first version says what there was before any
            entries = entries_of(row) if row is not None else synonyms_now(session)
            found = Vocabulary(number, dictionary_of(row), SynonymTable(entries))
            with self._lock:
                self._versions[number] = found
        return found
