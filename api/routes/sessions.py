"""``/sessions``: signing in and out with a cookie, and where else one is signed in."""

import uuid
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api import account_schemas as schemas
from api import auth, cookies
from api.bodies import JSON, json_object, raw_body
from api.doors import needs
from api.problems import responses
from api.routes.accounts import NO_STORE, shown
from api.wiring import Services
from search_service.errors import NotFound
from search_service.people import contacts, sessions
from search_service.people.permissions import Permission
from search_service.records.access import instant

Raw = Annotated[bytes, Depends(raw_body)]
OWN = [*schemas.COOKIE, needs(Permission.OWN_ACCOUNT)]
CURRENT = "current"


def build(services: Services) -> APIRouter:
    """All routes."""
    router = APIRouter(prefix="/sessions", tags=["登录"])

    @router.post(
        "",
        name="create_session",
        summary="登录",
        status_code=201,
        dependencies=[needs(Permission.ENTER)],
        responses={
            201: schemas.gives("已登录;会话在 cookie 中", schemas.ME),
            **responses(400, 401, 403, 413, 415, 422, 429),
        },
        openapi_extra=schemas.body(("login", "password"), {"login": schemas.LOGIN, "password": schemas.TEXT}),
    )
    def create(request: Request, raw: Raw) -> Response:
        content = schemas.only(json_object(request, raw), ("login", "password"))
        login, visitor = content.get("login"), auth.visitor(request, content.get("login"))
        old = cookies.session(request)
        secret = sessions.login(services.database, login, content.get("password"), visitor, old)
        current = sessions.current(services.database, secret)
        assert current is not None, "it has just begun"
        response = Response(orjson.dumps(shown(request, services, current, secret)), 201, NO_STORE, JSON)
        cookies.sign_in(request, response, secret, contacts.login(login))
        return response

    @router.get(
        "",
        name="list_sessions",
        summary="在哪些设备上登录着",
        dependencies=OWN,
        responses={200: schemas.lists("登录的设备", "sessions", schemas.DEVICE), **responses(401, 403)},
    )
    def several(request: Request) -> Response:
        current = auth.signed_in(request, services)
        found = [_device(device, current) for device in sessions.devices(services.database, current.account_id)]
        return Response(orjson.dumps({"sessions": found}), 200, NO_STORE, JSON)

    @router.delete(
        "",
        name="delete_sessions",
        summary="退出所有设备",
        status_code=204,
        dependencies=OWN,
        responses={204: {"description": "已退出"}, **responses(401, 403)},
    )
    def everywhere(request: Request) -> Response:
        sessions.end_everywhere(services.database, auth.signed_in(request, services))
        response = Response(status_code=204)
        cookies.sign_out(request, response)
        return response

    @router.delete(
        "/{record_id}",
        name="delete_session",
        summary="退出一个设备",
        description="`current` 是当前这个。",
        status_code=204,
        dependencies=OWN,
        responses={204: {"description": "已退出"}, **responses(401, 403, 404)},
    )
    def one(request: Request, record_id: str) -> Response:
        current = auth.signed_in(request, services)
        wanted = current.session_id if record_id == CURRENT else identifier(record_id)
        sessions.end(services.database, current, wanted)
        response = Response(status_code=204)
        if wanted == current.session_id:
            cookies.sign_out(request, response)
        return response

    return router


def identifier(text: str) -> uuid.UUID:
    """An id from a URL.

    Raises:
        NotFound: it is none.
    """
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound("没有找到,请核对地址") from None


def _device(device: sessions.Device, current: sessions.Current) -> dict[str, Any]:
    return {
        "id": str(device.id),
        "device": device.device,
        "address": device.address,
        "created_at": instant(device.created_at),
        "seen_at": instant(device.seen_at),
        "current": device.id == current.session_id,
    }
