"""One-time codes and links: for a registration, a reset, an activation.

Whoever begins gets a ticket (256 bits, in the browser only); to the phone goes a code of six digits.  The stored hash
of the code is keyed with the ticket, so that a copy of the table does not give away any code, and a code is good for
the browser and the purpose that it was asked for, and for nothing else (reliability: SMS codes).
"""

import hmac
import secrets as random
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from search_service.errors import Invalid, Problem
from search_service.people import secrets
from search_service.people.limits import CODE_ADDRESS, CODE_GAP, CODE_TARGET, CODE_TRIES, take, take_in
from search_service.store.ids import new_id
from search_service.store.people import OneTimeCode
from search_service.store.session import Database

REGISTER, RESET, ACTIVATE = "register", "reset", "activate"

DIGITS = 6
"""S4-05."""
LIFE = timedelta(minutes=10)
"""ASVS 6.5.5."""
LINK_LIFE = timedelta(hours=24)
"""ASVS 6.4.1: for an activation, which waits for somebody to read the message."""
TRIES = 5
"""Of a million codes: whoever guesses at one ticket is right once in 200,000 times."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A ticket whose code was right; it is used up."""

    account_id: uuid.UUID | None
    payload: dict[str, Any]


def limit(session: Session, target: str, address: str) -> None:
    """Count a code that is about to be sent, whether or not anybody is known there (S5, S10).

    Raises:
        TooMany: too soon, or too many today for the number or from the address.
    """
    take_in(session, [(CODE_GAP, target), (CODE_TARGET, target), (CODE_ADDRESS, address)])


def issue(
    session: Session,
    purpose: str,
    *,
    account_id: uuid.UUID | None = None,
    payload: dict[str, Any] | None = None,
    with_code: bool = True,
) -> tuple[str, str]:
    """A new ticket and its code (empty for links, which are long enough by themselves).

    Earlier ones of the same account and purpose are void.
    """
    now = session.info["now"]()
    session.execute(delete(OneTimeCode).where(OneTimeCode.expires_at < now))
    if account_id is not None:
        same = (OneTimeCode.account_id == account_id, OneTimeCode.purpose == purpose)
        session.execute(delete(OneTimeCode).where(*same))
    ticket = secrets.fresh()
    code = f"{random.randbelow(10**DIGITS):0{DIGITS}}" if with_code else ""
    session.add(
        OneTimeCode(
            id=new_id(),
            ticket_hash=secrets.digest(ticket),
            purpose=purpose,
            account_id=account_id,
            code_hash=_keyed(ticket, code) if with_code else None,
            payload=payload or {},
            created_at=now,
            expires_at=now + (LIFE if with_code else LINK_LIFE),
        )
    )
    return ticket, code


def count_try(database: Database, ticket: object, address: str) -> list[uuid.UUID]:
    """Count a try at a ticket, in a transaction of its own: what follows may be rolled back, the try may not.

    Returns what the address may have back once the code was right (`limits.give_back`).

    Raises:
        TooMany: too many wrong codes from the address.
        Invalid: the ticket has no try left.
    """
    rows = take(database, [(CODE_TRIES, address)])
    with database.write(durable=False) as session:
        mine = (OneTimeCode.ticket_hash == secrets.digest(_text(ticket)), OneTimeCode.tries < TRIES)
        counted = session.execute(update(OneTimeCode).where(*mine).values(tries=OneTimeCode.tries + 1))
        if not counted.rowcount:  # type: ignore[attr-defined]
            raise _wrong()
    return rows


def open_ticket(session: Session, purpose: str, ticket: object, code: object = "") -> Opened:
    """Use a ticket up, after `count_try`.

    Raises:
        Invalid: no such ticket for this purpose, over, or another code; one text for all.
    """
    held = _text(ticket)
    row = session.scalar(
        select(OneTimeCode)
        .where(OneTimeCode.ticket_hash == secrets.digest(held), OneTimeCode.purpose == purpose)
        .with_for_update()
    )
    if row is None or row.expires_at <= session.info["now"]():
        raise _wrong()
    if row.code_hash is not None and not hmac.compare_digest(row.code_hash, _keyed(held, _digits(code))):
        raise _wrong()
    session.delete(row)
    return Opened(row.account_id, row.payload)


def has_link(session: Session, purpose: str, ticket: object) -> bool:
    """Whether a link still leads somewhere; looking does not use it up."""
    mine = (OneTimeCode.ticket_hash == secrets.digest(_text(ticket)), OneTimeCode.purpose == purpose)
    query = select(OneTimeCode.id).where(*mine, OneTimeCode.expires_at > session.info["now"]())
    return session.scalar(query) is not None


def _wrong() -> Invalid:
    message = "验证码或链接不正确,或已过期"
    hint = f"请核对最近一次收到的内容;每个验证码可试 {TRIES} 次,过期请重新获取"
    return Invalid(message, problems=[Problem("code", "code", message, hint)])


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _digits(code: object) -> str:
    """Full width digits and blanks in between are what phones' keyboards and copying make of a code."""
    return "".join(str(int(character)) for character in _text(code)[:40] if character.isdecimal())


def _keyed(ticket: str, code: str) -> str:
    return hmac.new(ticket.encode(errors="replace"), code.encode(), "sha256").hexdigest()
