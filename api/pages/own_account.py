"""Pages about one's own account: password, devices, membership; and the staff's list of memberships to decide."""

import uuid
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import auth, cookies, forgery
from api.doors import needs
from api.pages.form_answers import HOME, MENDABLE, SAID, again, form, to
from api.pages.forms import Fields
from api.wiring import Services
from search_service.errors import NotFound, ZhixunError
from search_service.kinds.days import SHANGHAI
from search_service.people import administration, memberships, registration, resets, sessions
from search_service.people.permissions import WORDS, Permission, allowed


def add(router: APIRouter, services: Services) -> None:
    """All of them."""
    _own(router, services)
    _staff(router, services)


def _account(request: Request, services: Services, error: ZhixunError | None, fields: dict[str, str]) -> Response:
    current = auth.signed_in(request, services)
    values: dict[str, Any] = {
        "me": administration.own(services.database, current.account_id),
        "role": WORDS[current.actor.role],
        "membership": memberships.of(services.database, current.account_id),
        "pending": memberships.PENDING,
        "refused_state": memberships.REFUSED,
        "devices": sessions.devices(services.database, current.account_id),
        "here": current.session_id,
        "zone": SHANGHAI,
        "csrf": forgery.form_token(request),
        "may_decide": allowed(current.actor.role, Permission.DECIDE_MEMBERSHIPS),
        "said": SAID.get(request.query_params.get("said", "")),
        "person": current.actor.role.value == registration.PERSON,
    }
    return again("account", error, fields, **values) if error is not None else form("account", **values)


def _own(router: APIRouter, services: Services) -> None:
    own = [needs(Permission.OWN_ACCOUNT)]

    def whole(request: Request, error: ZhixunError | None = None, fields: dict[str, str] | None = None) -> Response:
        return _account(request, services, error, fields or {})

    @router.get(HOME, dependencies=own)
    def show(request: Request) -> Response:
        return whole(request)

    @router.post("/account/password", dependencies=own)
    def change(request: Request, fields: Fields) -> Response:
        current, visitor = auth.signed_in(request, services), auth.visitor(request)
        old, new = fields.get("old_password"), fields.get("new_password")
        try:
            secret = resets.change(services.database, current, old, new, visitor)
        except MENDABLE as error:
            return whole(request, error, fields)
        services.wake()
        response = to(f"{HOME}?said=changed")
        cookies.sign_in(request, response, secret)
        return response

    @router.post("/account/sessions/{record_id:uuid}/end", dependencies=own)
    def end_one(request: Request, record_id: uuid.UUID) -> Response:
        current = auth.signed_in(request, services)
        sessions.end(services.database, current, record_id)
        return to("/login?said=out" if record_id == current.session_id else f"{HOME}?said=done")

    @router.post("/account/sessions/end", dependencies=own)
    def end_all(request: Request) -> Response:
        sessions.end_everywhere(services.database, auth.signed_in(request, services))
        response = to("/login?said=out")
        cookies.sign_out(request, response)
        return response

    @router.post("/account/membership", dependencies=own)
    def link(request: Request, fields: Fields) -> Response:
        current = auth.signed_in(request, services)
        try:
            want = memberships.wanted(fields.get("kind"), fields.get("credit_code"), fields.get("organisation", ""))
            memberships.ask(services.database, current.account_id, want)
        except MENDABLE as error:
            return whole(request, error, fields)
        return to(f"{HOME}?said=asked")

    @router.post("/account/membership/{record_id:uuid}/end", dependencies=own)
    def unlink(request: Request, record_id: uuid.UUID) -> Response:
        current = auth.signed_in(request, services)
        memberships.remove(services.database, current.actor, record_id, by_staff=False)
        return to(f"{HOME}?said=done")


def _staff(router: APIRouter, services: Services) -> None:
    decide = [needs(Permission.DECIDE_MEMBERSHIPS)]

    def whole(request: Request, error: ZhixunError | None = None) -> Response:
        values: dict[str, Any] = {
            "links": memberships.listed(services.database),
            "zone": SHANGHAI,
            "csrf": forgery.form_token(request),
            "said": SAID.get(request.query_params.get("said", "")),
        }
        return again("memberships", error, {}, **values) if error is not None else form("memberships", **values)

    @router.get("/staff/memberships", dependencies=decide)
    def waiting(request: Request) -> Response:
        return whole(request)

    @router.post("/staff/memberships/{record_id:uuid}/{action}", dependencies=decide)
    def act(request: Request, record_id: uuid.UUID, action: str, fields: Fields) -> Response:
        who = auth.actor(request, services)
        try:
            if action == "approve":
                memberships.approve(services.database, who, record_id)
            elif action == "refuse":
                memberships.decline(services.database, who, record_id, fields.get("reason"))
            else:
                raise NotFound("没有这个操作")
        except MENDABLE as error:
            return whole(request, error)
        services.wake()
        return to("/staff/memberships?said=done")
