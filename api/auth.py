"""Who asks: ``Authorization: Bearer zx_…``.  No header is the public; a token that we do not know is refused."""

from fastapi import Request

from api.wiring import Services
from search_service.errors import Unauthenticated
from search_service.kinds.access import PUBLIC, Actor
from search_service.records.tokens import actor_of

SCHEME = "bearer"


def actor(request: Request, services: Services) -> Actor:
    """The actor of a request.

    Raises:
        Unauthenticated: there is a header, but no token of ours in it.
    """
    header = request.headers.get("authorization")
    if header is None:
        return PUBLIC
    scheme, _, token = header.partition(" ")
    found = None
    if scheme.lower() == SCHEME and token.strip():
        with services.database.read() as session:
            found = actor_of(session, token.strip())
    if found is None:
        raise Unauthenticated("令牌无效或已撤销:请核对 Authorization: Bearer zx_…,或向平台申请新令牌")
    return found
