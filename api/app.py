"""The web application: API, pages, static files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
import orjson
from fastapi import FastAPI, Request
from sqlalchemy import text
from starlette.middleware.base import RequestResponseEndpoint
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from api import problems, wiring
from api.pages import STATIC, build_pages, error_page
from api.routes import records, search
from api.wiring import Services
from search_service.store.session import POOL

LARGEST_BODY = 2 * 1024 * 1024
"""Bytes of a request: the longest record is some 60 kB of text; uploads come with their own limit later."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin",
}


def create(services: Services | None = None) -> FastAPI:
    """The application; without `services` it is wired from the environment and owns what it opened."""
    owned = services is None
    services = services or wiring.build()
    jobs = wiring.background(services)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        # As many requests at once as there are connections: none waits for another in a circle (fastapi#3205).
        anyio.to_thread.current_default_thread_limiter().total_tokens = POOL
        jobs.start()
        yield
        jobs.stop()
        if owned:
            services.close()

    app = FastAPI(
        title="质寻 API",
        version="1",
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=LARGEST_BODY)
    app.middleware("http")(_headers)
    problems.install(app, error_page)
    app.include_router(search.build(services), prefix="/api/v1")
    app.include_router(records.build_router(services.registry, services), prefix="/api/v1")
    _health(app, services)
    app.include_router(build_pages(services))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.state.services = services
    return app


async def _headers(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Trace-Id"] = problems.trace_id(request)
    return response


def _health(app: FastAPI, services: Services) -> None:
    @app.get("/api/v1/healthz", summary="存活")
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/api/v1/readyz", summary="就绪", responses=problems.responses(503))
    def readyz() -> Response:
        """Ready when the database answers; without an index searching waits, the rest works."""
        with services.database.read() as session:
            session.execute(text("SELECT 1"))
        missing = [kind.name for kind in services.registry.kinds if services.engine.published(kind.name) is None]
        status: dict[str, Any] = {"status": "degraded" if missing else "ok", "missing_indices": missing}
        return Response(orjson.dumps(status), media_type="application/json")
