"""``/requirements``: judging without storing, understanding a text, posting, reading, named actions (docs/api.md)."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from api import account_schemas, auth
from api import requirement_schemas as schemas
from api.bodies import JSON, json_object, raw_body
from api.doors import needs
from api.problems import responses
from api.routes.records import IdempotencyKey, IfMatch
from api.wiring import Services
from search_service.errors import Forbidden, Invalid, Problem
from search_service.kinds.access import Role
from search_service.kinds.days import day_of
from search_service.people.permissions import Permission, allowed
from search_service.records.access import etag
from search_service.requirements import acting, posting, showing
from search_service.requirements.access import KIND, Reader, identifier, readable
from search_service.requirements.completeness import completeness
from search_service.requirements.listing import mine
from search_service.requirements.understanding import understood

Raw = Annotated[bytes, Depends(raw_body)]
PUBLIC = [needs(Permission.READ)]
OWN = [needs(Permission.POST_REQUIREMENT)]
SIGNED_IN = [*account_schemas.COOKIE, needs(Permission.OWN_ACCOUNT)]
PRIVATE = {"Cache-Control": "no-store", "Vary": "Authorization, Cookie"}
"""Somebody's phone stands in it."""


def build(services: Services) -> APIRouter:
    """All routes."""
    router = APIRouter(tags=["需求"])
    _match(router, services)
    _understand(router, services)
    _post(router, services)
    _read(router, services)
    _act(router, services)
    return router


def reader(request: Request, services: Services, text: str) -> Reader:
    """Who asks for a requirement.

    Raises:
        NotFound: the address holds no id.
    """
    return Reader(auth.actor(request, services), auth.guest(request, services, KIND, identifier(text)))


def _match(router: APIRouter, services: Services) -> None:
    """Public: looking needs no account (S5-55)."""

    @router.post(
        "/requirements/match",
        name="match_requirement",
        summary="核对需求:哪些机构满足、待确认或不满足,凭什么",
        description=(
            "不保存需求。逐项给出各机构的结论(met 满足、unsure 待确认、unmet 不满足)、代码与依据,"
            "以及至多三家机构的组合方案。带 why_not 时说明某一机构为何没有被推荐,以及最少需要补什么。"
        ),
        dependencies=PUBLIC,
        responses={200: {"description": "核对结果"}, **responses(400, 401, 403, 404, 409, 413, 415, 422, 503)},
        openapi_extra={
            "requestBody": schemas.MATCH,
            "parameters": [
                {
                    "name": "why_not",
                    "in": "query",
                    "required": False,
                    "description": "机构 id:说明它为何没有被推荐",
                    "schema": {"type": "string"},
                }
            ],
        },
    )
    def match(request: Request, raw: Raw) -> Response:
        body = json_object(request, raw)
        institution = request.query_params.get("why_not", "").strip()
        if not institution:
            return Response(orjson.dumps(services.matcher.match(body)), media_type=JSON)
        asking = auth.actor(request, services)
        if asking.role is Role.INSTITUTION and institution != str(asking.institution_id):
            raise Forbidden("机构只能查询本机构未被推荐的原因")
        # What the public may not see (a suspended institution) is said to staff, and to the institution itself.
        hidden_too = allowed(asking.role, Permission.SEE_WHY_NOT)
        found = services.matcher.why_not(body, institution, hidden_too=hidden_too)
        return Response(orjson.dumps(found), media_type=JSON)


def _understand(router: APIRouter, services: Services) -> None:
    @router.post(
        "/requirements/understand",
        name="understand_requirement",
        summary="从文字中读出需求项,供核对更正",
        description="不保存、不核对。每行(或分号、序号)一项;没有读出的留在 text 中,需要看一眼的在 notes 中。",
        dependencies=PUBLIC,
        responses={
            200: account_schemas.gives("读出的需求", schemas.UNDERSTOOD),
            **responses(400, 413, 415, 422, 503),
        },
        openapi_extra={"requestBody": schemas.UNDERSTAND},
    )
    def understand(request: Request, raw: Raw) -> Response:
        text = account_schemas.only(json_object(request, raw), ("text",)).get("text")
        if not isinstance(text, str) or not text.strip():
            raise Invalid("请写明需求", problems=[Problem("text", "required", "请写明需求", "例如 大米 镉 检测 CMA")])
        found = understood(text, services.search.read, day_of(services.database.now()))
        answer = {**found.as_json(), "completeness": completeness(found.body).as_json()}
        return Response(orjson.dumps(answer), media_type=JSON)


