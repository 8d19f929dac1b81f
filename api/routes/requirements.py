"""``POST /requirements/match``: judging a requirement without storing it (`docs/api.md`, `docs/matching.md`)."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api import auth
from api.bodies import JSON, json_object, raw_body
from api.problems import responses
from api.wiring import Services
from search_service.errors import Forbidden
from search_service.kinds.access import Role
from search_service.matching.entry import ITEM_FIELDS, MOST_ITEMS
from search_service.matching.match import Matcher
from search_service.people.permissions import Permission, allowed

Raw = Annotated[bytes, Depends(raw_body)]

_TEXT = {"type": "string", "maxLength": 500}
_KINDS = {"type": "array", "items": _TEXT}
_ITEM: dict[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(sorted(ITEM_FIELDS - {"quantity", "certificate_kinds"}), _TEXT),
        "quantity": {"type": "number"},
        "certificate_kinds": _KINDS,
    },
    "additionalProperties": False,
}
BODY: dict[str, Any] = {
    "required": True,
    "content": {
        JSON: {
            "schema": {
                "type": "object",
                "required": ["items"],
                "properties": {
                    "title": _TEXT,
                    "region": {**_TEXT, "description": "企业所在地:六位行政区划代码或全称"},
                    "certificate_kinds": _KINDS,
                    "text": {"type": "string"},
                    "start": {"type": "string", "format": "date"},
                    "end": {"type": "string", "format": "date"},
                    "service_days": {"type": "integer", "minimum": 1},
                    "max_institutions": {"type": "integer", "minimum": 1, "maximum": 10},
                    "items": {"type": "array", "items": _ITEM, "minItems": 1, "maxItems": MOST_ITEMS},
                },
            },
            "example": {
                "region": "610113",
                "certificate_kinds": ["CMA"],
                "items": [{"service": "检测", "object": "大米", "parameter": "镉", "standard": "GB 5009.15"}],
            },
        }
    },
}


def build(services: Services) -> APIRouter:
    """The route; public: looking needs no account (S5-55)."""
    router = APIRouter(tags=["需求"])
    matcher = Matcher(services.database, services.engine)

    @router.post(
        "/requirements/match",
        name="match_requirement",
        summary="核对需求:哪些机构满足、待确认或不满足,凭什么",
        description=(
            "不保存需求。逐项给出各机构的结论(met 满足、unsure 待确认、unmet 不满足)、代码与依据,"
            "以及至多三家机构的组合方案。带 why_not 时说明某一机构为何没有被推荐,以及最少需要补什么。"
        ),
        responses={200: {"description": "核对结果"}, **responses(400, 404, 409, 413, 415, 422, 503)},
        openapi_extra={
            "requestBody": BODY,
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
            return Response(orjson.dumps(matcher.match(body)), media_type=JSON)
        asking = auth.actor(request, services)
        if asking.role is Role.INSTITUTION and institution != str(asking.institution_id):
            raise Forbidden("机构只能查询本机构未被推荐的原因")
        # What the public may not see (a suspended institution) is said to staff, and to the institution itself.
        hidden_too = allowed(asking.role, Permission.SEE_WHY_NOT)
        found = matcher.why_not(body, institution, hidden_too=hidden_too)
        return Response(orjson.dumps(found), media_type=JSON)

    return router
