"""A world in structure: every leaf carries what it means, and beside it how it happens to be spelt.

The reference reads the meaning and never the spelling, so that it needs no parser and shares none.
"""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction


@dataclass(frozen=True)
class Words:
    """One phrase: `key` is folded and without blanks, empty where nothing stands."""

    key: str = ""
    text: str = ""


@dataclass(frozen=True)
class Clause:
    """One clause of a limitation: `sort` is none, only, not or other; `odd` holds the words that are no objects."""

    sort: str
    words: tuple[str, ...] = ()
    odd: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Limit:
    clauses: tuple[Clause, ...] = ()
    text: str = ""


@dataclass(frozen=True)
class Member:
    """One name in a cell: what may be left out of it, a bracket that says more, the head that it may lack."""

    name: str
    extra: str = ""
    """What may be left out: its symbol in brackets, an ending."""
    more: str = ""
    """A bracket that makes it a special case."""
    head: str = ""
    """Not empty: half a name, and this is the other half."""


@dataclass(frozen=True)
class Cell:
    """The object or parameter of a capability."""

    members: tuple[Member, ...] = ()
    clause: Clause | None = None
    text: str = ""


@dataclass(frozen=True)
class Number:
    prefix: str
    body: tuple[str, ...]
    """Whole and, where there is one, part."""
    year: int | None = None

    @property
    def line(self) -> "Number":
        return Number(self.prefix, self.body)


@dataclass(frozen=True)
class Code:
    """A standard as printed: a number, or (None) a text that is none; `key` tells equal texts."""

    number: Number | None
    key: str
    text: str


@dataclass(frozen=True)
class Span:
    """An interval in base units; None is unbounded.  `tag` is the word before it that tells quantities apart."""

    quantity: str
    low: Fraction | None
    high: Fraction | None
    low_in: bool = True
    high_in: bool = True
    tag: str = ""


@dataclass(frozen=True)
class Range:
    """`spans` None is unreadable, and empty with a blank text is blank."""

    spans: tuple[Span, ...] | None = ()
    text: str = ""


@dataclass(frozen=True)
class Statement:
    """One statement of accuracy: smaller ranks are better, and only those of one kind and scale compare."""

    kind: str
    scale: str
    rank: Fraction


@dataclass(frozen=True)
class Accuracy:
    statements: tuple[Statement, ...] = ()
    key: str = ""
    text: str = ""


@dataclass(frozen=True)
class Certificate:
    id: str
    institution: str
    nature: str | None
    start: date | None
    end: date | None
    state: str
    regions: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """A capability, an authorisation or a plan; fields that a kind lacks stay blank."""

    id: str
    institution: str
    kind: str
    state: str
    certificates: tuple[str, ...] = ()
    limit: Limit = Limit()
    object: Cell = Cell()
    parameter: Cell = Cell()
    standards: tuple[Code, ...] = ()
    service: str | None = None
    range: Range = Range()
    accuracy: Accuracy = Accuracy()
    regions: tuple[str, ...] = ()
    title: Words = Words()
    description: Words = Words()
    links: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edition:
    id: str
    number: Number
    text: str
    title: tuple[str, ...]
    """Stretches between blanks and punctuation."""
    status: str
    effective: date | None
    withdrawn: date | None
    replaces: tuple[Code, ...]


@dataclass(frozen=True)
class Link:
    word: str
    meaning: str
    relation: str


@dataclass(frozen=True)
class Item:
    service: str | None = None
    object: Words = Words()
    parameter: Words = Words()
    standards: tuple[Code, ...] = ()
    range: Range = Range()
    accuracy: Accuracy = Accuracy()
    place: str = ""
    certificate_kinds: tuple[str, ...] | None = None
    service_text: str = ""


@dataclass(frozen=True)
class Asked:
    items: tuple[Item, ...]
    start: date
    end: date
    region: str = ""
    certificate_kinds: tuple[str, ...] = ()
    says_end: bool = True


@dataclass(frozen=True)
class World:
    today: date
    asked: Asked
    institutions: tuple[tuple[str, str], ...]
    """Id and status."""
    certificates: tuple[Certificate, ...] = ()
    rows: tuple[Row, ...] = ()
    editions: tuple[Edition, ...] = ()
    divisions: tuple[tuple[str, str | None], ...] = ()
    """Adcode and parent."""
    links: tuple[Link, ...] = field(default=())
