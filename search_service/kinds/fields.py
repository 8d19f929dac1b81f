"""Fields of a record: type, label, who reads, who writes, and which part they play in searching.

One declaration serves the API body, the interchange file, the hit, the document and the page.  `parse` refuses with a
`FieldError` (code, Chinese message, what to do); a doubtful value that the rule of matching can judge is kept with a
warning instead (``docs/model.md``, interchange).
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session
from stdnum.cn import ric

from search_service.errors import Problem
from search_service.kinds.access import Level
from search_service.kinds.parts import Filter, Use
from search_service.kinds.vocabulary import CodeWords


class FieldError(Exception):
    """A value that cannot be stored."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        self.code, self.message, self.hint = code, message, hint
        super().__init__(message)


@dataclass(slots=True)
class Parsing:
    """One input being read: where references are looked up, and what was doubtful."""

    session: Session
    trusted: bool = False
    """The administrator's loader: states may be set, outside keys are references."""
    warnings: list[Problem] = field(default_factory=list)
    known: dict[Any, Any] = field(default_factory=dict)
    """What was looked up before, shared by the rows of one batch."""

    def once(self, key: Any, look_up: Callable[[], Any]) -> Any:
        """Look up what is not known yet; what was not found may be there for the next row."""
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = look_up()
        return found

    def warn(self, loc: str, code: str, message: str, hint: str = "") -> None:
        """Keep the value, say what is doubtful."""
        self.warnings.append(Problem(loc, code, message, hint))


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What all fields have.

    Attributes:
        name: in API, interchange and hits; attribute: on the row, where it differs.
        brief: shown in hits and lists, not only on the record's own page.
        reads: relationships that reading or setting the field needs loaded.
        use: the part that the field's text plays in the formula.
        filter: makes the field a filter of the same name.
    """

    name: str
    label: str
    attribute: str = ""
    required: bool = False
    read: Level = Level.PUBLIC
    write: Level = Level.OWNER
    brief: bool = True
    reads: tuple[str, ...] = ()
    use: Use | None = None
    filter: Filter | None = None

    @property
    def column(self) -> str:
        """The row's attribute."""
        return self.attribute or self.name

    def parse(self, value: Any, parsing: Parsing) -> Any:
        """The stored value for an input value that is not null."""
        raise NotImplementedError

    def blank(self) -> Any:
        """The stored value when the input says null or nothing."""
        return None

    def get(self, row: Any) -> Any:
        """The stored value."""
        return getattr(row, self.column)

    def set(self, row: Any, value: Any) -> None:
        """Store a parsed value."""
        if self.get(row) != value:
            setattr(row, self.column, value)

    def show(self, row: Any) -> Any:
        """The value as JSON, in the form that `parse` takes back."""
        return self.get(row)

    def dump(self, row: Any) -> Any:
        """The value in the interchange format."""
        return self.show(row)

    def texts(self, row: Any) -> Iterable[str]:
        """The field's words for the document."""
        value = self.get(row)
        if isinstance(value, str):
            return (value,)
        return value if isinstance(value, list) else ()

    def schema(self) -> dict[str, Any]:
        """JSON Schema of an input value."""
        raise NotImplementedError

    def output(self) -> dict[str, Any]:
        """JSON Schema of a shown value."""
        return _nullable(self.schema())


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, bidi overrides and lone surrogates: PostgreSQL refuses some, screens lie with others (B8)."""
_LONG_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)")


def clean_text(value: Any, *, limit: int, personal: bool = False) -> str:
    """A string without blanks around it, checked for length, control characters and identity numbers (E8, E9)."""
    if not isinstance(value, str):
        raise FieldError("type", "应为文本", "请填写文字,数字也请写成文本")
    if _FORBIDDEN.search(value.replace("\r\n", "\n")):
        raise FieldError("control_character", "含有不可见的控制字符", "请删除控制字符后重试,建议重新手工输入")
    text = value.replace("\r\n", "\n").strip()
    if len(text) > limit:
        raise FieldError("too_long", f"长度 {len(text)} 字,超过上限 {limit} 字", "请缩短内容")
    if not personal and any(ric.is_valid(found) for found in _LONG_NUMBER.findall(text)):
        raise FieldError("personal_data", "公开字段中含有身份证号码", "请删除身份证号码")
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Field):
    """One line or several of plain text, at most `limit` characters."""

    limit: int = 500
    form: Callable[[str], str] | None = None
    """Brings the text into the form that is stored; may raise `FieldError`."""

    def parse(self, value: Any, parsing: Parsing) -> str | None:
        """Blank is as if not said."""
        del parsing
        text = clean_text(value, limit=self.limit, personal=self.read > Level.PUBLIC)
        return (self.form(text) if self.form else text) or None

    def schema(self) -> dict[str, Any]:
        """A string."""
        least = {"minLength": 1} if self.required else {}
        return {"type": "string", **least, "maxLength": self.limit, "title": self.label}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextList(Field):
    """Several short texts."""

    limit: int = 200
    most: int = 50
    blank_value: Callable[[], Any] = list

    def blank(self) -> Any:
        """No text."""
        return []

    def parse(self, value: Any, parsing: Parsing) -> list[str]:
        """Non-blank texts without repeats."""
        del parsing
        entries = _entries(value, self.most)
        texts = [clean_text(v, limit=self.limit, personal=self.read > Level.PUBLIC) for v in entries]
        return list(dict.fromkeys(t for t in texts if t))

    def schema(self) -> dict[str, Any]:
        """An array of strings."""
        return {
            "type": "array",
            "items": {"type": "string", "maxLength": self.limit},
            "maxItems": self.most,
            "title": self.label,
        }


def _entries(value: Any, most: int) -> list[Any]:
    if not isinstance(value, list):
        raise FieldError("type", "应为列表", '请写成列表,例如 ["甲", "乙"]')
    if len(value) > most:
        raise FieldError("too_many", f"共 {len(value)} 项,超过上限 {most} 项", "请删减")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Integer(Field):
    """A whole number within `low` and `high`."""

    low: int = 0
    high: int = 2**31 - 1
    default: int | None = None

    def blank(self) -> int | None:
        """What stands where nothing was said."""
        return self.default

    def parse(self, value: Any, parsing: Parsing) -> int:
        """A number, not a text that looks like one."""
        del parsing
        if isinstance(value, bool) or not isinstance(value, int):
            raise FieldError("type", "应为整数", "请填写不带引号的整数")
        if not self.low <= value <= self.high:
            raise FieldError("range", f"应在 {self.low} 与 {self.high} 之间", "请核对数值和单位")
        return value

    def schema(self) -> dict[str, Any]:
        """An integer."""
        return {"type": "integer", "minimum": self.low, "maximum": self.high, "title": self.label}


_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\Z")


EARLIEST = 1900
"""No certificate and no standard here is older; earlier years are slips, and placeholders of other systems."""


def parse_date(text: str) -> date:
    """A date as people write it: 2018-04-27, 2018-8-31 (S2-45), 2018/8/31, 2018年8月31日."""
    found = _DATE.match(text.strip())
    early = FieldError("date", f"日期“{text[:40]}”早于 {EARLIEST} 年", "请核对年份")
    wrong = FieldError("date", f"日期“{text[:40]}”无法识别", "请写成 YYYY-MM-DD,例如 2026-11-21")
    if found is None:
        raise wrong
    if int(found[1]) < EARLIEST:
        raise early
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise wrong from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Date(Field):
    """A calendar day."""

    def parse(self, value: Any, parsing: Parsing) -> date:
        """From text."""
        del parsing
        if not isinstance(value, str):
            raise FieldError("type", "日期应为文本", "请写成 YYYY-MM-DD,例如 2026-11-21")
        return parse_date(value)

    def show(self, row: Any) -> str | None:
        """YYYY-MM-DD."""
        value = self.get(row)
        return None if value is None else value.isoformat()

    def schema(self) -> dict[str, Any]:
        """A date."""
        return {"type": "string", "format": "date", "title": self.label}


@dataclass(frozen=True, slots=True, kw_only=True)
class Code(Field):
    """One code word of a closed list; `doubtful` keeps an unknown word out, with a warning."""

    words: CodeWords
    doubtful: bool = False

    def parse(self, value: Any, parsing: Parsing) -> str | None:
        """From a code word, its Chinese label or an alias."""
        text = clean_text(value, limit=50)
        code = self.words.resolve(text)
        if code is None and text:
            if self.doubtful:
                parsing.warn(self.name, "unknown_word", f"“{text}”不是已知的{self.label},按空白保存")
                return None
            raise FieldError("unknown_word", f"“{text}”不是已知的{self.label}", f"可用:{self.words.choices}")
        return code

    def schema(self) -> dict[str, Any]:
        """A code word or its label; aliases are accepted, too, and a doubtful field takes any word."""
        closed = {} if self.doubtful else {"enum": [*self.words.labels, *self.words.labels.values()]}
        return {"type": "string", **closed, "description": f"{self.label}:{self.words.choices}", "maxLength": 50}


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList(TextList):
    """Several code words of a closed list."""

    words: CodeWords

    def parse(self, value: Any, parsing: Parsing) -> list[str]:
        """From code words, labels or aliases."""
        del parsing
        found = []
        for entry in _entries(value, self.most):
            text = clean_text(entry, limit=50)
            code = self.words.resolve(text)
            if code is None:
                raise FieldError("unknown_word", f"“{text}”不是已知的{self.label}", f"可用:{self.words.choices}")
            found.append(code)
        return list(dict.fromkeys(found))

    def schema(self) -> dict[str, Any]:
        """An array of code words or labels; aliases are accepted, too."""
        words = [*self.words.labels, *self.words.labels.values()]
        return {**TextList.schema(self), "items": {"type": "string", "enum": words}}


@dataclass(frozen=True, slots=True, kw_only=True)
class State(Field):
    """A state: changed by named actions, never by a body (`docs/api.md`); the administrator's loader may set it."""

    words: CodeWords
    first: str
    write: Level = Level.SYSTEM

    def blank(self) -> str:
        """Where every record begins."""
        return self.first

    def parse(self, value: Any, parsing: Parsing) -> str:
        """Only the loader comes here."""
        del parsing
        text = clean_text(value, limit=50)
        code = self.words.resolve(text)
        if code is None:
            raise FieldError("unknown_word", f"“{text}”不是已知的{self.label}", f"可用:{self.words.choices}")
        return code

    def schema(self) -> dict[str, Any]:
        """One of the states."""
        return {"type": "string", "enum": list(self.words.labels), "title": self.label}
