"""Doors: every route says what it asks for, ``dependencies=[needs(Permission.…)]``; one that says nothing stays shut.

What each role has is one table (`search_service/people/permissions.py`); here it is asked, before a body is read.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import anyio.to_thread
from fastapi import Depends, FastAPI, Request
from fastapi.routing import iter_route_contexts

from api import auth
from api.forgery import same_origin
from search_service.errors import DeclarationError
from search_service.kinds.access import Role
from search_service.people.permissions import Permission, allowed, require

OPEN = ("/static", "/api/v1/openapi.json")
"""What holds nothing but our own files and the description of this API."""


class Needs:
    """The dependency; what everybody has costs no look at who asks."""

    def __init__(self, permissions: Sequence[Permission]) -> None:
        self.permissions = tuple(permissions)

    async def __call__(self, request: Request) -> None:
        """Let in, or refuse; what only looks changes nothing, whoever made the browser ask."""
        if set(self.permissions) != {Permission.READ}:
            await same_origin(request)
        if not all(allowed(Role.PUBLIC, permission) for permission in self.permissions):
            await anyio.to_thread.run_sync(self._check, request)

    def _check(self, request: Request) -> None:
        require(auth.actor(request, request.app.state.services), self.permissions)


def needs(*permissions: Permission) -> Any:
    """What a route asks for: all of these."""
    return Depends(Needs(permissions))


def doors(app: FastAPI) -> Iterator[tuple[str, str, tuple[Permission, ...]]]:
    """Every method and path of the application, and what it asks for."""
    for route in iter_route_contexts(app.routes):
        path = route.path or ""
        if path in OPEN:
            continue
        asked = [d.dependency for d in getattr(route, "dependencies", ()) if isinstance(d.dependency, Needs)]
        permissions = tuple(sorted({p for found in asked for p in found.permissions}))
        for method in sorted(route.methods or {"*"}):
            yield method, path, permissions


def require_named(app: FastAPI) -> None:
    """Refuse to start with a route that asks for nothing: default deny.

    Raises:
        DeclarationError: naming each of them.
    """
    shut = [f"{method} {path}" for method, path, permissions in doors(app) if not permissions]
    if shut:
        raise DeclarationError(
            f"以下地址没有说明需要什么权限:{'、'.join(shut)};请加上 dependencies=[needs(Permission.…)](api/doors.py)"
        )
