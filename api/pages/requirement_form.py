"""The form of a requirement: one question a page, without a script; what was typed is kept on every way back and forth.

The same pages serve who posts, staff who write down a call or a visit, and who changes what was posted.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import auth, forgery
from api.doors import needs
from api.pages import requirement_words as words
from api.pages.form_answers import MENDABLE, to
from api.pages.forms import Fields
from api.pages.render import page
from api.pages.requirement_draft import DEMANDED, FIELDS, Draft, at_of, unpacked
from api.routes.requirements import reader
from api.wiring import Services
from search_service.clock.notices import current
from search_service.errors import (
    DatabaseUnavailable,
    EngineUnavailable,
    Invalid,
    Problem,
    VersionDiffers,
    VersionRequired,
    ZhixunError,
)
from search_service.kinds.days import day_of
from search_service.kinds.vocabulary import NATURES, SERVICES
from search_service.people import contacts
from search_service.people.guests import Guest
from search_service.people.permissions import Permission, allowed
from search_service.records.access import etag
from search_service.requirements import acting, posting, reading
from search_service.requirements.access import readable
from search_service.requirements.acting import CHANGEABLE
from search_service.requirements.completeness import completeness
from search_service.requirements.showing import CHANNELS
from search_service.store.requirement import Requirement

NEW, BY_STAFF = "/requirements/new", "/staff/requirements/new"
OWN_STEPS = ("text", "items", "region", "time", "kinds", "contact", "check")
STAFF_STEPS = ("received", "text", "items", "region", "time", "kinds", "check")
CHANGE_STEPS = ("items", "region", "time", "kinds", "check")
BELONGS = {
    "received": ("contact", "channel", "received_at"),
    "contact": ("contact",),
    "text": ("text",),
    "items": ("items",),
    "region": ("region",),
    "time": ("start", "end", "service_days"),
    "kinds": ("certificate_kinds",),
}
"""Whose mistakes are shown on which page."""
AWAY = (EngineUnavailable, DatabaseUnavailable)
"""What passes: the page is shown again with what was typed, to be sent again."""
KEPT_BY_BROWSER = {"Cache-Control": "private, no-cache"}
"""The way back in the browser shows the page again, with what was typed; no cache on the way keeps it."""


def build(services: Services) -> APIRouter:
    """All of its pages."""
    router = APIRouter(include_in_schema=False)
    _own(router, services)
    _staff(router, services)
    _change(router, services)
    return router


def _own(router: APIRouter, services: Services) -> None:
    own = [needs(Permission.POST_REQUIREMENT)]

    @router.get(NEW, dependencies=own)
    def begin(request: Request) -> Response:
        """Empty, or begun with what was searched for (`?text=…`, the chosen `region`, `as_text` of the search)."""
        if allowed(auth.actor(request, services).role, Permission.HANDLE_REQUIREMENTS):
            return to(BY_STAFF)  # what staff post, somebody told them
        writing = _Writing(request, services, Draft(), OWN_STEPS, NEW)
        text = request.query_params.get("text", "")
        if not text.strip():
            return writing.show("text")
        writing.draft.take("text", {"text": text})
        writing.draft.take("region", {"region": request.query_params.get("region", "")})
        writing.as_text = tuple(request.query_params.getlist("as_text"))
        return writing.on("text")

    @router.post(NEW, dependencies=own)
    def go_on(request: Request, fields: Fields) -> Response:
        return _Writing(request, services, _new(fields), OWN_STEPS, NEW).answer(fields)


def _staff(router: APIRouter, services: Services) -> None:
    handle = [needs(Permission.HANDLE_REQUIREMENTS)]

    @router.get(BY_STAFF, dependencies=handle)
    def begin(request: Request) -> Response:
        return _Writing(request, services, Draft(), STAFF_STEPS, BY_STAFF).show("received")

    @router.post(BY_STAFF, dependencies=handle)
    def go_on(request: Request, fields: Fields) -> Response:
        return _Writing(request, services, _new(fields), STAFF_STEPS, BY_STAFF).answer(fields)


def _change(router: APIRouter, services: Services) -> None:
    own = [needs(Permission.POST_REQUIREMENT)]

    @router.get("/requirements/{record_id:uuid}/change", dependencies=own)
    def begin(request: Request, record_id: uuid.UUID) -> Response:
        who = reader(request, services, str(record_id))
        with services.database.read() as session:
            row, _ = readable(session, record_id, who)
            draft = Draft(body=dict(row.body), pieces=[""] * len(row.body["items"]))
            draft.about = _about(row)
            if row.state not in CHANGEABLE:
                return to(_address(request, record_id))
        draft.read = str(draft.body.get("text", ""))
        return _Writing(request, services, draft, CHANGE_STEPS, _address(request, record_id, "/change")).show("items")

    @router.post("/requirements/{record_id:uuid}/change", dependencies=own)
    def go_on(request: Request, record_id: uuid.UUID, fields: Fields) -> Response:
        draft = unpacked(fields.get("draft", ""))
        draft.about = {"version": "", **draft.about, "id": str(record_id)}
        return _Writing(request, services, draft, CHANGE_STEPS, _address(request, record_id, "/change")).answer(fields)


def _address(request: Request, record_id: uuid.UUID | str, more: str = "") -> str:
    """A requirement's page; a guest's secret goes with it."""
    secret = request.query_params.get("secret", "")
    return f"/requirements/{record_id}{more}" + (
        f"?secret={secret}" if secret.isascii() and secret.isprintable() else ""
    )


def _new(fields: Fields) -> Draft:
    """The draft of a new one, whatever its hidden field says that it is about."""
    draft = unpacked(fields.get("draft", ""))
    draft.about = {}
    return draft


def _about(row: Requirement) -> dict[str, str]:
    """What is changed, and from which version."""
    return {"id": str(row.id), "version": etag(row), "number": row.number}


class _Writing:
    """One request on the way through the pages."""

    def __init__(self, request: Request, services: Services, draft: Draft, steps: Sequence[str], action: str) -> None:
        self._request, self._services, self.draft = request, services, draft
        self._steps, self._action = steps, action
        self.as_text: tuple[str, ...] = ()
        """What of a search that led here was turned back into words."""

    def answer(self, fields: dict[str, str]) -> Response:
        """Keep what was typed, then go where the button says."""
        step = fields.get("step", "")
        if not self._known(step):
            step = self._steps[0]
        self.draft.take(step, fields)
        go, _, where = fields.get("go", "on").partition(":")
        try:
            match go:
                case "to" if self._known(where):
                    return self.show(where)
                case "add":
                    return self.show(f"item.{self.draft.add()}")
                case "drop" if (at := at_of(f"item.{where}", len(self.draft.items))) is not None:
                    self.draft.drop(at)
                    return self.show("items")
        except MENDABLE as error:
            return self.show("items", error)
        return self.on(step)

    def _known(self, step: str) -> bool:
        return step in self._steps or at_of(step, len(self.draft.items)) is not None

    def on(self, step: str) -> Response:
        """The next page, or this one again with what is wrong."""
        try:
            if step == "text":
                if not str(self.draft.body.get("text", "")).strip():
                    raise _refused("text", "required", "请写明需要做什么", "例如：大米 镉 检测，要 CMA 报告")
                today = day_of(self._services.database.now())
                self.draft.understand(partial(self._services.search.read, as_text=self.as_text), today)
            if step == "check":
                return self._send()
            self._look(step)
        except (VersionDiffers, VersionRequired):
            return self.show("check", self._overtaken())
        except (*MENDABLE, *AWAY) as error:
            return self.show(step, error)
        if step.startswith("item."):
            return self.show("items")
        return self.show(self._steps[self._steps.index(step) + 1])

    def _look(self, step: str) -> None:
        """Refuse what is wrong on this page; what other pages hold is told there, and at the end.

        Raises:
            Invalid: with what is wrong here.
        """
        now = self._services.database.now()
        try:
            if step in {"received", "contact"}:
                own = None if step == "received" else self._own()
                reading.received(self.draft.content(), now, by_staff=step == "received", own=own)
            elif step != "text":
                with self._services.database.read() as session:
                    reading.read(session, self.draft.content(), self._received_at(), now)
        except AWAY:
            raise
        except ZhixunError as error:
            name, _, at = step.partition(".")
            here = [
                problem
                for problem in error.problems or (Problem("end", error.code, error.detail),)
                if (problem.loc.startswith(f"items.{at}") and problem.loc.split(".")[1] == at)
                or (name != "item" and problem.loc.split(".")[0] in BELONGS.get(name, ()))
            ]
            if here:
                raise Invalid(here[0].message, problems=here) from None

    def _overtaken(self) -> VersionDiffers:
        """Somebody was faster: what was typed is kept, and sending it again changes what stands there now."""
        with self._services.database.read() as session:
            who = reader(self._request, self._services, self.draft.about["id"])
            self.draft.about = _about(readable(session, uuid.UUID(self.draft.about["id"]), who)[0])
        return VersionDiffers("这份需求在您填写期间有新的进展，请核对后再提交：再次提交将以您填写的内容为准")

    def _received_at(self) -> datetime:
        now = self._services.database.now()
        if self.draft.about:
            with self._services.database.read() as session:
                who = reader(self._request, self._services, self.draft.about["id"])
                return readable(session, uuid.UUID(self.draft.about["id"]), who)[0].received_at
        if self._action != BY_STAFF:
            return now
        try:
            return reading.received(self.draft.content(), now, by_staff=True, own=None).received_at
        except ZhixunError:
            return now

    def _own(self) -> Guest | None:
        """The contact of who is signed in."""
        actor = auth.actor(self._request, self._services)
        if actor.account_id is None:
            return None
        with self._services.database.read() as session:
            return posting.own_contact(session, actor)

    def _send(self) -> Response:
        """Post it, or change what was posted.

        Raises:
            Invalid, Conflict, TooMany: what is wrong; nothing is stored.
            VersionDiffers: it was changed meanwhile.
        """
        draft, services = self.draft, self._services
        if draft.about:
            who = reader(self._request, services, draft.about["id"])
            absent = ("region", "start", "end", "service_days", "certificate_kinds")
            given = {**dict.fromkeys(absent), **draft.body}
            version = draft.about.get("version", "")
            acting.act(services.database, who, uuid.UUID(draft.about["id"]), "change", given, if_match=version)
            services.wake()
            return to(_said(_address(self._request, draft.about["id"]), "changed"))
        made = posting.post(
            services.database,
            auth.actor(self._request, services),
            draft.content(),
            address=auth.visitor(self._request).address,
            link=services.settings.requirement_link,
            idempotency_key=draft.key,
        )
        services.wake()
        address = f"/requirements/{made.body['id']}" + (f"?secret={made.secret}" if made.secret else "")
        return to(_said(address, "posted"))

    def show(self, step: str, error: ZhixunError | None = None) -> Response:
        """A page with what was typed so far."""
        name, _, at = step.partition(".")
        if name == "item" and at_of(step, len(self.draft.items)) is None:
            step = name = "items"
        problems = () if error is None else error.problems or (Problem("", error.code, error.detail),)
        with self._services.database.read() as session:
            names = words.divisions(session, self.draft.body)
            usual_days = current(session).hours.service_days
        own = self._own() if name in {"contact", "check"} else None
        response = page(
            "requirement_form.html",
            200 if error is None else error.status,
            q="",
            csrf=forgery.form_token(self._request),
            action=self._action,
            step=step,
            name=name,
            at=int(at) if name == "item" else 0,
            place=(*self._steps, "items").index("items" if name == "item" else name) + 1,
            steps=self._steps,
            draft=self.draft,
            packed=self.draft.packed(),
            problems=problems,
            wrong={problem.loc.removeprefix(f"items.{at}."): problem for problem in problems if problem.loc},
            items=[words.facts(item, words.LABELS, names) for item in self.draft.items],
            conditions=words.facts(self.draft.body, words.CONDITIONS, names),
            meter=completeness(self.draft.body) if name == "check" else None,
            own=own and {"name": own.name, "phone": contacts.masked(own.phone) if own.phone else ""},
            labels=words.LABELS,
            fields=FIELDS,
            services=SERVICES.labels,
            kinds={kind: NATURES.label(kind) for kind in DEMANDED},
            channels={name: CHANNELS[name] for name in reading.BY_STAFF},
            usual_days=usual_days,
        )
        response.headers.update(KEPT_BY_BROWSER)
        if error is not None and error.retry_after is not None:
            response.headers["Retry-After"] = str(error.retry_after)
        return response


def _said(address: str, what: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}said={what}"


def _refused(loc: str, code: str, message: str, hint: str = "") -> Invalid:
    return Invalid(message, problems=[Problem(loc, code, message, hint)])
