"""Passwords that change: forgotten, wished otherwise, or set for the first time by an activation link.

No password is ever sent.  Every change ends all other sessions and is told to the owner.
"""

import uuid

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from search_service import outbox
from search_service.errors import Invalid
from search_service.kinds.access import Actor
from search_service.people import codes, contacts, passwords, sessions, trail
from search_service.people.contacts import refuse
from search_service.people.limits import LOGIN_ALL, LOGIN_DEVICE, give_back, take
from search_service.people.sessions import Current, Visitor
from search_service.store.ids import new_id
from search_service.store.people import Account
from search_service.store.session import Database


def begin(database: Database, name: object, visitor: Visitor) -> str:
    """Send a code to a phone or mail address, if there is an account; the ticket for `confirm` in any case (S5).

    Raises:
        Invalid: neither a phone nor a mail address.
        TooMany: too many codes for it or from the address.
    """
    target = contacts.login(name)
    if not target:
        raise refuse("login", "login", "请填写注册时的手机号或邮箱", "例如 138 0000 0000")
    with database.write() as session:
        codes.limit(session, target, visitor.address)
        account = _account(session, target)
        account_id = account.id if account is not None else None
        ticket, code = codes.issue(session, codes.RESET, account_id=account_id)
        if account is not None:
            channel: outbox.Channel = "mail" if "@" in target else "sms"
            until = session.info["now"]() + codes.LIFE
            params = {"code": code}
            outbox.put(session, channel, target, "code.reset", params, event=f"code:{new_id()}", expires_at=until)
    return ticket


def confirm(database: Database, ticket: object, code: object, password: object, visitor: Visitor) -> None:
    """Set a new password with the code.

    Raises:
        Invalid: wrong or old code, or a password against the policy (the code stays good then).
        TooMany: too many wrong codes from the address.
    """
    passwords.check(password)
    _set_by(database, codes.RESET, ticket, code, password, visitor)


def activate(database: Database, ticket: object, password: object, visitor: Visitor) -> None:
    """Set the first password with a link.

    Raises:
        Invalid: an old link, or a password against the policy.
    """
    passwords.check(password)
    _set_by(database, codes.ACTIVATE, ticket, "", password, visitor)


def change(database: Database, current: Current, old: object, new: object, visitor: Visitor) -> str:
    """Change one's own password; the secret of a new session for this browser, all others are signed out (S1-35).

    Raises:
        Invalid: the old one is wrong, or the new one against the policy.
        TooMany: guessed too often.
    """
    with database.read() as session:
        account = session.get_one(Account, current.account_id)
    text = passwords.check(new, _known(account), "new_password")
    tried = take(database, [(LOGIN_DEVICE, str(current.account_id)), (LOGIN_ALL, "")])
    if not passwords.verify(account.password_hash, old):
        raise refuse("old_password", "old_password", "原密码不正确", "忘记原密码请用“忘记密码”重置")
    give_back(database, tried)
    stored = passwords.hashed(text)
    with database.write() as session:
        mine = session.get_one(Account, current.account_id, with_for_update=True)
        if mine.password_hash != account.password_hash:
            raise refuse("old_password", "old_password", "密码刚刚在别处改过", "请重新登录")
        _store(session, mine, stored, current.actor, "change_password")
        return sessions.begin(session, mine.id, visitor)


def _set_by(database: Database, purpose: str, ticket: object, code: object, password: object, visitor: Visitor) -> None:
    tried = codes.count_try(database, ticket, visitor.address)
    stored = passwords.hashed(passwords.normal(password))
    with database.write() as session:
        opened = codes.open_ticket(session, purpose, ticket, code)
        account = _usable(session, opened.account_id)
        passwords.check(password, _known(account))
        _store(session, account, stored, trail.self_of(account), f"{purpose}_password")
    give_back(database, tried)


def _store(session: Session, account: Account, stored: str, actor: Actor, action: str) -> None:
    now = session.info["now"]()
    account.password_hash, account.password_at, account.updated_at = stored, now, now
    sessions.end_all(session, account.id)
    trail.note(session, actor, action, trail.ACCOUNT, account.id)
    if action != f"{codes.ACTIVATE}_password":
        channel, recipient = contacts.reach(account.phone, account.mail)
        outbox.put(session, channel, recipient, "password_changed", event=f"password:{account.id}:{now.isoformat()}")


def _usable(session: Session, account_id: uuid.UUID | None) -> Account:
    account = session.get(Account, account_id) if account_id is not None else None
    if account is None or account.disabled_at is not None:
        raise Invalid("验证码或链接不正确,或已过期")
    return account


def _account(session: Session, target: str) -> Account | None:
    query = select(Account).where(or_(Account.phone == target, Account.mail == target), Account.disabled_at.is_(None))
    return session.scalar(query)


def _known(account: Account) -> tuple[str, ...]:
    return tuple(text for text in (account.name, account.phone, account.mail) if text)
