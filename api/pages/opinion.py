"""推荐意见书 as a page made for printing; for staff, before it is sent, with what can be done about it."""

import uuid
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import auth, forgery
from api.doors import needs
from api.pages import requirement_words as words
from api.pages.form_answers import MENDABLE, NO_STORE, to
from api.pages.forms import Fields, refused
from api.pages.render import page
from api.routes.recommendations import document_for
from api.wiring import Services
from search_service.errors import NotFound, StateForbids, ZhixunError
from search_service.people.permissions import Permission
from search_service.recommendation import drafting, edits, reading, referral, sending, why_not
from search_service.recommendation.effects import KINDS
from search_service.requirements.access import Side
from search_service.store.requirement import Referral

SHOWN = 20
"""Institutions on paper: an enterprise that reads further has the JSON."""
LATELY = 20
"""Recommendations that an institution is told about at once."""
SAID = {
    "edit": "已修改，理由已存档。",
    "draft": "已按当前数据重新生成草稿。",
    "send": "推荐意见已发送。",
    "referral": "已登记。",
}
NUMBERS = ("item", "at_most")
"""Fields of forms that are numbers."""


def build(services: Services) -> APIRouter:
    """The pages and their forms."""
    router = APIRouter(include_in_schema=False)
    _paper(router, services)
    _desk(router, services)
    _institution(router, services)
    return router


def _paper(router: APIRouter, services: Services) -> None:
    @router.get("/requirements/{record_id:uuid}/recommendation", dependencies=[needs(Permission.POST_REQUIREMENT)])
    def show(request: Request, record_id: uuid.UUID) -> Response:
        return _shown(request, services, record_id)


def _desk(router: APIRouter, services: Services) -> None:
    staff = [needs(Permission.HANDLE_REQUIREMENTS)]
    here = "/requirements/{record_id:uuid}"

    def done(request: Request, record_id: uuid.UUID, what: str, do: Callable[[], object], **typed: Any) -> Response:
        try:
            do()
        except MENDABLE as error:
            return _shown(
                request, services, record_id, error, changed=isinstance(error, sending.VerdictsChanged), **typed
            )
        services.wake()
        return to(f"/requirements/{record_id}/recommendation?said={what}")

    @router.post(here + "/recommendation/draft", dependencies=staff)
    def draft(request: Request, record_id: uuid.UUID) -> Response:
        by = auth.actor(request, services)
        return done(
            request,
            record_id,
            "draft",
            lambda: drafting.draft(services.database, services.matcher, record_id, by, again=True),
        )

    @router.post(here + "/recommendation/edits", dependencies=staff)
    def edit(request: Request, record_id: uuid.UUID, fields: Fields) -> Response:
        by = auth.actor(request, services)
        said: dict[str, Any] = {name: value for name, value in fields.items() if value.strip()}
        said |= {name: int(said[name]) for name in NUMBERS if said.get(name, "").isdecimal()}
        if "cell" in said:
            said["institution"], _, at = said.pop("cell").partition(":")
            said["item"] = int(at) if at.isdecimal() else None
        return done(
            request,
            record_id,
            "edit",
            lambda: edits.add(services.database, _draft_of(services, record_id), by, said),
            fields=fields,
        )

    @router.post(here + "/recommendation/send", dependencies=staff)
    def send(request: Request, record_id: uuid.UUID, fields: Fields) -> Response:
        by, confirmed = auth.actor(request, services), fields.get("confirm") == "yes"

        def do() -> None:
            draft_id = _draft_of(services, record_id)
            if fields.get("recommendation", str(draft_id)) != str(draft_id):
                raise StateForbids("已有更新的草稿，请核对新草稿再发送")
            sending.send(services.database, services.matcher, draft_id, by, confirm_changes=confirmed)

        return done(request, record_id, "send", do)

    @router.post(here + "/referral/{action}", dependencies=staff)
    def refer(request: Request, record_id: uuid.UUID, action: str, fields: Fields) -> Response:
        by = auth.actor(request, services)
        return done(
            request,
            record_id,
            "referral",
            lambda: referral.act(services.database, by, record_id, action, fields),
            fields=fields,
        )


def _institution(router: APIRouter, services: Services) -> None:
    @router.get("/institution/requirements", dependencies=[needs(Permission.SEE_WHY_NOT)])
    def mine(request: Request) -> Response:
        own = auth.actor(request, services).institution_id
        if own is None:
            raise NotFound("此页供机构查看本机构的情况；平台人员请从待办需求中查询")
        with services.database.read() as session:
            found = why_not.asked_of(session, services.matcher, own, most=LATELY)
        answer = page("opinion_institution.html", q="", found=found, moment=stamped)
        answer.headers.update(NO_STORE)
        return answer


def stamped(text: str) -> str:
    """An instant of a document, for people."""
    return words.moment(datetime.fromisoformat(text))


def _draft_of(services: Services, record_id: uuid.UUID) -> uuid.UUID:
    with services.database.read() as session:
        return reading.unsent(session, record_id).id


def _shown(
    request: Request,
    services: Services,
    record_id: uuid.UUID,
    error: ZhixunError | None = None,
    *,
    changed: bool = False,
    fields: dict[str, str] | None = None,
) -> Response:
    document, side = document_for(services, request, record_id)
    with services.database.read() as session:
        search: Referral | None = referral.of(session, record_id)
    secret = request.query_params.get("secret", "")
    values: dict[str, Any] = {
        "recommendation": document,
        "most": SHOWN,
        "staff": side is Side.STAFF,
        "back": f"/requirements/{record_id}" + ("?" + urlencode({"secret": secret}) if secret else ""),
        "here": f"/requirements/{record_id}",
        "search": search,
        "search_states": referral.STATES,
        "kinds": KINDS,
        "moment": stamped,
        "csrf": forgery.form_token(request),
        "said": SAID.get(request.query_params.get("said", "")),
        "changed": changed,
        "fields": defaultdict(str, fields or {}),
        "problems": refused(error)["problems"] if error is not None else (),
    }
    answer = page("opinion.html", error.status if error is not None else 200, q="", **values)
    answer.headers.update({**NO_STORE, "Referrer-Policy": "no-referrer"})  # a guest's address is a secret
    return answer
