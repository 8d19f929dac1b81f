"""Fields that point at other records: by id, by outside key, or (in files) by what identifies the record."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from search_service.kinds.fields import Field, FieldError, Parsing


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(Field):
    """One other record.  `target` is its table; `shows` are the attributes beside its id.

    `natural` names the attributes that identify a record in a file without keys (``docs/model.md``, interchange);
    without any, a file names it by its id.
    """

    target: Any
    shows: tuple[str, ...] = ("name",)
    natural: tuple[str, ...] = ("name",)

    def parse(self, value: Any, parsing: Parsing) -> Any:
        """Look it up; a record that was deleted cannot be referred to."""
        found = self.find(value, parsing)
        if found is None or found.deleted_at is not None:
            raise FieldError("reference", f"找不到所引用的{self.label}", "请填写已有记录的 id 或 key")
        return found

    def find(self, value: Any, parsing: Parsing) -> Any:
        """By id, key, or the natural attributes as an object."""
        if isinstance(value, dict):
            given = {k: v for k, v in value.items() if v is not None}
            if isinstance(given.get("id"), str):
                return self.find(given["id"], parsing)
            if isinstance(given.get("key"), str):
                return self.find(given["key"], parsing)
            if set(given) != set(self.natural) or not all(isinstance(v, str) for v in given.values()):
                raise FieldError("reference", f"{self.label}的引用应含 id、key 或 {'、'.join(self.natural)}")
            conditions = [getattr(self.target, k) == v for k, v in given.items()]
            return parsing.session.scalar(select(self.target).where(*conditions, self.target.deleted_at.is_(None)))
        if not isinstance(value, str):
            raise FieldError("type", f"{self.label}应为 id 或 key", "请填写文本")
        return parsing.once(
            (self.target, value), lambda: parsing.session.scalar(select(self.target).where(self._named(value)))
        )

    def _named(self, value: str) -> Any:
        try:
            # A dump names a row without a key by its id, which then is its key in the other database.
            return or_(self.target.id == uuid.UUID(value), self.target.key == value)
        except ValueError:
            return self.target.key == value

    def show(self, row: Any) -> Any:
        """``{id, name}``, as hits and records have it."""
        found = self.get(row)
        return None if found is None else self.brief_of(found)

    def brief_of(self, found: Any) -> dict[str, Any]:
        """Id, key and what people know it by."""
        return {"id": str(found.id), "key": found.key, **{name: getattr(found, name) for name in self.shows}}

    def dump(self, row: Any) -> Any:
        """Its key, else what identifies it."""
        found = self.get(row)
        return None if found is None else self.natural_of(found)

    def natural_of(self, found: Any) -> Any:
        """The form that `find` takes back in another database."""
        if found.key or not self.natural:
            return found.key or str(found.id)
        return {name: getattr(found, name) for name in self.natural}

    def texts(self, row: Any) -> Iterator[str]:
        """References are no words; kinds declare the words of what they point at."""
        del row
        yield from ()

    def schema(self) -> dict[str, Any]:
        """An id or key, or an object that names one."""
        return {
            "anyOf": [{"type": "string", "minLength": 1, "maxLength": 200}, {"type": "object"}],
            "title": self.label,
        }

    def output(self) -> dict[str, Any]:
        """What `show` gives."""
        return {"anyOf": [{"type": "object"}, {"type": "null"}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class References(Reference):
    """Several other records."""

    most: int = 200

    def blank(self) -> list[Any]:
        """None."""
        return []

    def parse(self, value: Any, parsing: Parsing) -> list[Any]:
        """Look each one up."""
        if not isinstance(value, list) or len(value) > self.most:
            raise FieldError("type", f"{self.label}应为列表,至多 {self.most} 项")
        found = [Reference.parse(self, entry, parsing) for entry in value]
        return list(dict.fromkeys(found))

    def set(self, row: Any, value: Any) -> None:
        """Order means nothing here."""
        if set(self.get(row)) != set(value):
            setattr(row, self.column, value)

    def show(self, row: Any) -> Any:
        """A list of ``{id, …}``."""
        return [self.brief_of(found) for found in self.get(row)]

    def dump(self, row: Any) -> Any:
        """A list of keys or natural identifications, in a stable order."""
        return sorted((self.natural_of(found) for found in self.get(row)), key=str)

    def schema(self) -> dict[str, Any]:
        """A list."""
        return {"type": "array", "items": Reference.schema(self), "maxItems": self.most, "title": self.label}

    def output(self) -> dict[str, Any]:
        """A list of objects."""
        return {"type": "array", "items": {"type": "object"}}
