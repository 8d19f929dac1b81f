"""``GET /search``, ``/suggest`` and the lists of kinds: thin, everything is the facade's."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.datastructures import QueryParams
from starlette.responses import Response

from api import explaining
from api.doors import needs
from api.headers import degraded
from api.problems import responses
from api.schemas import ANSWER, SUGGESTIONS, filter_parameters, parameter
from api.wiring import Services
from search_service.errors import Invalid, Problem
from search_service.kinds.base import Kind
from search_service.people.permissions import Permission
from search_service.query.request import DEEPEST, LARGEST_PAGE, LONGEST_QUERY, SORTS, SearchRequest
from search_service.records.access import public_id
from search_service.search.answer import Answer

FIRST_CAPABILITIES = 30
"""A homepage without a query shows this many (S1-44)."""

SUGGESTIONS_SHOWN = 8
"""As many as a screen holds under the box (`docs/api.md`)."""

WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}")
"""A page or a size in a URL; any real one is shorter."""

RESERVED = ("q", "kind", "page", "size", "sort", "as_text")

PAGING = [
    parameter("page", "页码,从 1 起", {"type": "integer", "minimum": 1, "maximum": DEEPEST, "default": 1}),
    parameter("size", "每页条数", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": 10}),
    parameter("sort", "排序", {"type": "string", "enum": list(SORTS), "default": SORTS[0]}),
]
AS_TEXT = parameter(
    "as_text",
    "不要把查询中的词理解为这种条件,可重复,例如 region 或 region:610100",
    {"type": "array", "items": {"type": "string"}},
)
QUERY = parameter("q", "关键词;空白则列出全部", {"type": "string", "maxLength": LONGEST_QUERY})


def json_answer(answer: Answer) -> Response:
    """The facade's dataclasses, serialised as they are."""
    return Response(orjson.dumps(answer), media_type="application/json", headers=degraded(answer.partial))


def read_request(params: Mapping[str, str], lists: Callable[[str], list[str]], **fixed: Any) -> SearchRequest:
    """A search request from URL parameters; every name that is not reserved is a filter.

    Raises:
        Invalid: a page or a size is no number.
    """
    problems: list[Problem] = []

    def number(name: str, default: int) -> int:
        text = params.get(name, "").strip()
        if not text:
            return default
        if not WHOLE_NUMBER.fullmatch(text):
            problems.append(Problem(f"query.{name}", "type", f"{name} 应为整数", "例如 1"))
            return default
        return int(text)

    request = SearchRequest(
        q=params.get("q", ""),
        kinds=tuple(kind for kind in lists("kind") if kind),
        filters={name: tuple(lists(name)) for name in params if name not in RESERVED},
        page=number("page", 1),
        size=number("size", 10),
        sort=params.get("sort") or SORTS[0],
        as_text=tuple(text.strip() for text in lists("as_text") if text.strip()),
    )
    if problems:
        raise Invalid("查询条件有误", problems=problems)
    return SearchRequest(**{**{n: getattr(request, n) for n in SearchRequest.__slots__}, **fixed})


def require_known(params: QueryParams, known: Sequence[str]) -> None:
    """Refuse a condition that would not be heeded: whoever sets one trusts the answer to fulfil it.

    Raises:
        Invalid: it lists what there is; a blank one is as if not said.
    """
    strange = [name for name in params if name not in known and any(text.strip() for text in params.getlist(name))]
    if strange:
        hint = f"可用:{'、'.join(known)}"
        found = [Problem(f"query.{name}", "unknown_filter", f"没有“{name[:40]}”这个条件", hint) for name in strange]
        raise Invalid("查询条件有误", problems=found)


