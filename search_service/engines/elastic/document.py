"""From a `Document` or `Tombstone` to the two lines of a bulk request, or a reason why not."""

import re
from hashlib import blake2b
from typing import Any, Final

import orjson

from search_service.engines.base import IDENTIFIER, SEQUENCE, Document, Tombstone
from search_service.engines.elastic.schema import DEAD, DEAD_MARK, TIE
from search_service.engines.fields import Fields
from search_service.engines.fitting import TOMBSTONE_TOKEN, Unfit, check, in_64_bits, reason

LONGEST_ID: Final = 512
"""Bytes that Elasticsearch allows for an id."""
LONGEST_TOKEN: Final = 120
"""Characters: the built-in analyser cuts a token at 255 UTF-16 units, and a longer one must stay one token."""
_LONG: Final = re.compile(rf"\S{{{LONGEST_TOKEN + 1},}}")


def bulk_lines(fields: Fields, item: Document | Tombstone) -> bytes:
    """Action and document, as they are sent.

    Raises:
        Unfit: an undeclared or missing field, a value too long, a number outside 64 bits, text that is not Unicode.
    """
    check(fields, item)
    if len(item.id.encode("utf-8", "surrogatepass")) > LONGEST_ID:
        raise Unfit(f"记录编号超过 {LONGEST_ID} 字节。")
    # A tombstone is a document, too: deletions are forgotten after a minute, and then a late write would come back.
    plain: dict[str, Any] = {IDENTIFIER: item.id, SEQUENCE: item.seq}
    plain |= _dead(fields) if isinstance(item, Tombstone) else _plain(item)
    action = {"index": {"_id": item.id, "version": item.seq, "version_type": "external_gte"}}
    if not all(in_64_bits(value) for value in plain.values() if isinstance(value, int)):
        raise Unfit(reason(plain))
    try:
        return orjson.dumps(action, option=orjson.OPT_APPEND_NEWLINE) + orjson.dumps(plain)
    except (TypeError, ValueError) as error:
        raise Unfit(reason(plain, error)) from error


def _dead(fields: Fields) -> dict[str, Any]:
    return {DEAD: DEAD_MARK} | dict.fromkeys(fields.texts, TOMBSTONE_TOKEN)


def _plain(item: Document) -> dict[str, Any]:
    texts = {name: _LONG.sub(_shortened, text) for name, text in item.texts.items()}
    lists = {name: list(values) for name, values in item.keywords.items() if name != IDENTIFIER}
    numbers = {name: number for name, number in item.numbers.items() if name != SEQUENCE}
    return {TIE: item.tie, **texts, **lists, **numbers}


def stored_token(token: str) -> str:
    """A token as the index holds it."""
    return token if len(token) <= LONGEST_TOKEN else _short(token)


def _shortened(found: re.Match[str]) -> str:
    return _short(found[0])


def _short(token: str) -> str:
    digest = blake2b(token.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{token[: LONGEST_TOKEN // 2]}{digest}"
