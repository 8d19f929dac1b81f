"""Thousands of rows as scenarios begin with them: by the statements that the project has for many."""

import uuid

from search_service.kinds import REGISTRY
from search_service.store.bulk import bulk_insert
from search_service.store.session import Database
from search_service.store.standard import Standard
from tests.reliability.clients import title

TOGETHER = 5_000
"""Rows in one transaction."""


def fill(database: Database, count: int, prefix: str) -> list[uuid.UUID]:
    """Standards with a title of their own each, marked and not indexed; their ids in the order of their numbers."""
    ids: list[uuid.UUID] = []
    for first in range(0, count, TOGETHER):
        numbers = range(first, min(first + TOGETHER, count))
        with database.write() as session:
            ids += bulk_insert(session, Standard, [_values(f"{prefix} {n}-2020", title(n)) for n in numbers])
    return ids


def _values(number: str, name: str) -> dict[str, object]:
    row = Standard(number=number, title=name, status="current", replaces=[])
    REGISTRY.record("standard").prepare(row)
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}
