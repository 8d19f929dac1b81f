"""A requirement's page: where it stands, the clock in words, what happened, what was recommended, what can be done."""

import uuid
from collections import defaultdict
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
from api.routes.requirements import reader
from api.wiring import Services
from search_service.errors import NotFound, ZhixunError
from search_service.people.permissions import Permission, allowed
from search_service.recommendation.reading import current
from search_service.requirements import acting, events, listing, showing, states
from search_service.requirements.access import Reader, Side, readable
from search_service.requirements.clock import clock_of

SAID = {
    "posted": "需求已受理，时钟已开始。",
    "changed": "需求已修改。",
    "done": "已处理。",
}
BY_FORM = ("answer", "withdraw", "agree", "contacted", "asked", "close")
"""Actions that the page has forms for; a change has pages of its own."""


def build(services: Services) -> APIRouter:
    """The page and its forms."""
    router = APIRouter(include_in_schema=False)
    own = [needs(Permission.POST_REQUIREMENT)]

    @router.get("/requirements", dependencies=[needs(Permission.OWN_ACCOUNT)])
    def mine(request: Request) -> Response:
        who = auth.actor(request, services)
        with services.database.read() as session:
            rows = listing.mine(session, who)
        response = page("requirement_list.html", q="", rows=rows, tones=words.TONES)
        response.headers.update(NO_STORE)
        return response

    @router.get("/requirements/{record_id:uuid}", dependencies=own)
    def show(request: Request, record_id: uuid.UUID) -> Response:
        return _shown(request, services, record_id)

    @router.post("/requirements/{record_id:uuid}/{action}", dependencies=own)
    def act(request: Request, record_id: uuid.UUID, action: str, fields: Fields) -> Response:
        if action not in BY_FORM:
            raise NotFound("没有这个操作")
        who = reader(request, services, str(record_id))
        given = {name: value for name, value in fields.items() if value.strip()}
        try:
            acting.act(services.database, who, record_id, action, given)
        except MENDABLE as error:
            return _shown(request, services, record_id, error, {**fields, "action": action})
        services.wake()
        return to(_address(request, record_id, said="done"))

    return router


def _address(request: Request, record_id: uuid.UUID, more: str = "", **said: str) -> str:
    """The page, or a form of it; a guest's secret goes with it."""
    secret = request.query_params.get("secret", "")
    query = urlencode({**({"secret": secret} if secret else {}), **said})
    return f"/requirements/{record_id}{more}" + (f"?{query}" if query else "")


def _shown(
    request: Request,
    services: Services,
    record_id: uuid.UUID,
    error: ZhixunError | None = None,
    fields: dict[str, str] | None = None,
) -> Response:
    who = reader(request, services, str(record_id))
    now = services.database.now()
    with services.database.read() as session:
        row, side = readable(session, record_id, who)
        happened = events.of(session, row.id)
        recommendation = current(session, row.id, drafts=side is Side.STAFF)
        clock = clock_of(session, row, now, happened)
        names = words.divisions(session, row.body)
        meter = showing.meter(session, row)
    staff = side is Side.STAFF
    asked = [event for event in happened if event.kind in {events.ASKED, events.ANSWERED}]
    values: dict[str, Any] = {
        "q": "",
        "row": row,
        "staff": staff,
        "standing": states.STATES[row.state],
        "tone": words.TONES[row.state],
        "channel": showing.CHANNELS[row.channel],
        "received": words.moment(row.received_at),
        "phone": showing.phone_for(row, side),
        "clock": clock,
        "lines": words.clock_lines(clock),
        "items": [words.facts(item, words.LABELS, names) for item in row.body["items"]],
        "conditions": words.facts(row.body, words.CONDITIONS, names),
        "meter": meter,
        "happened": [_event(event) for event in happened if staff or event.kind not in showing.FOR_STAFF],
        "question": asked[-1].data.get("text") if asked and asked[-1].kind == events.ASKED else None,
        "recommendation": recommendation,
        "may": _may(row.state, side, who),
        "address": lambda more="": _address(request, record_id, more),
        "csrf": forgery.form_token(request),
        "said": SAID.get(request.query_params.get("said", "")),
        "secret": who.guest is not None,
        "signed_in": auth.session(request, services) is not None,
        "login": "/login?" + urlencode({"next": _address(request, record_id)}),
        "fields": defaultdict(str, fields or {}),
        "problems": (),
        **(refused(error) if error is not None else {"wrong": {}}),
    }
    response = page("requirement.html", error.status if error is not None else 200, **values)
    response.headers.update(NO_STORE)
    return response


def _event(event: Any) -> dict[str, str]:
    """One line of what happened."""
    data = event.data
    text = str(data.get("text") or data.get("reason") or "")
    if event.kind == events.CHANGED:
        text = "修改了" + "、".join(_FIELDS.get(name, name) for name in data.get("changed", ()))
    if event.kind == events.AGREED:
        text = "，".join(
            str(said) for said in (data["institution"]["name"], data.get("service"), data.get("period")) if said
        )
    notes = "；".join(note["message"] for note in data.get("notes", ()))
    if event.kind == events.POSTED:
        text = notes
    if data.get("automatic"):
        text = "系统自动推荐"
    return {
        "label": showing.WORDS.get(event.kind, event.kind),
        "at": words.moment(event.at),
        "stamp": event.at.isoformat(),
        "text": text,
    }


_FIELDS = {**words.CONDITIONS, "items": "需求项", "text": "说明", "title": "标题", "budget_fen": "预算"}


def _may(state: str, side: Side, who: Reader) -> set[str]:
    """The forms that the page shows; whether each is allowed is asked again when it is sent."""
    moves = states.MOVES[state]
    found: set[str] = set()
    if state in acting.CHANGEABLE:
        found.add("change")
    if state not in states.ENDED:
        found |= {"answer"} if side is Side.ENTERPRISE else {"contacted", "asked"}
    if states.WITHDRAWN in moves and side is Side.ENTERPRISE:
        found.add("withdraw")
    if states.CLOSED in moves and side is Side.STAFF:
        found.add("close")
    if states.AGREED in moves and (side is Side.STAFF or allowed(who.actor.role, Permission.CHOOSE_SERVICE)):
        found.add("agree")
    elif states.AGREED in moves and who.guest is not None:
        found.add("join")
    return found
