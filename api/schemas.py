"""OpenAPI pieces that are derived from the declared kinds."""

from collections.abc import Iterable
from typing import Any

from search_service.kinds.base import Kind
from search_service.kinds.slots import BOOST, CHOOSE, FILTER, NOTE, OVERRULED, REFUSED, SLOTS, TEXT
from search_service.search.check import VALID_ON, filter_names

_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}


def parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    """One query parameter."""
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def filter_parameters(kinds: Iterable[Kind]) -> list[dict[str, Any]]:
    """The filters of these kinds; repeated values are alternatives."""
    kinds = list(kinds)
    found = []
    for name in filter_names(kinds):
        if name == VALID_ON:
            found.append(parameter(name, "在该日有有效资质记录", {"type": "string", "format": "date"}))
            continue
        declared = next(kind.all_filters[name] for kind in kinds if name in kind.all_filters)
        description = f"{declared.label},可重复;{declared.choices}".rstrip(";")
        found.append(parameter(name, description, {"type": "array", "items": _TEXT}))
    return found


def _object(required: bool = True, **properties: Any) -> dict[str, Any]:  # noqa: FBT001, FBT002 - reads as a word
    schema: dict[str, Any] = {"type": "object", "properties": properties}
    return {**schema, "required": list(properties)} if required else schema


def _list_of(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": schema}


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


ANSWER = _answer(
    "一页结果",
    _object(
        query=_TEXT,
        understood=_list_of(
            _object(
                slot={"type": "string", "enum": list(SLOTS)},
                text=_TEXT,
                value=_TEXT,
                label=_TEXT,
                act={"type": "string", "enum": [FILTER, BOOST, NOTE, CHOOSE, TEXT, OVERRULED, REFUSED]},
                start=_COUNT,
                end=_COUNT,
                choices=_list_of(
                    _object(value=_TEXT, label=_TEXT, params={"type": "object", "additionalProperties": _TEXT})
                ),
            )
        ),
        total=_COUNT,
        total_is_exact={"type": "boolean"},
        partial={"type": "boolean"},
        took_ms={"type": "number"},
        kinds={"type": "object", "additionalProperties": _COUNT},
        facets={
            "type": "object",
            "additionalProperties": _list_of(
                _object(value=_TEXT, label=_TEXT, count=_COUNT, selected={"type": "boolean"})
            ),
        },
        hits=_list_of(
            _object(
                kind=_TEXT,
                id=_TEXT,
                key={"anyOf": [_TEXT, {"type": "null"}]},
                url=_TEXT,
                title=_TEXT,
                fields={"type": "object"},
                highlights={"type": "object", "additionalProperties": _TEXT},
                why=_list_of(_TEXT),
                loosened=_list_of(_TEXT),
            )
        ),
        relaxed=_list_of(_TEXT),
        prefill={"anyOf": [{"type": "object"}, {"type": "null"}]},
        did_you_mean=_list_of(_TEXT),
        promise=_TEXT,
        notes=_list_of(_TEXT),
    ),
)

SUGGESTIONS = _answer(
    "联想词",
    _object(suggestions=_list_of(_object(text=_TEXT, kind=_TEXT, id=_TEXT, url=_TEXT, highlighted=_TEXT))),
)
