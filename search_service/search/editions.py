"""Rows of another edition than the one that was named: good to know, and never taken for it (T2, T6)."""

from collections.abc import Iterable, Sequence

from analyzers.standard_number import find, print_number
from search_service.engines.base import IDENTIFIER, Ask, Engine
from search_service.kinds.base import Kind
from search_service.kinds.parts import Use
from search_service.kinds.registry import REGISTRY
from search_service.query.lexical import CITED, NUM
from search_service.query.nodes import Best, Const, Keyword, Node, OneOf, any_of
from search_service.query.number_keys import body_key, body_year_key, edition_key
from search_service.query.parse import NumberSlot
from search_service.search.loosened import Loosened
from search_service.search.mixing import Placed
from search_service.search.present import SEPARATOR, Picture

CODE = "other_edition"
_EXACT, _NEAR = 2.0, 1.0
"""Scores that tell them apart."""
_NUMBERED = (Use.NUMBER, Use.CITED)

At = tuple[str, str]
"""Kind and id of a row."""


def other_editions(engine: Engine, numbers: Sequence[NumberSlot], page: Iterable[Placed]) -> frozenset[At]:
    """The rows of a page that are, or cite, a number of the query in another year or of another issuer, and not it.

    Asked of the engine, because a row may cite through others.  Where several dated numbers were typed, any of them
    will do.

    Raises:
        EngineUnavailable: it cannot answer.
    """
    readings = [reading for slot in numbers if not slot.undated for reading in slot.readings]
    if not readings:
        return frozenset()
    exactly = {edition_key(number) if number.prefix else body_year_key(number) for number in readings}
    nearly = {body_key(number) for number in readings}
    ids: dict[str, list[str]] = {}
    for name, hit in page:
        ids.setdefault(name, []).append(hit.id)
    return frozenset(
        (name, row_id) for name, wanted in ids.items() for row_id in _only_nearly(engine, name, wanted, nearly, exactly)
    )


def said(name: str, picture: Picture, numbers: Sequence[NumberSlot]) -> Loosened:
    """How such a row differs: by its own number, where it shows one."""
    wanted = [slot for slot in numbers if not slot.undated]
    bodies = {reading.body: slot.label for slot in wanted for reading in slot.readings}
    kind = REGISTRY.kind(name)
    for text in _texts(kind, picture):
        for found in find(text):
            if found.readings[0].body in bodies:
                number = found.readings[0]
                return Loosened(CODE, f"这里是 {print_number(number)},不是 {bodies[number.body]}")
    return Loosened(CODE, f"这里是该标准的其他版本,不是 {wanted[0].label}")


def _only_nearly(
    engine: Engine, name: str, ids: Sequence[str], nearly: Iterable[str], exactly: Iterable[str]
) -> list[str]:
    """In one question: a row that has both scores as what is exact."""
    query = Best((Const(_having(exactly), _EXACT), Const(_having(nearly), _NEAR)))
    asked = Ask(query, filter=OneOf(IDENTIFIER, tuple(ids)), limit=len(ids))
    return [hit.id for hit in engine.search(name, asked).hits if hit.score == _NEAR]


def _having(keys: Iterable[str]) -> Node:
    return any_of([Keyword(field, key) for key in sorted(keys) for field in (NUM, CITED)])


def _texts(kind: Kind, picture: Picture) -> Iterable[str]:
    for field in kind.fields:
        if field.use in _NUMBERED:
            yield from picture.texts.get(field.name, "").split(SEPARATOR)
