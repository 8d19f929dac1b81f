"""Pages of people: register, sign in and out, forgotten passwords; one's own account is `own_account.py`.

All of them work without a script; none of them is kept by a browser or a cache.
"""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import auth, cookies
from api.doors import needs
from api.pages import own_account
from api.pages.form_answers import HOME, MENDABLE, SAID, again, form, to
from api.pages.forms import Fields
from api.wiring import Services
from search_service.people import contacts, registration, resets, sessions
from search_service.people.permissions import Permission


def build(services: Services) -> APIRouter:
    """All of them."""
    router = APIRouter(include_in_schema=False)
    _sign_in(router, services)
    _register(router, services)
    _reset(router, services)
    own_account.add(router, services)
    return router


def local(path: str) -> str:
    """Where to go after signing in: a path of ours, or the account; never another site's address."""
    fine = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() and "\\" not in path
    return path if fine else HOME


def _sign_in(router: APIRouter, services: Services) -> None:
    @router.get("/login", dependencies=[needs(Permission.ENTER)])
    def ask(request: Request) -> Response:
        params = request.query_params
        return form("login", fields={"next": local(params.get("next", ""))}, said=SAID.get(params.get("said", "")))

    @router.post("/login", dependencies=[needs(Permission.ENTER)])
    def login(request: Request, fields: Fields) -> Response:
        name, target = fields.get("login", ""), local(fields.get("next", ""))
        visitor, old = auth.visitor(request, name), cookies.session(request)
        try:
            secret = sessions.login(services.database, name, fields.get("password", ""), visitor, old)
        except MENDABLE as error:
            services.wake()  # a warning may wait in the outbox
            return again("login", error, {**fields, "next": target})
        response = to(target)
        cookies.sign_in(request, response, secret, contacts.login(name))
        return response

    @router.post("/logout", dependencies=[needs(Permission.ENTER)])
    def logout(request: Request) -> Response:
        current = auth.session(request, services)
        if current is not None:
            sessions.end(services.database, current, current.session_id)
        response = to("/login?said=out")
        cookies.sign_out(request, response)
        return response


def _register(router: APIRouter, services: Services) -> None:
    @router.get("/register", dependencies=[needs(Permission.ENTER)])
    def ask(request: Request) -> Response:
        kind = request.query_params.get("kind", "")
        return form("register" if kind in registration.KINDS else "register_kind", fields={"kind": kind})

    @router.post("/register", dependencies=[needs(Permission.ENTER)])
    def begin(request: Request, fields: Fields) -> Response:
        given: dict[str, Any] = {**fields, "agreed": fields.get("agreed") == "yes"}
        try:
            ticket = registration.begin(services.database, given, auth.visitor(request))
        except MENDABLE as error:
            known = fields.get("kind") in registration.KINDS
            return again("register" if known else "register_kind", error, fields)
        services.wake()
        sent_to = contacts.masked(contacts.phone(fields["phone"]))
        return to("/register/confirm?" + urlencode({"ticket": ticket, "to": sent_to}))

    @router.get("/register/confirm", dependencies=[needs(Permission.ENTER)])
    def ask_code(request: Request) -> Response:
        return form("register_confirm", fields=_ticket(request))

    @router.post("/register/confirm", dependencies=[needs(Permission.ENTER)])
    def confirm(request: Request, fields: Fields) -> Response:
        try:
            _, secret = registration.confirm(
                services.database, fields.get("ticket"), fields.get("code"), auth.visitor(request)
            )
        except MENDABLE as error:
            return again("register_confirm", error, fields)
        response = to(HOME)
        cookies.sign_in(request, response, secret)
        return response


def _ticket(request: Request) -> dict[str, str]:
    params = request.query_params
    return {"ticket": params.get("ticket", "")[:200], "to": params.get("to", "")[:60]}


def _reset(router: APIRouter, services: Services) -> None:
    @router.get("/reset", dependencies=[needs(Permission.ENTER)])
    def ask() -> Response:
        return form("reset")

    @router.post("/reset", dependencies=[needs(Permission.ENTER)])
    def begin(request: Request, fields: Fields) -> Response:
        try:
            ticket = resets.begin(services.database, fields.get("login"), auth.visitor(request))
        except MENDABLE as error:
            return again("reset", error, fields)
        services.wake()
        sent_to = contacts.masked(contacts.login(fields.get("login")))
        return to("/reset/confirm?" + urlencode({"ticket": ticket, "to": sent_to}))

    @router.get("/reset/confirm", dependencies=[needs(Permission.ENTER)])
    def ask_code(request: Request) -> Response:
        return form("reset_confirm", fields=_ticket(request), with_code=True)

    @router.post("/reset/confirm", dependencies=[needs(Permission.ENTER)])
    def confirm(request: Request, fields: Fields) -> Response:
        ticket, code, password = (fields.get(name) for name in ("ticket", "code", "password"))
        try:
            resets.confirm(services.database, ticket, code, password, auth.visitor(request))
        except MENDABLE as error:
            return again("reset_confirm", error, fields, with_code=True)
        services.wake()
        return to("/login?said=set")

    @router.get("/activate", dependencies=[needs(Permission.ENTER)])
    def ask_first(request: Request) -> Response:
        return form("reset_confirm", fields=_ticket(request), with_code=False)

    @router.post("/activate", dependencies=[needs(Permission.ENTER)])
    def activate(request: Request, fields: Fields) -> Response:
        try:
            resets.activate(services.database, fields.get("ticket"), fields.get("password"), auth.visitor(request))
        except MENDABLE as error:
            return again("reset_confirm", error, fields, with_code=False)
        return to("/login?said=set")
