"""Telling the people at the desk: who they are, and how each is reached."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service import outbox
from search_service.kinds.access import Role
from search_service.store.people import Account


def recipients(session: Session) -> list[Account]:
    """The matching staff; where there is none, the administrators, since somebody has to know."""
    for role in (Role.STAFF, Role.ADMINISTRATOR):
        rows = select(Account).where(Account.role == role.value, Account.disabled_at.is_(None)).order_by(Account.id)
        if found := list(session.scalars(rows)):
            return found
    return []


def tell(session: Session, template: str, params: Mapping[str, str], *, event: str, quiet: bool = False) -> None:
    """A message to each of them, in the transaction of what it tells of; `quiet`: by mail to whoever has an address."""
    for account in recipients(session):
        channel: outbox.Channel = "mail" if (quiet and account.mail) or not account.phone else "sms"
        address = account.mail if channel == "mail" else account.phone
        if address:
            outbox.put(session, channel, address, template, params, event=event)
