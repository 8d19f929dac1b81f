"""``/memberships``: asking to act for an enterprise or an institution, and the staff's decisions."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from api import account_schemas as schemas
from api import auth
from api.bodies import JSON, json_object, only_parameters, raw_body
from api.doors import needs
from api.problems import responses
from api.routes.accounts import NO_STORE, membership
from api.routes.sessions import identifier
from api.schemas import parameter
from api.wiring import Services
from search_service.errors import Invalid, NotFound, Problem
from search_service.people import memberships
from search_service.people.permissions import Permission

Raw = Annotated[bytes, Depends(raw_body)]
OWN = [*schemas.COOKIE, needs(Permission.OWN_ACCOUNT)]
DECIDE = [*schemas.COOKIE, needs(Permission.DECIDE_MEMBERSHIPS)]
REFUSED = responses(400, 401, 403, 409, 413, 415, 422, 429)
ACTIONS = ("approve", "refuse", "remove")


def build(services: Services) -> APIRouter:
    """All routes."""
    router = APIRouter(prefix="/memberships", tags=["关联"])
    _own(router, services)
    _decide(router, services)
    return router


def _own(router: APIRouter, services: Services) -> None:
    @router.post(
        "",
        name="ask_for_membership",
        summary="申请代表企业或机构",
        status_code=201,
        dependencies=OWN,
        responses={201: schemas.gives("已提交,等待审核", schemas.MEMBERSHIP), **REFUSED},
        openapi_extra=schemas.body(("kind", "credit_code"), schemas.LINK),
    )
    def ask(request: Request, raw: Raw) -> Response:
        current = auth.signed_in(request, services)
        given = schemas.only(json_object(request, raw), schemas.LINK)
        want = memberships.wanted(given.get("kind"), given.get("credit_code"), given.get("organisation", ""))
        return _answer(memberships.ask(services.database, current.account_id, want), 201)

    @router.delete(
        "/{record_id}",
        name="leave_membership",
        summary="撤回申请或解除自己的关联",
        status_code=204,
        dependencies=OWN,
        responses={204: {"description": "已解除"}, **responses(401, 403, 404)},
    )
    def leave(request: Request, record_id: str) -> Response:
        current = auth.signed_in(request, services)
        memberships.remove(services.database, current.actor, identifier(record_id), by_staff=False)
        return Response(status_code=204)


def _decide(router: APIRouter, services: Services) -> None:
    states = parameter("state", "状态", {"type": "string", "enum": list(memberships.LABELS), "default": "pending"})

    @router.get(
        "",
        name="list_memberships",
        summary="关联申请,先到的在前",
        dependencies=DECIDE,
        responses={200: schemas.lists("申请", "memberships", schemas.MEMBERSHIP), **responses(401, 403, 422)},
        openapi_extra={"parameters": [states]},
    )
    def several(request: Request) -> Response:
        only_parameters(request, "state")
        state = request.query_params.get("state", "").strip() or memberships.PENDING
        if state not in memberships.LABELS:
            choices = f"可用:{'、'.join(memberships.LABELS)}"
            raise Invalid("没有这个状态", problems=[Problem("query.state", "unknown_state", "没有这个状态", choices)])
        found: list[dict[str, Any]] = [membership(link) for link in memberships.listed(services.database, state)]
        return Response(orjson.dumps({"memberships": found}), 200, NO_STORE, JSON)

    @router.post(
        "/{record_id}/actions/{action}",
        name="decide_membership",
        summary="通过、拒绝或解除关联",
        description="`approve`、`refuse`(需 reason)、`remove`(需 reason)",
        dependencies=DECIDE,
        responses={
            200: schemas.gives("已处理", schemas.MEMBERSHIP),
            204: {"description": "已解除"},
            **REFUSED,
            **responses(404),
        },
        openapi_extra=schemas.body((), {"reason": schemas.REASON}, needed=False),
    )
    def decide(
        request: Request,
        record_id: str,
        action: Annotated[str, Path(json_schema_extra={"enum": list(ACTIONS)})],
        raw: Raw,
    ) -> Response:
        who, wanted = auth.actor(request, services), identifier(record_id)
        reason = schemas.only(json_object(request, raw, optional=True), ("reason",)).get("reason")
        match action:
            case "approve":
                link = memberships.approve(services.database, who, wanted)
            case "refuse":
                link = memberships.decline(services.database, who, wanted, reason)
            case "remove":
                memberships.remove(services.database, who, wanted, by_staff=True, reason=reason)
                return Response(status_code=204)
            case _:
                raise NotFound(f"关联没有“{action[:60]}”这个动作,可用:{'、'.join(ACTIONS)}")
        services.wake()
        return _answer(link)


def _answer(link: memberships.Link, status: int = 200) -> Response:
    return Response(orjson.dumps(membership(link)), status, NO_STORE, JSON)
