"""Frozen dataclasses ↔ plain JSON values: what a recommendation was made from is kept in the words it was judged in."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import orjson

Thing = TypeVar("Thing")


def freeze(value: Any) -> Any:
    """JSON values: dataclasses as objects, tuples as lists, days and instants as text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: freeze(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple | list):
        return [freeze(one) for one in value]
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def thaw(kind: type[Thing], data: Any) -> Thing:
    """The value of a type again; `kind` is a dataclass whose fields are texts, numbers, days, tuples and such."""
    found: Thing = _thaw(kind, data)
    return found


def canonical(value: Any) -> bytes:
    """The bytes of a JSON value, the same for equal values: what a digest is made of."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(value: Any) -> str:
    """SHA-256 of a JSON value; 128 bits of it tell any two rows apart."""
    return hashlib.sha256(canonical(value)).hexdigest()[:32]


def _thaw(kind: Any, data: Any) -> Any:
    origin = get_origin(kind)
    if origin is UnionType:
        return None if data is None else _thaw(next(one for one in get_args(kind) if one is not NoneType), data)
    if origin is tuple:
        return tuple(_thaw(get_args(kind)[0], one) for one in data)
    if kind is datetime or kind is date:
        return kind.fromisoformat(data)
    if isinstance(kind, type) and is_dataclass(kind):
        said: Mapping[str, Any] = data
        made: Any = kind
        return made(**{name: _thaw(hint, said[name]) for name, hint in _hints(kind).items()})
    return data


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
