"""The contract of a search engine (founding decision 4): our query objects in, our result types out.

Implementations: ``engines/embedded`` (a library, in this process) and ``engines/elastic`` (a cluster of servers).
``tests/contract`` runs the same suite on each.

Words: a *kind* is what users search (``standard``); an *index* is one generation of it, named by
``indexers/naming.py``; *publishing* an index makes it the one that a kind's searches see.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from search_service.query.nodes import Everything, Node, value

IDENTIFIER = "id"
"""Keyword field of every document, whether a kind lists it or not: its id."""
SEQUENCE = "seq"
"""Number field of every document: the mark that it was written for (founding decision 5)."""


@dataclass(frozen=True, slots=True)
class TextField:
    """Whitespace-joined tokens, scored by BM25; `positions` allows `Phrase`."""

    name: str
    positions: bool


@dataclass(frozen=True, slots=True)
class KeywordField:
    """Exact values, any number of them; `facet` allows counting them."""

    name: str
    facet: bool = False


@dataclass(frozen=True, slots=True)
class NumberField:
    """Signed 64-bit integers, exactly one a document; for ranges and for sorting."""

    name: str


@dataclass(frozen=True, slots=True)
class IndexSchema:
    """Everything an engine must know of a kind; derived from its declaration, never written by hand.

    `suggest` names the keyword field whose values are completions.
    """

    kind: str
    texts: tuple[TextField, ...]
    keywords: tuple[KeywordField, ...]
    numbers: tuple[NumberField, ...]
    suggest: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One row as an engine stores it: tokens, exact values, numbers; never text that a user wrote.

    `tie` orders documents of equal score and is unique (it ends in the id).
    """

    id: str
    seq: int
    tie: str
    texts: Mapping[str, str]
    keywords: Mapping[str, Sequence[str]]
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Tombstone:
    """The document is gone since `seq`; the engine keeps that number, so that no late write brings it back."""

    id: str
    seq: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """One document that the engine did not take; the others of its batch are not affected."""

    id: str
    reason: str
    retry: bool


@dataclass(frozen=True, slots=True)
class WriteReport:
    """What became of a batch: every id is in exactly one of the three."""

    written: tuple[str, ...] = ()
    newer: tuple[str, ...] = ()
    """The index already holds a newer sequence: not an error, the newer one stays."""
    refused: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """Sort by a number field instead of by score; equal values by `tie`, which always ascends."""

    field: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Ask:
    """One search of one kind.

    Attributes:
        query: what matches, and how it scores.
        filter: always applied, never scored: visibility and the like.
        ticked: per facet field the values that the user ticked, as a node; all of them narrow hits and total, each
            leaves its own field's counts alone (so that counts stay right while several values are ticked).
        facets: keyword fields to count, each with how many values at most.
        limit: hits wanted, best first.
        order: None for relevance.
        within: seconds after which nobody waits for the answer: an engine may give up then, and say that it is
            unavailable.
    """

    query: Node
    filter: Node = field(default_factory=Everything)
    ticked: Mapping[str, Node] = field(default_factory=dict)
    facets: Mapping[str, int] = field(default_factory=dict)
    limit: int = 10
    order: Order | None = None
    within: float | None = None


@value
class EngineHit:
    """One match; `score` is rounded to 0.01, as far as two engines can agree, and 0 when the ask has an order."""

    id: str
    score: float
    tie: str
    sort: int = 0
    """The value of the order's field; 0 for relevance."""


@value
class Count:
    """How many matching documents have a value."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to an `Ask`: hits by (−score, tie) or (sort value, tie), complete up to `limit`.

    Facets are exact, the most frequent value first and equals by value.  More than 20,000 hits of one score may come
    in the engine's own order.
    """

    total: int
    hits: tuple[EngineHit, ...]
    facets: Mapping[str, tuple[Count, ...]]


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """One index on this engine; `documents` leaves tombstones out."""

    name: str
    documents: int
    published: bool


class Engine(Protocol):
    """What the rest of the house may ask of an engine.  All calls are thread-safe."""

    def create(self, schema: IndexSchema, index: str) -> None:
        """Make an empty index.  It is not searched until published."""

    def write(self, index: str, batch: Sequence[Document | Tombstone]) -> WriteReport:
        """Store a batch by the rule of external versions: a document with a smaller `seq` never replaces.

        Of several items of one id the newest counts.  Do not rely on what was written before `refresh`, neither on
        seeing it nor on its surviving a crash: only then is a mark done.

        Raises:
            EngineUnavailable: it cannot be written now; some of the batch may be stored, all of it may be sent again.
        """

    def refresh(self, index: str) -> None:
        """Make all that was written visible to searches."""

    def prepare(self, index: str) -> None:
        """Do what the first searches would have to wait for: count document frequencies.

        To be called before `publish`, since it takes seconds and holds nothing up.
        """

    def publish(self, schema: IndexSchema, index: str) -> str | None:
        """Let the kind's searches see `index` from now on, in one step; returns the one they saw before.

        An index that was not prepared since it was last published is prepared first.
        """

    def published(self, kind: str) -> str | None:
        """The index that the kind's searches see."""

    def serving(self, kind: str) -> str | None:
        """The index that a search of the kind asks in this moment, as this process knows it: asked by every search.

        Cheaper than `published`, and up to a second behind it where other processes publish.

        Raises:
            EngineUnavailable: it cannot be reached.
        """

    def state(self, kind: str) -> Hashable | None:
        """Equal states: searches of the kind saw the same documents in between; None where that cannot be told.

        Raises:
            EngineUnavailable: there is no index, or the engine cannot be reached.
        """

    def search(self, kind: str, ask: Ask) -> Found:
        """Answer from the published index.

        Raises:
            EngineUnavailable: there is none, or the engine cannot be reached.
            UndeclaredField: the ask names a field that the schema does not have.
        """

    def suggest(self, kind: str, prefix: str, limit: int) -> Sequence[str]:
        """Completions: values of the suggest field that begin with `prefix`, the most frequent first."""

    def frequencies(self, kind: str, field: str, tokens: Sequence[str]) -> Mapping[str, int]:
        """In how many documents each token stood when it was last counted.

        Counted when an index is prepared, or when a token is first asked for after that, and again when the documents
        have doubled: a long query's choice of terms must not change with every write, and is the same on every engine
        that holds the same documents (``docs/ranking.md``, document frequencies).
        """

    def entries(self, index: str) -> Iterator[tuple[str, int]]:
        """(id, seq) of every document, tombstones left out, in no particular order; for verifying."""

    def list(self, kind: str) -> Sequence[IndexInfo]:
        """All indices of a kind, oldest first."""

    def drop(self, index: str) -> None:
        """Remove an index that is not published."""

    def close(self) -> None:
        """Let go of files and threads."""
