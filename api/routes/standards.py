"""``POST /standards/check``: many standard numbers at once (`docs/api.md`); thin, everything is the room's."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api import standard_schemas as schemas
from api.bodies import JSON, json_object, raw_body
from api.problems import responses
from api.wiring import Services
from search_service.standards.check import check

Raw = Annotated[bytes, Depends(raw_body)]


def build(services: Services) -> APIRouter:
    """The route; public, as every lookup is (S5-55)."""
    router = APIRouter(tags=["标准"])

    @router.post(
        "/standards/check",
        name="check_standards",
        summary="批量查标准:状态、代替标准、能做的机构数",
        description=(
            "至多 500 个标准编号,写法不限。逐个回答:规范编号、状态、代替它的现行标准、把握程度"
            "(exact 完全一致;resolved 补全后唯一,reason 说明补了什么;ambiguous 有几种可能,列在 candidates;"
            "unknown 没有收录,不会拿相近编号或别的年号代替),以及有多少机构登记了按它做的能力或授权项目。"
        ),
        responses={200: schemas.ANSWER, **responses(400, 413, 415, 422, 503)},
        openapi_extra={"requestBody": schemas.BODY},
    )
    def check_standards(request: Request, raw: Raw) -> Response:
        entries, region = schemas.entries(json_object(request, raw))
        report = check(services.database, entries, region)
        return Response(orjson.dumps(schemas.answer(report)), media_type=JSON)

    return router
