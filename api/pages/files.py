"""Static files as they are served: what is asked for by its content's address never changes."""

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.pages.render import static

FOREVER = "public, max-age=31536000, immutable"
"""A year: as long as caches care; browsers do not even ask whether there is anything newer (RFC 8246)."""


class StaticByContent(StaticFiles):
    """Static files; browsers keep those that pages link to, and ask again for any that was named by hand."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file; one whose address names other content is an old page's, and is not kept."""
        response = await super().get_response(path, scope)
        if static(path) == f"/static/{path}?{scope['query_string'].decode('latin-1')}":
            response.headers["Cache-Control"] = FOREVER
        return response