def _post(router: APIRouter, services: Services) -> None:
    @router.post(
        "/requirements",
        name="post_requirement",
        summary="发布需求",
        description=(
            "登录后发布归本人或所代表的企业;未登录时留下姓名与手机号,回答中的 secret 与短信中的链接可查询进展。"
            "平台人员登记电话、上门、站点收到的需求。应答时钟从收到起算。"
        ),
        status_code=201,
        dependencies=OWN,
        responses={
            201: account_schemas.gives("已受理", {**schemas.SHOWN, "secret": account_schemas.MAYBE}),
            **responses(400, 401, 403, 409, 413, 415, 422, 429),
        },
        openapi_extra={"requestBody": schemas.POST, "parameters": [schemas.IDEMPOTENCY_KEY]},
    )
    def post(request: Request, raw: Raw, key: IdempotencyKey = None) -> Response:
        made = posting.post(
            services.database,
            auth.actor(request, services),
            json_object(request, raw),
            address=auth.visitor(request).address,
            link=services.settings.requirement_link,
            idempotency_key=key,
        )
        services.wake()
        headers = {**PRIVATE, "ETag": made.etag, "Location": f"/api/v1/requirements/{made.body['id']}"}
        if made.replayed:
            headers["Idempotent-Replayed"] = "true"
        body = orjson.dumps({**made.body, "secret": made.secret})
        return Response(body, posting.CREATED, headers=headers, media_type=JSON)


def _read(router: APIRouter, services: Services) -> None:
    @router.get(
        "/requirements",
        name="list_own_requirements",
        summary="自己或所代表企业的需求,最新的在前",
        dependencies=SIGNED_IN,
        responses={
            200: account_schemas.lists("需求", "requirements", schemas.BRIEF),
            **responses(401, 403),
        },
    )
    def own(request: Request) -> Response:
        who = auth.actor(request, services)
        with services.database.read() as session:
            found = mine(session, who)
        return Response(orjson.dumps({"requirements": found}), 200, PRIVATE, JSON)

    @router.get(
        "/requirements/{record_id}",
        name="read_requirement",
        summary="一份需求:状态、时钟、经过",
        description=schemas.GUESTS,
        dependencies=OWN,
        responses={200: account_schemas.gives("需求", schemas.SHOWN), **responses(401, 404)},
    )
    def read(request: Request, record_id: str) -> Response:
        who = reader(request, services, record_id)
        with services.database.read() as session:
            row, side = readable(session, identifier(record_id), who)
            body, tag = showing.show(session, row, side, services.database.now()), etag(row)
        return Response(orjson.dumps(body), 200, {**PRIVATE, "ETag": tag}, JSON)


def _act(router: APIRouter, services: Services) -> None:
    @router.post(
        "/requirements/{record_id}/actions/{action}",
        name="act_on_requirement",
        summary="修改、回答、选定、撤回;登记联系、提问、关闭",
        description=(
            "企业一方:`change`(需 If-Match)、`answer`、`agree`(选定服务,需登录)、`withdraw`。"
            "平台人员:`contacted`、`asked`(即为响应)、`change`、`agree`、`close`。"
        ),
        dependencies=OWN,
        responses={
            200: account_schemas.gives("操作后的需求", schemas.SHOWN),
            **responses(400, 401, 403, 404, 409, 412, 413, 415, 422, 428),
        },
        openapi_extra={"requestBody": schemas.ACT, "parameters": [schemas.IF_MATCH]},
    )
    def act(
        request: Request,
        record_id: str,
        action: Annotated[str, Path(json_schema_extra={"enum": schemas.NAMES})],
        raw: Raw,
        if_match: IfMatch = None,
    ) -> Response:
        given: dict[str, Any] = json_object(request, raw, optional=True)
        who = reader(request, services, record_id)
        body, tag = acting.act(services.database, who, identifier(record_id), action, given, if_match=if_match)
        services.wake()
        return Response(orjson.dumps(body), 200, {**PRIVATE, "ETag": tag}, JSON)
