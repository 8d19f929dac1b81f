"""Who changed what: append-only, masked, in the change's transaction (S12, S11)."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from search_service.kinds import REGISTRY
from search_service.records.write import change, delete
from search_service.store.journal import AuditEvent
from search_service.store.session import Database
from tests.records.conftest import STAFF, Make, People

INSTITUTIONS = REGISTRY.record("institution")


def events(database: Database) -> list[AuditEvent]:
    with database.read() as session:
        return list(session.scalars(select(AuditEvent).order_by(AuditEvent.id)))


def test_every_change_has_one_event(database: Database, make: Make) -> None:
    made = make("standard", number="GB/T 228.1-2021", title="金属材料").body
    assert made is not None
    standards = REGISTRY.record("standard")
    change(database, standards, STAFF, made["id"], {"title": "新题", "number": "GB/T 228.1-2021"}, "*")
    delete(database, standards, STAFF, made["id"], "*")
    found = events(database)
    assert [e.action for e in found] == ["create", "change", "delete"]
    assert {(e.actor, e.role, e.record, str(e.record_id)) for e in found} == {
        ("staff:1", "staff", "standard", made["id"])
    }
    assert found[1].changes == {
        "title": {"before": "金属材料", "after": "新题"},
        "row_version": {"before": 1, "after": 2},
    }


def test_private_values_are_masked(database: Database, people: People) -> None:
    change(database, INSTITUTIONS, people.owner, str(people.ours), {"contact": "李某", "phone": "029-1"}, "*")
    event = events(database)[-1]
    assert event.changes["contact"] == {"before": "***", "after": "***"}
    assert event.changes["phone"] == {"before": None, "after": "029-1"}


@pytest.mark.parametrize("statement", ["UPDATE audit_event SET actor = 'x'", "DELETE FROM audit_event"])
def test_events_are_append_only(database: Database, make: Make, statement: str) -> None:
    make("standard", number="GB/T 228.1-2021", title="金属材料")
    with pytest.raises(DatabaseError), database.write() as session:
        session.execute(text(statement))
    assert len(events(database)) == 1
