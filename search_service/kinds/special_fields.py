"""Fields with rules of this domain: credit codes, divisions, standard numbers, rich text, small tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import nh3
from stdnum.cn import uscc

from analyzers.fold import fold
from search_service.kinds.division_names import candidates
from search_service.kinds.fields import Field, FieldError, Parsing, Text, TextList, clean_text
from search_service.kinds.numbers import parse
from search_service.kinds.regions import only_meant
from search_service.store.division import Division

CREDIT_CODE_LENGTH = 18
"""GB 32100-2015."""


def credit_code(text: str) -> str:
    """A unified social credit code with a right check digit (S1-12, D4, GB 32100); blanks and dashes are dropped."""
    code = "".join(c for c in fold(text).upper() if c.isalnum())
    if len(code) != CREDIT_CODE_LENGTH:
        raise FieldError("credit_code_length", f"统一社会信用代码应为 18 位,收到 {len(code)} 位", "请对照营业执照核对")
    if not uscc.is_valid(code):
        raise FieldError("credit_code_check", "统一社会信用代码校验位不正确", "请对照营业执照逐位核对")
    return code


def bracketed(text: str) -> str:
    """A name with the brackets that the registry writes (S4-03): half width becomes full width for names in Chinese."""
    return text.replace("(", "（").replace(")", "）")


@dataclass(frozen=True, slots=True, kw_only=True)
class RichText(Text):
    """HTML, cleaned of everything that is not text structure."""

    def parse(self, value: Any, parsing: Parsing) -> str | None:
        """Clean, then check the length."""
        text = Text.parse(self, value, parsing)
        return nh3.clean(text, tags={"p", "br", "ul", "ol", "li", "strong", "em", "h3", "h4"}) if text else None

    def texts(self, row: Any) -> Iterator[str]:
        """The words without the tags."""
        value = self.get(row)
        if value:
            yield nh3.clean(value.replace("<", " <"), tags=set())


def resolve_division(parsing: Parsing, text: str) -> str | None:
    """The adcode for an adcode, an unambiguous full or short name, or a path of names; None where none or several."""
    found: str | None = parsing.once((Division, text), lambda: only_meant(candidates(parsing.session, text)))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class DivisionCode(Field):
    """One administrative division; what cannot be resolved is kept as given, with a warning (S2-45)."""

    def parse(self, value: Any, parsing: Parsing) -> str | None:
        """From an adcode or a name."""
        text = clean_text(value, limit=20)
        if not text:
            return None
        code = resolve_division(parsing, text)
        if code is None:
            parsing.warn(self.name, "division_unknown", f"行政区划“{text}”无法识别,已按原文保存", "请填写六位代码")
        return code or text

    def schema(self) -> dict[str, Any]:
        """A six-digit code or a name."""
        return {"type": "string", "maxLength": 20, "title": self.label, "description": "六位行政区划代码或全称"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Divisions(TextList):
    """Several divisions.  An empty list means unknown, never everywhere (T29)."""

    row_class: Any = None
    """A child table with `adcode`; None keeps the codes in a JSON column."""

    def parse(self, value: Any, parsing: Parsing) -> list[str]:
        """From adcodes or names; 000000 全国 stays."""
        found = []
        for text in TextList.parse(self, value, parsing):
            code = "000000" if text in {"000000", "全国"} else resolve_division(parsing, text)
            if code is None:
                parsing.warn(self.name, "region_unknown", f"区域“{text}”无法识别,已按原文保存", "请填写六位代码")
            found.append(code or text)
        return list(dict.fromkeys(found))

    def get(self, row: Any) -> Any:
        """The codes, from either form of storage."""
        stored = getattr(row, self.column)
        return [entry.adcode for entry in stored] if self.row_class else stored

    def set(self, row: Any, value: Any) -> None:
        """Keep child rows that stay, so that nothing is written where nothing changed."""
        if not self.row_class:
            TextList.set(self, row, value)
            return
        if set(self.get(row)) != set(value):
            kept = {entry.adcode: entry for entry in getattr(row, self.column)}
            setattr(row, self.column, [kept.get(code) or self.row_class(adcode=code) for code in value])


def number_warning(name: str, text: str, parsing: Parsing) -> None:
    """A number that nobody can read is kept and said (`docs/model.md`)."""
    if parse(text) is None:
        parsing.warn(name, "number_unreadable", f"“{text}”不像标准编号,已按原文保存", "例如 GB/T 228.1-2021")


@dataclass(frozen=True, slots=True, kw_only=True)
class CitedStandards(Field):
    """The standards that a row works by: ``[{"number": …, "name": …, "clause": …}]``; a bare text is a number."""

    most: int = 100

    def blank(self) -> list[Any]:
        """None cited."""
        return []

    def parse(self, value: Any, parsing: Parsing) -> list[dict[str, str]]:
        """Numbers stay as printed, with their edition."""
        if not isinstance(value, list) or len(value) > self.most:
            raise FieldError("type", f"应为列表,至多 {self.most} 项", '例如 ["GB/T 228.1-2021"]')
        found: list[dict[str, str]] = []
        for entry in value:
            parts = {"number": entry} if isinstance(entry, str) else entry
            if not isinstance(parts, dict) or set(parts) - {"number", "name", "clause"} or not parts.get("number"):
                raise FieldError(
                    "type", "每项应为编号,或含 number、name、clause 的对象", '例如 {"number": "GB/T 228.1-2021"}'
                )
            row = {k: clean_text(v, limit=300) for k, v in parts.items() if v is not None}
            if not row.get("number"):
                raise FieldError("required", "标准编号为空", "例如 GB/T 228.1-2021")
            number_warning(self.name, row["number"], parsing)
            found.append({k: v for k, v in row.items() if v})
        return found

    def texts(self, row: Any) -> Iterator[str]:
        """The numbers."""
        for entry in self.get(row):
            yield entry["number"]

    def schema(self) -> dict[str, Any]:
        """Numbers or objects."""
        entry = {
            "type": "object",
            "properties": {k: {"type": "string", "maxLength": 300} for k in ("number", "name", "clause")},
            "required": ["number"],
            "additionalProperties": False,
        }
        number = {"type": "string", "maxLength": 300, "minLength": 1}
        return {
            "type": "array",
            "items": {"anyOf": [number, entry]},
            "maxItems": self.most,
            "title": self.label,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Table(Field):
    """A small list of records with text columns, shown with its owner: pictures, cases."""

    columns: tuple[str, ...]
    most: int = 100
    limit: int = 1000

    def blank(self) -> list[Any]:
        """Empty."""
        return []

    def parse(self, value: Any, parsing: Parsing) -> list[dict[str, str]]:
        """Only the declared columns, all text."""
        del parsing
        if not isinstance(value, list) or len(value) > self.most:
            raise FieldError("type", f"应为列表,至多 {self.most} 项")
        found = []
        for entry in value:
            if not isinstance(entry, dict) or set(entry) - set(self.columns):
                raise FieldError("type", f"每项只能含:{'、'.join(self.columns)}")
            found.append({k: clean_text(v, limit=self.limit) for k, v in entry.items() if v is not None})
        return found

    def texts(self, row: Any) -> Iterator[str]:
        """All texts of all columns."""
        for entry in self.get(row):
            yield from entry.values()

    def schema(self) -> dict[str, Any]:
        """Objects of texts."""
        entry = {
            "type": "object",
            "properties": {k: {"type": "string", "maxLength": self.limit} for k in self.columns},
            "additionalProperties": False,
        }
        return {"type": "array", "items": entry, "maxItems": self.most, "title": self.label}
