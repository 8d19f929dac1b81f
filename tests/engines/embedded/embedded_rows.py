"""A small kind for tests of what only the embedded engine has."""

from collections.abc import Callable

from search_service.engines.base import Document, IndexSchema, KeywordField, NumberField, TextField

SCHEMA = IndexSchema(
    kind="toy",
    texts=(TextField("body", positions=False),),
    keywords=(KeywordField("title"),),
    numbers=(NumberField("grade"),),
    suggest="title",
)

MakeRow = Callable[..., Document]
"""id, sequence, body, title, tie → a row; all but the id may be left out."""
