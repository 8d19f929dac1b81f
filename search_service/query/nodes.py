"""The query tree: what we ask of an engine, in our words.

Every engine compiles these nodes into its own query language (founding decision 4: no engine JSON in the contract).
Scores add up in :class:`Bool` and the largest wins in :class:`Best`; a node under ``filter`` or ``without`` never
scores.  Tokens are ready-made (founding decision 3): an engine never analyses them again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

Made = TypeVar("Made")


@dataclass_transform(frozen_default=True)
def value(made: type[Made]) -> type[Made]:
    """A value that is never changed, as the type checker sees to.

    A search makes some hundred nodes and, with facets, some hundred counts and hits; a dataclass that refuses changes
    while the program runs takes four times as long to make.
    """
    return dataclass(slots=True, unsafe_hash=True)(made)


@value
class Term:
    """One token of a text field, scored by BM25 (k1 = 1.2, b = 0.75)."""

    field: str
    token: str


@value
class Phrase:
    """Tokens that stand side by side, in this order, in a text field with positions; scored only inside `Const`."""

    field: str
    tokens: tuple[str, ...]


@value
class Keyword:
    """One exact value of a keyword field; scored only inside `Const`."""

    field: str
    value: str


@value
class OneOf:
    """Any of several exact values of a keyword field; never scores."""

    field: str
    values: tuple[str, ...]


@value
class Range:
    """A number field with ``low <= value < high``; None leaves a side open; never scores."""

    field: str
    low: int | None = None
    high: int | None = None


@value
class Everything:
    """All documents, score 0."""


@value
class Nothing:
    """No document."""


@value
class Const:
    """What `query` matches, each with the same score."""

    query: "Node"
    score: float


@value
class Boost:
    """What `query` matches, its score times `factor`."""

    query: "Node"
    factor: float


@value
class Best:
    """What any option matches, with the largest score among those that match (dis_max, tie 0)."""

    options: "tuple[Node, ...]"


@value
class Bool:
    """The usual combination: all of `must`, at least `minimum` of `should`, all of `filter`, none of `without`.

    The score is the sum over the matching `must` and `should` clauses.  With neither `must` nor `filter` and a
    `minimum` of 0 the node would match everything; `any_of` says 1.
    """

    must: "tuple[Node, ...]" = ()
    should: "tuple[Node, ...]" = ()
    filter: "tuple[Node, ...]" = ()
    without: "tuple[Node, ...]" = ()
    minimum: int = 0


Node = Term | Phrase | Keyword | OneOf | Range | Everything | Nothing | Const | Boost | Best | Bool


def any_of(nodes: Sequence[Node]) -> Node:
    """At least one of `nodes`, their scores added; nothing when there is none."""
    if not nodes:
        return Nothing()
    return nodes[0] if len(nodes) == 1 else Bool(should=tuple(nodes), minimum=1)


def all_of(nodes: Sequence[Node]) -> Node:
    """All of `nodes`, their scores added; everything when there is none."""
    if not nodes:
        return Everything()
    return nodes[0] if len(nodes) == 1 else Bool(must=tuple(nodes))
