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
from search_service.kinds.days import unbroken
from search_service.kinds.parts import Use, Window, values
from search_service.query import columns, lexical
from search_service.query.completions import completions


def schema_of(kind: Kind) -> IndexSchema:
    """All fields of a kind's index."""
    return IndexSchema(
        kind=kind.name,
        texts=tuple(TextField(name, positions) for name, positions in lexical.TEXT_FIELDS),
        keywords=(
            *(KeywordField(name) for name in lexical.KEYWORD_FIELDS),
            KeywordField(columns.SUGGEST),
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
            )
        ),
        suggest=columns.SUGGEST,
    )


def build(kind: Kind, row: Any, seq: int, now: datetime) -> Document | Tombstone:
    """The document of a loaded row (`kind.document_loads`), or a tombstone where nobody is ever to see it."""
    shown = kind.window(row, now)
    if shown is None:
        return Tombstone(str(row.id), seq)
    words = kind.row_words(row)
    analysed = lexical.analyse(lexical.LexicalRow(**{use.value: tuple(words[use]) for use in Use}))
    proven = kind.validity(row)
    holds = unbroken(proven, now) if proven else None
    return Document(
        id=str(row.id),
        seq=seq,
        tie=f"{kind.tie(row)}\x1f{row.key or ''}\x1f{row.id}",
        texts=analysed.texts,
        keywords={
            **analysed.keywords,
            columns.SUGGEST: completions(kind.suggestions(row)),
            **{columns.filter_field(f.name): values(row, f.source) for f in kind.all_filters.values()},
        },
        numbers={
            **_window(columns.VISIBLE_FROM, columns.VISIBLE_UNTIL, shown),
            **_validity(holds),
            **{columns.sort_field(sort.name): sort.value(row) for sort in kind.sorts},
        },
    )


def _window(start: str, end: str, window: Window) -> dict[str, int]:
    return {
        start: columns.seconds(window.start, columns.ALWAYS_FROM),
        end: columns.seconds(window.end, columns.ALWAYS_UNTIL),
    }


def _validity(holds: Window | None) -> dict[str, int]:
    if holds is None:  # never: an empty window
        return {columns.VALID_FROM: columns.ALWAYS_UNTIL, columns.VALID_UNTIL: columns.ALWAYS_FROM}
    return _window(columns.VALID_FROM, columns.VALID_UNTIL, holds)
