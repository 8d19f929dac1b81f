"""Index names, ``{kind}-{fingerprint8}-{utc}`` (founding decision 6), and what fingerprints are made of.

The prefix before them belongs to the engine, as a directory does (decision 4).
"""

import hashlib
import inspect
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from types import ModuleType

from analyzers import vocabulary, words
from indexers.documents import schema_of
from search_service.kinds.base import Kind
from search_service.matching import OFFERED
from search_service.query import columns, completions, lexical

SHORT = 8
"""Hexadecimal digits of the fingerprint in a name: enough to tell generations apart by eye."""

VOCABULARY, SCHEMA = "vocabulary", "schema"
PARTS = {VOCABULARY: "词表", SCHEMA: "索引字段", "declaration": "类别声明", "analysis": "文本处理"}
"""The ingredients of a fingerprint, as people call them."""

WORDS = (lexical, columns, completions)
"""What makes the tokens of a document of any kind; `OFFERED` beside them of one whose rows are offers."""


def fingerprint_parts(kind: Kind) -> dict[str, str]:
    """Each ingredient by itself, so that it can be said which one changed; words are those in use (`words.using`)."""
    changes = words.current().fingerprint
    shipped = vocabulary.fingerprint()
    return {
        VOCABULARY: _digest(shipped, changes) if changes else shipped,
        SCHEMA: _digest(repr(schema_of(kind))),
        "declaration": _digest(_source(sys.modules[type(kind).__module__])),
        "analysis": _digest(*(_source(module) for module in (*WORDS, *(OFFERED if kind.offer_reads else ())))),
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


@cache  # of the program that runs: a file that is replaced under it is another program's
def _source(module: ModuleType) -> str:
    return inspect.getsource(module)


def _digest(*texts: str) -> str:
    return hashlib.sha256("\x1f".join(texts).encode()).hexdigest()
