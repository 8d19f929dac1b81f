"""A request that is sent again with its key gets its first answer again (reliability: one event, one effect).

The key's row is inserted before the work and filled in after it, in the same transaction: a refused or failed request
leaves nothing.  A twin that comes at the same time waits for the writer (SQLite) or for the primary key
(PostgreSQL), and then finds the answer.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from search_service.errors import InProgress, Invalid, Problem
from search_service.kinds.access import Actor
from search_service.store.journal import IdempotencyKey

KEPT = timedelta(hours=48)
"""A client that retries after a weekend's outage of a day still gets its answer; then the key is free again."""
LONGEST = 200
"""Characters of a key; a UUID has 36."""
RUNNING = 0
"""No HTTP status: the request has not been answered."""


class KeyReused(Invalid):
    """The key of another request."""

    code, title = "idempotency_key_reused", "Idempotency-Key 已用于内容不同的请求"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered with."""

    status: int
    body: dict[str, Any]


def request_hash(route: str, body: Any) -> str:
    """What makes two requests the same: the route and the content, not the order of its names."""
    content = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(route.encode() + b"\n" + content).hexdigest()


def claim(session: Session, actor: Actor, key: str | None, route: str, body: Any) -> IdempotencyKey | Answer | None:
    """The stored answer, or a fresh claim to be filled in by `keep`; None without a key.

    Raises:
        KeyReused: the key belongs to another request.
        InProgress: a request with the key is running.
        Invalid: no usable key.
    """
    if key is None:
        return None
    if not 1 <= len(key) <= LONGEST or not all("!" <= letter <= "~" for letter in key):
        text = f"Idempotency-Key 应为 1 至 {LONGEST} 个可见的 ASCII 字符"
        problem = Problem("header.Idempotency-Key", "length", text, "例如一个 UUID")
        raise Invalid(problem.message, problems=[problem])
    now, wanted = session.info["now"](), request_hash(route, body)
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT))
    if (answer := _answer(session, actor, key, wanted)) is not None:
        return answer
    fresh = IdempotencyKey(actor=actor.name, key=key, request_hash=wanted, status=RUNNING, body={}, created_at=now)
    try:
        with session.begin_nested():
            session.add(fresh)
    except IntegrityError:
        if (answer := _answer(session, actor, key, wanted)) is not None:
            return answer
        raise InProgress("相同 Idempotency-Key 的请求正在处理,请稍后重试", retry_after=1) from None
    return fresh


def _answer(session: Session, actor: Actor, key: str, wanted: str) -> Answer | None:
    """What is stored under the key."""
    mine = (IdempotencyKey.actor == actor.name, IdempotencyKey.key == key)
    stored = session.scalar(select(IdempotencyKey).where(*mine).execution_options(populate_existing=True))
    if stored is None:
        return None
    if stored.request_hash != wanted:
        raise KeyReused("该 Idempotency-Key 已用于内容不同的请求:请为新请求换用新的键")
    if stored.status == RUNNING:
        raise InProgress(retry_after=1)
    return Answer(stored.status, stored.body)


def keep(held: IdempotencyKey | None, status: int, body: dict[str, Any]) -> None:
    """Store the answer with the work."""
    if held is not None:
        held.status, held.body = status, body
