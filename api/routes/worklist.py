"""``/staff``: the worklist by remaining working time, and the proof of timeliness (docs/api.md, Staff)."""

from datetime import date
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from api import account_schemas as schemas
from api.bodies import JSON, only_parameters
from api.doors import needs
from api.problems import responses
from api.schemas import parameter
from api.wiring import Services
from search_service.errors import Invalid, Problem
from search_service.kinds.days import day_of
from search_service.people.permissions import Permission
from search_service.requirements import states
from search_service.timekeeping.timeliness import as_csv, period, report
from search_service.timekeeping.worklist import OPEN, worklist

STAFF = [*schemas.COOKIE, needs(Permission.HANDLE_REQUIREMENTS)]
PRIVATE = {"Cache-Control": "no-store", "Vary": "Authorization, Cookie"}
"""Phone numbers stand in it."""

STATE = {"type": "array", "items": {"type": "string", "enum": list(OPEN)}}
DAY = {"type": "string", "format": "date"}
OBJECT = {"type": "object"}
MANY = {"type": "array", "items": OBJECT}


def build(services: Services) -> APIRouter:
    """All routes."""
    router = APIRouter(prefix="/staff", tags=["撮合"])
    _worklist(router, services)
    _timeliness(router, services)
    return router


def _worklist(router: APIRouter, services: Services) -> None:
    @router.get(
        "/worklist",
        name="staff_worklist",
        summary="待办需求,剩余工作时间少的在前",
        description="默认列出还欠推荐的;state 可重复,列出其他进行中的状态。",
        dependencies=STAFF,
        responses={
            200: schemas.gives("待办", {"now": schemas.TIME, "total": {"type": "integer"}, "requirements": MANY}),
            **responses(401, 403, 422),
        },
        openapi_extra={"parameters": [parameter("state", "状态", STATE)]},
    )
    def listed(request: Request) -> Response:
        only_parameters(request, "state")
        return _json(shown(services, request.query_params.getlist("state")))


def shown(services: Services, wanted: list[str]) -> dict[str, Any]:
    """The worklist; of what is owed, or in the states that are named.

    Raises:
        Invalid: no such state of an open requirement.
    """
    named = [state for state in wanted if state]
    unknown = [state for state in named if state not in OPEN]
    if unknown:
        problem = Problem("query.state", "unknown_state", f"没有“{unknown[0][:60]}”这个状态", f"可用:{'、'.join(OPEN)}")
        raise Invalid(problem.message, problems=[problem])
    with services.database.read() as session:
        return worklist(session, services.clock.now(), frozenset(named) or states.RUNNING)


def _timeliness(router: APIRouter, services: Services) -> None:
    @router.get(
        "/timeliness",
        name="staff_timeliness",
        summary="应答及时性证明:逐项列出收到、响应、推荐与时限,所用日历版本,是否按时",
        description="按收到日期(含首尾);默认最近 30 天。format=csv 下载表格。",
        dependencies=STAFF,
        responses={
            200: {
                "description": "及时性",
                "content": {
                    JSON: {"schema": {"type": "object", "properties": {"totals": OBJECT, "requirements": MANY}}},
                    "text/csv": {"schema": {"type": "string"}},
                },
            },
            **responses(401, 403, 422),
        },
        openapi_extra={
            "parameters": [
                parameter("from", "首日", DAY),
                parameter("to", "末日", DAY),
                parameter("format", "格式", {"type": "string", "enum": ["json", "csv"], "default": "json"}),
            ]
        },
    )
    def proof(request: Request) -> Response:
        only_parameters(request, "from", "to", "format")
        form = request.query_params.get("format", "json") or "json"
        if form not in {"json", "csv"}:
            raise Invalid(
                "没有这个格式", problems=[Problem("query.format", "format", "没有这个格式", "可用:json、csv")]
            )
        first, last = period(_day(request, "from"), _day(request, "to"), day_of(services.clock.now()))
        with services.database.read() as session:
            found = report(session, first, last, services.clock.now())
        if form == "json":
            return _json(found)
        name = f"timeliness-{first}-{last}.csv"
        headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{name}"'}
        return Response(as_csv(found["requirements"]), headers=headers, media_type="text/csv; charset=utf-8")


def _day(request: Request, name: str) -> date | None:
    text = request.query_params.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        problem = Problem(f"query.{name}", "date", f"“{text[:40]}”不是日期", "应为 2026-11-21 这样的日期")
        raise Invalid(problem.message, problems=[problem]) from None


def _json(found: dict[str, Any]) -> Response:
    return Response(orjson.dumps(found), 200, PRIVATE, JSON)
