"""One's own requirements: of the enterprise for which somebody acts, else one's own, newest first."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.kinds.access import Actor
from search_service.requirements.showing import brief
from search_service.store.requirement import Requirement

MOST = 200
"""On one page; an enterprise that posts every working day sees ten months."""


def mine(session: Session, actor: Actor) -> list[dict[str, Any]]:
    """What `access.side_of` lets this actor see as the enterprise's side, without secrets."""
    if actor.account_id is None:
        return []
    own = (Requirement.account_id == actor.account_id) & Requirement.enterprise_id.is_(None)
    if actor.enterprise_id is not None:
        own |= Requirement.enterprise_id == actor.enterprise_id
    query = select(Requirement).where(own, Requirement.deleted_at.is_(None))
    rows = session.scalars(query.order_by(Requirement.received_at.desc(), Requirement.id.desc()).limit(MOST))
    return [brief(row) for row in rows]
