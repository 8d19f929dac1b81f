"""The staff's view of a search: how it was read, scored and timed (F6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import explaining
from api.doors import needs
from api.pages.render import page
from search_service.people.permissions import Permission
from search_service.query.request import SearchRequest

if TYPE_CHECKING:
    from api.wiring import Services


def build(services: Services) -> APIRouter:
    """The page's route."""
    router = APIRouter(include_in_schema=False)

    @router.get("/staff/explain", dependencies=[needs(Permission.EXPLAIN_SEARCH)])
    def explain(request: Request) -> Response:
        q = request.query_params.get("q", "")
        found = services.search.explain(SearchRequest(q=q, kinds=tuple(request.query_params.getlist("kind"))))
        labels = {kind.name: kind.label for kind in services.registry.kinds}
        return page(
            "explain.html",
            q=q,
            found=found if q.strip() else None,
            summary=list(explaining.summary(found, labels)),
            tier=explaining.tier,
        )

    return router
