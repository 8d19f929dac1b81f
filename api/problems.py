"""All errors as ``application/problem+json`` (RFC 9457): Chinese text, a stable code, no stack, no engine's word."""

import logging
from collections.abc import Callable
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match

from api import headers
from api.headers import trace_id
from search_service.errors import Problem, TooLarge, ZhixunError

LOG = logging.getLogger(__name__)
MEDIA = "application/problem+json"

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes of a request: the longest record is some 60 kB of text; uploads come with their own limit later."""

TOO_LARGE = f"请求内容不能超过 {LARGEST_BODY // 1024 // 1024} MB:请分批提交"

HTTP_ERRORS = {
    400: ("malformed", "请求格式不正确", "请求格式不正确,请核对后重试"),
    404: ("not_found", "没有找到", "没有这个地址,请核对路径"),
    405: ("method_not_allowed", "不支持的请求方法", "此地址不支持这种请求方法"),
    413: (TooLarge.code, TooLarge.title, TOO_LARGE),
    415: ("unsupported_media", "不支持的内容类型", "请以 Content-Type: application/json 提交"),
}
"""Errors that the framework raises by itself: code, title, detail."""

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""What routes may declare; HEAD goes wherever GET does (`api/head.py`)."""

RETRY_SECONDS = 5
"""When to come back after a 503: by then another writer is done and a new index is published."""

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code", "trace_id", "errors"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string"},
        "trace_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["loc", "code", "message", "hint"],
                "properties": {name: {"type": "string"} for name in ("loc", "code", "message", "hint")},
            },
        },
    },
}

Page = Callable[[Request, dict[str, Any]], Response]
"""Renders a problem for people."""


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI entries for these statuses."""
    return {s: {"description": _title(s), "content": {MEDIA: {"schema": PROBLEM_SCHEMA}}} for s in statuses}


def _title(status: int) -> str:
    known = {c.status: c.title for c in _tree(ZhixunError)}
    return known.get(status) or HTTP_ERRORS.get(status, ("", "错误", ""))[1]


def _tree(cls: type[ZhixunError]) -> list[type[ZhixunError]]:
    return [found for child in cls.__subclasses__() for found in (*_tree(child), child)]


def body(request: Request, status: int, code: str, title: str, detail: str, problems: list[Problem]) -> dict[str, Any]:
    """The problem as plain data."""
    return {
        "type": f"urn:zhixun:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path.encode("utf-8", "replace").decode("utf-8", "replace"),
        "code": code,
        "trace_id": trace_id(request),
        "errors": [{"loc": p.loc, "code": p.code, "message": p.message, "hint": p.hint} for p in problems],
    }


def plain(problem: dict[str, Any]) -> Response:
    """The problem for programs."""
    return Response(orjson.dumps(problem), problem["status"], media_type=MEDIA)


def too_large(request: Request) -> Response:
    """The answer to a body that announces itself as too large: it is not even read."""
    return plain(body(request, TooLarge.status, TooLarge.code, TooLarge.title, TOO_LARGE, []))


def foreign_host(request: Request) -> Response:
    """The answer to a request for a name that is not ours."""
    return plain(body(request, 400, "host", "请求的主机名不属于本站", "请使用本站的网址访问", []))


def _allowed(app: FastAPI, request: Request, error: HTTPException) -> dict[str, str]:
    """What the address may be asked (RFC 9110 §15.5.6): the framework names the methods of one of its routes only."""
    if error.status_code != 405:  # noqa: PLR2004 - the one status that needs it
        return {}
    asked = {method: {**request.scope, "method": method} for method in METHODS}
    found = [m for m, scope in asked.items() if any(route.matches(scope)[0] is Match.FULL for route in app.routes)]
    if "GET" in found:
        found.insert(found.index("GET") + 1, "HEAD")
    return {"Allow": ", ".join(found)} if found else {}


def _beside(error: ZhixunError) -> dict[str, str]:
    """Headers that belong to an error."""
    found = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
    if error.status == 401:  # noqa: PLR2004 - RFC 9110 §15.5.2 asks for the challenge
        found["WWW-Authenticate"] = "Bearer"
    return found


def install(app: FastAPI, page: Page) -> None:
    """Answer every error of the app; people on a page get a page."""

    def answer(request: Request, problem: dict[str, Any], more: dict[str, str] | None = None) -> Response:
        for_people = not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")
        response = page(request, problem) if for_people else plain(problem)
        if problem["status"] == 503:  # noqa: PLR2004 - RFC 9110 §15.6.4
            response.headers["Retry-After"] = str(RETRY_SECONDS)
        response.headers.update(more or {})
        return response

    @app.exception_handler(ZhixunError)
    def refused(request: Request, error: ZhixunError) -> Response:
        if error.status >= 500:  # noqa: PLR2004 - ours to look into
            # An outage is said in a line: it happens to every request, and the stack is always the same.
            shown = None if error.status == 503 else error  # noqa: PLR2004 - as above
            LOG.error("refused %s %s", error.code, trace_id(request), exc_info=shown)
        problem = body(request, error.status, error.code, error.title, error.detail, list(error.problems))
        return answer(request, problem, _beside(error))

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        problems = [
            Problem(".".join(map(str, e["loc"])), str(e["type"]), "取值不符合要求", "请对照接口文档核对")
            for e in error.errors()
        ]
        return answer(request, body(request, 422, "invalid", "输入内容不符合要求", "输入内容不符合要求", problems))

    @app.exception_handler(HTTPException)
    def framework(request: Request, error: HTTPException) -> Response:
        code, title, detail = HTTP_ERRORS.get(error.status_code, ("http", "请求无法处理", "请求无法处理,请核对后重试"))
        more = {**(error.headers or {}), **_allowed(app, request, error)}
        detail += f",可用:{more['Allow']}" if "Allow" in more else ""
        return answer(request, body(request, error.status_code, code, title, detail, []), more)

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> Response:
        LOG.error("unexpected %s", trace_id(request), exc_info=error)
        detail = "服务器内部错误,请稍后重试;如仍出现,请将 trace_id 告知平台"
        response = answer(request, body(request, 500, "internal", "服务器内部错误", detail, []))
        headers.add(request, response.headers)  # the framework sends this one from outside our middleware
        return response
