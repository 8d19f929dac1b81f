"""Create, replace, change, delete: one use case, one function, one transaction.

Row, marks, audit event and idempotency key are committed together at the end of the block (founding decision 10).
"""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from search_service.errors import Conflict, Invalid, Problem, VersionDiffers
from search_service.kinds.access import Actor, Level, Role
from search_service.kinds.fields import Parsing, clean_text
from search_service.kinds.record import Record
from search_service.records import access, audit, idempotency, inputs, versions
from search_service.store.ids import new_id
from search_service.store.session import Database

KEY_LENGTH = 200
CREATED, OK, NO_CONTENT = 201, 200, 204


@dataclass(frozen=True, slots=True)
class Written:
    """The answer to a change: HTTP status, JSON (None for a deletion), ETag; `replayed` where it was given before."""

    status: int
    body: dict[str, Any] | None
    etag: str | None
    replayed: bool = False


def create(
    database: Database, record: Record, actor: Actor, body: Mapping[str, Any], idempotency_key: str | None = None
) -> Written:
    """Make a record.

    Raises:
        Unauthenticated, Forbidden, Invalid, Conflict, InProgress: nothing is stored.
    """
    access.require_known(actor)
    with transaction(database) as session:
        held = idempotency.claim(session, actor, idempotency_key, f"POST {record.plural}", body)
        if isinstance(held, idempotency.Answer):
            return replay(held)
        parsing = Parsing(session)
        with session.no_autoflush:
            row, level = _new(session, record, actor, body, parsing)
        session.add(row)
        written = _finish(session, record, row, actor, level, "create", parsing, before=None)
        idempotency.keep(held, written.status, written.body or {})
    return written


def replace(
    database: Database, record: Record, actor: Actor, text: str, body: Mapping[str, Any], if_match: str | None
) -> Written:
    """PUT: fields that are absent become blank."""
    return _alter(database, record, actor, text, body, if_match, whole=True)


def change(
    database: Database, record: Record, actor: Actor, text: str, body: Mapping[str, Any], if_match: str | None
) -> Written:
    """PATCH: only the given fields."""
    return _alter(database, record, actor, text, body, if_match, whole=False)


def delete(database: Database, record: Record, actor: Actor, text: str, if_match: str | None) -> Written:
    """Leave a tombstone: the row stays, its number and name are free again."""
    access.require_known(actor)
    now = database.now()
    with transaction(database) as session:
        row, level = access.readable(session, record, actor, text, now, lock=True)
        access.require(record, actor, level, record.create)
        versions.check(session, record, row, if_match)
        before = audit.snapshot(record, row)
        row.deleted_at = now
        record.prepare(row)
        session.flush()
        audit.note(session, actor, record, row, "delete", before=before)
    return Written(NO_CONTENT, None, None)


@contextmanager
def transaction(database: Database) -> Iterator[Session]:
    """One write transaction; races that only the database sees become clear refusals."""
    try:
        with database.write() as session:
            yield session
    except StaleDataError:
        raise VersionDiffers("数据在提交时被他人修改:请重新读取后再提交") from None
    except IntegrityError:
        raise Conflict(
            "与同时提交的另一条记录冲突(编号、名称或 key 重复,或所引用的记录已不存在):请核对后重试"
        ) from None


def replay(answer: idempotency.Answer) -> Written:
    """The first answer again."""
    version = answer.body.get("row_version")
    return Written(answer.status, answer.body, f'"v{version}"' if version else None, replayed=True)


def values_into(record: Record, row: Any, values: Mapping[str, Any]) -> None:
    """Set parsed values by field name."""
    for name, value in values.items():
        record.by_name[name].set(row, value)


def verify(session: Session, record: Record, row: Any) -> None:
    """Derive the row's keys, then refuse it if it breaks a rule.

    Raises:
        Invalid, Conflict: with the problems.
    """
    record.prepare(row)
    problems = record.check(row)
    if problems:
        raise Invalid(_summary(problems), problems=problems)
    other = record.conflict(session, row)
    if other is not None:
        raise Conflict(other.message, problems=[other])


def _new(
    session: Session, record: Record, actor: Actor, body: Mapping[str, Any], parsing: Parsing
) -> tuple[Any, Level]:
    content = dict(body)
    owner = access.owner_field(record)
    if owner and actor.role is Role.INSTITUTION and content.get(owner.name) is None:
        content[owner.name] = str(actor.institution_id)
    found = inputs.Values()
    if owner and content.get(owner.name) is not None:
        inputs.read_into(found, owner, content.pop(owner.name), parsing)
    level = _level(actor, found, owner.name if owner else None)
    access.require(record, actor, level, record.create)
    key = _key(session, record, content, level, found)
    rest = inputs.parse(record, content, level, parsing, making=True)
    found.values.update(rest.values)
    found.problems.extend(rest.problems)
    writable = {f.name for f in record.fields if access.may_write(record, f, level)}
    inputs.require_fields(record, found, writable | ({owner.name} if owner else set()))
    if found.problems:
        raise Invalid(_summary(found.problems), problems=found.problems)
    row = _tombstone(session, record, found) or record.model(id=new_id())
    row.key = key or row.key
    row.deleted_at = None
    values_into(record, row, {f.name: f.blank() for f in record.fields} | found.values)
    verify(session, record, row)
    return row, level


