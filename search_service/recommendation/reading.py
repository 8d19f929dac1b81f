"""Recommendations as they are looked up, and the document that their reader sees."""

import uuid
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.errors import NotFound, StateForbids
from search_service.recommendation import document
from search_service.requirements import access, states
from search_service.store.requirement import Recommendation, Requirement

OPEN = states.RUNNING | {states.RECOMMENDED, states.REFERRED, states.INFORMED}
"""What may still be recommended something: nobody has chosen a service yet."""


def live(session: Session, requirement_id: uuid.UUID, *, lock: bool = False) -> Requirement:
    """A requirement to which a recommendation may be made.

    Raises:
        NotFound, StateForbids: there is none, or nothing is owed to it any more.
    """
    row = states.locked(session, requirement_id) if lock else session.get(Requirement, requirement_id)
    if row is None or row.deleted_at is not None:
        raise access.missing()
    if row.state not in OPEN:
        raise StateForbids(f"需求当前为“{states.STATES[row.state]}”，不再推荐机构")
    return row


def latest(session: Session, requirement_id: uuid.UUID, *, sent: bool = False) -> Recommendation | None:
    """The newest draft or what was sent last; with `sent` only that."""
    query = select(Recommendation).where(Recommendation.requirement_id == requirement_id)
    if sent:
        query = query.where(Recommendation.sent_at.is_not(None))
    return session.scalar(query.order_by(Recommendation.number.desc()).limit(1))


def one(session: Session, recommendation_id: uuid.UUID, *, lock: bool = False) -> Recommendation:
    """One recommendation; with `lock` fresh and held until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    query = select(Recommendation).where(Recommendation.id == recommendation_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(query)
    if found is None:
        raise NotFound("没有这份推荐意见")
    return found


def unsent(session: Session, requirement_id: uuid.UUID) -> Recommendation:
    """The draft that waits to be sent.

    Raises:
        StateForbids: there is none.
    """
    found = latest(session, requirement_id)
    if found is None or found.sent_at is not None:
        raise StateForbids("没有待发送的草稿；需要再次推荐的，请重新生成草稿")
    return found


def current(session: Session, requirement_id: uuid.UUID, *, drafts: bool) -> dict[str, Any] | None:
    """The document: with `drafts` (staff) the newest, also where it is not sent; else what was sent last."""
    found = latest(session, requirement_id, sent=not drafts)
    return None if found is None else shown(session, found, staff=drafts)


def shown(session: Session, found: Recommendation, *, staff: bool) -> dict[str, Any]:
    """The document of one recommendation; staff see beside it what was edited, by whom and why."""
    content = found.document if found.document is not None else document.build(session, found)
    return {**content, "edits": list(found.edits.get("log", ()))} if staff else content
