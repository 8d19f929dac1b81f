"""What a request says: JSON bodies, read by one async dependency (only it may wait for bytes) and parsed strictly."""

from typing import Any

from fastapi import Request

from search_service.errors import Invalid, Malformed, Problem, UnsupportedMedia
from search_service.records.strict_json import BadJson, loads

JSON = "application/json"


async def raw_body(request: Request) -> bytes:
    """The bytes of the body; the application's own limit refuses what is too large."""
    return await request.body()


def only_parameters(request: Request, *names: str) -> None:
    """Refuse a query parameter that means nothing here: whoever misspells a filter must not take all for an answer.

    Raises:
        Invalid: every such parameter, with those that exist.
    """
    unknown = dict.fromkeys(name for name in request.query_params if name not in names)
    if unknown:
        hint = f"可用:{'、'.join(names)}"
        problems = [Problem("query", "unknown_parameter", f"没有“{name[:60]}”这个参数", hint) for name in unknown]
        raise Invalid(problems[0].message, problems=problems)


def json_object(request: Request, raw: bytes, *, optional: bool = False) -> dict[str, Any]:
    """The body as a JSON object; with `optional`, nothing is an empty one.

    Raises:
        UnsupportedMedia: not JSON by its own account, or packed.
        Malformed: no JSON, or one that readers would take in different ways.
        Invalid: JSON, but no object.
    """
    if optional and not raw.strip():
        return {}
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media != JSON:
        raise UnsupportedMedia(f"请以 Content-Type: {JSON} 提交")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMedia("请提交未压缩的内容")
    try:
        value = loads(raw)
    except BadJson as error:
        raise Malformed(f"请求内容{error}", problems=[Problem("body", error.code, str(error), "请核对 JSON")]) from None
    if not isinstance(value, dict):
        raise Invalid(
            "请求内容应为 JSON 对象", problems=[Problem("body", "type", "应为 JSON 对象", '例如 {"name": "…"}')]
        )
    return value
