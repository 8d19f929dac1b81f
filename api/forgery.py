"""Requests that another site makes a browser send (CSRF, S7).

Only what a browser sends by itself can be forged: a request with our `Authorization` header cannot, and passes.  For
the rest, everything that changes something must come from our own pages: browsers say so in `Sec-Fetch-Site` or
`Origin`.  One that says neither may use a session only with the token of its forms, and without one send no form.
"""

import hmac
from urllib.parse import parse_qs

from fastapi import Request

from api import cookies
from search_service.errors import Forbidden

SAFE = {"GET", "HEAD", "OPTIONS"}
OURS = {"same-origin", "none"}
"""`none` is a person: a bookmark, the address bar.  A sister host (`same-site`) is not us."""
FORM = "application/x-www-form-urlencoded"
FIELD, HEADER = "csrf", "x-csrf-token"
MEDIA_OF_FORMS = (FORM, "multipart/form-data", "text/plain")
"""What a foreign page's form can send without being asked first (Fetch, "CORS-safelisted")."""


class Forged(Forbidden):
    """A request that did not begin on our pages."""

    code, title = "cross_site", "请求不是从本站页面发出的"


async def same_origin(request: Request) -> None:
    """Refuse what another site may have caused (asked at every door, `api/doors.py`).

    Raises:
        Forged: with what to do.
    """
    if request.method in SAFE or "authorization" in request.headers:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is not None:
        ours = site in OURS
    elif origin is not None:
        ours = origin in _origins(request)
    else:
        ours = await _said_neither(request)
    if not ours:
        raise Forged("请求不是从本站页面发出的,没有执行:请在本站打开页面后重试")


def form_token(request: Request) -> str:
    """What the forms of a signed-in page carry; empty without a session."""
    secret = cookies.session(request)
    return token_of(request, secret) if secret else ""


def token_of(request: Request, secret: str) -> str:
    """The token that belongs to a session's secret."""
    key = request.app.state.services.settings.secret_key.get_secret_value()
    return hmac.new(key.encode(), f"csrf\n{secret}".encode(errors="replace"), "sha256").hexdigest()


async def _said_neither(request: Request) -> bool:
    secret = cookies.session(request)
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if secret is None:
        return media not in MEDIA_OF_FORMS  # a program that calls the API; forms come from browsers, which say so
    given = request.headers.get(HEADER, "")
    if not given and media == FORM:
        given = parse_qs((await request.body()).decode("utf-8", "replace"), max_num_fields=100).get(FIELD, [""])[0]
    return hmac.compare_digest(given.encode(), token_of(request, secret).encode())


def _origins(request: Request) -> set[str]:
    """Our own addresses: the one that people are given, and the one that was asked for (its host was checked)."""
    return {request.app.state.services.settings.public_url.rstrip("/"), f"{request.url.scheme}://{request.url.netloc}"}
