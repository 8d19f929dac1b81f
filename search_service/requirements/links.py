"""Another link for a guest who lost the first one: to the phone that posted, and to nobody else (S5-40, S5-55).

The answer is the same whether there is such a requirement or not.  Links that were sent before stay good: anybody may
type a phone number, and nobody shall put an end to somebody else's link by it.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.kinds.access import PUBLIC, Actor
from search_service.people import contacts, guests, trail
from search_service.people.guests import Guest
from search_service.people.limits import LINK_ADDRESS, LINK_GAP, LINK_PHONE, take_in
from search_service.requirements.access import KIND
from search_service.store.ids import new_id
from search_service.store.people import GuestAccess
from search_service.store.requirement import Requirement
from search_service.store.session import Database

GUEST = Actor(PUBLIC.role, "guest")


def send_again(database: Database, phone: object, number: object, *, address: str, link: str) -> None:
    """Send a new link for the requirement of this number, or for the newest one of the phone where none is said.

    `address` is where the request comes from; `link` is the page of a requirement with {id} and {secret}.

    Raises:
        Invalid: it is no mobile phone.
        TooMany: to this phone, or from this address, enough links were asked for.
    """
    to = contacts.phone(phone, "phone")
    said = number.strip().upper() if isinstance(number, str) else ""
    with database.write() as session:
        take_in(session, [(LINK_GAP, to), (LINK_PHONE, to), (LINK_ADDRESS, address)])
        found = _lost(session, to, said)
        if found is None:
            return
        row, name = found
        page, event = link.replace("{id}", str(row.id)), f"{KIND}:{row.id}:link:{new_id()}"
        guests.grant(session, KIND, row.id, Guest(name, to), link=page, event=event)
        trail.note(session, GUEST, "send_link", KIND, row.id)


def _lost(session: Session, phone: str, number: str) -> tuple[Requirement, str] | None:
    """The requirement that is meant and who is its guest; only what this phone has, or had, a link to."""
    query = (
        select(Requirement, GuestAccess.name)
        .join(GuestAccess, GuestAccess.record_id == Requirement.id)
        .where(
            GuestAccess.kind == KIND,
            GuestAccess.phone == phone,
            GuestAccess.expires_at > session.info["now"](),
            Requirement.deleted_at.is_(None),
        )
        .order_by(Requirement.received_at.desc(), Requirement.id.desc())
    )
    if number:
        query = query.where(Requirement.number == number)
    found = session.execute(query.limit(1)).first()
    return None if found is None else (found[0], found[1])
