"""Tokens for scripts."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from search_service.errors import Invalid, NotFound
from search_service.kinds import REGISTRY
from search_service.kinds.access import Actor, Level, Role
from search_service.records.tokens import actor_of, create_token
from search_service.records.write import delete
from search_service.store.journal import AccessToken
from search_service.store.session import Database
from tests.records.conftest import STAFF, People


def who(database: Database, token: str) -> Actor | None:
    with database.read() as session:
        return actor_of(session, token)


def test_a_token_is_its_role(database: Database) -> None:
    actor = who(database, create_token(database, "administrator"))
    assert actor is not None
    assert (actor.role, actor.level(None)) == (Role.ADMINISTRATOR, Level.ADMINISTRATOR)


def test_only_its_hash_is_stored(database: Database) -> None:
    token = create_token(database, "staff")
    assert token.startswith("zx_")
    with database.read() as session:
        stored = session.scalars(select(AccessToken)).one()
    assert token not in {stored.token_hash, str(stored.id)}
    assert len(stored.token_hash) == 64


def test_an_institution_is_named_by_id_or_key(database: Database, people: People) -> None:
    actor = who(database, create_token(database, "institution", str(people.ours)))
    assert actor is not None
    assert actor.institution_id == people.ours
    assert (actor.level(people.ours), actor.level(people.theirs)) == (Level.OWNER, Level.PUBLIC)
    with pytest.raises(NotFound):
        create_token(database, "institution", "nobody")


@pytest.mark.parametrize(
    ("role", "institution"), [("public", None), ("root", None), ("institution", None), ("staff", "x")]
)
def test_what_makes_no_sense_is_refused(database: Database, role: str, institution: str | None) -> None:
    with pytest.raises(Invalid):
        create_token(database, role, institution)


@pytest.mark.parametrize("token", ["", "zx_", "zx_nobody", "x", "zx_\ud800"])
def test_unknown_tokens_are_nobody(database: Database, token: str) -> None:
    assert who(database, token) is None


def test_a_revoked_token_and_one_of_a_deleted_institution_end(database: Database, people: People) -> None:
    staff = create_token(database, "staff")
    ours = create_token(database, "institution", str(people.ours))
    with database.write() as session:
        session.execute(
            update(AccessToken).where(AccessToken.role == "staff").values(revoked_at=datetime(2026, 1, 1, tzinfo=UTC))
        )
    assert who(database, staff) is None
    assert who(database, ours) is not None
    delete(database, REGISTRY.record("institution"), STAFF, str(people.ours), "*")
    assert who(database, ours) is None
