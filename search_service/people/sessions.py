"""Sessions: signing in, being recognised, being forgotten.

A session is a row; its cookie is 256 random bits.  It ends half an hour after the last request and twelve hours after
the login, whatever comes first (GB/T 22239 8.1.4.1 b; S4-53), and at once with the password, the account or a click.
Role and membership are read anew for every request, so that what is taken away is gone.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from search_service import outbox
from search_service.errors import NotFound, TooMany, Unauthenticated
from search_service.kinds.access import Actor, Role
from search_service.people import contacts, passwords, secrets, trail
from search_service.people.limits import (
    LOGIN_ACCOUNT,
    LOGIN_ADDRESS,
    LOGIN_ALL,
    LOGIN_DEVICE,
    LOGIN_PAIR,
    Rule,
    give_back,
    take,
)
from search_service.people.memberships import APPROVED
from search_service.store.ids import new_id
from search_service.store.institution import Institution
from search_service.store.people import Account, LoginSession, Membership
from search_service.store.session import Database

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
TOUCH = timedelta(minutes=1)
"""How exactly "the last request" is remembered: writing it for each would make every read a write."""
DEVICE_LENGTH = 200
MOST = 20
"""Sessions of one account; the oldest goes when a new one comes."""

WRONG = "账号或密码不正确"
"""For everything that is wrong with a login: who is registered is nobody's business (S5)."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Where a request comes from: its address, what its browser calls itself, and the device's mark if it has one.

    `device` is set only where the mark was made for the name that is typed (`api/auth.py` checks that).
    """

    address: str
    agent: str = ""
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Current:
    """Who is signed in, and by which session."""

    actor: Actor
    session_id: uuid.UUID
    account_id: uuid.UUID
    name: str


@dataclass(frozen=True, slots=True)
class Device:
    """A session as its owner sees it."""

    id: uuid.UUID
    device: str
    address: str
    created_at: datetime
    seen_at: datetime


def login(database: Database, name: object, password: object, visitor: Visitor, old: str | None = None) -> str:
    """The secret of a new session; an `old` one of the same browser ends (rotation).

    Raises:
        TooMany: the limits are used up; the password was not looked at.
        Unauthenticated: no such account, another password, disabled: one text, one duration.
    """
    typed = contacts.login(name)
    rows = take_login(database, typed, visitor)
    with database.read() as session:
        account = session.scalar(select(Account).where(or_(Account.phone == typed, Account.mail == typed)))
    usable = account is not None and account.disabled_at is None
    right = passwords.verify(account.password_hash if account is not None and usable else None, password)
    if account is None or not right:
        raise Unauthenticated(WRONG)
    give_back(database, rows)
    fresh = passwords.hashed(passwords.normal(password)) if passwords.outdated(account.password_hash or "") else None
    with database.write() as session:
        if old:
            session.execute(delete(LoginSession).where(LoginSession.secret_hash == secrets.digest(old)))
        if fresh is not None:
            session.execute(update(Account).where(Account.id == account.id).values(password_hash=fresh))
        secret = begin(session, account.id, visitor)
        trail.note(session, trail.self_of(account), "login", trail.ACCOUNT, account.id)
    return secret


def take_login(database: Database, typed: str, visitor: Visitor) -> list[uuid.UUID]:
    """Count a login that may fail, before any password is looked at; tell the owner when strangers used the tries up.

    Raises:
        TooMany: the limits are used up.
    """
    if visitor.device is not None:
        return take(database, [(LOGIN_DEVICE, f"{typed}\n{visitor.device}"), (LOGIN_ALL, "")])
    rules: list[tuple[Rule, str]] = [
        (LOGIN_ADDRESS, visitor.address),
        (LOGIN_PAIR, f"{typed}\n{visitor.address}"),
        (LOGIN_ACCOUNT, typed),
        (LOGIN_ALL, ""),
    ]
    try:
        return take(database, rules)
    except TooMany:
        _warn(database, typed)
        raise


def begin(session: Session, account_id: uuid.UUID, visitor: Visitor) -> str:
    """A session for somebody who has just proved who it is; its secret."""
    now = session.info["now"]()
    session.execute(delete(LoginSession).where(~_alive(now)))
    mine = select(LoginSession.id).where(LoginSession.account_id == account_id)
    surplus = list(session.scalars(mine.order_by(LoginSession.seen_at.desc()).offset(MOST - 1)))
    if surplus:
        session.execute(delete(LoginSession).where(LoginSession.id.in_(surplus)))
    secret = secrets.fresh()
    row = LoginSession(
        id=new_id(),
        secret_hash=secrets.digest(secret),
        account_id=account_id,
        created_at=now,
        seen_at=now,
        expires_at=now + ABSOLUTE,
        device=visitor.agent[:DEVICE_LENGTH],
        address=visitor.address[:60],
    )
    session.add(row)
    return secret


def current(database: Database, secret: str) -> Current | None:
    """Who holds a secret; None where the session is over, or its account may not be used any more."""
    now = database.now()
    with database.read() as session:
        found = session.execute(
            select(LoginSession, Account)
            .join(Account, Account.id == LoginSession.account_id)
            .where(LoginSession.secret_hash == secrets.digest(secret), _alive(now), Account.disabled_at.is_(None))
        ).first()
        if found is None:
            return None
        row, account = found
        actor = actor_of(session, account)
    if now - row.seen_at >= TOUCH:
        with database.write(durable=False) as session:
            session.execute(update(LoginSession).where(LoginSession.id == row.id).values(seen_at=now))
    return Current(actor, row.id, account.id, account.name)


def actor_of(session: Session, account: Account) -> Actor:
    """As whom an account acts now: by its own role, or by the membership that is approved."""
    who = trail.self_of(account)
    if who.role is not Role.PERSON:
        return who
    member = session.execute(
        select(Membership.enterprise_id, Membership.institution_id)
        .outerjoin(Institution, Institution.id == Membership.institution_id)
        .where(
            Membership.account_id == account.id,
            Membership.state == APPROVED,
            Membership.ended_at.is_(None),
            or_(Membership.institution_id.is_(None), Institution.deleted_at.is_(None)),
        )
    ).first()
    if member is None:
        return who
    role = Role.INSTITUTION if member.institution_id is not None else Role.ENTERPRISE
    return Actor(role, who.name, member.institution_id, member.enterprise_id, account.id)


def devices(database: Database, account_id: uuid.UUID) -> Sequence[Device]:
    """Where an account is signed in, latest first."""
    with database.read() as session:
        rows = session.scalars(
            select(LoginSession)
            .where(LoginSession.account_id == account_id, _alive(database.now()))
            .order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())
        )
        return [Device(row.id, row.device, row.address, row.created_at, row.seen_at) for row in rows]


def end(database: Database, current_: Current, session_id: uuid.UUID) -> None:
    """Sign one of one's own devices out.

    Raises:
        NotFound: it is not one's own, or over.
    """
    mine = (LoginSession.id == session_id, LoginSession.account_id == current_.account_id)
    with database.write() as session:
        if not session.execute(delete(LoginSession).where(*mine)).rowcount:  # type: ignore[attr-defined]
            raise NotFound("没有这个登录,可能已经退出")
        trail.note(session, current_.actor, "logout", trail.ACCOUNT, current_.account_id)


def end_all(session: Session, account_id: uuid.UUID, *, but: uuid.UUID | None = None) -> None:
    """Sign all devices of an account out, `but` the one at hand."""
    mine: list[ColumnElement[bool]] = [LoginSession.account_id == account_id]
    if but is not None:
        mine.append(LoginSession.id != but)
    session.execute(delete(LoginSession).where(*mine))


def end_everywhere(database: Database, current_: Current) -> None:
    """Sign all of one's own devices out, this one too."""
    with database.write() as session:
        end_all(session, current_.account_id)
        trail.note(session, current_.actor, "logout_everywhere", trail.ACCOUNT, current_.account_id)


def _alive(now: datetime) -> ColumnElement[bool]:
    return and_(LoginSession.expires_at > now, LoginSession.seen_at > now - IDLE)


def _warn(database: Database, typed: str) -> None:
    """Tell the owner, once a day, that somebody tries; the audit too."""
    with database.read() as session:
        account = session.scalar(select(Account).where(or_(Account.phone == typed, Account.mail == typed)))
    if account is None or account.disabled_at is not None:
        return
    day = database.now().date().isoformat()
    with database.write() as session:
        channel, recipient = contacts.reach(account.phone, account.mail)
        if outbox.put(session, channel, recipient, "login_failures", event=f"login_failures:{account.id}:{day}"):
            trail.note(session, trail.self_of(account), "login_limited", trail.ACCOUNT, account.id)


__all__ = ["Current", "Device", "Visitor", "begin", "current", "devices", "end", "end_all", "end_everywhere", "login"]
