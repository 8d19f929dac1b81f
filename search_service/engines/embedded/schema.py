"""From a kind's declared fields to tantivy's schema."""

from typing import Final

import tantivy

from search_service.engines.base import IDENTIFIER
from search_service.engines.embedded.values import counted
from search_service.engines.fields import Fields

TIE: Final = "_tie"
"""The tie key as stored bytes: tantivy cannot read a text column back, and would index text, each key a term."""
TIE_HEADS: Final = tuple(f"_tie_{number}" for number in range(4))
"""The first bytes of the tie key, eight to a column, as numbers: tantivy sorts by one number column and by no text.

Thirty-two bytes, because a kind's own part (a sort order, a date) often is the same for thousands of rows.
"""
DEAD: Final = "_dead"
"""Present on tombstones only."""
DEAD_MARK: Final = "1"

SPACES: Final = "zhixun_spaces"
"""Our whitespace tokenizer.  tantivy stores its name but not the tokenizer: register it after every open."""


def tantivy_schema(fields: Fields) -> tantivy.Schema:
    """The stored form of a declaration.

    Nothing but id and tie key is stored, and every field that we delete by is an indexed raw text: deleting by an
    unsigned field finds nothing and deleting by one that is only a column aborts the process (tantivy-py 0.27).
    """
    builder = tantivy.SchemaBuilder()
    builder.add_bytes_field(TIE, stored=True)
    builder.add_text_field(DEAD, tokenizer_name="raw", index_option="basic")
    for head in TIE_HEADS:
        builder.add_integer_field(head, fast=True)
    for text in fields.texts.values():
        option = "position" if text.positions else "freq"
        builder.add_text_field(text.name, tokenizer_name=SPACES, index_option=option)
    for keyword in fields.keywords.values():
        builder.add_text_field(
            keyword.name,
            stored=keyword.name == IDENTIFIER,
            fast=keyword.facet,
            tokenizer_name="raw",
            index_option="basic",
        )
        if keyword.facet:
            builder.add_integer_field(counted(keyword.name), fast=True)
    for number in fields.numbers:
        builder.add_integer_field(number, fast=True)
    return builder.build()


def register(index: tantivy.Index) -> None:
    """Give an opened index the tokenizer that its schema names.

    Columns have a registry of their own (`register_fast_field_tokenizer`); ours are made of numbers and raw keywords.
    """
    index.register_tokenizer(SPACES, tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
