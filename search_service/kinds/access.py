"""Who may read and who may write: declared on every field, enforced in one place (`records/`)."""

import uuid
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Role(StrEnum):
    """As whom somebody acts; tokens for scripts are given to three of them (`records/tokens.py`)."""

    PUBLIC = "public"
    PERSON = "person"
    ENTERPRISE = "enterprise"
    INSTITUTION = "institution"
    STAFF = "staff"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
    """Reads the audit and changes nothing: apart from the administrator (GB/T 22239 8.1.4.2)."""


class Level(IntEnum):
    """How close somebody stands to one record; a field names the least that may read or write it."""

    PUBLIC = 0
    OWNER = 1
    STAFF = 2
    ADMINISTRATOR = 3
    SYSTEM = 4
    """Nobody by hand: only named actions and the loader."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: a role, and for institutions which one; with a session, by which account and for which enterprise."""

    role: Role = Role.PUBLIC
    name: str = "anonymous"
    institution_id: uuid.UUID | None = None
    enterprise_id: uuid.UUID | None = None
    account_id: uuid.UUID | None = None

    def level(self, owner_id: uuid.UUID | None) -> Level:
        """How close this actor stands to a record that belongs to the institution `owner_id`."""
        if self.role is Role.ADMINISTRATOR:
            return Level.ADMINISTRATOR
        if self.role is Role.STAFF:
            return Level.STAFF
        if self.role is Role.INSTITUTION and owner_id is not None and owner_id == self.institution_id:
            return Level.OWNER
        return Level.PUBLIC


PUBLIC = Actor()
SYSTEM = Actor(Role.ADMINISTRATOR, "system")
