"""The staff's worklist: what is owed by the working time that is left, and what can be done about it at once."""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import auth, forgery
from api.doors import needs
from api.pages import staff_why_not
from api.pages.form_answers import MENDABLE, NO_STORE, to
from api.pages.forms import Fields, refused
from api.pages.render import page
from api.routes.worklist import shown
from api.wiring import Services
from search_service.errors import ZhixunError
from search_service.people.permissions import Permission
from search_service.recommendation import drafting, sending
from search_service.requirements import acting, states
from search_service.requirements.access import Reader
from search_service.timekeeping.worklist import OPEN

HERE = "/staff/worklist"
SAID = {
    "contacted": "已登记联系，响应时间以此为准。",
    "asked": "问题已记录，并已短信告知企业。",
    "draft": "已按当前数据重新生成草稿。",
    "send": "推荐已发送。",
}
"""What is said of what was just done."""

HURRY, HALF = 0.8, 0.5
"""Shares of the time at which staff are told, too (clock/business.py)."""


STAFF = [needs(Permission.HANDLE_REQUIREMENTS)]


class Desk:
    """The list, and again after everything that is done from it."""

    def __init__(self, services: Services) -> None:
        self.services = services

    def whole(self, request: Request, error: ZhixunError | None = None, **more: Any) -> Response:
        """The page; with what went wrong, and what was typed meanwhile."""
        wanted = request.query_params.getlist("state") if request.method == "GET" else []
        values: dict[str, Any] = {
            "found": shown(self.services, wanted),
            "wanted": frozenset(wanted) or states.RUNNING,
            "labels": {state: states.STATES[state] for state in OPEN},
            "owed": states.RUNNING,
            "csrf": forgery.form_token(request),
            "said": SAID.get(request.query_params.get("said", "")),
            "left": left,
            "urgency": urgency,
            "short": short,
            "problems": refused(error)["problems"] if error is not None else (),
            "changed": None,
            "typed": None,
            **more,
        }
        answer = page("staff_worklist.html", error.status if error is not None else 200, q="", **values)
        answer.headers.update(NO_STORE)
        return answer

    def done(self, request: Request, what: str, do: Callable[[], object], **typed: Any) -> Response:
        """Do it, and come back."""
        try:
            do()
        except sending.VerdictsChanged as error:
            return self.whole(request, error, changed=typed)
        except MENDABLE as error:
            return self.whole(request, error, typed=typed)
        self.services.wake()
        return to(f"{HERE}?said={what}")

    def note(self, request: Request, record_id: uuid.UUID, name: str, fields: dict[str, str]) -> Response:
        """A contact or a question: both are the response (S5-42)."""
        text, reader = fields.get("text", ""), Reader(auth.actor(request, self.services))
        do = partial(acting.act, self.services.database, reader, record_id, name, {"text": text})
        return self.done(request, name, do, **{"id": record_id, name: text})


def build(services: Services) -> APIRouter:
    """All of them."""
    router, desk = APIRouter(include_in_schema=False), Desk(services)

    @router.get("/staff", dependencies=STAFF)
    def begin() -> Response:
        return to(HERE)

    @router.get(HERE, dependencies=STAFF)
    def listed(request: Request) -> Response:
        return desk.whole(request)

    _act(router, desk)
    staff_why_not.add(router, services)
    return router


def _act(router: APIRouter, desk: Desk) -> None:
    @router.post(HERE + "/{record_id:uuid}/contacted", dependencies=STAFF)
    def contacted(request: Request, record_id: uuid.UUID, fields: Fields) -> Response:
        return desk.note(request, record_id, "contacted", fields)

    @router.post(HERE + "/{record_id:uuid}/asked", dependencies=STAFF)
    def asked(request: Request, record_id: uuid.UUID, fields: Fields) -> Response:
        return desk.note(request, record_id, "asked", fields)

    @router.post(HERE + "/{record_id:uuid}/draft", dependencies=STAFF)
    def draft(request: Request, record_id: uuid.UUID) -> Response:
        services, who = desk.services, auth.actor(request, desk.services)
        do = partial(drafting.draft, services.database, services.matcher, record_id, who, again=True)
        return desk.done(request, "draft", do)

    @router.post(HERE + "/{record_id:uuid}/send", dependencies=STAFF)
    def send(request: Request, record_id: uuid.UUID, fields: Fields) -> Response:
        services, chosen = desk.services, identifier(fields.get("recommendation", ""))
        who, confirmed = auth.actor(request, services), fields.get("confirm") == "yes"
        do = partial(sending.send, services.database, services.matcher, chosen, who, confirm_changes=confirmed)
        return desk.done(request, "send", do, id=record_id, recommendation=chosen)


def identifier(text: str) -> uuid.UUID:
    """What a form of ours holds; anything else finds nothing."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)


def left(minutes: int, of_a_day: int) -> str:
    """A span of working time in words, long ones in working days."""
    days, rest = divmod(max(0, minutes), of_a_day)
    hours, rest = divmod(rest, 60)
    parts = [f"{days} 个工作日" if days else "", f"{hours} 小时" if hours else "", f"{rest} 分" if rest else ""]
    return " ".join(filter(None, parts)) or "不足 1 分钟"


def urgency(clock: dict[str, Any]) -> tuple[str, str, str]:
    """How it stands: a word, a tone and a shape, since colour alone tells nothing to many."""
    if clock["recommendation_late"]:
        return "已逾期", "bad", "■"
    if clock["used"] >= HURRY:
        return "紧急", "bad", "▲"
    if clock["used"] >= HALF:
        return "过半", "soon", "◆"
    return "充裕", "good", "●"


def short(moment: str) -> str:
    """``2026-11-26T17:30:00+08:00`` as people read it."""
    return moment[:16].replace("T", " ")
