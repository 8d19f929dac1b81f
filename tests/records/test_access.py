"""Who sees which record and which of its fields (founding decision 7; S2, property level)."""

from typing import Any

import pytest

from search_service.errors import NotFound
from search_service.kinds import REGISTRY
from search_service.kinds.access import PUBLIC, Actor
from search_service.records.access import read
from search_service.records.actions import act
from search_service.store.session import Database
from tests.records.conftest import CAPABILITY, STAFF, Make, People
from tests.support import rows

CAPABILITIES = REGISTRY.record("capability")
INSTITUTIONS = REGISTRY.record("institution")
PRIVATE = {"complaint_handler", "complaint_phone", "contact", "contact_phone"}


def hidden(database: Database, name: str, found: str, actor: Actor) -> bool:
    try:
        read(database, REGISTRY.record(name), actor, found)
    except NotFound:
        return True
    return False


def test_a_draft_is_its_owners_and_staffs(database: Database, make: Make, people: People) -> None:
    body = make("capability", people.owner, **CAPABILITY).body
    assert body is not None
    for actor, expected in ((PUBLIC, True), (people.other, True), (people.owner, False), (STAFF, False)):
        assert hidden(database, "capability", body["id"], actor) is expected
    act(database, CAPABILITIES, people.owner, body["id"], "publish")
    assert not hidden(database, "capability", body["id"], PUBLIC)
    act(database, INSTITUTIONS, STAFF, str(people.ours), "suspend", reason="核查")
    assert hidden(database, "capability", body["id"], PUBLIC)
    assert hidden(database, "institution", str(people.ours), people.other)
    assert not hidden(database, "institution", str(people.ours), people.owner)


@pytest.mark.parametrize("text", ["", "x", "00000000-0000-0000-0000-000000000000", "'; --", "\x00", "1" * 500])
def test_any_text_is_an_id_that_is_not_there(database: Database, text: str) -> None:
    with pytest.raises(NotFound):
        read(database, CAPABILITIES, STAFF, text)


def test_private_fields_are_for_the_owner_and_staff(database: Database, people: People) -> None:
    found = str(people.ours)
    assert not PRIVATE & set(read(database, INSTITUTIONS, PUBLIC, found).body)
    assert not PRIVATE & set(read(database, INSTITUTIONS, people.other, found).body)
    for actor in (people.owner, STAFF):
        assert read(database, INSTITUTIONS, actor, found).body["contact"] == "张某"


def test_a_plan_does_not_give_away_what_it_rests_on(database: Database, people: People) -> None:
    with database.write() as session:
        owner = session.get_one(rows.Institution, people.ours)
        shown = rows.capability(session, owner)
        draft = rows.capability(session, owner, object="秘密样品", state="draft")
        plan = rows.plan(session, owner, capabilities=[shown, draft])
        ids: dict[str, Any] = {"plan": str(plan.id), "shown": str(shown.id), "draft": str(draft.id)}
    public = read(database, REGISTRY.record("plan"), PUBLIC, ids["plan"]).body
    assert [c["id"] for c in public["capabilities"]] == [ids["shown"]]
    own = read(database, REGISTRY.record("plan"), people.owner, ids["plan"]).body
    assert {c["id"] for c in own["capabilities"]} == {ids["shown"], ids["draft"]}


def test_what_no_certificate_proves_says_so(database: Database, people: People) -> None:
    with database.write() as session:
        owner = session.get_one(rows.Institution, people.ours)
        bare = str(rows.capability(session, owner).id)
        proven = str(rows.capability(session, owner, rows.certificate(session, owner), object="水泥").id)
    assert read(database, CAPABILITIES, PUBLIC, bare).body["proven"] is False
    assert read(database, CAPABILITIES, PUBLIC, proven).body["proven"] is True
