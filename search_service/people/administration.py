"""Accounts as the administrator sees them: made with an activation link, disabled, given another role."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from search_service import outbox
from search_service.errors import Conflict, Invalid, NotFound, Problem
from search_service.kinds.access import Actor, Role
from search_service.people import codes, contacts, memberships, sessions, trail
from search_service.people.memberships import Wanted
from search_service.people.races import unless_taken
from search_service.store.ids import new_id
from search_service.store.people import Account
from search_service.store.session import Database

STORED = (Role.PERSON, Role.STAFF, Role.ADMINISTRATOR, Role.AUDITOR)
"""Roles of accounts; the others come from memberships."""
GIVEN = (*STORED, Role.ENTERPRISE, Role.INSTITUTION)
MOST_LISTED = 100
TAKEN = "手机号或邮箱已属于另一个账号"


@dataclass(frozen=True, slots=True)
class Shown:
    """An account without its secrets; phone and mail masked."""

    id: uuid.UUID
    name: str
    phone: str | None
    mail: str | None
    role: str
    created_at: datetime
    disabled: bool
    has_password: bool


@dataclass(frozen=True, slots=True)
class Made:
    """A new account and the ticket of its activation link, which is shown once."""

    id: uuid.UUID
    ticket: str


def create(
    database: Database,
    actor: Actor,
    *,
    role: str,
    name: str,
    phone: str | None = None,
    mail: str | None = None,
    organisation: Wanted | None = None,
    link: str | None = None,
) -> Made:
    """Make an account without password; with `link` ("https://…/activate?ticket={ticket}") its owner is told.

    An `organisation` belongs to the roles enterprise and institution, and is approved with it.

    Raises:
        Invalid: unknown role, no phone and no mail, an organisation too few or too many.
        Conflict: phone or mail are taken.
    """
    chosen = _role(role, GIVEN)
    linked = chosen in {Role.ENTERPRISE, Role.INSTITUTION}
    if linked != (organisation is not None):
        need = "该角色必须指明企业或机构" if linked else "只有企业与机构角色才能指明企业或机构"
        raise Invalid(need, problems=[Problem("organisation", "organisation", need, "--role institution --code …")])
    called = contacts.name(name)
    phone = contacts.phone(phone) if phone else None
    mail = contacts.mail(mail) if mail else None
    if phone is None and mail is None:
        raise contacts.refuse("phone", "required", "请填写手机号或邮箱", "用它登录并接收激活链接")
    with database.write() as session:
        if _taken(session, phone, mail):
            raise Conflict(TAKEN)
        account = _new(session, Role.PERSON if linked else chosen, called, phone, mail)
        trail.note(session, actor, "create", trail.ACCOUNT, account.id, changes={"role": {"after": chosen.value}})
        if organisation is not None:
            memberships.add_approved(session, actor, account, organisation)
        return Made(account.id, _invite(session, account, link))


def invite_again(database: Database, actor: Actor, account_id: uuid.UUID, link: str | None = None) -> Made:
    """A fresh activation link for an account that has no password yet.

    Raises:
        NotFound, Conflict (it has one).
    """
    with database.write() as session:
        account = _get(session, account_id)
        if account.password_hash is not None:
            raise Conflict("该账号已设置密码,忘记密码请用重置")
        trail.note(session, actor, "invite", trail.ACCOUNT, account.id)
        return Made(account.id, _invite(session, account, link))


def disable(database: Database, actor: Actor, account_id: uuid.UUID, reason: object) -> None:
    """Nobody signs in with it any more; its sessions are over within this transaction.

    Raises:
        NotFound, Conflict (one's own, or the last administrator), Invalid (no reason).
    """
    why = contacts.name(reason, "reason", limit=memberships.LONGEST_REASON)
    with database.write() as session:
        account = _get(session, account_id)
        _not_oneself(actor, account)
        _not_the_last(session, account)
        account.disabled_at = account.disabled_at or session.info["now"]()
        account.updated_at = session.info["now"]()
        sessions.end_all(session, account.id)
        trail.note(session, actor, "disable", trail.ACCOUNT, account.id, reason=why)


def enable(database: Database, actor: Actor, account_id: uuid.UUID) -> None:
    """It may sign in again, with its password.

    Raises:
        NotFound: there is none.
    """
    with database.write() as session:
        account = _get(session, account_id)
        account.disabled_at, account.updated_at = None, session.info["now"]()
        trail.note(session, actor, "enable", trail.ACCOUNT, account.id)


def set_role(database: Database, actor: Actor, account_id: uuid.UUID, role: object) -> None:
    """Another role; its sessions end, because rights rotate with sessions (S6).

    Raises:
        NotFound, Invalid, Conflict (one's own, the last administrator, or a member of an organisation).
    """
    chosen = _role(role, STORED)
    with database.write() as session:
        account = _get(session, account_id)
        _not_oneself(actor, account)
        _not_the_last(session, account)
        if chosen is not Role.PERSON and memberships.has_open(session, account.id):
            raise Conflict("该账号关联着企业或机构,请先解除关联")
        changes = {"role": {"before": account.role, "after": chosen.value}}
        account.role, account.updated_at = chosen.value, session.info["now"]()
        sessions.end_all(session, account.id)
        trail.note(session, actor, "set_role", trail.ACCOUNT, account.id, changes=changes)


def listed(database: Database, *, role: str | None = None) -> Sequence[Shown]:
    """Accounts, newest first."""
    query = select(Account).order_by(Account.created_at.desc(), Account.id.desc()).limit(MOST_LISTED)
    with database.read() as session:
        rows = session.scalars(query.where(Account.role == role) if role else query)
        return [shown(row) for row in rows]


def find(database: Database, named: str) -> uuid.UUID:
    """The id of an account, by id, phone or mail.

    Raises:
        NotFound: there is none.
    """
    typed = contacts.login(named)
    with database.read() as session:
        if typed:
            found = session.scalar(select(Account.id).where(or_(Account.phone == typed, Account.mail == typed)))
        else:
            found = session.scalar(select(Account.id).where(Account.id == _id(named)))
    if found is None:
        raise NotFound("没有这个账号")
    return found


def shown(account: Account) -> Shown:
    """Without secrets."""
    return Shown(
        id=account.id,
        name=account.name,
        phone=contacts.masked(account.phone) if account.phone else None,
        mail=contacts.masked(account.mail) if account.mail else None,
        role=account.role,
        created_at=account.created_at,
        disabled=account.disabled_at is not None,
        has_password=account.password_hash is not None,
    )


def own(database: Database, account_id: uuid.UUID) -> Shown:
    """One's own account."""
    with database.read() as session:
        return shown(session.get_one(Account, account_id))


def _role(role: object, among: Sequence[Role]) -> Role:
    if role not in {given.value for given in among}:
        choices = "、".join(given.value for given in among)
        raise Invalid(
            f"没有“{str(role)[:40]}”这个角色", problems=[Problem("role", "unknown_role", "未知角色", f"可用:{choices}")]
        )
    return Role(str(role))


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _taken(session: Session, phone: str | None, mail: str | None) -> bool:
    same = [column == value for column, value in ((Account.phone, phone), (Account.mail, mail)) if value is not None]
    return session.scalar(select(Account.id).where(or_(*same))) is not None


def _new(session: Session, role: Role, name: str, phone: str | None, mail: str | None) -> Account:
    now = session.info["now"]()
    account = Account(id=new_id(), name=name, phone=phone, mail=mail, role=role.value, created_at=now, updated_at=now)
    with unless_taken(session, TAKEN):
        session.add(account)
    return account


def _invite(session: Session, account: Account, link: str | None) -> str:
    ticket, _ = codes.issue(session, codes.ACTIVATE, account_id=account.id, with_code=False)
    if link is not None:
        channel, recipient = contacts.reach(account.phone, account.mail)
        until = session.info["now"]() + codes.LINK_LIFE
        params = {"link": link.format(ticket=ticket)}
        outbox.put(session, channel, recipient, "activate", params, event=f"activate:{new_id()}", expires_at=until)
    return ticket


def _get(session: Session, account_id: uuid.UUID) -> Account:
    found = session.get(Account, account_id, with_for_update=True)
    if found is None:
        raise NotFound("没有这个账号")
    return found


def _not_oneself(actor: Actor, account: Account) -> None:
    if actor.account_id == account.id:
        raise Conflict("不能停用自己的账号或改变自己的角色,请由其他管理员操作")


def _not_the_last(session: Session, account: Account) -> None:
    if account.role != Role.ADMINISTRATOR.value or account.disabled_at is not None:
        return
    active = (Account.role == Role.ADMINISTRATOR.value, Account.disabled_at.is_(None), Account.id != account.id)
    if not session.scalar(select(func.count()).where(*active)):
        raise Conflict("这是最后一个可用的平台管理员,请先指定另一位")
