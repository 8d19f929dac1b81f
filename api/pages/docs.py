"""The interface described for people, from the same OpenAPI document that programs read; nothing from elsewhere."""

from collections.abc import Mapping
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
"""In the order in which somebody meets them."""

TYPES = {"string": "文本", "integer": "整数", "number": "数", "boolean": "是/否", "object": "对象", "array": "列表"}
FORMATS = {"date": "日期", "date-time": "时刻", "uuid": "id"}
PLACES = {"query": "查询", "path": "路径", "header": "请求头"}


def groups(document: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Operations by tag, in the order of the document; those without a tag stand under 其他."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                operation = item[method]
                tag = next(iter(operation.get("tags", ())), "其他")
                found.setdefault(tag, []).append(_operation(method, path, operation))
    return found


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    contents: list[dict[str, Any]] = list(operation.get("requestBody", {}).get("content", {}).values())
    body = contents[0].get("schema", {}) if contents else {}
    required = set(body.get("required", ()))
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation.get("summary", ""),
        "description": _chinese(operation.get("description", "")),
        "secured": bool(operation.get("security")),
        "parameters": [
            {
                "name": p["name"],
                "place": PLACES.get(p["in"], p["in"]),
                "type": said(p.get("schema", {})),
                "required": p.get("required", False),
                "text": p.get("description", ""),
            }
            for p in operation.get("parameters", ())
        ],
        "body": [
            {
                "name": name,
                "type": said(schema),
                "required": name in required,
                "text": _first(schema, "title") or _first(schema, "description"),
            }
            for name, schema in body.get("properties", {}).items()
        ],
        "answers": [
            {"status": status, "text": answer.get("description", "")}
            for status, answer in sorted(operation.get("responses", {}).items())
        ],
    }


def _chinese(text: str) -> str:
    """Only what was written for users: a docstring of ours, which FastAPI puts here too, is for developers."""
    return text if any("\u4e00" <= c <= "\u9fff" for c in text) else ""


def _first(schema: Mapping[str, Any], name: str) -> str:
    """A word of a schema or of one of its alternatives."""
    return str(schema.get(name) or next((o[name] for o in schema.get("anyOf", ()) if o.get(name)), ""))


def said(schema: Mapping[str, Any]) -> str:
    """A schema in a few words."""
    if "anyOf" in schema:
        return "或".join(dict.fromkeys(said(option) for option in schema["anyOf"] if option.get("type") != "null"))
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    kind = schema.get("type", "")
    if kind == "array":
        return f"列表：{said(schema.get('items', {}))}"
    words = FORMATS.get(schema.get("format", "")) or TYPES.get(kind, "任意")
    limits = [f"≤ {schema[name]}" for name in ("maxLength", "maximum") if name in schema]
    return f"{words} {'，'.join(limits)}".strip()
