"""再发一次链接: who posted without an account and lost the link asks for another one, by phone."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import auth, forgery
from api.doors import needs
from api.pages.form_answers import MENDABLE, again, form, to
from api.pages.forms import Fields
from api.wiring import Services
from search_service.people.permissions import Permission
from search_service.requirements import links

HERE = "/requirements/link"
SENT = "如果这个号码发布过需求，新的查询链接已发往该号码，请查收短信。原来的链接仍然有效。"
"""Said to everybody alike: whether there is a requirement is told by the message only (S5)."""


def build(services: Services) -> APIRouter:
    """The form and its answer."""
    router = APIRouter(include_in_schema=False)
    own = [needs(Permission.POST_REQUIREMENT)]

    @router.get(HERE, dependencies=own)
    def ask(request: Request) -> Response:
        said = SENT if request.query_params.get("said") == "sent" else ""
        return form("link", csrf=forgery.form_token(request), said=said)

    @router.post(HERE, dependencies=own)
    def send(request: Request, fields: Fields) -> Response:
        address, link = auth.visitor(request).address, services.settings.requirement_link
        try:
            links.send_again(services.database, fields.get("phone"), fields.get("number"), address=address, link=link)
        except MENDABLE as error:
            return again("link", error, fields, csrf=forgery.form_token(request))
        services.wake()
        return to(f"{HERE}?said=sent")

    return router
