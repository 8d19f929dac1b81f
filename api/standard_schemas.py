"""The check of many standard numbers as JSON: what comes in, what goes out (`docs/api.md`)."""

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from search_service.errors import Invalid, Problem
from search_service.standards.check import Checked, Report, Supply
from search_service.standards.known import Known
from search_service.standards.reading import LONGEST, LONGEST_LINE, MOST, Entry, read_list, read_text
from search_service.standards.resolve import CONFIDENCES

LONGEST_REGION = 60
"""Characters of a division's name (`store/division.py`)."""

_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


_MAYBE = _or_null(_TEXT)
_DAY = _or_null({"type": "string", "format": "date"})

BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {
                    "text": {
                        "type": "string",
                        "minLength": 1,
                        "maxLength": LONGEST,
                        "description": f"标准编号,一行一个,或用顿号、分号隔开;至多 {MOST} 个",
                    },
                    "numbers": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": MOST,
                        "items": {"type": "string", "maxLength": LONGEST_LINE},
                        "description": "标准编号的列表;与 text 二选一",
                    },
                    "region": {
                        **_or_null({"type": "string", "maxLength": LONGEST_REGION}),
                        "description": "六位行政区划代码或全称:只数这个地区的机构",
                    },
                },
                "oneOf": [{"required": ["text"]}, {"required": ["numbers"]}],
                "additionalProperties": False,
            },
            "example": {"text": "GB/T 228.1-2010\nJJG52", "region": "610000"},
        }
    },
}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(properties)}


_RECORD = {
    "id": _TEXT,
    "key": _MAYBE,
    "url": _TEXT,
    "number": _TEXT,
    "title": _TEXT,
    "status": _TEXT,
    "effective_on": _DAY,
    "withdrawn_on": _DAY,
}
_SUPPLY = {"institutions": _COUNT, "institutions_url": _MAYBE}

ANSWER = {
    "description": "逐个编号的结果,顺序与输入相同",
    "content": {
        "application/json": {
            "schema": _object(
                as_of={"type": "string", "format": "date"},
                region=_or_null(_object(value=_TEXT, label=_TEXT)),
                total=_COUNT,
                counts=_object(**dict.fromkeys(CONFIDENCES, _COUNT)),
                results={
                    "type": "array",
                    "items": _object(
                        line=_COUNT,
                        typed=_TEXT,
                        confidence={"type": "string", "enum": list(CONFIDENCES)},
                        reason=_TEXT,
                        **{name: _MAYBE for name in _RECORD if not name.endswith("_on")},
                        effective_on=_DAY,
                        withdrawn_on=_DAY,
                        note=_TEXT,
                        institutions=_or_null(_COUNT),
                        institutions_url=_MAYBE,
                        successors={"type": "array", "items": _object(**_RECORD, how=_TEXT, **_SUPPLY)},
                        candidates={"type": "array", "items": _object(**_RECORD)},
                    ),
                },
            )
        }
    },
}


def entries(content: Mapping[str, Any]) -> tuple[list[Entry], str | None]:
    """The numbers of a body and its region.

    Raises:
        Invalid: it is not as described, or holds more than 500 numbers.
    """
    problems = _strange(content)
    if problems:
        raise Invalid("请求内容不符合要求", problems=problems)
    region = content.get("region")
    found = read_text(content["text"]) if "text" in content else read_list(content["numbers"])
    return found, region


def _strange(content: Mapping[str, Any]) -> list[Problem]:
    """What is not as described; too many and too long are refused where they are read, in their own words."""
    problems = [
        Problem(f"body.{name[:40]}", "unknown_field", "没有这个字段", "可用:text、numbers、region")
        for name in content
        if name not in {"text", "numbers", "region"}
    ]
    if ("text" in content) == ("numbers" in content):
        problems.append(
            Problem("body", "required", "text 与 numbers 应填且只填一个", '例如 {"text": "GB/T 228.1-2021"}')
        )
    if "text" in content and not isinstance(content["text"], str):
        problems.append(Problem("body.text", "type", "应为文本", "一行一个标准编号"))
    numbers = content.get("numbers", [])
    if not isinstance(numbers, list) or not all(isinstance(one, str) for one in numbers):
        problems.append(Problem("body.numbers", "type", "应为文本的列表", '例如 ["GB/T 228.1-2021"]'))
    region = content.get("region")
    if region is not None and (not isinstance(region, str) or len(region) > LONGEST_REGION):
        problems.append(Problem("body.region", "type", "应为六位行政区划代码或全称", "例如 610100"))
    return problems


def answer(report: Report) -> dict[str, Any]:
    """The report as JSON."""
    region = report.region.value if report.region else None
    return {
        "as_of": report.as_of,
        "region": {"value": report.region.value, "label": report.region.label} if report.region else None,
        "total": len(report.results),
        "counts": report.counts,
        "results": [_result(one, region) for one in report.results],
    }


def _result(one: Checked, region: str | None) -> dict[str, Any]:
    row = one.row
    return {
        "line": one.entry.line,
        "typed": one.entry.typed,
        "confidence": one.resolution.confidence,
        "reason": one.resolution.reason,
        **(_record(row, one.as_of) if row else {**dict.fromkeys(_RECORD), "number": one.number}),
        "note": one.note,
        **(_supply(one.supply, row, region) if row else dict.fromkeys(_SUPPLY)),
        "successors": [
            {**_record(found.row, one.as_of), "how": found.how, **_supply(one.supply, found.row, region)}
            for found in one.successors
        ],
        "candidates": [_record(found, one.as_of) for found in one.resolution.candidates],
    }


def _record(row: Known, as_of: Any) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "key": row.key,
        "url": row.url,
        "number": row.number,
        "title": row.title,
        "status": row.standing(as_of),
        "effective_on": row.effective_on,
        "withdrawn_on": row.withdrawn_on,
    }


def _supply(supplies: Mapping[uuid.UUID, Supply], row: Known, region: str | None) -> dict[str, Any]:
    found = supplies[row.id]
    return {"institutions": found.count, "institutions_url": offers_url(row.number, found, region)}


def offers_url(number: str, found: Supply, region: str | None) -> str | None:
    """The search for the rows that were counted; None where there are none."""
    if not found.count:
        return None
    pairs = [("q", number), *(("kind", kind) for kind in found.kinds), *([("region", region)] if region else [])]
    return f"/search?{urlencode(pairs)}"
