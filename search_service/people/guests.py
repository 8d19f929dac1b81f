"""Guests: whoever posts with a name and a phone, without an account, and follows by a secret link (S5-40, S5-55).

The secret is 256 random bits in the link and a hash in the table; whoever has the link sees what it is about, and
nothing else.
"""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service import outbox
from search_service.people import contacts, secrets
from search_service.store.ids import new_id
from search_service.store.people import GuestAccess
from search_service.store.session import Database

LIFE = timedelta(days=400)
"""A year for service and evaluation, and a month for the report."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Who posted."""

    name: str
    phone: str


def read(name: object, phone: object) -> Guest:
    """What a guest typed, clean.

    Raises:
        Invalid: no name, or no mobile phone.
    """
    return Guest(contacts.name(name, "contact.name"), contacts.phone(phone, "contact.phone"))


def grant(
    session: Session, kind: str, record_id: uuid.UUID, guest: Guest, *, link: str | None = None, event: str = ""
) -> str:
    """The secret for one record, in the transaction that makes it.

    With `link` ("https://…/requirements/…?secret={secret}") it is sent to the guest's phone, once for each `event`:
    the posting unless said.
    """
    secret = secrets.fresh()
    now = session.info["now"]()
    session.add(
        GuestAccess(
            id=new_id(),
            secret_hash=secrets.digest(secret),
            kind=kind,
            record_id=record_id,
            name=guest.name,
            phone=guest.phone,
            created_at=now,
            expires_at=now + LIFE,
        )
    )
    if link is not None:
        params = {"link": link.format(secret=secret)}
        outbox.put(session, "sms", guest.phone, "guest_link", params, event=event or f"{kind}:{record_id}:posted")
    return secret


def holder(database: Database, kind: str, record_id: uuid.UUID, secret: object) -> Guest | None:
    """Whose link it is; None for any other secret, another record, or one that is over."""
    if not isinstance(secret, str) or not secret:
        return None
    with database.read() as session:
        row = session.scalar(
            select(GuestAccess).where(
                GuestAccess.secret_hash == secrets.digest(secret),
                GuestAccess.kind == kind,
                GuestAccess.record_id == record_id,
                GuestAccess.expires_at > database.now(),
            )
        )
        return None if row is None else Guest(row.name, row.phone)


def has_link(session: Session, kind: str, record_id: uuid.UUID) -> bool:
    """Whether somebody follows a record by a secret link."""
    query = select(GuestAccess.id).where(
        GuestAccess.kind == kind, GuestAccess.record_id == record_id, GuestAccess.expires_at > session.info["now"]()
    )
    return session.scalar(query.limit(1)) is not None
