"""Who sees which record, and which of its fields: the one place that enforces what the fields declare.

A record that its reader may not see does not exist for them (404): drafts, hidden rows and rows of suspended
institutions are shown to their owner and to staff only, a tombstone to nobody.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from search_service.errors import Forbidden, NotFound, Unauthenticated
from search_service.kinds import evidence
from search_service.kinds.access import Actor, Level, Role
from search_service.kinds.base import Kind
from search_service.kinds.days import SHANGHAI
from search_service.kinds.fields import Field, State
from search_service.kinds.record import Record
from search_service.kinds.references import Reference, References
from search_service.kinds.registry import REGISTRY
from search_service.store.session import Database

OWN_COLUMNS = ("id", "row_version", "created_at", "updated_at", "deleted_at")
"""What the store sets; a body that names one is refused."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One record as its reader sees it, and its ETag."""

    body: dict[str, Any]
    etag: str


def etag(row: Any) -> str:
    """The version of a row as an HTTP entity tag: ``"v7"``."""
    return f'"v{row.row_version}"'


def instant(moment: datetime) -> str:
    """RFC 3339 with +08:00, whole seconds (`docs/api.md`)."""
    return moment.astimezone(SHANGHAI).isoformat(timespec="seconds")


def show(record: Record, row: Any, level: Level, now: datetime, *, brief: bool = False) -> dict[str, Any]:
    """The record as JSON for a reader at `level`: id, key, readable and derived fields, version and times.

    `brief` leaves out what only the record's own page shows.  The row must have been loaded with `record.field_paths`.
    """
    return {
        "id": str(row.id),
        "key": row.key,
        **fields_of(record, row, level, now, brief=brief),
        **({} if brief else {field.name: field.show(row) for field in record.derived}),
        **({"proven": evidence.verified(row, now)} if rests_on_certificates(record) else {}),
        "row_version": row.row_version,
        "created_at": instant(row.created_at),
        "updated_at": instant(row.updated_at),
    }


def rests_on_certificates(record: Record) -> bool:
    """Whether people read 未核验 beside rows that no certificate with a recorded end proves (founding decision 7)."""
    return isinstance(record, Kind) and bool(record.visibility_reads)


def fields_of(record: Record, row: Any, level: Level, now: datetime, *, brief: bool = False) -> dict[str, Any]:
    """The fields that a reader at `level` may see, by name."""
    return {
        field.name: _shown(field, row, level, now)
        for field in record.fields
        if field.read <= level and (field.brief or not brief)
    }


def _shown(field: Field, row: Any, level: Level, now: datetime) -> Any:
    if not isinstance(field, References):
        return field.show(row)
    return [field.brief_of(found) for found in linked(field, row, level, now)]


def linked(field: References, row: Any, level: Level, now: datetime) -> list[Any]:
    """The linked rows that a reader at `level` may see: a published plan does not give away a hidden capability."""
    found = [target for target in field.get(row) if target.deleted_at is None]
    record = _record_of(field.target)
    if not found or level > Level.PUBLIC or not isinstance(record, Kind):
        return found
    session = object_session(row)
    assert session is not None, "rows are shown inside their session"
    ids = [target.id for target in found]
    visible = set(session.scalars(select(field.target.id).where(field.target.id.in_(ids), record.visible(now))))
    return [target for target in found if target.id in visible]


def _record_of(model: Any) -> Record | None:
    return next((record for record in REGISTRY if record.model is model), None)


@cache
def owner_field(record: Record) -> Reference | None:
    """The field that says to whom a row belongs: chosen when the row is made, never changed."""
    for field in record.fields:
        if isinstance(field, Reference) and record.owner_path == f"{field.column}_id":
            return field
    return None


def may_write(record: Record, field: Field, level: Level) -> bool:
    """Whether a body may name this field once the row is there."""
    if isinstance(field, State) and level < Level.SYSTEM:
        return False
    return field.write <= level and (field is not owner_field(record))


def missing(record: Record, text: str) -> NotFound:
    """The answer to an id that leads nowhere: the same for what is no id, not there, or not for this reader."""
    return NotFound(f"没有 id 为“{text[:60]}”的{record.label}")


def row_id(record: Record, text: str) -> uuid.UUID:
    """An id from a URL.

    Raises:
        NotFound: it is none.
    """
    try:
        return uuid.UUID(text)
    except ValueError:
        raise missing(record, text) from None


def load(session: Session, record: Record, identifier: uuid.UUID, *, lock: bool = False) -> Any | None:
    """The row with what its fields need, tombstones included; fresh from the database."""
    query = (
        select(record.model)
        .where(record.model.id == identifier)
        .options(*record.loads(record.field_paths))
        .execution_options(populate_existing=True)
    )
    # SQLite has one writer at a time and ignores the clause; PostgreSQL makes the second writer wait here.
    return session.scalar(query.with_for_update(of=record.model) if lock else query)


def visible(session: Session, record: Record, rows: Sequence[uuid.UUID], now: datetime) -> set[uuid.UUID]:
    """Which of these ids the public may see now."""
    return set(session.scalars(select(record.model.id).where(record.model.id.in_(rows), record.visible(now))))


def readable(
    session: Session, record: Record, actor: Actor, text: str, now: datetime, *, lock: bool = False
) -> tuple[Any, Level]:
    """The row of an id from outside, and how close the actor stands to it.

    Raises:
        NotFound: it is not there, deleted, or not for this reader.
    """
    row = load(session, record, row_id(record, text), lock=lock)
    if row is None or row.deleted_at is not None:
        raise missing(record, text)
    level = actor.level(record.owner_id(row))
    if level is Level.PUBLIC and not visible(session, record, [row.id], now):
        raise missing(record, text)
    return row, level


def public_id(database: Database, record: Record, text: str) -> str:
    """The id of a row that the public may see now.

    Raises:
        NotFound: there is none.
    """
    wanted = row_id(record, text)
    with database.read() as session:
        if not visible(session, record, [wanted], database.now()):
            raise missing(record, text)
    return str(wanted)


def read(database: Database, record: Record, actor: Actor, text: str) -> Shown:
    """One record for one reader.

    Raises:
        NotFound: not there, or not for this reader.
    """
    now = database.now()
    with database.read() as session:
        row, level = readable(session, record, actor, text, now)
        return Shown(show(record, row, level, now), etag(row))


def require(record: Record, actor: Actor, level: Level, least: Level) -> None:
    """Refuse an actor who stands too far from a record.

    Raises:
        Unauthenticated, Forbidden: nobody known, or somebody without the right.
    """
    if level >= least:
        return
    require_known(actor)
    if least is Level.SYSTEM:
        raise Forbidden(f"{record.label}不能直接增删改{record.instead and ':'}{record.instead}")
    raise Forbidden(
        f"没有权限对此{record.label}执行该操作" + ("" if least > Level.OWNER else ",只有所属机构和平台人员可以")
    )


def require_known(actor: Actor) -> None:
    """Changes need a token."""
    if actor.role is Role.PUBLIC:
        raise Unauthenticated("修改数据需要令牌:请在请求头中提供 Authorization: Bearer zx_…")
