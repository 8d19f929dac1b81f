"""What the API of accounts, sessions and memberships takes and gives, for its description."""

from typing import Any

from fastapi import Depends
from fastapi.security import APIKeyCookie

from api.bodies import JSON
from api.cookies import SESSION
from search_service.errors import Invalid, Problem
from search_service.people import administration, memberships, passwords, registration

# Only documents the cookie: api/auth.py reads it, so that a missing one is refused in our words.
COOKIE = [Depends(APIKeyCookie(name=SESSION, auto_error=False, description="POST /api/v1/sessions"))]

TEXT = {"type": "string"}
NAME = {**TEXT, "minLength": 1, "maxLength": 60}
LOGIN = {**TEXT, "minLength": 1, "maxLength": 200, "description": "手机号或邮箱"}
PASSWORD = {**TEXT, "minLength": passwords.SHORTEST, "maxLength": passwords.LONGEST}
TICKET = {**TEXT, "minLength": 1, "maxLength": 200}
CODE = {**TEXT, "minLength": 6, "maxLength": 40, "description": "短信或邮件中的六位数字"}
REASON = {**TEXT, "minLength": 1, "maxLength": memberships.LONGEST_REASON}
UUID = {**TEXT, "format": "uuid"}
TIME = {**TEXT, "format": "date-time"}
MAYBE = {"anyOf": [TEXT, {"type": "null"}]}

REGISTRATION = {
    "kind": {**TEXT, "enum": list(registration.KINDS)},
    "name": NAME,
    "phone": {**TEXT, "minLength": 11, "maxLength": 40},
    "password": PASSWORD,
    "organisation": {**TEXT, "maxLength": 200, "description": "企业全称;机构仅在信用代码有多家使用时需要"},
    "credit_code": {**TEXT, "maxLength": 60, "description": "统一社会信用代码,企业也可用 9 位组织机构代码"},
    "agreed": {"const": True, "description": "同意用户协议与个人信息处理规则"},
}
INVITATION = {
    "role": {**TEXT, "enum": [role.value for role in administration.GIVEN]},
    "name": NAME,
    "phone": {**TEXT, "maxLength": 40},
    "mail": {**TEXT, "maxLength": 200},
    "organisation": {**TEXT, "maxLength": 200},
    "credit_code": {**TEXT, "maxLength": 60},
}
LINK = {
    "kind": {**TEXT, "enum": [memberships.ENTERPRISE, memberships.INSTITUTION]},
    "credit_code": {**TEXT, "maxLength": 60},
    "organisation": {**TEXT, "maxLength": 200},
}

ACCOUNT = {
    "id": UUID,
    "name": TEXT,
    "phone": MAYBE,
    "mail": MAYBE,
    "role": TEXT,
    "created_at": TIME,
    "disabled": {"type": "boolean"},
    "has_password": {"type": "boolean"},
}
MEMBERSHIP = {
    "id": UUID,
    "kind": TEXT,
    "organisation": TEXT,
    "credit_code": TEXT,
    "state": {**TEXT, "enum": list(memberships.LABELS)},
    "requested_at": TIME,
    "reason": MAYBE,
    "person": TEXT,
    "reachable": TEXT,
}
ME = {
    **ACCOUNT,
    "permissions": {"type": "array", "items": TEXT},
    "membership": {"anyOf": [{"type": "object"}, {"type": "null"}]},
    "csrf_token": TEXT,
}
DEVICE = {
    "id": UUID,
    "device": TEXT,
    "address": TEXT,
    "created_at": TIME,
    "seen_at": TIME,
    "current": {"type": "boolean"},
}
TICKET_GIVEN = {"ticket": TEXT, "sent_to": TEXT}


def body(required: tuple[str, ...], properties: dict[str, Any], *, needed: bool = True) -> dict[str, Any]:
    """A request body, as `openapi_extra` has it."""
    schema = {"type": "object", "additionalProperties": False, "required": list(required), "properties": properties}
    return {"requestBody": {"required": needed, "content": {JSON: {"schema": schema}}}}


def gives(description: str, properties: dict[str, Any]) -> dict[str, Any]:
    """An answer with all of these."""
    schema = {"type": "object", "required": list(properties), "properties": properties}
    return {"description": description, "content": {JSON: {"schema": schema}}}


def lists(description: str, name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """An answer with a list under `name`."""
    item = {"type": "object", "required": list(properties), "properties": properties}
    return gives(description, {name: {"type": "array", "items": item}})


def only(content: dict[str, Any], known: dict[str, Any] | tuple[str, ...]) -> dict[str, Any]:
    """The body, if it says nothing else (S3).

    Raises:
        Invalid: naming what is too much.
    """
    strange = [name for name in content if name not in known]
    if strange:
        hint = f"可用:{'、'.join(known)}"
        problems = [Problem(name[:60], "unknown_field", "没有这个字段", hint) for name in strange]
        raise Invalid(problems[0].message, problems=problems)
    return content
