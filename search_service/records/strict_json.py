"""JSON as we accept it: what other readers would take in different ways is refused (B10).

Refused are repeated names, NaN and Infinity, numbers that no float holds, integers beyond 64 bits, nesting deeper than
any body of ours, lone surrogates, and bytes that are no UTF-8.
"""

import json
from typing import Any

import orjson

DEEPEST = 32
"""Levels; our deepest body has four."""


class BadJson(ValueError):
    """`code` is stable, the text is Chinese."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def loads(raw: bytes) -> Any:
    """The value.

    Raises:
        BadJson: it says what is wrong and, where it can, at which character.
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadJson("encoding", f"第 {error.start + 1} 个字节不是 UTF-8 编码") from None
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_integer
        )
    except json.JSONDecodeError as error:
        raise BadJson("json", f"不是有效的 JSON(第 {error.lineno} 行第 {error.colno} 个字符附近)") from None
    except RecursionError:
        raise BadJson("too_deep", f"嵌套超过 {DEEPEST} 层") from None
    _shallow(value)
    try:
        orjson.dumps(value)
    except TypeError:  # what is left is a string with half a surrogate pair
        raise BadJson("surrogate", "含有不完整的 Unicode 字符(单个代理项)") from None
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise BadJson("duplicate_name", f"“{twice[:60]}”出现了多次")
    return found


def _constant(text: str) -> Any:
    raise BadJson("number", f"{text} 不是有效的 JSON 数字")


def _float(text: str) -> float:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise BadJson("number", "数字过大")
    return value


def _integer(text: str) -> int:
    # 20 characters hold every 64-bit integer; longer ones are not even converted, which would take quadratic time.
    if len(text) > len("-9223372036854775808") or not -(2**63) <= int(text) < 2**63:
        raise BadJson("number", "整数超出 64 位")
    return int(text)


def _shallow(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise BadJson("too_deep", f"嵌套超过 {DEEPEST} 层")
