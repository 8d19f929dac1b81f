"""Around every request: whom it is for, how large it says it is, and our headers on whatever is answered.

A body that is announced as too large is refused here, in our words; the limit behind it stops what was not announced.
"""

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api import headers, hosts, problems
from api.settings import Settings


class Around:
    """Plain ASGI: Starlette's way to write this as a function runs each request in a task of its own."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or refuse."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers.add(request, MutableHeaders(scope=message))
            await send(message)

        refused = self._refused(request)
        await (self._app if refused is None else refused)(scope, receive, with_headers)

    def _refused(self, request: Request) -> Response | None:
        if not hosts.allowed(request, self._settings.hosts):
            return problems.foreign_host(request)
        announced = request.headers.get("content-length", "")
        if announced.isdecimal() and int(announced[:20]) > problems.LARGEST_BODY:
            return problems.too_large(request)
        return None
