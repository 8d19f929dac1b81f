"""An input against a record's declaration: every problem at once, values ready to store."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from search_service.errors import Problem
from search_service.kinds.access import Level
from search_service.kinds.fields import Field, FieldError, Parsing
from search_service.kinds.record import Record
from search_service.records.access import OWN_COLUMNS, may_write, owner_field

STATE_NAMES = ("state", "status")
"""Refused in every body, also for records that have no such field (`docs/api.md`)."""

BLANKS: tuple[Any, ...] = (None, "", [])


@dataclass(slots=True)
class Values:
    """Stored values by field name, and what was wrong."""

    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, loc: str, code: str, message: str, hint: str = "") -> None:
        """Note a problem."""
        self.problems.append(Problem(loc, code, message, hint))


def parse(record: Record, body: Mapping[str, Any], level: Level, parsing: Parsing, *, making: bool) -> Values:
    """Read the given fields; `making` allows the one that says to whom the row belongs."""
    found = Values()
    for name, value in body.items():
        declared = record.by_name.get(name)
        if declared is None or not _writable(record, declared, level, making=making):
            found.problems.append(_refusal(record, name, declared))
            continue
        read_into(found, declared, value, parsing)
    return found


def read_into(found: Values, declared: Field, value: Any, parsing: Parsing) -> None:
    """Parse one value; null is the field's blank."""
    try:
        found.values[declared.name] = declared.blank() if value is None else declared.parse(value, parsing)
    except FieldError as error:
        found.refuse(declared.name, error.code, f"{declared.label}:{error.message}", error.hint)


def require_fields(record: Record, found: Values, names: set[str]) -> None:
    """Every mandatory field among `names` must have a value."""
    wrong = {problem.loc for problem in found.problems}
    for declared in record.fields:
        if not declared.required or declared.name not in names or declared.name in wrong:
            continue
        if found.values.get(declared.name) in BLANKS:
            found.refuse(declared.name, "required", f"{declared.label}为必填项", f"请填写 {declared.name}")


def _writable(record: Record, declared: Field, level: Level, *, making: bool) -> bool:
    return may_write(record, declared, level) or (making and declared is owner_field(record))


def _refusal(record: Record, name: str, declared: Field | None) -> Problem:
    if name in STATE_NAMES and (declared is None or declared is record.state):
        actions = "、".join(f"{action.name}({action.label})" for action in record.actions)
        hint = f"可用动作:{actions}" if actions else "此类记录没有状态"
        return Problem(name, "state_by_action", "状态只能通过命名动作改变,不能写在内容中", hint)
    owner = owner_field(record)
    if owner is not None and declared is owner:
        return Problem(name, "fixed", f"{owner.label}在创建后不能更改", "请从内容中去掉此字段")
    if declared is not None:
        return Problem(name, "read_only", f"{declared.label}不能由当前身份填写", "请从内容中去掉此字段")
    if name in OWN_COLUMNS or name == "key" or name in {field.name for field in record.derived}:
        return Problem(name, "read_only", f"{name} 由系统维护,不能填写", "请从内容中去掉此字段")
    near = difflib.get_close_matches(name, record.by_name, n=1)
    hint = f"是否想写 {near[0]}?" if near else f"可用字段:{'、'.join(record.by_name)}"
    return Problem(name[:100], "unknown_field", f"{record.label}没有“{name[:60]}”这个字段", hint)
