"""``/accounts``: registering, one's own account and password, and what the administrator does with accounts."""

import uuid
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Request
from starlette.responses import Response

from api import account_schemas as schemas
from api import auth, cookies, forgery
from api.bodies import JSON, json_object, only_parameters, raw_body
from api.doors import needs
from api.problems import responses
from api.schemas import parameter
from api.wiring import Services
from search_service.errors import Invalid, NotFound, Problem
from search_service.people import administration, contacts, memberships, registration, resets, sessions
from search_service.people.administration import Shown
from search_service.people.permissions import GRANTED, Permission
from search_service.people.sessions import Current
from search_service.records.access import instant

Raw = Annotated[bytes, Depends(raw_body)]
NO_STORE = {"Cache-Control": "no-store"}
ANYBODY = [needs(Permission.ENTER)]
OWN = [*schemas.COOKIE, needs(Permission.OWN_ACCOUNT)]
MANAGE = [*schemas.COOKIE, needs(Permission.MANAGE_ACCOUNTS)]
REFUSED = responses(400, 403, 413, 415, 422, 429)
ACTIONS = ("disable", "enable", "set_role", "invite")


def build(services: Services) -> APIRouter:
    """All routes."""
    router = APIRouter(prefix="/accounts", tags=["账号"])
    _register(router, services)
    _reset(router, services)
    _own(router, services)
    _manage(router, services)
    return router


def _register(router: APIRouter, services: Services) -> None:
    @router.post(
        "",
        name="register",
        summary="注册",
        description="向手机号发送验证码;已注册的号码得到同样的回答。",
        status_code=202,
        dependencies=ANYBODY,
        responses={202: schemas.gives("验证码已发送", schemas.TICKET_GIVEN), **REFUSED},
        openapi_extra=schemas.body(("kind", "name", "phone", "password", "agreed"), schemas.REGISTRATION),
    )
    def register(request: Request, raw: Raw) -> Response:
        content = json_object(request, raw)
        ticket = registration.begin(services.database, content, auth.visitor(request))
        services.wake()
        return _sent(ticket, contacts.phone(content["phone"]))

    @router.post(
        "/confirm",
        name="confirm_registration",
        summary="用验证码完成注册",
        status_code=201,
        dependencies=ANYBODY,
        responses={201: schemas.gives("已注册并登录", schemas.ME), **responses(409), **REFUSED},
        openapi_extra=schemas.body(("ticket", "code"), {"ticket": schemas.TICKET, "code": schemas.CODE}),
    )
    def confirm(request: Request, raw: Raw) -> Response:
        content = schemas.only(json_object(request, raw), ("ticket", "code"))
        visitor = auth.visitor(request)
        _, secret = registration.confirm(services.database, content.get("ticket"), content.get("code"), visitor)
        current = sessions.current(services.database, secret)
        assert current is not None, "it has just begun"
        response = Response(orjson.dumps(shown(request, services, current, secret)), 201, NO_STORE, JSON)
        cookies.sign_in(request, response, secret)
        return response


def _reset(router: APIRouter, services: Services) -> None:
    @router.post(
        "/password-reset",
        name="begin_reset",
        summary="忘记密码:获取验证码",
        description="无论是否注册过,回答都相同。",
        status_code=202,
        dependencies=ANYBODY,
        responses={202: schemas.gives("若已注册,验证码已发送", schemas.TICKET_GIVEN), **REFUSED},
        openapi_extra=schemas.body(("login",), {"login": schemas.LOGIN}),
    )
    def begin(request: Request, raw: Raw) -> Response:
        login = schemas.only(json_object(request, raw), ("login",)).get("login")
        ticket = resets.begin(services.database, login, auth.visitor(request))
        services.wake()
        return _sent(ticket, contacts.login(login))

    @router.post(
        "/password-reset/confirm",
        name="confirm_reset",
        summary="用验证码设置新密码",
        status_code=204,
        dependencies=ANYBODY,
        responses={204: {"description": "已设置,所有设备已退出"}, **REFUSED},
        openapi_extra=schemas.body(
            ("ticket", "code", "password"),
            {"ticket": schemas.TICKET, "code": schemas.CODE, "password": schemas.PASSWORD},
        ),
    )
    def confirm(request: Request, raw: Raw) -> Response:
        given = schemas.only(json_object(request, raw), ("ticket", "code", "password"))
        visitor = auth.visitor(request)
        resets.confirm(services.database, given.get("ticket"), given.get("code"), given.get("password"), visitor)
        services.wake()
        return Response(status_code=204)

    @router.post(
        "/activate",
        name="activate_account",
        summary="用激活链接设置第一个密码",
        status_code=204,
        dependencies=ANYBODY,
        responses={204: {"description": "已设置"}, **REFUSED},
        openapi_extra=schemas.body(("ticket", "password"), {"ticket": schemas.TICKET, "password": schemas.PASSWORD}),
    )
    def activate(request: Request, raw: Raw) -> Response:
        given = schemas.only(json_object(request, raw), ("ticket", "password"))
        resets.activate(services.database, given.get("ticket"), given.get("password"), auth.visitor(request))
        return Response(status_code=204)


