"""The nightly sweep: each serving index is compared with the database, and what differs is marked again.

Every change carries its mark, so what a sweep finds came past them: tables written by hand, a restored backup, a broken
disk.  It is mended, counted for the drift gauge, and logged.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy import select, update

from indexers import generations
from indexers.repair import repair
from indexers.verify import compare
from search_service.engines.base import Engine
from search_service.kinds.days import SHANGHAI
from search_service.kinds.registry import REGISTRY
from search_service.store.journal import SearchIndex
from search_service.store.session import Database

LOG = logging.getLogger(__name__)

NIGHT = range(2, 6)
"""Hours in Shanghai in which few people search."""
OLD, TOO_OLD = timedelta(hours=12), timedelta(hours=44)
"""Since the last comparison: due in the night, and at any hour where a night was missed because nothing ran."""


def sweep(database: Database, engine: Engine) -> bool:
    """Compare one index whose turn it is; whether there was one.

    Several workers share the turns: who sets `checked_at` compares.  One that dies meanwhile leaves it to the next
    night.
    """
    index = _turn(database)
    if index is None:
        return False
    kind = REGISTRY.kind(index.kind)
    found = compare(database, engine, kind, index.name)
    generations.checked(database, index.name, len(found.all))
    if not found.sound:
        LOG.warning("the index of %s differed from the database in %d documents", kind.name, len(found.all))
        repair(database, kind, found)
    return True


def due(index: SearchIndex, now: datetime) -> bool:
    """Whether it is its turn; making an index compares it, too."""
    if index.checked_at is None:
        return False
    age = now - index.checked_at
    return age > TOO_OLD or (age > OLD and now.astimezone(SHANGHAI).hour in NIGHT)


def _turn(database: Database) -> SearchIndex | None:
    now = database.now()
    with database.read() as session:
        ours = [kind.name for kind in REGISTRY.kinds]
        serving = select(SearchIndex).where(SearchIndex.state == generations.State.ACTIVE, SearchIndex.kind.in_(ours))
        waiting = [index for index in session.scalars(serving) if due(index, now)]
    for index in waiting:
        taken = update(SearchIndex).where(SearchIndex.name == index.name, SearchIndex.checked_at == index.checked_at)
        with database.write() as session:
            if session.execute(taken.values(checked_at=now)).rowcount:  # type: ignore[attr-defined] # a cursor's
                return index
    return None
