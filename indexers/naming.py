"""Index names, ``{kind}-{fingerprint8}-{utc}`` (founding decision 6), and what fingerprints are made of.

The prefix before them belongs to the engine, as a directory does (decision 4).
"""

import hashlib
import inspect
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

from analyzers import vocabulary
from indexers.documents import schema_of
from search_service.kinds.base import Kind
from search_service.query import columns, completions, lexical

SHORT = 8
"""Hexadecimal digits of the fingerprint in a name: enough to tell generations apart by eye."""

SCHEMA = "schema"
PARTS = {"vocabulary": "词表", SCHEMA: "索引字段", "declaration": "类别声明", "analysis": "文本处理"}
"""The ingredients of a fingerprint, as people call them."""


def fingerprint_parts(kind: Kind) -> dict[str, str]:
    """Each ingredient by itself, so that it can be said which one changed."""
    return {
        "vocabulary": vocabulary.fingerprint(),
        SCHEMA: _digest(repr(schema_of(kind))),
        "declaration": _digest(inspect.getsource(sys.modules[type(kind).__module__])),
        "analysis": _digest(*(inspect.getsource(module) for module in (lexical, columns, completions))),
    }


def fingerprint(kind: Kind) -> str:
    """Changes whenever the kind's documents could: vocabulary, schema, declaration, or how text is analysed."""
    return _digest(*fingerprint_parts(kind).values())


def changed_parts(before: Mapping[str, str], kind: Kind) -> list[str]:
    """The names of the ingredients that are not as they were, in the order of `PARTS`."""
    now = fingerprint_parts(kind)
    return [part for part in PARTS if before.get(part) != now[part]]


def index_name(kind: Kind, now: datetime) -> str:
    """A new name; microseconds keep two rebuilds apart."""
    stamp = now.astimezone(UTC).strftime("%Y%m%d%H%M%S%f")
    return f"{kind.name}-{fingerprint(kind)[:SHORT]}-{stamp}"


def _digest(*texts: str) -> str:
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()
