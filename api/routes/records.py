"""The system of record over HTTP (`docs/api.md`): the same thin routes for every declared record."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Header, Path, Request
from fastapi.security import HTTPBearer
from starlette.responses import Response

from api import record_schemas as schemas
from api.auth import actor
from api.bodies import JSON, json_object, raw_body
from api.doors import needs
from api.problems import responses
from api.routes.search import WHOLE_NUMBER
from api.schemas import parameter
from api.wiring import Services
from search_service.errors import Invalid, Problem
from search_service.kinds.base import Kind
from search_service.kinds.record import Record
from search_service.kinds.references import Reference
from search_service.people.permissions import Permission
from search_service.records import access, actions, listing, write
from search_service.records.write import Written

Raw = Annotated[bytes, Depends(raw_body)]
IfMatch = Annotated[str | None, Header(alias="If-Match", include_in_schema=False)]
IfNoneMatch = Annotated[str | None, Header(alias="If-None-Match", include_in_schema=False)]
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key", include_in_schema=False)]

# Only documents the token: api/auth.py reads it, so that a missing one is refused in our words.
TOKEN = [Depends(HTTPBearer(auto_error=False, description="zhixun token create")), needs(Permission.WRITE_RECORDS)]
PUBLIC = [needs(Permission.READ)]

CONTENT = (400, 401, 403, 409, 413, 415, 422)
CHANGED = (404, 412, 428)


def build_router(records: Iterable[Record], services: Services) -> APIRouter:
    """All routes of all records; lists of kinds are the search's."""
    router = APIRouter()
    for record in records:
        _read(router, services, record)
        _make(router, services, record)
        _alter(router, services, record, "PUT", write.replace, whole=True)
        _alter(router, services, record, "PATCH", write.change, whole=False)
        _delete(router, services, record)
        if record.actions:
            _act(router, services, record)
        if not isinstance(record, Kind):
            _list(router, services, record)
    return router


