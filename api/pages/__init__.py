"""Pages for people: Jinja templates on the server, every state in the URL, nothing that needs a script."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.headers import degraded
from api.pages import docs, explain, standards_check, views
from api.pages.files import StaticByContent
from api.pages.render import STATIC, page
from api.pages.state import State
from search_service.errors import NotFound
from search_service.kinds.base import Kind
from search_service.search.check import filter_names

if TYPE_CHECKING:
    from api.wiring import Services

__all__ = ["STATIC", "StaticByContent", "build_pages", "error_page"]


def build_pages(services: Services) -> APIRouter:
    """All pages.  Kinds are looked up when asked for, so a newly declared one has its page at once."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/")
    def home() -> Response:
        return page("home.html", **views.home(services))

    @router.get("/search")
    def search(request: Request) -> Response:
        state = State.read(request.query_params, filter_names(services.registry.kinds))
        shown = views.search(services, state)
        found = page("search.html", **shown)
        found.headers.update(degraded(shown["answer"]["partial"]))
        return found

    @router.get("/docs")
    def interface(request: Request) -> Response:
        return page("docs.html", q="", groups=docs.groups(request.app.openapi()))

    router.include_router(standards_check.build(services))
    router.include_router(explain.build(services))

    @router.get("/{plural}/{record_id:uuid}")
    def record(request: Request, plural: str, record_id: uuid.UUID) -> Response:
        kind = services.registry.by_plural(plural)
        if not isinstance(kind, Kind):
            raise NotFound("没有这个页面")
        return page(kind.page, kind=kind, **views.record(services, kind, record_id, request.query_params))

    for kind in services.registry.kinds:
        router.add_api_route(f"/{kind.plural}", _listing(kind))
    return router


def _listing(kind: Kind) -> Any:
    def listing(request: Request) -> Response:
        state = State.read(request.query_params, filter_names([kind]))
        return RedirectResponse(replace(state, kinds=(kind.name,)).url(), 302)

    return listing


HINTS = {
    401: "请登录后重试。",
    403: "如果您认为应该有权限，请联系平台。",
    404: "链接可能已经过期，或者内容不再公开。可以用上面的搜索框再找一次。",
    422: "请按上面的提示修改后重试。",
    500: "不是您的问题。请稍后重试；如果一直这样，请把下面的编号告诉平台。",
    503: "通常几秒钟后就会恢复。请稍后刷新页面。",
}
"""What to do next, by status."""


def error_page(request: Request, problem: dict[str, Any]) -> Response:
    """A problem (`docs/api.md`, errors) for people: what happened, where, what to do next; what was typed is kept."""
    status = problem["status"]
    if status == 401 and request.method == "GET":  # noqa: PLR2004 - who is not signed in may do so and come back
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return RedirectResponse(f"/login?{urlencode({'next': asked})}", 303, {"Cache-Control": "no-store"})
    return page(
        "error.html",
        status,
        q=request.query_params.get("q", "") if request.url.path == "/search" else "",
        problem=problem,
        hint=HINTS.get(status, "请返回上一页重试。"),
    )
