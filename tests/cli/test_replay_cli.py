"""``zhixun replay``: for people and as JSON, by number; what was stored may be wrong, what it says is right."""

import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from api import wiring
from api.settings import Settings
from search_service.kinds.access import SYSTEM
from search_service.matching.match import Matcher
from search_service.recommendation import drafting
from search_service.store.ids import new_id
from search_service.store.institution import Institution
from search_service.store.requirement import Recommendation, Requirement
from tests.conftest import NOW
from tests.support.shell import Shell

NUMBER = "XQ20261121-0001"
RICE = {"service": "检测", "object": "大米", "parameter": "镉", "standard": "GB 5009.15"}


@pytest.fixture
def drafted(zhixun: Shell, tmp_path: Path) -> Recommendation:
    """A draft that was stored with a lie, and one institution that changed since."""
    del zhixun
    services = wiring.build(Settings(data_dir=tmp_path / "data", clock=NOW))
    with services.database.write() as session:
        row = Requirement(
            id=new_id(),
            number=NUMBER,
            title="大米",
            channel="online",
            received_at=datetime(2026, 11, 21, 2, tzinfo=UTC),
            body={"region": "610113", "start": "2026-12-01", "items": [RICE]},
            contact_name="王五",
            contact_phone="13800000000",
            state="posted",
        )
        session.add(row)
    found = drafting.draft(services.database, Matcher(services.database, services.engine), row.id, SYSTEM)
    with services.database.write() as session:
        session.execute(update(Recommendation).values(answer={**found.answer, "institutions": []}))
        changed = session.get_one(Institution, uuid.UUID(found.answer["institutions"][0]["id"]))
        changed.status = "suspended"
    services.close()
    return found


def test_it_says_what_was_right_and_what_changed(zhixun: Shell, drafted: Recommendation) -> None:
    found = zhixun.json("replay", NUMBER)
    assert found["answer"] == drafted.answer
    assert not found["same"]
    listed = drafted.answer["institutions"][0]
    assert found["changed"] == [{"kind": "institution", "id": listed["id"], "what": "changed"}]
    assert zhixun.json("replay", str(drafted.id))["digest"] == found["digest"]
    shown = zhixun("replay", NUMBER)
    assert "与存档不一致" in shown
    assert "已修改" in shown
    assert listed["name"] in shown


def test_what_is_not_there(zhixun: Shell) -> None:
    assert "没有“XQ1”的推荐意见" in zhixun("replay", "XQ1", code=1)
