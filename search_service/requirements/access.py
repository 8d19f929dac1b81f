"""Who may see a requirement, and as whom: everybody else gets the same answer as for one that does not exist (S2).

An enterprise's requirement is the enterprise's: its approved members see it, and who has left does not, also not who
posted it.  One posted by a person is that person's.  A guest has the secret of this one.
"""

import uuid
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.errors import NotFound
from search_service.kinds.access import PUBLIC, Actor
from search_service.people.guests import Guest
from search_service.people.permissions import Permission, allowed
from search_service.requirements import states
from search_service.store.requirement import Requirement

KIND = "requirement"
"""In `guest_access`, in the audit, in the keys of messages."""


class Side(StrEnum):
    """On which side of the desk somebody stands."""

    ENTERPRISE = "enterprise"
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: an actor, and for which guest's requirement the secret was right."""

    actor: Actor = PUBLIC
    guest: Guest | None = None

    @property
    def name(self) -> str:
        """For events; a guest is one, whatever the phone."""
        return "guest" if self.guest is not None and self.actor.account_id is None else self.actor.name


def identifier(text: str) -> uuid.UUID:
    """The id in an address.

    Raises:
        NotFound: it is none.
    """
    try:
        return uuid.UUID(text)
    except ValueError:
        raise missing() from None


def missing() -> NotFound:
    """The one answer for what is not there and for what is not for this reader."""
    return NotFound("没有这个需求，或您无权查看：请核对链接，或用发布时的账号登录")


def side_of(row: Requirement, reader: Reader) -> Side | None:
    """Where the reader stands to it; None: it is not for this reader."""
    actor = reader.actor
    if allowed(actor.role, Permission.HANDLE_REQUIREMENTS):
        return Side.STAFF
    if row.enterprise_id is not None:
        mine = row.enterprise_id == actor.enterprise_id
    else:
        mine = row.account_id is not None and row.account_id == actor.account_id
    return Side.ENTERPRISE if mine or reader.guest is not None else None


def readable(
    session: Session, identifier_: uuid.UUID, reader: Reader, *, lock: bool = False
) -> tuple[Requirement, Side]:
    """The row, and on which side the reader stands.

    Raises:
        NotFound: it is not there, or not for this reader.
    """
    if lock:
        row = states.locked(session, identifier_)
    else:
        query = select(Requirement).where(Requirement.id == identifier_, Requirement.deleted_at.is_(None))
        row = session.scalar(query)
    side = side_of(row, reader) if row is not None else None
    if row is None or side is None:
        raise missing()
    return row, side
