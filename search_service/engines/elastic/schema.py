"""From a kind's declared fields to a strict mapping and the settings of its index."""

from typing import Any, Final

from search_service.engines.fields import Fields

TIE: Final = "_tie"
"""The tie key, only as a column: hits are sorted by it and carry it, nobody asks for it."""
DEAD: Final = "_dead"
"""Present on tombstones only."""
DEAD_MARK: Final = "1"

WINDOW: Final = 30_000
"""Hits that one search may return: twice what the deepest page needs (100 pages of 100, and a few more)."""


def mapping(fields: Fields) -> dict[str, Any]:
    """The stored form of a declaration: nothing but columns and postings, because a row is read from the database.

    Only built-in parts: the text is analysed in Python, so the cluster splits at spaces and needs no plugin.
    """
    properties: dict[str, Any] = {
        TIE: {"type": "keyword", "index": False},
        DEAD: {"type": "keyword", "doc_values": False},
    }
    for text in fields.texts.values():
        option = "positions" if text.positions else "freqs"
        properties[text.name] = {"type": "text", "analyzer": "whitespace", "index_options": option}
    columns = {fields.declared.suggest} | {keyword.name for keyword in fields.keywords.values() if keyword.facet}
    for name in fields.keywords:
        properties[name] = {"type": "keyword", "doc_values": name in columns}
    for name in fields.numbers:
        properties[name] = {"type": "long"}
    return {"dynamic": "strict", "_source": {"enabled": False}, "properties": properties}


def settings(shards: int, replicas: int) -> dict[str, Any]:
    """The index's settings; it is refreshed when `refresh` says so and never by itself, as the contract has it."""
    return {
        "number_of_shards": shards,
        "number_of_replicas": replicas,
        "refresh_interval": "-1",
        "max_result_window": WINDOW,
    }


LIVING: Final[dict[str, Any]] = {"bool": {"must_not": [{"term": {DEAD: DEAD_MARK}}]}}
"""The query for all documents but tombstones."""