def _read(router: APIRouter, services: Services, record: Record) -> None:
    # The version counts changes of the row, not of the rows that it names or that name it: those change its body, too.
    whole = not record.derived and not any(isinstance(field, Reference) for field in record.fields)

    @router.get(
        f"/{record.plural}/{{record_id}}",
        name=f"read_{record.name}",
        summary=f"一条{record.label}",
        tags=[record.label],
        dependencies=PUBLIC,
        responses={
            200: schemas.answer(record, record.label),
            **({304: {"description": "未变"}} if whole else {}),
            **responses(401, 404),
        },
        openapi_extra={"parameters": [schemas.IF_NONE_MATCH] if whole else []},
    )
    def read(request: Request, record_id: str, if_none_match: IfNoneMatch = None) -> Response:
        shown = access.read(services.database, record, actor(request, services), record_id)
        # What is shown depends on the reader; a shared cache must not mix them.
        headers = {"ETag": shown.etag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Cookie"}
        if whole and _matches(if_none_match, shown.etag):
            return Response(status_code=304, headers=headers)
        return Response(orjson.dumps(shown.body), media_type=JSON, headers=headers)


def _make(router: APIRouter, services: Services, record: Record) -> None:
    @router.post(
        f"/{record.plural}",
        name=f"create_{record.name}",
        summary=f"新建{record.label}",
        tags=[record.label],
        status_code=201,
        dependencies=TOKEN,
        responses={201: schemas.answer(record, "已新建", warnings=True), **responses(*CONTENT)},
        openapi_extra={
            "parameters": [schemas.IDEMPOTENCY_KEY],
            "requestBody": schemas.body(record, required=True),
        },
    )
    def create(request: Request, raw: Raw, idempotency_key: IdempotencyKey = None) -> Response:
        who = actor(request, services)
        access.require_known(who)  # nobody's body is not even read
        content = json_object(request, raw)
        return _written(services, record, write.create(services.database, record, who, content, idempotency_key))


def _alter(
    router: APIRouter,
    services: Services,
    record: Record,
    method: str,
    use_case: Callable[..., Written],
    *,
    whole: bool,
) -> None:
    def alter(request: Request, record_id: str, raw: Raw, if_match: IfMatch = None) -> Response:
        who = actor(request, services)
        access.require_known(who)
        content = json_object(request, raw)
        return _written(services, record, use_case(services.database, record, who, record_id, content, if_match))

    router.add_api_route(
        f"/{record.plural}/{{record_id}}",
        alter,
        methods=[method],
        name=f"{'replace' if whole else 'change'}_{record.name}",
        summary=f"{'整体替换' if whole else '修改'}{record.label}",
        tags=[record.label],
        dependencies=TOKEN,
        responses={200: schemas.answer(record, "已保存", warnings=True), **responses(*CONTENT, *CHANGED)},
        openapi_extra={
            "parameters": [schemas.IF_MATCH],
            "requestBody": schemas.body(record, required=whole),
        },
    )


def _delete(router: APIRouter, services: Services, record: Record) -> None:
    @router.delete(
        f"/{record.plural}/{{record_id}}",
        name=f"delete_{record.name}",
        summary=f"删除{record.label}",
        tags=[record.label],
        status_code=204,
        dependencies=TOKEN,
        responses={204: {"description": "已删除"}, **responses(401, 403, *CHANGED)},
        openapi_extra={"parameters": [schemas.IF_MATCH]},
    )
    def delete(request: Request, record_id: str, if_match: IfMatch = None) -> Response:
        who = actor(request, services)
        return _written(services, record, write.delete(services.database, record, who, record_id, if_match))


def _act(router: APIRouter, services: Services, record: Record) -> None:
    names = [action.name for action in record.actions]

    @router.post(
        f"/{record.plural}/{{record_id}}/actions/{{action}}",
        name=f"act_on_{record.name}",
        summary=f"改变{record.label}的状态",
        description="、".join(f"`{action.name}` {action.label}" for action in record.actions),
        tags=[record.label],
        dependencies=TOKEN,
        responses={200: schemas.answer(record, "已执行", warnings=True), **responses(*CONTENT, 404, 412)},
        openapi_extra={
            "parameters": [
                schemas.IF_MATCH,
                schemas.IDEMPOTENCY_KEY,
            ],
            "requestBody": schemas.reason_body(),
        },
    )
    def act(
        request: Request,
        record_id: str,
        action: Annotated[str, Path(json_schema_extra={"enum": names})],
        raw: Raw,
        if_match: IfMatch = None,
        idempotency_key: IdempotencyKey = None,
    ) -> Response:
        who = actor(request, services)
        access.require_known(who)
        content = json_object(request, raw, optional=True)
        strange = [name for name in content if name != "reason"]
        if strange:
            problems = [
                Problem(name[:100], "unknown_field", "动作只接受 reason", '例如 {"reason": "…"}') for name in strange
            ]
            raise Invalid("动作只接受 reason", problems=problems)
        return _written(
            services,
            record,
            actions.act(
                services.database, record, who, record_id, action, if_match, content.get("reason"), idempotency_key
            ),
        )


def _list(router: APIRouter, services: Services, record: Record) -> None:
    lookup = record.name == "certificate"
    names = listing.LOOKUP if lookup else listing.plain_filters(record)
    text = {"type": "string", "maxLength": listing.LONGEST}
    parameters = [
        parameter(name, record.by_name[name].label if name in record.by_name else "在该日有效", text) for name in names
    ]

    @router.get(
        f"/{record.plural}",
        name=f"list_{record.name}",
        summary=f"{record.label}列表",
        tags=[record.label],
        dependencies=PUBLIC,
        responses={200: schemas.listing(record), **responses(422)},
        openapi_extra={"parameters": [*schemas.PAGING, *parameters]},
    )
    def several(request: Request) -> Response:
        params = dict(request.query_params)
        number, size = _number(params.pop("page", ""), "page", 1), _number(params.pop("size", ""), "size", 10)
        wanted = {name: value.strip() for name, value in params.items() if value.strip()}
        find = listing.certificates if lookup else listing.page
        found = find(services.database, record, wanted, number, size)
        hits = [_hit(record, row) for row in found.rows]
        answer = {"total": found.total, "total_is_exact": True, "page": number, "size": size, "hits": hits}
        return Response(orjson.dumps(answer), media_type=JSON)


def _hit(record: Record, row: dict[str, Any]) -> dict[str, Any]:
    """A row in the shape of a search's hit."""
    title = next((row[name] for name in ("name", "number", "word") if row.get(name)), row["id"])
    return {
        "kind": record.name,
        "id": row["id"],
        "key": row["key"],
        "url": f"/api/v1/{record.plural}/{row['id']}",
        "title": title,
        "fields": {name: row[name] for name in record.by_name if name in row},
    }


def _number(text: str, name: str, otherwise: int) -> int:
    text = text.strip() or str(otherwise)  # blank is as if not said: forms send all their fields
    if not WHOLE_NUMBER.fullmatch(text):
        raise Invalid(f"{name} 应为整数", problems=[Problem(f"query.{name}", "type", f"{name} 应为整数", "例如 1")])
    return int(text)


def _matches(header: str | None, tag: str) -> bool:
    if header is None:
        return False
    tags = [entry.strip().removeprefix("W/") for entry in header.split(",")]
    return header.strip() == "*" or tag in tags


def _written(services: Services, record: Record, written: Written) -> Response:
    services.wake()
    headers = {"ETag": written.etag} if written.etag else {}
    if written.replayed:
        headers["Idempotent-Replayed"] = "true"
    if written.body is None:
        return Response(status_code=written.status, headers=headers)
    if written.status == write.CREATED:
        headers["Location"] = f"/api/v1/{record.plural}/{written.body['id']}"
    return Response(orjson.dumps(written.body), written.status, media_type=JSON, headers=headers)
