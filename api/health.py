"""Probes: alive says that this process answers, ready that it can do its work; at the root and under the API."""

from typing import Any

from fastapi import APIRouter
from sqlalchemy import text
from starlette.responses import Response

from api import metrics, problems
from api.wiring import Services
from search_service.errors import EngineUnavailable


def build(services: Services, *, shown: bool) -> APIRouter:
    """The two probes, and what is measured; `shown` in the description of the API."""
    router = APIRouter(include_in_schema=shown)

    @router.get("/healthz", summary="存活")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz", summary="就绪", responses=problems.responses(503))
    def readyz() -> dict[str, Any]:
        """Ready when the database answers: without engine or index searching is poorer, everything else works."""
        with services.database.read() as session:
            session.execute(text("SELECT 1"))
        return engine_state(services)

    @router.get("/metrics", include_in_schema=False)
    def measured() -> Response:
        """Gauges for Prometheus; kept inside by the proxy (`docs/operations.md`)."""
        return Response(metrics.exposition(services), media_type=metrics.CONTENT_TYPE)

    return router


def engine_state(services: Services) -> dict[str, Any]:
    """``ok`` or ``degraded``, and what is missing; an engine that is away is asked once, not for every kind."""
    names = [kind.name for kind in services.registry.kinds]
    try:
        missing = [name for name in names if services.engine.published(name) is None]
    except EngineUnavailable:
        return {"status": "degraded", "engine": "unavailable", "missing_indices": names}
    return {"status": "degraded" if missing else "ok", "engine": "ok", "missing_indices": missing}
