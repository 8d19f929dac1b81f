"""``/requirements/{id}/recommendation``: the draft, what was sent, edits, sending, why not, the search outside."""

import uuid
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from api import account_schemas, auth
from api import recommendation_schemas as schemas
from api.bodies import JSON, json_object, raw_body
from api.doors import needs
from api.problems import responses
from api.requirement_schemas import SECRET
from api.routes.requirements import OWN, PRIVATE, reader
from api.wiring import Services
from search_service.errors import Forbidden, Invalid, NotFound, Problem
from search_service.kinds.access import Role
from search_service.people.permissions import Permission
from search_service.recommendation import drafting, edits, reading, referral, sending, why_not
from search_service.records.access import instant
from search_service.requirements.access import Side, identifier, missing, readable
from search_service.store.requirement import Referral

Raw = Annotated[bytes, Depends(raw_body)]
STAFF = [needs(Permission.HANDLE_REQUIREMENTS)]


def build(services: Services) -> APIRouter:
    """All routes."""
    router = APIRouter(tags=["需求"])
    _read(router, services)
    _draft(router, services)
    _send(router, services)
    _why_not(router, services)
    _refer(router, services)
    return router


def _answer(body: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, PRIVATE, JSON)


def document_for(services: Services, request: Request, record_id: uuid.UUID) -> tuple[dict[str, Any], Side]:
    """The document for who asks: staff see the draft, the enterprise what was sent.

    Raises:
        NotFound: the requirement is not there or not for this reader, or nothing was sent yet.
    """
    who = reader(request, services, str(record_id))
    with services.database.read() as session:
        row, side = readable(session, record_id, who)
        found = reading.current(session, row.id, drafts=side is Side.STAFF)
    if found is None:
        raise NotFound("推荐意见尚未发出：发出后会短信告知，届时可在此查看")
    return found, side


def _read(router: APIRouter, services: Services) -> None:
    @router.get(
        "/requirements/{record_id}/recommendation",
        name="read_recommendation",
        summary="推荐意见:草稿(平台人员)或已发送的内容",
        description="与推荐意见书页面内容相同:方案、逐格结论与依据、待确认候选、服务期、核对日、规则与日历版本。",
        dependencies=OWN,
        responses={200: account_schemas.gives("推荐意见", schemas.DOCUMENT), **responses(401, 404)},
        openapi_extra={"parameters": SECRET},
    )
    def read(request: Request, record_id: str) -> Response:
        return _answer(document_for(services, request, identifier(record_id))[0])


def _draft(router: APIRouter, services: Services) -> None:
    @router.post(
        "/requirements/{record_id}/recommendation/draft",
        name="draft_recommendation",
        summary="按现在的数据重新生成草稿",
        dependencies=STAFF,
        responses={200: account_schemas.gives("草稿", schemas.DOCUMENT), **responses(401, 403, 404, 409, 422, 503)},
    )
    def draft(request: Request, record_id: str) -> Response:
        by = auth.actor(request, services)
        found = drafting.draft(services.database, services.matcher, identifier(record_id), by, again=True)
        services.wake()
        return _told(services, found.id)

    @router.post(
        "/requirements/{record_id}/recommendation/edits",
        name="edit_recommendation",
        summary="修改草稿,附理由:不列入机构、选定方案、补充说明、已澄清待确认项",
        description="任何修改都不能把“待确认”或“不满足”变为“满足”。谁、何时、为何,均存档。",
        dependencies=STAFF,
        responses={
            200: account_schemas.gives("修改后的草稿", schemas.DOCUMENT),
            **responses(400, 401, 403, 404, 409, 413, 415, 422),
        },
        openapi_extra={"requestBody": schemas.EDIT},
    )
    def edit(request: Request, record_id: str, raw: Raw) -> Response:
        known = ("kind", "reason", "institution", "item", "at_most", "text")
        said = account_schemas.only(json_object(request, raw), known)
        found = edits.add(services.database, _unsent(services, record_id), auth.actor(request, services), said)
        return _told(services, found.id)


