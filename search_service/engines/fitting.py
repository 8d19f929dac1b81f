"""Whether a document fits its index: the same documents are refused by every engine, for the same reasons."""

from collections.abc import Iterable
from typing import Any, Final

from search_service.engines.base import IDENTIFIER, Document, Tombstone
from search_service.engines.fields import Fields

LONGEST_VALUE: Final = 32_766
"""Bytes of one token: the cluster refuses longer ones, and the embedded engine silently drops those over 65,530."""
_SURELY_SHORT: Final = LONGEST_VALUE // 4
"""Characters: each has at most four bytes, so nearly every value is cleared by its length alone."""
_SIGN: Final = 2**63


TOMBSTONE_TOKEN: Final = "\0"  # noqa: S105 - a word, not a password
"""The only token of every text field of a tombstone; no analyser makes it.

BM25 knows how many documents there are and how long they are on average.  The embedded engine counts all
documents, the cluster those that have the field: with one token each, tombstones weigh the same on every engine.
"""


class Unfit(Exception):
    """A document that the index cannot hold; the text says why, in Chinese."""


def check(fields: Fields, item: Document | Tombstone) -> None:
    """Look at names and lengths; what values are made of is for `reason`, when the engine does not take them.

    Raises:
        Unfit: no id, an undeclared or missing field, a value too long.
    """
    if not item.id:
        raise Unfit("记录编号为空。")
    _check_value(IDENTIFIER, item.id)
    if isinstance(item, Tombstone):
        return
    if not (
        item.texts.keys() <= fields.texts.keys()
        and item.keywords.keys() <= fields.keywords.keys()
        and fields.own_numbers <= item.numbers.keys() <= fields.numbers.keys()
    ):
        raise Unfit(_undeclared(fields, item))
    _check_value("tie", item.tie)
    for name, text in item.texts.items():
        if len(text) > _SURELY_SHORT and any(map(_longer, text.split())):
            raise Unfit(f"字段 {name} 中有一个词超过 {LONGEST_VALUE} 字节。")
    for name, values in item.keywords.items():
        for value in values:
            if len(value) > _SURELY_SHORT:  # asked here: a row has some sixty values, and calls add up
                _check_value(name, value)


def reason(plain: dict[str, Any], error: Exception | None = None) -> str:
    """Why values by field could not be stored: libraries say so in English and in the same words for every cause."""
    values = [value for held in plain.values() for value in (held if isinstance(held, list) else [held])]
    if any(isinstance(value, int) and not in_64_bits(value) for value in values):
        return "数字超出 64 位整数范围。"
    if not all(map(encodable, (value for value in values if isinstance(value, str)))):
        return "文本含有无法编码的字符（孤立的代理项）。"
    return f"字段值的类型不正确：{error}"


def in_64_bits(number: int) -> bool:
    """Whether a number fits a signed column."""
    return -_SIGN <= number < _SIGN


def encodable(text: str) -> bool:
    """Whether any document could hold the text: a lone surrogate has no UTF-8."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _undeclared(fields: Fields, item: Document) -> str:
    unknown = _beyond(item.texts, fields.texts) | _beyond(item.keywords, fields.keywords)
    unknown |= _beyond(item.numbers, fields.numbers)
    if unknown:
        return f"字段未声明：{'、'.join(sorted(unknown))}。"
    return f"缺少数字字段：{'、'.join(sorted(fields.own_numbers - item.numbers.keys()))}。"


def _beyond(given: Iterable[str], declared: Iterable[str]) -> set[str]:
    return set(given) - set(declared)


def _check_value(name: str, value: str) -> None:
    if _longer(value):
        raise Unfit(f"字段 {name} 的值超过 {LONGEST_VALUE} 字节。")


def _longer(value: str) -> bool:
    # A lone surrogate has no UTF-8: it is refused by its own reason, above.
    return len(value) > _SURELY_SHORT and len(value.encode("utf-8", "surrogatepass")) > LONGEST_VALUE
