"""From a `Document` or `Tombstone` to tantivy's document, or a reason why not."""

from collections.abc import Iterator
from struct import Struct
from typing import Any, Final

import tantivy

from search_service.engines.base import IDENTIFIER, SEQUENCE, Document, Tombstone
from search_service.engines.embedded.schema import DEAD, DEAD_MARK, TIE, TIE_HEADS
from search_service.engines.embedded.values import counted, number
from search_service.engines.fields import Fields
from search_service.engines.fitting import TOMBSTONE_TOKEN, Unfit, check, reason


def tantivy_document(schema: tantivy.Schema, fields: Fields, item: Document | Tombstone) -> tantivy.Document:
    """One row or tombstone as tantivy takes it.

    Raises:
        Unfit: an undeclared or missing field, a value too long, a number outside 64 bits, text that is not Unicode.
    """
    check(fields, item)
    plain = _dead(fields) if isinstance(item, Tombstone) else _plain(item)
    plain[IDENTIFIER], plain[SEQUENCE] = item.id, item.seq
    try:
        if isinstance(item, Document):
            plain[TIE] = item.tie.encode()
            plain.update(_counted(fields, item))
        # In one call: a call for each of some forty values takes twice as long.
        return tantivy.Document.from_dict(plain, schema)
    except (TypeError, ValueError) as error:
        raise Unfit(reason(plain, error)) from error


def _dead(fields: Fields) -> dict[str, Any]:
    return {DEAD: DEAD_MARK} | dict.fromkeys(fields.texts, TOMBSTONE_TOKEN)


def _plain(item: Document) -> dict[str, Any]:
    """Values by field."""
    plain: dict[str, Any] = {**item.texts, **item.numbers, **item.keywords}
    for name, values in item.keywords.items():
        if values.__class__ is not list:  # tantivy takes nothing else for several values
            plain[name] = list(values)
    plain.update(zip(TIE_HEADS, tie_heads(item.tie), strict=True))
    return plain


def _counted(fields: Fields, item: Document) -> Iterator[tuple[str, list[int]]]:
    for name, values in item.keywords.items():
        if fields.keywords[name].facet:
            yield counted(name), [number(value) for value in dict.fromkeys(values)]


_HEADS: Final = Struct(f">{len(TIE_HEADS)}Q")


def tie_heads(tie: str) -> list[int]:
    """The first bytes of a tie key as signed numbers that sort as the string does (UTF-8 keeps code point order)."""
    head = tie.encode("utf-8", "surrogatepass")[: _HEADS.size].ljust(_HEADS.size, b"\0")
    return [number - 2**63 for number in _HEADS.unpack(head)]
