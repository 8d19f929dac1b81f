"""One row of an interchange file into the store: found by key or natural identity, compared, stored only if it differs.

The loader is trusted: it sets states and keys.  Fields that a row does not name stay as they are.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import RelationshipProperty, Session

from search_service.errors import Problem, ZhixunError
from search_service.kinds.access import SYSTEM, Level
from search_service.kinds.fields import Field, FieldError, Parsing, clean_text
from search_service.kinds.record import Record
from search_service.records import access, audit, inputs
from search_service.records.files import Line
from search_service.records.report import Outcome
from search_service.records.write import KEY_LENGTH, probe, values_into, verify
from search_service.store.base import Entity
from search_service.store.ids import new_id
from search_service.store.journal import AuditEvent

KEYS = 500
"""Keys in one query, as many as rows in a transaction."""
DELETED = Problem("key", "deleted", "该记录已被删除,保持删除", "如确需恢复,请换用新的 key")


@dataclass(slots=True)
class Parsed:
    """A row that can be read: stored values by field name, and what was doubtful."""

    line: int
    key: str | None
    values: dict[str, Any]
    warnings: list[Problem]
    apart: bool = False
    """Its number only reads like another row's (`Record.set_apart`)."""

    @property
    def mark(self) -> int:
        """Equal for rows of one file that say the same."""
        return hash((self.key, repr({name: _plain(value) for name, value in self.values.items()})))


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value.id if isinstance(value, Entity) else value


@dataclass(slots=True)
class Seen:
    """Rows of one file that were met: a second row of the same identity must say the same.

    `prints` has how each identity was printed first.
    """

    lines: dict[Any, tuple[int, int]] = field(default_factory=dict)
    prints: dict[Any, Any] = field(default_factory=dict)

    def again(self, identity: Any, row: Parsed) -> Outcome | None:
        """What becomes of a row whose identity this file named before; None for the first."""
        line, mark = self.lines.setdefault(identity, (row.line, row.mark))
        if line == row.line:
            return None
        if mark == row.mark:
            return Outcome(row.line, warnings=tuple(row.warnings))
        problem = Problem("key", "repeated", f"与本文件第 {line} 行是同一记录,但内容不同", "请只保留一行")
        return Outcome(row.line, refused=(problem,))


@dataclass(slots=True)
class Batch:
    """What the rows of one transaction share.

    Attributes:
        known: references that were looked up; keys: rows by key; events: audit, written in one statement at the end.
    """

    session: Session
    record: Record
    file: str
    seen: Seen
    known: dict[Any, Any] = field(default_factory=dict)
    keys: dict[str, uuid.UUID] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)

    def note(self, row: uuid.UUID, line: int, changes: dict[str, Any] | None = None) -> None:
        """Who loaded the row, and from which line of which file (E10)."""
        self.events.append(
            audit.columns(self.session, SYSTEM, self.record, row, "load", changes=changes, reason=f"{self.file}:{line}")
        )

    def find_keys(self, rows: Iterable[Parsed]) -> None:
        """Look up the keys of many rows at once; a dump names rows without a key by their id."""
        keys = [row.key for row in rows if row.key is not None]
        model = self.record.model
        for at in range(0, len(keys), KEYS):
            some = keys[at : at + KEYS]
            by = or_(model.key.in_(some), model.id.in_([found for key in some if (found := as_id(key))]))
            for row, key in self.session.execute(select(model.id, model.key).where(by)):
                self.keys[str(row)] = row
                if key is not None:
                    self.keys[key] = row

    def finish(self) -> None:
        """Write the events."""
        if self.events:
            self.session.execute(insert(AuditEvent), self.events)


def as_id(key: str) -> uuid.UUID | None:
    """The id that a key is, if it is one."""
    try:
        return uuid.UUID(key)
    except ValueError:
        return None


def parse(batch: Batch, line: Line) -> Parsed | Outcome:
    """Read a row; an outcome is its refusal."""
    if line.problem is not None:
        return Outcome(line.number, refused=(line.problem,))
    record, content = batch.record, dict(line.content)
    parsing = Parsing(batch.session, trusted=True, known=batch.known)
    key, problems = _key(content)
    found = inputs.parse(record, content, Level.SYSTEM, parsing, making=True)
    problems.extend(found.problems)
    if problems:
        return Outcome(line.number, refused=tuple(problems))
    return Parsed(line.number, key, found.values, parsing.warnings)


def _key(content: dict[str, Any]) -> tuple[str | None, list[Problem]]:
    value = content.pop("key", None)
    if value is None:
        return None, []
    try:
        return clean_text(value, limit=KEY_LENGTH, personal=True) or None, []
    except FieldError as error:
        return None, [Problem("key", error.code, f"key:{error.message}", error.hint)]


