"""From a `Document` or `Tombstone` to tantivy's document, or a reason why not."""

from typing import Final

import tantivy

from search_service.engines.base import IDENTIFIER, SEQUENCE, Document, Tombstone
from search_service.engines.embedded.fields import Fields
from search_service.engines.embedded.schema import DEAD, DEAD_MARK, TIE, TIE_HEADS

LONGEST_VALUE: Final = 32_766
"""Bytes of one token.  tantivy silently drops tokens over 65,530 and Elasticsearch refuses those over 32,766."""


class Unfit(Exception):
    """A document that the index cannot hold; the text says why, in Chinese."""


def tantivy_document(fields: Fields, item: Document | Tombstone) -> tantivy.Document:
    """One row or tombstone as tantivy takes it.

    Raises:
        Unfit: an undeclared or missing field, a value too long, a number outside 64 bits, text that is not Unicode.
    """
    made = tantivy.Document()
    try:
        _add_value(made, IDENTIFIER, item.id)
        made.add_integer(SEQUENCE, item.seq)
        if isinstance(item, Tombstone):
            made.add_text(DEAD, DEAD_MARK)
        else:
            _add_fields(fields, made, item)
    except OverflowError as error:
        raise Unfit("数字超出 64 位整数范围。") from error
    except UnicodeEncodeError as error:
        raise Unfit("文本含有无法编码的字符（孤立的代理项）。") from error
    except (TypeError, ValueError) as error:
        raise Unfit(f"字段值的类型不正确：{error}") from error
    if not item.id:
        raise Unfit("记录编号为空。")
    return made


def _add_fields(fields: Fields, made: tantivy.Document, item: Document) -> None:
    unknown = sorted(
        {*(item.texts.keys() - fields.texts.keys()), *(item.keywords.keys() - fields.keywords.keys())}
        | (item.numbers.keys() - fields.numbers.keys()),
    )
    if unknown:
        raise Unfit(f"字段未声明：{'、'.join(unknown)}。")
    missing = sorted(fields.own_numbers - item.numbers.keys())
    if missing:
        raise Unfit(f"缺少数字字段：{'、'.join(missing)}。")
    _add_value(made, TIE, item.tie)
    for column, head in zip(TIE_HEADS, tie_heads(item.tie), strict=True):
        made.add_integer(column, head)
    for name, text in item.texts.items():
        _check_tokens(name, text)
        made.add_text(name, text)
    for name, values in item.keywords.items():
        if name != IDENTIFIER:
            for value in values:
                _add_value(made, name, value)
    for name in fields.own_numbers:
        made.add_integer(name, item.numbers[name])


def _add_value(made: tantivy.Document, name: str, value: str) -> None:
    if _longer(value):
        raise Unfit(f"字段 {name} 的值超过 {LONGEST_VALUE} 字节。")
    made.add_text(name, value)


def _check_tokens(name: str, text: str) -> None:
    if _longer(text) and any(map(_longer, text.split())):
        raise Unfit(f"字段 {name} 中有一个词超过 {LONGEST_VALUE} 字节。")


def _longer(value: str) -> bool:
    # A character has at most four bytes, so nearly every value is cleared by its length alone.
    return len(value) * 4 > LONGEST_VALUE and len(value.encode()) > LONGEST_VALUE


def tie_heads(tie: str) -> list[int]:
    """The first bytes of a tie key as signed numbers that sort as the string does (UTF-8 keeps code point order)."""
    head = tie.encode()[: 8 * len(TIE_HEADS)].ljust(8 * len(TIE_HEADS), b"\0")
    return [int.from_bytes(head[start : start + 8]) - 2**63 for start in range(0, len(head), 8)]
