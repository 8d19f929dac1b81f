"""OpenAPI of records, derived from their declarations: what a body may hold, what an answer holds."""

from typing import Any

from api.schemas import parameter
from search_service.kinds.access import Level
from search_service.kinds.fields import Field, State
from search_service.kinds.record import Record
from search_service.records.access import may_write, owner_field

PROBLEMS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["loc", "code", "message", "hint"],
        "properties": {name: {"type": "string"} for name in ("loc", "code", "message", "hint")},
    },
}

IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,  # its absence is answered with 428, which says what to do, and not with a mere 422
    "description": '所改版本的 ETag,例如 "v7";缺少时答 428,版本不同时答 412',
    "schema": {"type": "string"},
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "重试时带上相同的键,得到相同的回答;保留 48 小时",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
IF_NONE_MATCH = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "已有版本的 ETag;未变时答 304",
    "schema": {"type": "string"},
}

PAGING = [
    parameter("page", "页码,从 1 起", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1}),
    parameter("size", "每页条数", {"type": "integer", "minimum": 1, "maximum": 100, "default": 10}),
]


def body(record: Record, *, required: bool) -> dict[str, Any]:
    """The request body: fields that somebody may write; with `required`, mandatory ones must be there."""
    owner = owner_field(record)
    fields = [f for f in record.fields if may_write(record, f, Level.ADMINISTRATOR) or (f is owner and required)]
    mandatory = [f.name for f in fields if f.required and f is not owner]  # a token of an institution implies it
    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {f.name: _input(f) for f in fields},
    }
    if required:
        schema["properties"]["key"] = {"type": "string", "minLength": 1, "maxLength": 200, "title": "外部标识"}
    if required and mandatory:
        schema["required"] = mandatory
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def reason_body() -> dict[str, Any]:
    """The request body of an action."""
    schema = {
        "type": "object",
        "additionalProperties": False,
        "properties": {"reason": {"type": "string", "maxLength": 500, "title": "原因"}},
    }
    return {"required": False, "content": {"application/json": {"schema": schema}}}


def answer(record: Record, description: str, *, warnings: bool = False) -> dict[str, Any]:
    """A response with one record and its ETag."""
    schema = shape(record)
    if warnings:
        schema["properties"]["warnings"] = PROBLEMS
        schema["required"] = [*schema["required"], "warnings"]
    return {
        "description": description,
        "headers": {"ETag": {"description": "版本", "schema": {"type": "string"}}},
        "content": {"application/json": {"schema": schema}},
    }


def shape(record: Record) -> dict[str, Any]:
    """A record as it is shown; fields for the owner alone are there only for the owner."""
    return {
        "type": "object",
        "required": [
            "id",
            "key",
            *(f.name for f in record.fields if f.read is Level.PUBLIC),
            *(f.name for f in record.derived),
            "row_version",
            "created_at",
            "updated_at",
        ],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "key": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            **{f.name: f.output() for f in (*record.fields, *record.derived)},
            "row_version": {"type": "integer", "minimum": 1},
            "created_at": {"type": "string", "format": "date-time"},
            "updated_at": {"type": "string", "format": "date-time"},
        },
    }


def listing(record: Record) -> dict[str, Any]:
    """A page of records."""
    schema = {
        "type": "object",
        "required": ["total", "total_is_exact", "page", "size", "hits"],
        "properties": {
            "total": {"type": "integer", "minimum": 0},
            "total_is_exact": {"type": "boolean"},
            "page": {"type": "integer", "minimum": 1},
            "size": {"type": "integer", "minimum": 1},
            "hits": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["kind", "id", "key", "url", "title", "fields"],
                    "properties": {
                        "kind": {"type": "string"},
                        "id": {"type": "string"},
                        "key": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                        "url": {"type": "string"},
                        "title": {"type": "string"},
                        "fields": {"type": "object"},
                    },
                },
            },
        },
    }
    return {"description": f"一页{record.label}", "content": {"application/json": {"schema": schema}}}


def _input(declared: Field) -> dict[str, Any]:
    schema = declared.schema()
    if declared.required or isinstance(declared, State):
        return schema
    return {"anyOf": [schema, {"type": "null"}]}
