"""Limits: how often something may be tried, counted exactly in the database, over a window that slides.

Counted there and nowhere else: all processes see one count, it survives a restart, and a Redis that is away loosens
nothing (`docs/adr/0013-redis-is-a-bell.md`).  A try that is refused is not counted, so waiting always helps.
"""

import hashlib
import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from search_service.errors import TooMany
from search_service.store.ids import new_id
from search_service.store.people import Attempt
from search_service.store.session import Database


@dataclass(frozen=True, slots=True)
class Rule:
    """At most `most` in `window`; `name` keeps the counts of different rules apart."""

    name: str
    most: int
    window: timedelta
    text: str


_MINUTES, _DAY = timedelta(minutes=5), timedelta(days=1)

# Logins: PyPI's numbers (reliability: anchors).  Only failures stay counted, so an office behind one address works.
LOGIN_ACCOUNT = Rule("login.account", 10, _MINUTES, "该账号登录失败次数过多")
LOGIN_ADDRESS = Rule("login.address", 10, _MINUTES, "登录失败次数过多")
LOGIN_PAIR = Rule("login.pair", 10, timedelta(minutes=15), "该账号登录失败次数过多")
"""The soft lock: this account from this address for a quarter of an hour; nobody else is locked out (ASVS 6.1.1)."""
LOGIN_DEVICE = Rule("login.device", 10, _MINUTES, "登录失败次数过多")
"""A device that has signed in before has its own count: strangers cannot lock its owner out."""
LOGIN_ALL = Rule("login.all", 1000, _MINUTES, "登录请求过多")

# Codes by SMS: what a person needs, and what it may cost us a day.
CODE_GAP = Rule("code.gap", 1, timedelta(seconds=60), "验证码刚刚发送过")
CODE_TARGET = Rule("code.target", 5, _DAY, "今天向该号码发送的验证码已达上限")
CODE_ADDRESS = Rule("code.address", 20, _DAY, "今天发送的验证码已达上限")
CODE_TRIES = Rule("code.tries", 50, _DAY, "验证码输入错误次数过多")
"""Of one address over all tickets: each ticket has five tries of its own."""

# Links by SMS to guests who lost theirs: as codes, since they cost the same.
LINK_GAP = Rule("link.gap", 1, timedelta(seconds=60), "查询链接刚刚发送过")
LINK_PHONE = Rule("link.phone", 5, _DAY, "今天向该号码发送的查询链接已达上限")
LINK_ADDRESS = Rule("link.address", 20, _DAY, "今天请求发送的查询链接已达上限")

GUEST_ADDRESS = Rule("guest.address", 20, _DAY, "今天发布的需求已达上限")
GUEST_PHONE = Rule("guest.phone", 5, _DAY, "今天用该号码发布的需求已达上限")
OWN_REQUIREMENTS = Rule("requirement.account", 20, _DAY, "今天发布的需求已达上限")
"""Of one account, as of a guest's address: each takes a hundred items, and each sends an SMS and waits for staff."""
MEMBERSHIP = Rule("membership.ask", 5, _DAY, "今天提交的关联申请已达上限")

KEPT = timedelta(days=1)
"""The longest window: older rows say nothing any more."""


def take(database: Database, counted: Sequence[tuple[Rule, str]]) -> list[uuid.UUID]:
    """Count one try under each rule for its subject; the rows, for `give_back`.

    Raises:
        TooMany: one of them is used up; nothing is counted, and `retry_after` says in how many seconds it is not.
    """
    with database.write(durable=False) as session:
        return take_in(session, counted)


def take_in(session: Session, counted: Sequence[tuple[Rule, str]]) -> list[uuid.UUID]:
    """The same inside a transaction: what is rolled back was not counted."""
    now = session.info["now"]()
    subjects = [(rule, _subject(rule, subject)) for rule, subject in counted]
    _one_at_a_time(session, [subject for _, subject in subjects])
    for rule, subject in subjects:
        _refuse(session, rule, subject, now)
    rows = [Attempt(id=new_id(), subject=subject, at=now) for _, subject in subjects]
    session.add_all(rows)
    session.execute(delete(Attempt).where(Attempt.at < now - KEPT))
    return [row.id for row in rows]


def give_back(database: Database, rows: Sequence[uuid.UUID]) -> None:
    """It was no failure after all."""
    with database.write(durable=False) as session:
        session.execute(delete(Attempt).where(Attempt.id.in_(rows)))


def used(session: Session, rule: Rule, subject: str) -> int:
    """How many of the window are used."""
    since = session.info["now"]() - rule.window
    query = select(func.count()).where(Attempt.subject == _subject(rule, subject), Attempt.at > since)
    return session.scalar(query) or 0


def _subject(rule: Rule, subject: str) -> str:
    return hashlib.sha256(f"{rule.name}\n{subject}".encode(errors="replace")).hexdigest()


def _refuse(session: Session, rule: Rule, subject: str, now: datetime) -> None:
    mine = (Attempt.subject == subject, Attempt.at > now - rule.window)
    # The try that has to leave the window before the next one fits in.
    freed = session.scalar(select(Attempt.at).where(*mine).order_by(Attempt.at.desc()).offset(rule.most - 1).limit(1))
    if freed is None:
        return
    seconds = max(1, math.ceil((freed + rule.window - now).total_seconds()))
    raise TooMany(f"{rule.text},请在 {_words(seconds)}后再试", retry_after=seconds)


def _words(seconds: int) -> str:
    if seconds < 2 * 60:
        return f"{seconds} 秒"
    return f"{math.ceil(seconds / 60)} 分钟" if seconds < 2 * 3600 else f"{math.ceil(seconds / 3600)} 小时"


def _one_at_a_time(session: Session, subjects: Sequence[str]) -> None:
    """Two tries at once count each other: SQLite has one writer anyway, PostgreSQL waits here for the subject.

    Always in the same order, or two could wait for each other.
    """
    if session.get_bind().dialect.name != "postgresql":
        return
    for key in sorted(int(subject[:15], 16) for subject in subjects):
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": key})
