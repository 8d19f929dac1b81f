"""The web application: API, pages, static files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio.to_thread
from fastapi import FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from api import health, logs, problems, wiring
from api.around import Around
from api.doors import needs, require_named
from api.head import HeadAsGet
from api.pages import (
    STATIC,
    StaticByContent,
    account,
    build_pages,
    error_page,
    guest_link,
    opinion,
    requirement_form,
    requirement_page,
)
from api.pages import worklist as staff_pages
from api.routes import (
    accounts,
    memberships,
    recommendations,
    records,
    requirements,
    search,
    sessions,
    standards,
    vocabulary,
    worklist,
)
from api.wiring import Services
from search_service.people.permissions import Permission
from search_service.store.session import POOL


def create(services: Services | None = None) -> FastAPI:
    """The application; without `services` it is wired from the environment and owns what it opened."""
    owned = services is None
    services = services or wiring.build(web=True)
    if owned:
        logs.set_up(services.settings)
    jobs = wiring.background(services)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        del app
        # As many requests at once as there are connections: none waits for another in a circle (fastapi#3205).
        anyio.to_thread.current_default_thread_limiter().total_tokens = POOL
        jobs.start()
        services.query_log.start()
        if owned:  # a process of its own: its first search need not wait two seconds for the words of the records
            services.search.warm()
        yield
        services.query_log.stop()
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
    app.add_middleware(Around, settings=services.settings)
    app.add_middleware(HeadAsGet)
    problems.install(app, error_page)
    public = [needs(Permission.READ)]
    app.include_router(search.build(services), prefix="/api/v1", dependencies=public)
    app.include_router(standards.build(services), prefix="/api/v1", dependencies=public)
    app.include_router(requirements.build(services), prefix="/api/v1")
    app.include_router(recommendations.build(services), prefix="/api/v1")
    app.include_router(vocabulary.build(services), prefix="/api/v1", dependencies=[needs(Permission.PROPOSE_WORDS)])
    app.include_router(records.build_router(services.registry, services), prefix="/api/v1")
    people = (accounts.build(services), sessions.build(services), memberships.build(services))
    for router in (*people, worklist.build(services)):
        app.include_router(router, prefix="/api/v1")
    for prefix in ("/api/v1", ""):  # at the root, too: where probes of container platforms look unless told otherwise
        app.include_router(health.build(services, shown=bool(prefix)), prefix=prefix, dependencies=public)
    app.include_router(account.build(services))
    app.include_router(staff_pages.build(services))
    app.include_router(guest_link.build(services))
    app.include_router(requirement_form.build(services))
    app.include_router(requirement_page.build(services))
    app.include_router(opinion.build(services))
    app.include_router(build_pages(services), dependencies=public)
    app.mount("/static", StaticByContent(directory=STATIC), name="static")
    app.state.services = services
    require_named(app)
    return app
