"""``GET /search``, ``/suggest`` and the lists of kinds: thin, everything is the facade's."""

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import Response

from api.problems import responses
from api.schemas import ANSWER, SUGGESTIONS, filter_parameters, parameter
from api.wiring import Services
from search_service.errors import Invalid, NotFound, Problem
from search_service.kinds.base import Kind
from search_service.query.request import DEEPEST, LARGEST_PAGE, LONGEST_QUERY, SORTS, SearchRequest
from search_service.search.answer import Answer

FIRST_CAPABILITIES = 30
"""A homepage without a query shows this many (S1-44)."""

SUGGESTIONS_SHOWN = 8
"""As many as a screen holds under the box (`docs/api.md`)."""

WHOLE_NUMBER = re.compile(r"-?[0-9]{1,9}")
"""A page or a size in a URL; any real one is shorter."""

RESERVED = ("q", "kind", "page", "size", "sort")

PAGING = [
    parameter("page", "页码,从 1 起", {"type": "integer", "minimum": 1, "maximum": DEEPEST, "default": 1}),
    parameter("size", "每页条数", {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": 10}),
    parameter("sort", "排序", {"type": "string", "enum": list(SORTS), "default": SORTS[0]}),
]
QUERY = parameter("q", "关键词;空白则列出全部", {"type": "string", "maxLength": LONGEST_QUERY})


def json_answer(answer: Answer) -> Response:
    """The facade's dataclasses, serialised as they are."""
    return Response(orjson.dumps(answer), media_type="application/json")


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
    )
    if problems:
        raise Invalid("查询条件有误", problems=problems)
    return SearchRequest(**{**{n: getattr(request, n) for n in SearchRequest.__slots__}, **fixed})


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
        openapi_extra={"parameters": [QUERY, kind_parameter, *PAGING, *filter_parameters(kinds)]},
    )
    def search(request: Request) -> Response:
        params = request.query_params
        return json_answer(services.search.search(read_request(params, params.getlist)))

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
        openapi_extra={"parameters": [QUERY, *PAGING, *filter_parameters([kind])]},
    )
    def listing(request: Request) -> Response:
        params = request.query_params
        return json_answer(services.search.search(read_request(params, params.getlist, kinds=(kind.name,))))


def _homepage(router: APIRouter, services: Services, kind: Kind) -> None:
    """What one owner has: the first thirty, or a keyword search over all of them (S1-44, S1-45, S1-50)."""
    filter_name, owner_name = kind.owner or ("", "")
    owner = services.registry.kind(owner_name)

    @router.get(
        f"/{owner.plural}/{{record_id}}/{kind.plural}",
        name=f"list_{kind.name}_of_{owner.name}",
        summary=f"{owner.label}的{kind.label}",
        responses={200: ANSWER, **responses(404, 422, 503)},
        openapi_extra={"parameters": [QUERY, *PAGING]},
    )
    def of_owner(request: Request, record_id: str) -> Response:
        params = request.query_params
        wanted = read_request(
            params, params.getlist, kinds=(kind.name,), filters={filter_name: (owner_id(services, owner, record_id),)}
        )
        if not wanted.q.strip() and not params.get("size"):
            wanted = replace(wanted, size=FIRST_CAPABILITIES)
        return json_answer(services.search.search(wanted))


def owner_id(services: Services, owner: Kind, record_id: str) -> str:
    """The id of an owner that the public may see.

    Raises:
        NotFound: there is none.
    """
    try:
        wanted = uuid.UUID(record_id)
    except ValueError:
        raise NotFound(f"没有找到该{owner.label}") from None
    services.search.require_visible(owner, wanted)
    return str(wanted)