def _send(router: APIRouter, services: Services) -> None:
    @router.post(
        "/requirements/{record_id}/recommendation/send",
        name="send_recommendation",
        summary="发送推荐意见:发送时重新核对,只发一次",
        description=(
            "结论与草稿不同时答 409(`verdicts_changed`),errors 逐条列出变化;核对后带 confirm_changes 再发。"
            "没有机构满足时发出说明,并开始寻找外部机构。"
        ),
        dependencies=STAFF,
        responses={
            200: account_schemas.gives("已发送的推荐意见", schemas.DOCUMENT),
            **responses(400, 401, 403, 404, 409, 413, 415, 422, 503),
        },
        openapi_extra={"requestBody": {**schemas.SEND, "required": False}},
    )
    def send(request: Request, record_id: str, raw: Raw) -> Response:
        known = ("recommendation", "confirm_changes")
        said = account_schemas.only(json_object(request, raw, optional=True), known)
        confirmed, chosen = said.get("confirm_changes", False), said.get("recommendation")
        if not isinstance(confirmed, bool):
            problem = Problem("confirm_changes", "type", "应为 true 或 false", "核对变化后填 true")
            raise Invalid(problem.message, problems=[problem])
        if "recommendation" in said and not isinstance(chosen, str):
            problem = Problem("recommendation", "type", "应为草稿的 id", "见 GET …/recommendation")
            raise Invalid(problem.message, problems=[problem])
        asked = identifier(record_id)
        wanted = _unsent(services, record_id) if chosen is None else _of(services, asked, chosen)
        by = auth.actor(request, services)
        sent = sending.send(services.database, services.matcher, wanted, by, confirm_changes=confirmed)
        assert sent is not None, "only the system is told nothing"
        services.wake()
        return _told(services, sent.id)


def _why_not(router: APIRouter, services: Services) -> None:
    @router.get(
        "/requirements/{record_id}/why-not/{institution_id}",
        name="why_not_recommended",
        summary="某机构为何没有被推荐,以及最少需要补什么",
        description="平台人员可查询任何机构;机构只能查询本机构,且在推荐意见发出之后。",
        dependencies=[needs(Permission.SEE_WHY_NOT)],
        responses={
            200: account_schemas.gives("原因", schemas.WHY_NOT),
            **responses(401, 403, 404, 409, 422, 503),
        },
    )
    def reason(request: Request, record_id: str, institution_id: str) -> Response:
        asking, requirement = auth.actor(request, services), identifier(record_id)
        try:
            institution = str(uuid.UUID(institution_id))
        except ValueError:
            raise NotFound("没有这家机构") from None
        if asking.role is Role.INSTITUTION:
            if institution != str(asking.institution_id):
                raise Forbidden("机构只能查询本机构未被推荐的原因")
            with services.database.read() as session:
                if reading.latest(session, requirement, sent=True) is None:
                    raise missing()
        return _answer(why_not.why_not(services.database, services.matcher, requirement, institution))


def _refer(router: APIRouter, services: Services) -> None:
    @router.post(
        "/requirements/{record_id}/referral/actions/{action}",
        name="act_on_referral",
        summary="寻找外部机构:找到、已告知企业、没有找到",
        description="`found` 登记机构名称与联系方式,`informed` 短信告知企业,`none_found` 说明找过哪些途径。",
        dependencies=STAFF,
        responses={
            200: account_schemas.gives("寻找外部机构的进展", schemas.REFERRAL),
            **responses(400, 401, 403, 404, 409, 413, 415, 422),
        },
        openapi_extra={"requestBody": {**schemas.REFER, "required": False}},
    )
    def act(
        request: Request,
        record_id: str,
        action: Annotated[str, Path(json_schema_extra={"enum": schemas.ACTIONS})],
        raw: Raw,
    ) -> Response:
        said = account_schemas.only(json_object(request, raw, optional=True), tuple(referral.LONGEST))
        by = auth.actor(request, services)
        found = referral.act(services.database, by, identifier(record_id), action, said)
        services.wake()
        return _answer(referral_json(found))


def referral_json(found: Referral) -> dict[str, Any]:
    """The search outside, as it stands."""
    return {
        "state": found.state,
        "state_label": referral.STATES[found.state],
        "institution_name": found.institution_name,
        "contact": found.contact,
        "note": found.note,
        "opened_at": instant(found.opened_at),
        "informed_at": instant(found.informed_at) if found.informed_at else None,
    }


def _unsent(services: Services, record_id: str) -> uuid.UUID:
    with services.database.read() as session:
        requirement = reading.live(session, identifier(record_id))
        return reading.unsent(session, requirement.id).id


def _of(services: Services, requirement_id: uuid.UUID, text: str) -> uuid.UUID:
    """A recommendation of this very requirement."""
    try:
        wanted = uuid.UUID(text)
    except ValueError:
        raise NotFound("没有这份推荐意见") from None
    with services.database.read() as session:
        if reading.one(session, wanted).requirement_id != requirement_id:
            raise NotFound("没有这份推荐意见")
    return wanted


def _told(services: Services, recommendation_id: uuid.UUID) -> Response:
    """The document as staff see it."""
    with services.database.read() as session:
        return _answer(reading.shown(session, reading.one(session, recommendation_id), staff=True))
