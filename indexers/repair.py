"""Mending what `indexers/verify.py` found: whatever differs is marked, and the drain writes it."""

import uuid
from collections.abc import Mapping

from sqlalchemy import bindparam, select, update

from indexers.verify import Difference
from search_service.kinds.base import Kind
from search_service.store import marks
from search_service.store.journal import IndexState
from search_service.store.session import Database

BATCH = 500
"""Marks in one transaction, so that other writers get in between."""


def repair(database: Database, kind: Kind, difference: Difference) -> int:
    """Mark all that differs; returns how many.  A ghost is drained as a tombstone, as its row is not there."""
    names = sorted(difference.all.items())
    return sum(
        raise_marks(database, kind, dict(names[at : at + BATCH]), everything=True) for at in range(0, len(names), BATCH)
    )


def raise_marks(database: Database, kind: Kind, held: Mapping[str, int], *, everything: bool = False) -> int:
    """Give each id a sequence above the one that an index holds, or the engine would call our writes old.

    `everything`: also those whose sequence is above already.  Returns how many were marked; what is not one of our ids
    cannot be marked and goes with the next rebuild.
    """
    ours = {entity_id: seq for name, seq in held.items() if (entity_id := our_id(name)) is not None}
    states = select(IndexState.entity_id, IndexState.seq).where(
        IndexState.kind == kind.name, IndexState.entity_id.in_(list(ours))
    )
    with database.write() as session:
        known = dict(session.execute(states).all())
        due = [i for i in ours if everything or known.get(i, -1) < ours[i]]
        marks.mark(session, kind.name, due)
        beyond = [{"the_id": i, "held": ours[i]} for i in due if ours[i]]
        if beyond:
            session.connection().execute(
                update(IndexState)
                .where(
                    IndexState.kind == kind.name,
                    IndexState.entity_id == bindparam("the_id"),
                    IndexState.seq <= bindparam("held"),
                )
                .values(seq=bindparam("held") + 1),
                beyond,
            )
    return len(due)


def our_id(name: str) -> uuid.UUID | None:
    """The id that a document's name is; None for what somebody else wrote into the index."""
    try:
        return uuid.UUID(name)
    except ValueError:
        return None