def _level(actor: Actor, found: inputs.Values, owner: str | None) -> Level:
    """How close the actor stands to a row that is being made."""
    if owner is None:
        return actor.level(None)
    institution = found.values.get(owner)
    if institution is None and actor.role is Role.INSTITUTION:
        return Level.OWNER  # the reference is refused anyway, with its own text
    return actor.level(institution.id if institution is not None else None)


def _key(session: Session, record: Record, content: dict[str, Any], level: Level, found: inputs.Values) -> str | None:
    """Staff may give a new row the outside identifier that files know it by."""
    if level < Level.STAFF or "key" not in content:
        return None
    value = content.pop("key")
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip() or len(value) > KEY_LENGTH or not value.isprintable():
        found.refuse("key", "type", f"key 应为 1 至 {KEY_LENGTH} 个字符的文本", "可以省略 key")
        return None
    if session.scalar(select(record.model.id).where(record.model.key == value.strip())) is not None:
        problem = Problem("key", "exists", "已有使用此 key 的记录", "请换用新的 key")
        raise Conflict(problem.message, problems=[problem])
    return value.strip()


def _tombstone(session: Session, record: Record, found: inputs.Values) -> Any | None:
    """The deleted row that holds the same identity (a division's code, a topic's name): it is used again."""
    other = record.find(session, probe(record, found.values))
    row = access.load(session, record, other, lock=True) if other is not None else None
    return row if row is not None and row.deleted_at is not None else None


def _alter(
    database: Database,
    record: Record,
    actor: Actor,
    text: str,
    body: Mapping[str, Any],
    if_match: str | None,
    *,
    whole: bool,
) -> Written:
    access.require_known(actor)
    now = database.now()
    with transaction(database) as session:
        row, level = access.readable(session, record, actor, text, now, lock=True)
        access.require(record, actor, level, Level.OWNER)
        versions.check(session, record, row, if_match)
        before = audit.snapshot(record, row)
        parsing = Parsing(session)
        with session.no_autoflush:
            found = _altered(record, row, body, level, parsing, whole=whole)
            values_into(record, row, found.values)
            verify(session, record, row)
            if audit.differences(before, audit.snapshot(record, row)):
                row.updated_at = now  # also where only a child changed: the root's version counts up
        return _finish(session, record, row, actor, level, "replace" if whole else "change", parsing, before=before)


def _altered(
    record: Record, row: Any, body: Mapping[str, Any], level: Level, parsing: Parsing, *, whole: bool
) -> inputs.Values:
    content = dict(body)
    owner = access.owner_field(record)
    found = inputs.Values()
    if owner and owner.name in content:
        # The same institution again is what a client sends that puts back what it read.
        inputs.read_into(found, owner, content[owner.name], parsing)
        if found.values.pop(owner.name, None) is owner.get(row):
            content.pop(owner.name)
        found.problems.clear()
    rest = inputs.parse(record, content, level, parsing, making=False)
    if whole:
        writable = [f for f in record.fields if access.may_write(record, f, level)]
        rest.values = {f.name: f.blank() for f in writable} | rest.values
    inputs.require_fields(record, rest, set(rest.values))
    if rest.problems:
        raise Invalid(_summary(rest.problems), problems=rest.problems)
    return rest


def _finish(
    session: Session,
    record: Record,
    row: Any,
    actor: Actor,
    level: Level,
    action: str,
    parsing: Parsing,
    *,
    before: Mapping[str, Any] | None,
) -> Written:
    session.flush()
    fresh = access.load(session, record, row.id)
    warnings = [*parsing.warnings, *record.duplicates(session, fresh)]
    if before is None or audit.differences(before, audit.snapshot(record, fresh)):
        audit.note(session, actor, record, fresh, action, before=before)
    body = access.show(record, fresh, level, session.info["now"]())
    body["warnings"] = [asdict(warning) for warning in warnings]
    return Written(CREATED if before is None else OK, body, access.etag(fresh))


class Probe:
    """A row that is only looked at: what `Record.find` and `Record.prepare` need, unknown to the session."""

    id: uuid.UUID | None = None
    key: str | None = None
    deleted_at: datetime | None = None

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)


def probe(record: Record, values: Mapping[str, Any]) -> Probe:
    """A probe with blanks where nothing is given."""
    return Probe({f.column: values.get(f.name, f.blank()) for f in record.fields})


def clean_reason(reason: Any) -> str | None:
    """A reason as text.

    Raises:
        FieldError: it is no plain text.
    """
    return clean_text(reason, limit=500, personal=True) or None if reason is not None else None


def _summary(problems: list[Problem]) -> str:
    first = problems[0].message
    return first if len(problems) == 1 else f"{first}(共 {len(problems)} 处问题,详见 errors)"
