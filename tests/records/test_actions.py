"""Named actions are the only way a state changes."""

import uuid
from datetime import date

import pytest
from sqlalchemy import select

from search_service.errors import Forbidden, Invalid, NotFound, StateForbids, VersionDiffers
from search_service.kinds import REGISTRY
from search_service.kinds.record import Action, Record
from search_service.records.actions import act
from search_service.records.write import create
from search_service.store.journal import AuditEvent
from search_service.store.session import Database
from search_service.store.standard import Standard
from tests.records.conftest import CAPABILITY, STAFF, Make, People

STANDARDS = REGISTRY.record("standard")
CAPABILITIES = REGISTRY.record("capability")
ALL = [(record, action) for record in REGISTRY for action in record.actions]


@pytest.fixture
def standard(database: Database) -> str:
    body = create(database, STANDARDS, STAFF, {"number": "GB/T 228.1-2021", "title": "金属材料"}).body
    assert body is not None
    return str(body["id"])


def test_an_action_says_who_why_and_when(database: Database, standard: str) -> None:
    act(database, STANDARDS, STAFF, standard, "implement")
    written = act(database, STANDARDS, STAFF, standard, "withdraw", reason="被 2030 版代替")
    assert written.body is not None
    assert (written.etag, written.body["status"]) == ('"v3"', "withdrawn")
    assert written.body["status_source"] == "平台录入"
    assert written.body["status_as_of"] == written.body["withdrawn_on"] == "2026-11-21"
    with database.read() as session:
        event = session.scalars(select(AuditEvent).where(AuditEvent.action == "withdraw")).one()
    assert (event.actor, event.role, event.reason) == ("staff:1", "staff", "被 2030 版代替")
    assert event.changes["status"] == {"before": "current", "after": "withdrawn"}


def test_a_day_of_withdrawal_that_is_known_stays(database: Database, standard: str) -> None:
    with database.write() as session:
        session.get_one(Standard, uuid.UUID(standard)).withdrawn_on = date(2020, 1, 1)
    body = act(database, STANDARDS, STAFF, standard, "withdraw", reason="补录").body
    assert body is not None
    assert body["withdrawn_on"] == "2020-01-01"
    back = act(database, STANDARDS, STAFF, standard, "reinstate", reason="误录").body
    assert back is not None
    assert (back["status"], back["withdrawn_on"]) == ("current", None)


def test_a_state_refuses_and_says_what_is_possible(database: Database, standard: str) -> None:
    act(database, STANDARDS, STAFF, standard, "implement")
    with pytest.raises(StateForbids) as caught:
        act(database, STANDARDS, STAFF, standard, "announce")
    assert "withdraw(废止)" in caught.value.problems[0].hint
    assert "announce" not in caught.value.problems[0].hint
    with pytest.raises(NotFound, match="implement"):
        act(database, STANDARDS, STAFF, standard, "explode")
    with pytest.raises(VersionDiffers):
        act(database, STANDARDS, STAFF, standard, "withdraw", '"v1"', "原因")


@pytest.mark.parametrize("reason", [None, "", "   "])
def test_a_reason_is_required_where_the_rule_asks(database: Database, standard: str, reason: str | None) -> None:
    with pytest.raises(Invalid) as caught:
        act(database, STANDARDS, STAFF, standard, "withdraw", reason=reason)
    assert caught.value.problems[0].code == "required"
    with pytest.raises(Invalid):
        act(database, STANDARDS, STAFF, standard, "withdraw", reason=["x"])


def test_actions_belong_to_levels(database: Database, make: Make, people: People) -> None:
    body = make("capability", people.owner, **CAPABILITY).body
    assert body is not None
    act(database, CAPABILITIES, people.owner, body["id"], "publish")
    with pytest.raises(Forbidden):
        act(database, CAPABILITIES, people.other, body["id"], "hide")
    institutions = REGISTRY.record("institution")
    with pytest.raises(Forbidden):
        act(database, institutions, people.owner, str(people.ours), "suspend", reason="x")
    assert act(database, institutions, people.owner, str(people.ours), "request_exit").status == 200


@pytest.mark.parametrize(("record", "action"), ALL, ids=lambda p: getattr(p, "name", ""))
def test_every_action_starts_and_ends_in_declared_states(record: Record, action: Action) -> None:
    assert record.state is not None
    assert {*action.starts, action.ends} <= set(record.state.words.labels)
