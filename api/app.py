"""The web application: API, pages, static files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio.to_thread
from fastapi import FastAPI, Request
from sqlalchemy import text
from starlette.middleware.base import RequestResponseEndpoint
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from api import headers, problems, wiring
from api.pages import STATIC, build_pages, error_page
from api.routes import records, search
from api.wiring import Services
from search_service.store.session import POOL


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
        redirect_slashes=False,  # such a redirect leads to whatever host the request names (B11)
    )
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=problems.LARGEST_BODY)
    app.middleware("http")(_around)
    problems.install(app, error_page)
    app.include_router(search.build(services), prefix="/api/v1")
    app.include_router(records.build_router(services.registry, services), prefix="/api/v1")
    _health(app, services)
    app.include_router(build_pages(services))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.state.services = services
    return app


async def _around(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Our headers on every answer; a body that is announced as too large is refused here, in our words.

    The limit behind it stops what was not announced.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > problems.LARGEST_BODY:
        return headers.add(request, problems.too_large(request))
    return headers.add(request, await call_next(request))


def _health(app: FastAPI, services: Services) -> None:
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    def readyz() -> dict[str, Any]:
        """Ready when the database answers; without an index searching waits, the rest works."""
        with services.database.read() as session:
            session.execute(text("SELECT 1"))
        missing = [kind.name for kind in services.registry.kinds if services.engine.published(kind.name) is None]
        return {"status": "degraded" if missing else "ok", "missing_indices": missing}

    # At the root, too: that is where probes of container platforms look unless told otherwise.
    for prefix in ("/api/v1", ""):
        shown = bool(prefix)
        app.get(f"{prefix}/healthz", summary="存活", include_in_schema=shown)(healthz)
        app.get(f"{prefix}/readyz", summary="就绪", include_in_schema=shown, responses=problems.responses(503))(readyz)
