"""Does an index hold what the database shows?  Asked before a swap (founding decision 6)."""

from dataclasses import dataclass

from sqlalchemy import select

from search_service.engines.base import Engine
from search_service.kinds.base import Kind
from search_service.store.journal import IndexState
from search_service.store.session import Database

NAMED = 10
"""Ids that a message lists: enough to look at, few enough to read."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How an index differs from the database.

    `missing` is visible in SQL and not in the index, `behind` was acknowledged with a newer sequence than the index
    holds, `documents` and `visible` are the two counts.
    """

    missing: tuple[str, ...]
    behind: tuple[str, ...]
    documents: int
    visible: int

    @property
    def sound(self) -> bool:
        """Nothing missing, nothing behind, and not empty where the database is not."""
        return not self.missing and not self.behind and self.documents >= self.visible


def compare(database: Database, engine: Engine, kind: Kind, index: str) -> Difference:
    """Read both sides; what is marked and not yet drained, or dead with its reason, is no difference."""
    held = dict(engine.entries(index))
    with database.read() as session:
        rows = session.execute(
            select(IndexState.entity_id, IndexState.seq, IndexState.done_seq, kind.visible(database.now()))
            .select_from(kind.model)
            .join(IndexState, (IndexState.entity_id == kind.model.id) & (IndexState.kind == kind.name))
            .where(IndexState.dead_reason.is_(None))
        ).all()
    missing, behind, visible = [], [], 0
    for entity_id, seq, done_seq, shown in rows:
        name = str(entity_id)
        visible += bool(shown)
        if seq > done_seq:
            continue
        if shown and name not in held:
            missing.append(name)
        elif name in held and held[name] < done_seq:
            behind.append(name)
    return Difference(tuple(missing), tuple(behind), len(held), visible)
