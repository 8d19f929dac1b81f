"""Posting a requirement: by a person, an enterprise's member, a guest, or staff for somebody who phoned (S5-12, S5-40).

Row, events, acknowledgement, the guest's link, audit and idempotency key are one transaction: whoever got a number can
rely on it, and whoever got an error has left nothing behind.
"""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from search_service import outbox
from search_service.kinds.access import Actor
from search_service.kinds.days import day_of, short_time
from search_service.people import guests, trail
from search_service.people.guests import Guest
from search_service.people.limits import GUEST_ADDRESS, GUEST_PHONE, OWN_REQUIREMENTS, Rule, take_in
from search_service.people.permissions import Permission, allowed
from search_service.records import idempotency
from search_service.records.access import etag
from search_service.requirements import events, reading, showing, states
from search_service.requirements.access import KIND, Side
from search_service.requirements.clock import clock_of
from search_service.store.ids import new_id
from search_service.store.people import Account
from search_service.store.requirement import Requirement
from search_service.store.session import Database

CREATED = 201
SECRET_KEY = 32
"""Characters of an idempotency key that nobody guesses: a UUID has 36, and who numbers requests uses fewer."""
TRIES = 50
"""For a number: each lost try is somebody else's stored requirement, and fifty in one moment are no enterprises."""


@dataclass(frozen=True, slots=True)
class Made:
    """The answer to a post; `replayed` where it was given before.

    `secret` opens the requirement to a guest.  Only its hash is stored, so a repeated request gets another one, if its
    key is as hard to guess; else none, and the link stands in the message to the phone.
    """

    body: dict[str, Any]
    etag: str
    secret: str | None = None
    replayed: bool = False


def post(
    database: Database,
    actor: Actor,
    content: Mapping[str, Any],
    *,
    address: str,
    link: str,
    idempotency_key: str | None = None,
) -> Made:
    """Store a requirement.

    `address` is where the request comes from, for the guests' limits; `link` is the address of the page of a
    requirement with {id} and {secret}, for the message to who has no account here.

    Raises:
        Invalid, WindowOver: what was posted cannot stand; every problem is listed, nothing is stored.
        TooMany: the account, a guest's address, or a phone that is nobody's own has posted enough for today.
        KeyReused, InProgress: the idempotency key.
    """
    by_staff = allowed(actor.role, Permission.HANDLE_REQUIREMENTS)
    is_guest = actor.account_id is None and not by_staff
    now = database.now()
    with database.write() as session:
        claimant = _guest_name(actor, content) if is_guest else actor
        held = idempotency.claim(session, claimant, idempotency_key, "POST requirements", content)
        if isinstance(held, idempotency.Answer):
            secret = _another(session, idempotency_key, held.body, content) if is_guest else None
            return Made(held.body, f'"v{held.body["row_version"]}"', secret, replayed=True)
        own = None if by_staff or is_guest else own_contact(session, actor)
        came = reading.received(content, now, by_staff=by_staff, own=own)
        entry = reading.read(session, content, came.received_at, now)
        if not by_staff:
            take_in(session, _counted(actor, came.contact, own, address))
        row = _stored(session, actor, came, entry, by_staff=by_staff)
        by = "guest" if is_guest else actor.name
        notes = [asdict(note) for note in entry.notes]
        events.record(session, row.id, events.POSTED, by=by, data={"notes": notes, "typed": entry.typed})
        secret = None
        if is_guest or by_staff:
            to = link.replace("{id}", str(row.id))
            secret = guests.grant(session, KIND, row.id, came.contact, link=to)
        else:
            _acknowledge(session, row, now)
        events.record(session, row.id, events.ACKNOWLEDGED, by=events.SYSTEM)
        trail.note(session, replace(actor, name=by), "post", KIND, row.id)
        side = Side.STAFF if by_staff else Side.ENTERPRISE
        body = {**showing.show(session, row, side, now), "notes": notes}
        idempotency.keep(held, CREATED, body)
    # Staff write down what somebody else asked for: the link is that somebody's.
    return Made(body, etag(row), secret if is_guest else None)


def _counted(actor: Actor, contact: Guest, own: Guest | None, address: str) -> list[tuple[Rule, str]]:
    """What a post counts for: a phone that is not the account's own gets no more messages than one of a guest."""
    found = [(GUEST_ADDRESS, address)] if own is None else [(OWN_REQUIREMENTS, str(actor.account_id))]
    if own is None or contact.phone != own.phone:
        found.append((GUEST_PHONE, contact.phone))
    return found


def _stored(
    session: Session, actor: Actor, came: reading.Received, entry: reading.Entry, *, by_staff: bool
) -> Requirement:
    """The row, with the next number of today; two who take the same one are told apart by the database."""
    now = session.info["now"]()
    for left in reversed(range(TRIES)):
        row = Requirement(
            id=new_id(),
            number=_next_number(session, now),
            title=entry.title,
            channel=came.channel,
            received_at=came.received_at,
            body=entry.body,
            contact_name=came.contact.name,
            contact_phone=came.contact.phone,
            account_id=None if by_staff else actor.account_id,
            enterprise_id=None if by_staff else actor.enterprise_id,
            entered_by=actor.name if by_staff else None,
            state=states.POSTED,
        )
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:  # a twin has this number (PostgreSQL; SQLite has one writer)
            if not left:
                raise
            continue
        return row
    raise AssertionError("unreachable")


def _next_number(session: Session, now: datetime) -> str:
    """XQ, the day, and a count that begins at 1 every day: what people say on the phone."""
    day = f"XQ{day_of(now):%Y%m%d}-"
    mine = Requirement.number.startswith(day)
    last = session.scalar(
        select(Requirement.number)
        .where(mine)
        .order_by(func.length(Requirement.number).desc(), Requirement.number.desc())
        .limit(1)
    )
    count = int(last.removeprefix(day)) if last else 0
    return f"{day}{count + 1:04d}"


def own_contact(session: Session, actor: Actor) -> Guest:
    """Who is signed in is reached by the account's phone unless they say otherwise."""
    account = session.get_one(Account, actor.account_id)
    return Guest(account.name, account.phone or "")


def _acknowledge(session: Session, row: Requirement, now: datetime) -> None:
    clock = clock_of(session, row, now, ())
    respond, recommend = (short_time(due.at) for due in (clock.respond_by, clock.recommend_by))
    params = {"number": row.number, "respond": respond, "recommend": recommend}
    event = f"{KIND}:{row.id}:posted"
    outbox.put(session, "sms", row.contact_phone, "requirement_received", params, event=event)


def _another(session: Session, key: str | None, body: Mapping[str, Any], content: Mapping[str, Any]) -> str | None:
    """A second secret for who repeats a post whose answer was lost (a double click): the key proves that it is them."""
    if key is None or len(key) < SECRET_KEY:
        return None
    contact = reading.received(content, session.info["now"](), by_staff=False, own=None).contact
    return guests.grant(session, KIND, uuid.UUID(body["id"]), contact)


def _guest_name(actor: Actor, content: Mapping[str, Any]) -> Actor:
    """All guests are nobody; under whose name a key is remembered is told by what they say of themselves."""
    said = hashlib.sha256(repr(content.get("contact")).encode(errors="replace")).hexdigest()
    return replace(actor, name=f"guest:{said[:40]}")
