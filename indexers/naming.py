"""Names of indices: ``{prefix}-{kind}-{fingerprint8}-{utc}`` (founding decision 6)."""

import hashlib
import inspect
import sys
from datetime import UTC, datetime

from analyzers import vocabulary
from indexers.documents import schema_of
from search_service.kinds.base import Kind
from search_service.query import columns, completions, lexical

SHORT = 8
"""Hexadecimal digits of the fingerprint in a name: enough to tell generations apart by eye."""


def fingerprint(kind: Kind) -> str:
    """Changes whenever the kind's documents could: vocabulary, schema, declaration, or how text is analysed."""
    parts = [
        vocabulary.fingerprint(),
        repr(schema_of(kind)),
        *(inspect.getsource(module) for module in (sys.modules[type(kind).__module__], lexical, columns, completions)),
    ]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def index_name(prefix: str, kind: Kind, now: datetime) -> str:
    """A new name; microseconds keep two rebuilds apart."""
    stamp = now.astimezone(UTC).strftime("%Y%m%d%H%M%S%f")
    return f"{prefix}-{kind.name}-{fingerprint(kind)[:SHORT]}-{stamp}"
