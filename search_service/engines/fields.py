"""What one index declares, and the answer to whoever asks for something else."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, NoReturn

from search_service.engines.base import (
    IDENTIFIER,
    SEQUENCE,
    IndexSchema,
    KeywordField,
    NumberField,
    TextField,
)
from search_service.errors import DeclarationError, UndeclaredField


class Fields:
    """What one index declares, by role; every question about an undeclared field is answered with what exists."""

    def __init__(self, schema: IndexSchema) -> None:
        self.declared = schema
        self.texts = {text.name: text for text in schema.texts}
        # Every engine adds these two by itself; a kind may list them or not.
        self.keywords = {IDENTIFIER: KeywordField(IDENTIFIER)} | {
            keyword.name: keyword for keyword in schema.keywords if keyword.name != IDENTIFIER
        }
        self.numbers = {SEQUENCE: NumberField(SEQUENCE)} | {number.name: number for number in schema.numbers}
        self.own_numbers = self.numbers.keys() - {SEQUENCE}
        _check(schema)

    def text(self, name: str) -> TextField:
        """The text field of that name; UndeclaredField if there is none (so for all that follow)."""
        return self.texts.get(name) or self._refuse("文本", name, self.texts)

    def phrase(self, name: str) -> TextField:
        """A text field that keeps positions."""
        text = self.text(name)
        return text if text.positions else self._refuse("带位置的文本", name, self._positioned())

    def keyword(self, name: str) -> KeywordField:
        """A keyword field, the id among them."""
        return self.keywords.get(name) or self._refuse("关键字", name, self.keywords)

    def facet(self, name: str) -> KeywordField:
        """A keyword field that can be counted."""
        keyword = self.keyword(name)
        return keyword if keyword.facet else self._refuse("分面", name, self._faceted())

    def number(self, name: str) -> NumberField:
        """A number field, the sequence among them."""
        return self.numbers.get(name) or self._refuse("数字", name, self.numbers)

    def suggest(self) -> str:
        """The name of the field whose values are completions."""
        if self.declared.suggest is None:
            raise UndeclaredField(f"类别 {self.declared.kind} 没有声明输入提示字段；请在类别声明中指定后重建索引。")
        return self.declared.suggest

    def _positioned(self) -> list[str]:
        return [text.name for text in self.texts.values() if text.positions]

    def _faceted(self) -> list[str]:
        return [keyword.name for keyword in self.keywords.values() if keyword.facet]

    def _refuse(self, role: str, name: str, existing: Iterable[str]) -> NoReturn:
        known = "、".join(sorted(existing)) or "无"
        raise UndeclaredField(
            f"类别 {self.declared.kind} 的索引没有声明{role}字段 {name!r}（已声明：{known}）；"
            "请在类别声明中加入该字段后重建索引。",
        )


def _check(schema: IndexSchema) -> None:
    names = [item.name for group in (schema.texts, schema.keywords, schema.numbers) for item in group]
    twice = sorted({name for name in names if names.count(name) > 1})
    wrong = sorted(name for name in names if name.startswith("_"))
    if twice or wrong:
        raise DeclarationError(
            f"类别 {schema.kind} 的字段名不能使用：重复的 {twice}，以下划线开头的 {wrong}"
            "（下划线开头的名字由搜索引擎内部使用）。",
        )
    if schema.suggest is not None and schema.suggest not in {keyword.name for keyword in schema.keywords}:
        raise DeclarationError(f"类别 {schema.kind} 的输入提示字段 {schema.suggest!r} 不是已声明的关键字字段。")


def to_plain(schema: IndexSchema) -> dict[str, Any]:
    """A schema as JSON values, kept beside its index so that any process can open it."""
    return asdict(schema)


def from_plain(plain: dict[str, Any]) -> IndexSchema:
    """The inverse of `to_plain`."""
    return IndexSchema(
        kind=plain["kind"],
        texts=tuple(TextField(**text) for text in plain["texts"]),
        keywords=tuple(KeywordField(**keyword) for keyword in plain["keywords"]),
        numbers=tuple(NumberField(**number) for number in plain["numbers"]),
        suggest=plain["suggest"],
    )
