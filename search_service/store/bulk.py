"""Bulk statements that mark: the only ones allowed on tables that documents are made of (founding decision 5)."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from search_service.store import marks
from search_service.store.base import Base, Entity
from search_service.store.ids import new_id
from search_service.store.session import MARKED


def bulk_insert(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> list[uuid.UUID]:
    """Insert rows of an entity given as column values, stamp and mark them; returns their ids."""
    assert issubclass(model, Entity), "links change through their root, which is then marked"
    if not rows:
        return []
    now = session.info["now"]()
    stamped = [{"id": new_id(), "row_version": 1, "created_at": now, "updated_at": now, **row} for row in rows]
    session.execute(insert(model), stamped, execution_options={MARKED: True})
    ids = [row["id"] for row in stamped]
    marks.mark_changed(session, {model: set(ids)}, {model} if marks.REGISTRY.kind_of(model) else set())
    return ids


def bulk_update(session: Session, model: type[Base], where: ColumnElement[bool], values: dict[str, Any]) -> int:
    """Update all rows that match, count up their versions and mark what is made of them; returns how many."""
    key: Any = model.id  # type: ignore[attr-defined]
    version: Any = model.row_version  # type: ignore[attr-defined]
    ids = list(session.scalars(select(key).where(where)))
    now = session.info["now"]()
    if marks.REGISTRY.links(model) & values.keys():  # who was linked by a value that is about to change
        marks.mark_dependents(session, model, ids, whole=True)
    for at in range(0, len(ids), marks.BATCH):
        session.execute(
            update(model)
            .where(key.in_(ids[at : at + marks.BATCH]))
            .values({**values, "row_version": version + 1, "updated_at": now}),
            execution_options={MARKED: True, "synchronize_session": False},
        )
    marks.mark_changed(session, {model: set(ids)}, set())
    return len(ids)
