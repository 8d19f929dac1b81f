"""``/vocabulary``: words and synonyms under control, for the staff alone; thin, the use cases are elsewhere."""

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPBearer
from starlette.responses import Response

from api import vocabulary as surface
from api.auth import actor
from api.bodies import JSON, json_object, raw_body
from api.doors import needs
from api.problems import responses
from api.routes.search import WHOLE_NUMBER, require_known
from api.schemas import parameter
from api.wiring import Services
from search_service.errors import Invalid, NotFound, Problem
from search_service.kinds.access import Actor
from search_service.kinds.vocabulary import RELATIONS
from search_service.people.permissions import Permission
from search_service.records import vocabulary, vocabulary_versions
from search_service.records.query_log import KEPT
from search_service.records.vocabulary_changes import ACTIONS, LONGEST_SYNONYM, MOST_CHANGES

Raw = Annotated[bytes, Depends(raw_body)]
# Only documents the token, as in api/routes/records.py.
TOKEN = [Depends(HTTPBearer(auto_error=False, description="zhixun token create --role staff"))]
PUBLISH = [needs(Permission.PUBLISH_WORDS)]
"""Beside what all of these routes ask for (`api/app.py`)."""
REFUSED = (400, 401, 403, 409, 413, 415, 422, 503)

_TEXT = {"type": "string"}
_CHANGE = {
    "type": "object",
    "required": ["action", "word"],
    "additionalProperties": False,
    "properties": {
        "action": {**_TEXT, "enum": list(ACTIONS)},
        "word": {**_TEXT, "minLength": 1, "maxLength": LONGEST_SYNONYM},
        "frequency": {"type": "integer", "minimum": 1},
        "meaning": {**_TEXT, "minLength": 1, "maxLength": LONGEST_SYNONYM},
        "relation": {**_TEXT, "enum": list(RELATIONS.labels)},
        "reason": {**_TEXT, "maxLength": 500},
    },
}
_CHANGES = {"type": "array", "minItems": 1, "maxItems": MOST_CHANGES, "items": _CHANGE}
_PAGE = [
    parameter("days", "最近多少天", {"type": "integer", "minimum": 1, "maximum": KEPT.days, "default": 30}),
    parameter("size", "条数", {"type": "integer", "minimum": 1, "maximum": surface.MOST_LISTED, "default": 50}),
]


def build(services: Services) -> APIRouter:
    """All routes; nobody else's token opens any of them."""
    router = APIRouter(prefix="/vocabulary", tags=["词表"], dependencies=TOKEN)
    _look(router, services)
    _collect(router, services)
    _decide(router, services)
    return router


def _look(router: APIRouter, services: Services) -> None:
    @router.get("", name="show_vocabulary", summary="现用词表", responses=_said("现用词表"))
    def show(request: Request) -> Response:
        return _json(surface.shown(services, _staff(request, services)))

    @router.get("/versions", name="list_vocabulary_versions", summary="词表版本", responses=_said("最近的版本"))
    def versions(request: Request) -> Response:
        return _json({"versions": vocabulary_versions.versions(services.database, _staff(request, services))})

    @router.get(
        "/versions/{record_id}", name="read_vocabulary_version", summary="一个词表版本", responses=_said("版本", 404)
    )
    def version(request: Request, record_id: str) -> Response:
        who = _staff(request, services)
        if not record_id.isascii() or not record_id.isdigit() or len(record_id) > 9:  # noqa: PLR2004 - fits 32 bits
            raise NotFound(f"没有词表版本“{record_id[:20]}”")
        return _json(vocabulary_versions.version(services.database, who, int(record_id)))

    for path, name, summary, read in (
        ("/no-hits", "list_no_hits", "查而未得的词", surface.missed),
        ("/queries", "list_queries", "常查的词", surface.asked),
    ):
        _logged(router, services, path, name, summary, read)


def _logged(router: APIRouter, services: Services, path: str, name: str, summary: str, read: Any) -> None:
    @router.get(path, name=name, summary=summary, responses=_said(summary, 422), openapi_extra={"parameters": _PAGE})
    def logged(request: Request) -> Response:
        who, params = _staff(request, services), request.query_params
        require_known(params, ("days", "size"))
        return _json(read(services, who, _number(params, "days", 30), _number(params, "size", 50)))


