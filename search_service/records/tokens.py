"""Tokens for scripts: shown once, stored as a hash, bound to a role and for institutions to one of them."""

import hashlib
import secrets
import uuid

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from search_service.errors import Invalid, NotFound, Problem
from search_service.kinds.access import Actor, Role
from search_service.store.ids import new_id
from search_service.store.institution import Institution
from search_service.store.journal import AccessToken, AuditEvent
from search_service.store.session import Database

PREFIX = "zx_"
RANDOM_BYTES = 32
"""256 bits: guessing is hopeless, so a plain SHA-256 of the token is enough (it is no password)."""
GIVEN = (Role.INSTITUTION, Role.STAFF, Role.ADMINISTRATOR)


def create_token(database: Database, role: str, institution: str | None = None) -> str:
    """A fresh token; `institution` (id or key) is required for the role institution and refused for the others.

    Raises:
        Invalid: unknown role, or an institution where none belongs.
        NotFound: no such institution.
    """
    if role not in {given.value for given in GIVEN}:
        choices = "、".join(given.value for given in GIVEN)
        raise Invalid(
            f"没有“{role[:40]}”这个角色", problems=[Problem("role", "unknown_role", "未知角色", f"可用:{choices}")]
        )
    if (role == Role.INSTITUTION) != (institution is not None):
        need = "机构令牌必须用 --institution 指明机构" if institution is None else "只有机构令牌才能指明机构"
        raise Invalid(
            need, problems=[Problem("institution", "institution", need, "--role institution --institution ID")]
        )
    token = PREFIX + secrets.token_urlsafe(RANDOM_BYTES)
    with database.write() as session:
        owner = _institution(session, institution) if institution is not None else None
        row = AccessToken(
            id=new_id(), token_hash=_hash(token), role=role, institution_id=owner, created_at=database.now()
        )
        session.add(row)
        session.add(
            AuditEvent(
                at=database.now(),
                actor="system",
                role=Role.ADMINISTRATOR.value,
                action="create",
                record="access_token",
                record_id=row.id,
                changes={"role": {"before": None, "after": role}},
            )
        )
    return token


def actor_of(session: Session, token: str) -> Actor | None:
    """Whose token it is; None for one that we do not know, that was revoked, or whose institution is gone."""
    if not token.startswith(PREFIX):
        return None
    row = session.scalar(
        select(AccessToken)
        .outerjoin(Institution, Institution.id == AccessToken.institution_id)
        .where(
            AccessToken.token_hash == _hash(token),
            AccessToken.revoked_at.is_(None),
            or_(AccessToken.institution_id.is_(None), Institution.deleted_at.is_(None)),
        )
    )
    if row is None:
        return None
    return Actor(Role(row.role), f"{row.role}:{row.id}", row.institution_id)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _institution(session: Session, named: str) -> uuid.UUID:
    try:
        by = or_(Institution.id == uuid.UUID(named), Institution.key == named)
    except ValueError:
        by = Institution.key == named
    found: uuid.UUID | None = session.scalar(select(Institution.id).where(by, Institution.deleted_at.is_(None)))
    if found is None:
        raise NotFound(f"没有 id 或 key 为“{named[:60]}”的机构")
    return found
