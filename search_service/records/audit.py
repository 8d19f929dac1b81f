"""Who changed what: one append-only event per change, in the change's own transaction (S12, GB/T 22239 8.1.4.3)."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.kinds.access import Actor, Level
from search_service.kinds.record import Record
from search_service.store.ids import new_id
from search_service.store.journal import AuditEvent

MASK = "***"
"""Stands for a private value: the event says that it changed, not to what (PIPL)."""
VERSION = "row_version"
LOOK_BACK = 200
"""Events that are read to say what changed since a client's version; far more than anybody's page stays open."""


def snapshot(record: Record, row: Any) -> dict[str, Any]:
    """All fields as JSON, private ones included; only for comparing."""
    return {field.name: field.show(row) for field in record.fields}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Names of the fields whose values differ."""
    return [name for name, value in after.items() if before.get(name) != value]


def note(
    session: Session,
    actor: Actor,
    record: Record,
    row: Any,
    action: str,
    *,
    before: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Add the event of a flushed change; `before` is the snapshot taken ahead of it, None for a new row."""
    found = changes(record, row, before or {}, snapshot(record, row))
    session.add(AuditEvent(**columns(session, actor, record, row.id, action, changes=found, reason=reason)))


def changes(record: Record, row: Any, before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """What an event says of a flushed row: values before and after, private ones masked, and the version."""
    found: dict[str, Any] = {
        name: {"before": _masked(record, name, before.get(name)), "after": _masked(record, name, after[name])}
        for name in differences(before, after)
    }
    return {**found, VERSION: {"before": row.row_version - 1, "after": row.row_version}}


def columns(
    session: Session,
    actor: Actor,
    record: Record,
    row: uuid.UUID,
    action: str,
    *,
    changes: dict[str, Any] | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    """The columns of an event."""
    return {
        "id": new_id(),
        "at": session.info["now"](),
        "actor": actor.name,
        "role": actor.role.value,
        "action": action,
        "record": record.name,
        "record_id": row,
        "reason": reason,
        "changes": changes or {},
    }


def changed_since(session: Session, record: Record, row: uuid.UUID, version: int) -> list[str]:
    """Names of the fields that changed after `version`, for the answer 412."""
    query = (
        select(AuditEvent.changes)
        .where(AuditEvent.record == record.name, AuditEvent.record_id == row)
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
        .limit(LOOK_BACK)
    )
    names: Sequence[str] = [
        name
        for changes in session.scalars(query)
        if changes.get(VERSION, {}).get("before", -1) >= version
        for name in changes
        if name != VERSION
    ]
    return sorted(set(names))


def _masked(record: Record, name: str, value: Any) -> Any:
    return MASK if value and record.by_name[name].read > Level.PUBLIC else value