def unchanged(batch: Batch, rows: Sequence[tuple[Parsed, uuid.UUID]]) -> tuple[list[Outcome], list[Parsed]]:
    """Rows that say what is stored already, compared with all their stored rows in one query; and the others."""
    if not rows:
        return [], []
    record = batch.record
    query = select(record.model).where(record.model.id.in_([found for _, found in rows]))
    loaded = {row.id: row for row in batch.session.scalars(query.options(*record.loads(record.field_paths)))}
    outcomes: list[Outcome] = []
    others: list[Parsed] = []
    for row, found in rows:
        target = loaded.get(found)
        repeated = batch.seen.again(found, row)
        if repeated is not None:
            outcomes.append(repeated)
        elif target is None or target.deleted_at or _arrives(target, row) or differs(record, target, row.values):
            others.append(row)
        else:
            outcomes.append(Outcome(row.line, warnings=tuple(row.warnings)))
    return outcomes, others


def _arrives(target: Any, row: Parsed) -> bool:
    """Whether the row brings another key than the stored one."""
    return row.key not in {None, target.key, str(target.id)}


def store(batch: Batch, row: Parsed) -> Outcome:
    """Store one row inside a savepoint: a row that is refused leaves nothing, its neighbours stay."""
    try:
        with batch.session.begin_nested():
            return _store(batch, row)
    except IntegrityError:
        problem = Problem("", "conflict", "与已有记录冲突(编号、名称或 key 重复)", "请核对该行")
        return Outcome(row.line, refused=(problem,))
    except ZhixunError as error:
        problems = error.problems or (Problem("", error.code, error.detail),)
        return Outcome(row.line, refused=tuple(problems))


def _store(batch: Batch, row: Parsed) -> Outcome:
    session, record = batch.session, batch.record
    missing = missing_fields(record, row.values)
    stored = batch.keys.get(row.key) if row.key else None
    if stored is None:
        needed = [problem for problem in missing if problem.code == "required"]
        if needed:
            return Outcome(row.line, refused=tuple(needed))
        with session.no_autoflush:
            shape = probe(record, row.values)
            if row.apart:
                record.set_apart(shape)
            stored = record.find(session, shape)
    target = access.load(session, record, stored) if stored is not None else None
    if target is None or _merely_alike(target, row):
        return _insert(batch, row, missing)
    return batch.seen.again(stored, row) or _update(batch, target, row)


def _merely_alike(target: Any, row: Parsed) -> bool:
    """Two keys are two rows; where the rule says "once", the second is refused as such."""
    return row.key is not None and target.key is not None and row.key not in {target.key, str(target.id)}


def _insert(batch: Batch, row: Parsed, missing: list[Problem]) -> Outcome:
    session, record = batch.session, batch.record
    target = record.model(id=new_id(), key=row.key)
    with session.no_autoflush:
        values_into(record, target, {f.name: f.blank() for f in record.fields} | row.values)
        if row.apart:
            record.set_apart(target)
        verify(session, record, target)
        doubts = record.duplicates(session, target)
    session.add(target)
    session.flush()
    batch.seen.again(target.id, row)
    if row.key is not None:
        batch.keys[row.key] = target.id
    batch.note(target.id, row.line)
    return Outcome(row.line, stored=True, warnings=(*row.warnings, *missing, *doubts))


def _update(batch: Batch, target: Any, row: Parsed) -> Outcome:
    session, record = batch.session, batch.record
    if target.deleted_at is not None:
        return Outcome(row.line, warnings=(*row.warnings, DELETED))
    adopted = row.key is not None and target.key is None and row.key != str(target.id)
    if not adopted and not differs(record, target, row.values):
        return Outcome(row.line, warnings=tuple(row.warnings))
    before = audit.snapshot(record, target)
    with session.no_autoflush:
        values_into(record, target, row.values)
        if adopted:
            target.key = row.key
        verify(session, record, target)
        after = audit.snapshot(record, target)
        if not adopted and not audit.differences(before, after):
            return Outcome(row.line, warnings=tuple(row.warnings))
        target.updated_at = session.info["now"]()
    session.flush()
    batch.note(target.id, row.line, audit.changes(record, target, before, after))
    return Outcome(row.line, stored=True, warnings=tuple(row.warnings))


def differs(record: Record, target: Any, values: Mapping[str, Any]) -> bool:
    """Whether setting these values might change the row (links are compared without their order)."""
    return any(_comparable(record.by_name[name].get(target)) != _comparable(value) for name, value in values.items())


def _comparable(value: Any) -> Any:
    # Rows of the store compare by identity and have no order; JSON lists do.
    return set(value) if isinstance(value, list) and value and isinstance(value[0], Entity) else value


def missing_fields(record: Record, values: Mapping[str, Any]) -> list[Problem]:
    """Mandatory fields without a value: `required` where the table cannot hold that, else `missing`, a warning.

    A field is mandatory in forms; an import may lack it, and the record then says so (``docs/model.md``).
    """
    return [
        Problem(f.name, "required", f"{f.label}为必填项", f"请填写 {f.name}")
        if _needed(record, f)
        else Problem(f.name, "missing", f"缺少{f.label},已按空白保存", "请补充")
        for f in record.fields
        if f.required and values.get(f.name) in inputs.BLANKS
    ]


def _needed(record: Record, declared: Field) -> bool:
    attribute = record.model.__mapper__.attrs[declared.column]
    if isinstance(attribute, RelationshipProperty):
        return not attribute.uselist and not all(column.nullable for column in attribute.local_columns)
    return declared.blank() is None and not attribute.columns[0].nullable