def _collect(router: APIRouter, services: Services) -> None:
    states = parameter("state", "状态", {**_TEXT, "enum": list(vocabulary.STATES)})

    @router.get(
        "/proposals",
        name="list_vocabulary_proposals",
        summary="词表提案",
        responses=_said("最近的提案", 422),
        openapi_extra={"parameters": [states]},
    )
    def several(request: Request) -> Response:
        who, params = _staff(request, services), request.query_params
        require_known(params, ("state",))
        found = vocabulary.proposals(services.database, who, params.get("state", "").strip() or None)
        return _json({"proposals": found})

    @router.post(
        "/proposals",
        name="create_vocabulary_proposal",
        summary="提出词表变更",
        description="变更只是收集起来,预览并启用之后才生效。",
        status_code=201,
        responses={201: _object("提案"), **responses(*REFUSED)},
        openapi_extra=_body(
            required=("reason", "changes"),
            reason={**_TEXT, "minLength": 1, "maxLength": 500},
            query={"anyOf": [{**_TEXT, "maxLength": 200}, {"type": "null"}]},
            changes=_CHANGES,
        ),
    )
    def create(request: Request, raw: Raw) -> Response:
        who = _staff(request, services)
        return _json(vocabulary.propose(services.database, who, json_object(request, raw)), 201)

    @router.get(
        "/proposals/{record_id}",
        name="read_vocabulary_proposal",
        summary="一个词表提案",
        responses=_said("提案,含最近一次预览", 404),
    )
    def read(request: Request, record_id: str) -> Response:
        return _json(vocabulary.proposal(services.database, _staff(request, services), record_id))

    @router.post(
        "/proposals/{record_id}/changes",
        name="add_vocabulary_changes",
        summary="给提案添加变更",
        responses={200: _object("提案"), **responses(404, *REFUSED)},
        openapi_extra=_body(required=("changes",), changes=_CHANGES),
    )
    def add(request: Request, record_id: str, raw: Raw) -> Response:
        who = _staff(request, services)
        return _json(vocabulary.add(services.database, who, record_id, json_object(request, raw)))

    @router.delete(
        "/proposals/{record_id}/changes/{place}",
        name="drop_vocabulary_change",
        summary="从提案中去掉一条变更",
        description="`place` 从 0 起。",
        responses={200: _object("提案"), **responses(401, 403, 404, 409, 503)},
    )
    def drop(request: Request, record_id: str, place: str) -> Response:
        who = _staff(request, services)
        at = int(place) if WHOLE_NUMBER.fullmatch(place) else -1
        return _json(vocabulary.drop(services.database, who, record_id, at))


def _decide(router: APIRouter, services: Services) -> None:
    decided = {200: _object("提案"), **responses(401, 403, 404, 409, 422, 503)}

    @router.post(
        "/proposals/{record_id}/preview",
        name="preview_vocabulary_proposal",
        summary="预览提案",
        description="在旁边的小索引上试运行对照查询、常查的词和受影响记录的名称,不影响检索;需要数秒,数据多时更久。",
        responses=decided,
    )
    def preview(request: Request, record_id: str) -> Response:
        return _json(surface.previewed(services, _staff(request, services), record_id))

    @router.post(
        "/proposals/{record_id}/activate",
        name="activate_vocabulary_proposal",
        summary="启用提案",
        description="成为新版本:同义词数秒内生效,词典词随各类索引重建逐类生效;有记录按名称查不到时拒绝。",
        dependencies=PUBLISH,
        responses=decided,
    )
    def activate(request: Request, record_id: str) -> Response:
        found = vocabulary.activate(services.database, _staff(request, services), record_id)
        services.wake()
        return _json(found)

    @router.post(
        "/proposals/{record_id}/withdraw",
        name="withdraw_vocabulary_proposal",
        summary="撤回提案",
        responses=decided,
    )
    def withdraw(request: Request, record_id: str) -> Response:
        return _json(vocabulary.withdraw(services.database, _staff(request, services), record_id))

    @router.post(
        "/rollback",
        name="roll_back_vocabulary",
        summary="回退词表",
        description="回到启用最近一次变更之前,或 `to` 所指的版本;保留着的上一代索引直接启用。",
        dependencies=PUBLISH,
        responses={200: _object("新版本"), **responses(404, *REFUSED)},
        openapi_extra=_body(required=(), reason={**_TEXT, "maxLength": 500}, to={"type": "integer", "minimum": 1}),
    )
    def rollback(request: Request, raw: Raw) -> Response:
        who = _staff(request, services)
        content = json_object(request, raw, optional=True)
        strange = [name for name in content if name not in {"reason", "to"}]
        if strange:
            problems = [Problem(name[:100], "unknown_field", "没有此项", "可用:reason、to") for name in strange]
            raise Invalid("回退只接受 reason 与 to", problems=problems)
        found = vocabulary_versions.rollback(services.database, who, content.get("reason"), content.get("to"))
        services.wake()
        return _json(found)


def _staff(request: Request, services: Services) -> Actor:
    """Before anything else is looked at: whoever may not come in learns nothing."""
    who = actor(request, services)
    vocabulary_versions.require_staff(who)
    return who


def _number(params: Mapping[str, str], name: str, otherwise: int) -> int:
    text = params.get(name, "").strip() or str(otherwise)
    if not WHOLE_NUMBER.fullmatch(text):
        said = f"{name} 应为整数"
        raise Invalid(said, problems=[Problem(f"query.{name}", "type", said, f"例如 {otherwise}")])
    return int(text)


def _json(found: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(found), status, media_type=JSON, headers={"Cache-Control": "private, no-store"})


def _said(description: str, *more: int) -> dict[int | str, dict[str, Any]]:
    return {200: _object(description), **responses(401, 403, *more, 503)}


def _object(description: str) -> dict[str, Any]:
    return {"description": description, "content": {JSON: {"schema": {"type": "object"}}}}


def _body(*, required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "additionalProperties": False, "properties": properties}
    if required:
        schema["required"] = list(required)
    return {"requestBody": {"required": bool(required), "content": {JSON: {"schema": schema}}}}
