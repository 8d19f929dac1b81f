"""Registering: who it is and a password, then the code that was sent to the phone; only then is there an account.

What was typed waits with the ticket, so nobody can change what somebody else's code will confirm.  A phone that has an
account already gets another message, and the browser the same answer (S5).
"""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service import outbox
from search_service.errors import Conflict, Invalid, Problem
from search_service.kinds.access import Role
from search_service.people import codes, contacts, memberships, passwords, sessions, trail
from search_service.people.contacts import refuse
from search_service.people.limits import give_back
from search_service.people.memberships import Wanted
from search_service.people.races import unless_taken
from search_service.people.sessions import Visitor
from search_service.store.ids import new_id
from search_service.store.people import Account
from search_service.store.session import Database

PERSON = "person"
KINDS = (PERSON, memberships.ENTERPRISE, memberships.INSTITUTION)
"""As what one registers: the last two are persons who ask for a membership at once."""
REGISTERED = "该手机号已注册,请直接登录"
FIELDS = ("kind", "name", "phone", "password", "organisation", "credit_code", "agreed")


def begin(database: Database, fields: Mapping[str, Any], visitor: Visitor) -> str:
    """Check what was typed and send a code; the ticket for `confirm`.

    Raises:
        Invalid: with every place that has to be mended.
        TooMany: too many codes for the phone or from the address.
    """
    content = _content(fields)
    with database.read() as session:
        _organisation_exists(session, content)
    content["password_hash"] = passwords.hashed(passwords.normal(fields.get("password")))
    with database.write() as session:
        codes.limit(session, content["phone"], visitor.address)
        known = session.scalar(select(Account.id).where(Account.phone == content["phone"])) is not None
        # For a known phone a ticket too, with a code that nobody gets: the answers are alike.
        ticket, code = codes.issue(session, codes.REGISTER, payload={} if known else content)
        event = f"code:{new_id()}"
        if known:
            outbox.put(session, "sms", content["phone"], "registered_already", event=event)
        else:
            until = session.info["now"]() + codes.LIFE
            outbox.put(session, "sms", content["phone"], "code.register", {"code": code}, event=event, expires_at=until)
    return ticket


def confirm(database: Database, ticket: object, code: object, visitor: Visitor) -> tuple[uuid.UUID, str]:
    """Make the account; its id, and the secret of its first session.

    Raises:
        Invalid: wrong or old code.
        Conflict: the phone was registered meanwhile.
        TooMany: too many wrong codes from the address.
    """
    tried = codes.count_try(database, ticket, visitor.address)
    with database.write() as session:
        opened = codes.open_ticket(session, codes.REGISTER, ticket, code)
        account = _account(session, opened.payload)
        if opened.payload["kind"] != PERSON:
            want = Wanted(opened.payload["kind"], opened.payload["organisation"], opened.payload["credit_code"])
            memberships.add(session, account, want)
        secret = sessions.begin(session, account.id, visitor)
        made = account.id
    give_back(database, tried)
    return made, secret


def _content(fields: Mapping[str, Any]) -> dict[str, Any]:
    """All that was typed, clean; every mistake is said at once."""
    problems: list[Problem] = [
        Problem(name[:60], "unknown_field", "没有这个字段", f"可用:{'、'.join(FIELDS)}")
        for name in set(fields) - set(FIELDS)
    ]
    found: dict[str, Any] = {"kind": fields.get("kind"), "organisation": "", "credit_code": ""}

    def read(name: str, parse: Any) -> None:
        try:
            found[name] = parse(fields.get(name))
        except Invalid as error:
            problems.extend(error.problems)

    if found["kind"] not in KINDS:
        problems.append(Problem("kind", "unknown_kind", "请选择注册类型", f"可用:{'、'.join(KINDS)}"))
    read("name", contacts.name)
    read("phone", contacts.phone)
    if found["kind"] in (memberships.ENTERPRISE, memberships.INSTITUTION):
        try:
            want = memberships.wanted(found["kind"], fields.get("credit_code"), fields.get("organisation") or "")
            found |= {"organisation": want.name, "credit_code": want.credit_code}
        except Invalid as error:
            problems.extend(error.problems)
    personal = tuple(str(found[name]) for name in ("name", "phone", "organisation", "credit_code") if found.get(name))
    try:
        passwords.check(fields.get("password"), personal)
    except Invalid as error:
        problems.extend(error.problems)
    if fields.get("agreed") is not True:
        problems.append(Problem("agreed", "agreed", "请阅读并同意用户协议与个人信息处理规则", "勾选后继续"))
    if problems:
        raise Invalid(problems[0].message, problems=problems)
    return found


def _organisation_exists(session: Session, content: Mapping[str, Any]) -> None:
    """An institution that is not there is said now, not after the code."""
    if content["kind"] == memberships.INSTITUTION:
        want = Wanted(memberships.INSTITUTION, content["organisation"], content["credit_code"])
        memberships.institution_of(session, want)


def _account(session: Session, content: Mapping[str, Any]) -> Account:
    if not content:  # the ticket of a known phone, and a code that was guessed
        raise refuse("code", "code", "验证码或链接不正确,或已过期")
    if session.scalar(select(Account.id).where(Account.phone == content["phone"])) is not None:
        raise Conflict(REGISTERED)
    now = session.info["now"]()
    account = Account(
        id=new_id(),
        name=content["name"],
        phone=content["phone"],
        role=Role.PERSON.value,
        password_hash=content["password_hash"],
        created_at=now,
        updated_at=now,
        password_at=now,
    )
    with unless_taken(session, REGISTERED):
        session.add(account)
    trail.note(session, trail.self_of(account), "register", trail.ACCOUNT, account.id)
    return account
