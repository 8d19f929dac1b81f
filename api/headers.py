"""Headers of every answer, errors included: what browsers may do with it, and the id that joins it to our logs."""

import uuid

from fastapi import Request
from starlette.datastructures import MutableHeaders

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; "
        "frame-ancestors 'none'; form-action 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin",
}


YEAR = 365 * 24 * 3600
"""Seconds for which a browser remembers to come over https only; a year is what preload lists ask."""


def trace_id(request: Request) -> str:
    """The id of a request, made when it is first asked for."""
    found = getattr(request.state, "trace_id", None)
    if found is None:
        found = request.state.trace_id = uuid.uuid4().hex
    return str(found)


def add(request: Request, headers: MutableHeaders) -> None:
    """Set them; what a route has set by itself stays."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if request.app.state.services.settings.public_url.startswith("https://"):
        headers.setdefault("Strict-Transport-Security", f"max-age={YEAR}")
    headers["X-Trace-Id"] = trace_id(request)


def degraded(partial: bool) -> dict[str, str]:  # noqa: FBT001 - reads as a word
    """What says that the search engine is away and the database answered as far as it can."""
    return {"X-Degraded": "search"} if partial else {}
