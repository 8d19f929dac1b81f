"""All errors as ``application/problem+json`` (RFC 9457): Chinese text, a stable code, no stack, no engine's word."""

import logging
import uuid
from collections.abc import Callable
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from search_service.errors import Problem, ZhixunError

LOG = logging.getLogger(__name__)
MEDIA = "application/problem+json"

HTTP_TITLES = {
    400: ("malformed", "请求格式不正确"),
    404: ("not_found", "没有找到"),
    405: ("method_not_allowed", "不支持的请求方法"),
    413: ("too_large", "请求内容过大"),
    415: ("unsupported_media", "不支持的内容类型"),
}
"""Errors that the framework raises by itself."""

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
    return known.get(status) or HTTP_TITLES.get(status, ("", "错误"))[1]


def _tree(cls: type[ZhixunError]) -> list[type[ZhixunError]]:
    return [found for child in cls.__subclasses__() for found in (*_tree(child), child)]


def trace_id(request: Request) -> str:
    """The id that joins an answer to our logs."""
    found = getattr(request.state, "trace_id", None)
    if found is None:
        found = request.state.trace_id = uuid.uuid4().hex
    return str(found)


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


def install(app: FastAPI, page: Page) -> None:
    """Answer every error of the app; people on a page get a page."""

    def answer(request: Request, problem: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
        if not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", ""):
            response = page(request, problem)
        else:
            response = Response(orjson.dumps(problem), problem["status"], media_type=MEDIA)
        response.headers.update(headers or {})
        return response

    @app.exception_handler(ZhixunError)
    def refused(request: Request, error: ZhixunError) -> Response:
        if error.status >= 500:  # noqa: PLR2004 - ours to look into
            LOG.error("refused %s %s", error.code, trace_id(request), exc_info=error)
        headers = {} if error.retry_after is None else {"Retry-After": str(error.retry_after)}
        if error.status == 401:  # noqa: PLR2004 - RFC 9110 §15.5.2 asks for the challenge
            headers["WWW-Authenticate"] = "Bearer"
        problem = body(request, error.status, error.code, error.title, error.detail, list(error.problems))
        return answer(request, problem, headers)

    @app.exception_handler(RequestValidationError)
    def invalid(request: Request, error: RequestValidationError) -> Response:
        problems = [
            Problem(".".join(map(str, e["loc"])), str(e["type"]), "取值不符合要求", "请对照接口文档核对")
            for e in error.errors()
        ]
        return answer(request, body(request, 422, "invalid", "输入内容不符合要求", "输入内容不符合要求", problems))

    @app.exception_handler(HTTPException)
    def framework(request: Request, error: HTTPException) -> Response:
        code, title = HTTP_TITLES.get(error.status_code, ("http", "请求无法处理"))
        problem = body(request, error.status_code, code, title, title, [])
        return answer(request, problem, dict(error.headers or {}))

    @app.exception_handler(Exception)
    def unexpected(request: Request, error: Exception) -> Response:
        LOG.error("unexpected %s", trace_id(request), exc_info=error)
        detail = "服务器内部错误,请稍后重试;如仍出现,请将 trace_id 告知平台"
        return answer(request, body(request, 500, "internal", "服务器内部错误", detail, []))