def _own(router: APIRouter, services: Services) -> None:
    @router.get(
        "/me",
        name="read_own_account",
        summary="自己的账号、权限与关联",
        dependencies=OWN,
        responses={200: schemas.gives("账号", schemas.ME), **responses(401, 403)},
    )
    def me(request: Request) -> Response:
        current = auth.signed_in(request, services)
        return Response(orjson.dumps(shown(request, services, current)), 200, NO_STORE, JSON)

    @router.post(
        "/me/password",
        name="change_password",
        summary="修改密码",
        status_code=204,
        dependencies=OWN,
        responses={204: {"description": "已修改,其他设备已退出"}, **responses(401), **REFUSED},
        openapi_extra=schemas.body(
            ("old_password", "new_password"), {"old_password": schemas.TEXT, "new_password": schemas.PASSWORD}
        ),
    )
    def change(request: Request, raw: Raw) -> Response:
        current = auth.signed_in(request, services)
        given = schemas.only(json_object(request, raw), ("old_password", "new_password"))
        old, new = given.get("old_password"), given.get("new_password")
        secret = resets.change(services.database, current, old, new, auth.visitor(request))
        services.wake()
        response = Response(status_code=204)
        cookies.sign_in(request, response, secret)
        return response


def _manage(router: APIRouter, services: Services) -> None:
    roles = parameter("role", "角色", {"type": "string", "enum": [role.value for role in administration.STORED]})

    @router.get(
        "",
        name="list_accounts",
        summary="账号列表",
        dependencies=MANAGE,
        responses={200: schemas.lists("账号", "accounts", schemas.ACCOUNT), **responses(401, 403, 422)},
        openapi_extra={"parameters": [roles]},
    )
    def several(request: Request) -> Response:
        only_parameters(request, "role")
        role = request.query_params.get("role", "").strip()
        if role and role not in administration.STORED:
            choices = f"可用:{'、'.join(administration.STORED)}"
            raise Invalid("没有这个角色", problems=[Problem("query.role", "unknown_role", "没有这个角色", choices)])
        found = administration.listed(services.database, role=role or None)
        return Response(orjson.dumps({"accounts": [account(row) for row in found]}), 200, NO_STORE, JSON)

    @router.post(
        "/invitations",
        name="create_account",
        summary="为他人开通账号",
        description="没有初始密码:向手机或邮箱发送 24 小时内有效的激活链接。",
        status_code=201,
        dependencies=MANAGE,
        responses={201: schemas.gives("已开通", {"id": schemas.UUID}), **responses(401, 409), **REFUSED},
        openapi_extra=schemas.body(("role", "name"), schemas.INVITATION),
    )
    def invite(request: Request, raw: Raw) -> Response:
        given = schemas.only(json_object(request, raw), schemas.INVITATION)
        linked = given.get("role") in (memberships.ENTERPRISE, memberships.INSTITUTION)
        organisation = given.get("organisation") or ""
        made = administration.create(
            services.database,
            auth.actor(request, services),
            role=str(given.get("role")),
            name=given.get("name") or "",
            phone=given.get("phone"),
            mail=given.get("mail"),
            organisation=memberships.wanted(given["role"], given.get("credit_code"), organisation) if linked else None,
            link=services.settings.activation_link,
        )
        services.wake()
        return Response(orjson.dumps({"id": str(made.id)}), 201, NO_STORE, JSON)

    @router.post(
        "/{record_id}/actions/{action}",
        name="act_on_account",
        summary="停用、启用、改变角色、重发激活链接",
        description="`disable`(需 reason)、`enable`、`set_role`(需 role)、`invite`",
        status_code=204,
        dependencies=MANAGE,
        responses={204: {"description": "已执行"}, **responses(401, 404, 409), **REFUSED},
        openapi_extra=schemas.body((), {"reason": schemas.REASON, "role": roles["schema"]}, needed=False),
    )
    def act(
        request: Request,
        record_id: str,
        action: Annotated[str, Path(json_schema_extra={"enum": list(ACTIONS)})],
        raw: Raw,
    ) -> Response:
        who, wanted = auth.actor(request, services), _id(record_id)
        given = schemas.only(json_object(request, raw, optional=True), ("reason", "role"))
        match action:
            case "disable":
                administration.disable(services.database, who, wanted, given.get("reason"))
            case "enable":
                administration.enable(services.database, who, wanted)
            case "set_role":
                administration.set_role(services.database, who, wanted, given.get("role"))
            case "invite":
                administration.invite_again(services.database, who, wanted, services.settings.activation_link)
            case _:
                raise NotFound(f"账号没有“{action[:60]}”这个动作,可用:{'、'.join(ACTIONS)}")
        services.wake()
        return Response(status_code=204)


def shown(request: Request, services: Services, current: Current, secret: str | None = None) -> dict[str, Any]:
    """One's own account, as whom one acts now, and the token that forms carry."""
    found = administration.own(services.database, current.account_id)
    link = memberships.of(services.database, current.account_id)
    return {
        **account(found),
        "role": current.actor.role.value,
        "permissions": sorted(GRANTED[current.actor.role]),
        "membership": membership(link) if link is not None else None,
        "csrf_token": forgery.token_of(request, secret) if secret else forgery.form_token(request),
    }


def account(row: Shown) -> dict[str, Any]:
    """An account as JSON."""
    return {
        "id": str(row.id),
        "name": row.name,
        "phone": row.phone,
        "mail": row.mail,
        "role": row.role,
        "created_at": instant(row.created_at),
        "disabled": row.disabled,
        "has_password": row.has_password,
    }


def membership(link: memberships.Link) -> dict[str, Any]:
    """A membership as JSON."""
    return {
        "id": str(link.id),
        "kind": link.kind,
        "organisation": link.organisation,
        "credit_code": link.credit_code,
        "state": link.state,
        "requested_at": instant(link.requested_at),
        "reason": link.reason,
        "person": link.person,
        "reachable": link.reachable,
    }


def _sent(ticket: str, target: str) -> Response:
    return Response(orjson.dumps({"ticket": ticket, "sent_to": contacts.masked(target)}), 202, NO_STORE, JSON)


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound("没有这个账号") from None
