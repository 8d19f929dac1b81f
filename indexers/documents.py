"""A kind's declaration and one of its rows → the schema and the document that engines store."""

from datetime import datetime
from typing import Any

from search_service.engines.base import (
    SEQUENCE,
    Document,
    IndexSchema,
    KeywordField,
    NumberField,
    TextField,
    Tombstone,
)
from search_service.kinds.base import Kind
from search_service.kinds.days import unbroken, unbroken_each
from search_service.kinds.parts import Use, values
from search_service.matching import recall
from search_service.query import columns, lexical
from search_service.query.completions import completions

_ROLES = tuple((use, use.value) for use in Use)
"""Asking an enumeration takes several times as long."""


def schema_of(kind: Kind) -> IndexSchema:
    """All fields of a kind's index."""
    return IndexSchema(
        kind=kind.name,
        texts=tuple(TextField(name, positions) for name, positions in lexical.TEXT_FIELDS),
        keywords=(
            *(KeywordField(name) for name in lexical.KEYWORD_FIELDS),
            KeywordField(columns.SUGGEST),
            *([KeywordField(columns.OFFERED)] if kind.offer_reads else []),
            *(KeywordField(columns.filter_field(f.name), f.facet) for f in kind.all_filters.values()),
        ),
        numbers=tuple(
            NumberField(name)
            for name in (
                SEQUENCE,
                columns.VISIBLE_FROM,
                columns.VISIBLE_UNTIL,
                columns.VALID_FROM,
                columns.VALID_UNTIL,
                *(columns.sort_field(name) for name in kind.all_sorts),
                *(n for f in kind.all_filters.values() for v in f.vocabulary for n in columns.dated_fields(f.name, v)),
            )
        ),
        suggest=columns.SUGGEST,
    )


def build(kind: Kind, row: Any, seq: int, now: datetime) -> Document | Tombstone:
    """The document of a loaded row (`kind.document_loads`), or a tombstone where nobody is ever to see it."""
    shown, identifier = kind.window(row, now), str(row.id)
    if shown is None:
        return Tombstone(identifier, seq)
    words = kind.row_words(row)
    analysed = lexical.analyse(lexical.LexicalRow(**{role: tuple(words[use]) for use, role in _ROLES}))
    proven = kind.validity(row)
    holds = unbroken(proven, now) if proven else None
    filters = kind.all_filters.values()
    dated = {f.name: unbroken_each(f.days(row), now) for f in filters if f.days is not None}
    return Document(
        id=identifier,
        seq=seq,
        tie=f"{kind.tie(row)}\x1f{row.key or ''}\x1f{identifier}",
        texts=analysed.texts,
        keywords={
            **analysed.keywords,
            columns.SUGGEST: completions(kind.suggestions(row)),
            **_offered(kind, row),
            **{columns.filter_field(f.name): values(row, f.source) for f in filters if f.days is None},
            **{columns.filter_field(name): columns.dated_values(held, now) for name, held in dated.items()},
        },
        numbers={
            **columns.window_numbers(columns.VISIBLE_FROM, columns.VISIBLE_UNTIL, shown),
            **columns.window_numbers(columns.VALID_FROM, columns.VALID_UNTIL, holds),
            **{columns.sort_field(sort.name): sort.value(row) for sort in kind.sorts},
            **{n: at for f in filters if f.days for n, at in columns.dated_numbers(f, dated[f.name]).items()},
        },
    )


def _offered(kind: Kind, row: Any) -> dict[str, list[str]]:
    """What matching finds it by, for a kind whose rows are offers."""
    offer = kind.offer(row) if kind.offer_reads else None
    return {columns.OFFERED: recall.tokens(offer)} if offer else {columns.OFFERED: []} if kind.offer_reads else {}