def build(services: Services) -> APIRouter:
    """All routes of searching."""
    router = APIRouter(tags=["搜索"])
    kinds = services.registry.kinds
    kind_parameter = parameter(
        "kind", "类别,可重复", {"type": "array", "items": {"type": "string", "enum": [kind.name for kind in kinds]}}
    )

    @router.get(
        "/search",
        summary="搜索",
        responses={200: ANSWER, **responses(422, 503)},
        openapi_extra={"parameters": [QUERY, kind_parameter, *PAGING, AS_TEXT, *filter_parameters(kinds)]},
    )
    def search(request: Request) -> Response:
        params = request.query_params
        return json_answer(services.search.search(read_request(params, params.getlist)))

    @router.get(
        "/search/explain",
        summary="搜索结果的由来",
        description="与 `/search` 相同的回答,另有 `explanation`:要求含有的文字、每条结果的分数由来、各步骤耗时。",
        responses={200: ANSWER, **responses(401, 403, 422, 503)},
        openapi_extra={"parameters": [QUERY, kind_parameter, *PAGING, *filter_parameters(kinds)]},
        dependencies=[needs(Permission.EXPLAIN_SEARCH)],
    )
    def explain(request: Request) -> Response:
        params = request.query_params
        found = services.search.explain(read_request(params, params.getlist))
        return Response(orjson.dumps(explaining.as_json(found)), media_type="application/json")

    @router.get(
        "/suggest",
        summary="输入联想",
        responses={200: SUGGESTIONS, **responses(422, 503)},
        openapi_extra={
            "parameters": [
                QUERY,
                kind_parameter,
                parameter(
                    "size",
                    "条数",
                    {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": SUGGESTIONS_SHOWN},
                ),
            ]
        },
    )
    def suggest(request: Request) -> Response:
        params = request.query_params
        require_known(params, ("q", "kind", "size"))
        wanted = read_request(params, params.getlist, filters={}, page=1)
        size = wanted.size if params.get("size", "").strip() else SUGGESTIONS_SHOWN
        found = services.search.suggest(wanted.q, wanted.kinds, size)
        return Response(orjson.dumps({"suggestions": found}), media_type="application/json")

    for kind in kinds:
        _list(router, services, kind)
        if kind.owner is not None:
            _homepage(router, services, kind)
    return router


def _list(router: APIRouter, services: Services, kind: Kind) -> None:
    @router.get(
        f"/{kind.plural}",
        name=f"list_{kind.name}",
        summary=f"{kind.label}列表",
        responses={200: ANSWER, **responses(422, 503)},
        openapi_extra={"parameters": [QUERY, *PAGING, AS_TEXT, *filter_parameters([kind])]},
    )
    def listing(request: Request) -> Response:
        params = request.query_params
        return json_answer(services.search.search(read_request(params, params.getlist, kinds=(kind.name,))))


def _homepage(router: APIRouter, services: Services, kind: Kind) -> None:
    """What one owner has: the first thirty, or a keyword search over all of them (S1-44, S1-45, S1-50)."""
    filter_name, owner_name = kind.owner or ("", "")
    owner = services.registry.kind(owner_name)
    filters = [found for found in filter_parameters([kind]) if found["name"] != filter_name]
    known = [found["name"] for found in (QUERY, *PAGING, AS_TEXT, *filters)]

    @router.get(
        f"/{owner.plural}/{{record_id}}/{kind.plural}",
        name=f"list_{kind.name}_of_{owner.name}",
        summary=f"{owner.label}的{kind.label}",
        responses={200: ANSWER, **responses(404, 422, 503)},
        openapi_extra={"parameters": [QUERY, *PAGING, AS_TEXT, *filters]},
    )
    def of_owner(request: Request, record_id: str) -> Response:
        params = request.query_params
        require_known(params, known)
        wanted = read_request(params, params.getlist, kinds=(kind.name,))
        of_this = {filter_name: (public_id(services.database, owner, record_id),)}
        wanted = replace(wanted, filters={**wanted.filters, **of_this})
        if not wanted.q.strip() and not params.get("size", "").strip():
            wanted = replace(wanted, size=FIRST_CAPABILITIES)
        return json_answer(services.search.search(wanted))
