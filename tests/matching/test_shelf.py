"""What a matcher keeps from one requirement to the next never makes it late: each change of a row shows at once."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from api import wiring
from api.wiring import Services
from indexers.outdated import ensure
from search_service.matching import candidates
from search_service.matching.match import Matcher
from search_service.store.institution import Certificate, Institution
from tests.support import rows

CHANGES = (
    (Certificate, {"state": "revoked"}, "certificate_revoked"),
    (Certificate, {"valid_to": date(2001, 1, 1)}, "certificate_not_valid"),
    (Institution, {"status": "suspended"}, "institution_not_active"),
)


@pytest.mark.parametrize(("model", "values", "code"), CHANGES, ids=[code for *_, code in CHANGES])
def test_a_change_is_seen_by_the_matcher_that_knew_it_before(
    services: Services, model: Any, values: dict[str, Any], code: str
) -> None:
    ensure(services.database, services.engine)
    with services.database.write() as session:
        owner = rows.institution(session)
        row = rows.capability(session, owner, rows.certificate(session, owner))
    matcher = Matcher(services.database, services.engine)
    body = {"items": [{"service": "检测", "object": row.object, "parameter": row.parameter}], "region": "610113"}
    before = matcher.why_not(body, str(owner.id))
    assert len(matcher.match(body)["institutions"]) == 1
    with services.database.write() as session:
        found = session.scalars(select(model)).one()
        for name, value in values.items():
            setattr(found, name, value)
    assert matcher.match(body)["institutions"] == []
    after = matcher.why_not(body, str(owner.id))
    assert code in after["codes"]
    assert code not in before["codes"]


def test_beyond_the_limit_the_nearest_are_kept_and_the_rest_is_counted(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(candidates, "MOST_INSTITUTIONS", 2)
    monkeypatch.setattr(candidates, "AT_ONCE", 1)
    ensure(services.database, services.engine)
    with services.database.write() as session:
        rows.xian(session)
        places = ("610113", "610100", "610000")
        owners = [rows.institution(session, f"第{place}院", division_adcode=place) for place in places]
        for owner in owners:
            row = rows.capability(session, owner, rows.certificate(session, owner))
    wiring.bring_up_to_date(services)
    body = {"items": [{"service": "检测", "object": row.object, "parameter": row.parameter}], "region": "610113"}
    answer = Matcher(services.database, services.engine).match(body)
    assert answer["left_out"] == [{"item": 0, "institutions": 1}]
    assert {one["id"] for one in answer["institutions"]} == {str(owner.id) for owner in owners[:2]}
