"""Who asks: ``Authorization: Bearer zx_…`` for scripts, a session's cookie for people; neither is the public.

A token that we do not know is refused; a cookie that we do not know is a session that is over, and its browser the
public again.
"""

import uuid

from fastapi import Request

from api import cookies
from api.wiring import Services
from search_service.errors import Forbidden, Unauthenticated
from search_service.kinds.access import PUBLIC, Actor
from search_service.people import contacts, guests, sessions
from search_service.people.guests import Guest
from search_service.people.sessions import Current, Visitor
from search_service.records.tokens import actor_of

SCHEME = "bearer"
GUEST_SECRET = "x-guest-secret"  # noqa: S105 - a header's name
_NOBODY = object()


def actor(request: Request, services: Services) -> Actor:
    """The actor of a request.

    Raises:
        Unauthenticated: there is a header, but no token of ours in it.
    """
    known = getattr(request.state, "actor", None)
    if isinstance(known, Actor):
        return known
    header = request.headers.get("authorization")
    if header is not None:
        found = _of_token(services, header)
    else:
        signed_in = session(request, services)
        found = signed_in.actor if signed_in is not None else PUBLIC
    request.state.actor = found
    return found


def session(request: Request, services: Services) -> Current | None:
    """The session of a request, without a token in its header."""
    known = getattr(request.state, "session", _NOBODY)
    if known is _NOBODY:
        secret = None if "authorization" in request.headers else cookies.session(request)
        known = request.state.session = sessions.current(services.database, secret) if secret else None
    assert known is None or isinstance(known, Current)
    return known


def signed_in(request: Request, services: Services) -> Current:
    """The session of a request that is about its own account.

    Raises:
        Unauthenticated: there is none.
        Forbidden: a script's token has no account.
    """
    found = session(request, services)
    if found is None:
        if "authorization" in request.headers:
            raise Forbidden("令牌没有自己的账号和会话:请登录后操作")
        raise Unauthenticated("此操作需要登录:请先登录")
    return found


def visitor(request: Request, login: object = "") -> Visitor:
    """Where a request comes from; its device's mark counts for the `login` that it was made for."""
    address = request.client.host if request.client is not None else "unknown"
    named = contacts.login(login)
    return Visitor(address, request.headers.get("user-agent", ""), cookies.device(request, named) if named else None)


def guest(request: Request, services: Services, kind: str, record_id: uuid.UUID) -> Guest | None:
    """Who follows a record by its secret link (``?secret=``, or a header for programs); None for everybody else."""
    secret = request.headers.get(GUEST_SECRET) or request.query_params.get("secret")
    return guests.holder(services.database, kind, record_id, secret)


def _of_token(services: Services, header: str) -> Actor:
    scheme, _, token = header.partition(" ")
    found = None
    if scheme.lower() == SCHEME and token.strip():
        with services.database.read() as reading:
            found = actor_of(reading, token.strip())
    if found is None:
        raise Unauthenticated("令牌无效或已撤销:请核对 Authorization: Bearer zx_…,或向平台申请新令牌")
    return found
