"""``/metrics``: what an operator watches."""

from datetime import timedelta
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from api.wiring import Services
from indexers import generations
from indexers.outdated import ensure
from search_service.errors import EngineUnavailable
from tests.support import rows
from tests.timekeeping.office import Office

pytestmark = pytest.mark.usefixtures("no_index")


def gauges(http: TestClient) -> dict[tuple[str, str], float]:
    answer = http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        (sample.name, sample.labels.get("kind", "")): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_what_is_due_and_dead_and_different_is_told_by_kind(http: TestClient, services: Services) -> None:
    assert ("zhixun_index_drift", "standard") not in gauges(http)  # nobody has looked
    ensure(services.database, services.engine)
    assert gauges(http)["zhixun_index_drift", "standard"] == 0
    with services.database.write() as session:
        rows.standard(session, "GB/T 1-2000")
    index = services.engine.published("standard")
    assert index is not None
    generations.checked(services.database, index, 3)
    told = gauges(http)
    assert told["zhixun_index_due", "standard"] == 1
    assert told["zhixun_index_lag_seconds", "standard"] >= 0
    assert told["zhixun_index_dead", "standard"] == 0
    assert told["zhixun_index_drift", "standard"] == 3
    assert told["zhixun_engine_up", ""] == 1
    assert told["zhixun_queue_age_seconds", ""] == 0


def test_an_engine_that_is_away_is_a_value(
    http: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(kind: str) -> Any:
        raise EngineUnavailable(kind)

    monkeypatch.setattr(services.engine, "published", away)
    assert gauges(http)["zhixun_engine_up", ""] == 0


def test_the_clock_of_requirements_is_told(http: TestClient, services: Services) -> None:
    told = {name: value for (name, _), value in gauges(http).items()}
    assert told["zhixun_requirements_overdue"] == told["zhixun_clock_failed_steps"] == 0
    assert "zhixun_requirement_due_seconds" not in told, "nothing is owed"
    office = Office(services)
    office.post("2026-11-16 09:00")
    office.post()
    told = {name: value for (name, _), value in gauges(http).items()}
    assert told["zhixun_requirements_open"] == 2
    assert told["zhixun_requirements_overdue"] == told["zhixun_requirements_unanswered"] == 1
    assert told["zhixun_requirements_undrafted"] == 0, "they were posted this very minute"
    assert told["zhixun_requirement_due_seconds"] < 0
    services.clock.move(timedelta(minutes=2))
    assert {name: value for (name, _), value in gauges(http).items()}["zhixun_requirements_undrafted"] == 2
