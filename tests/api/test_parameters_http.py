"""A query parameter that means nothing is refused where lists are narrowed by one."""

import pytest
from starlette.testclient import TestClient

from api.app import create
from api.wiring import Services
from tests.api.conftest import bearer


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("staff", "/memberships?sate=pending"),
        ("administrator", "/accounts?rolle=staff"),
        ("staff", "/staff/worklist?states=posted"),
        ("staff", "/staff/timeliness?form=csv"),
    ],
)
def test_a_misspelt_filter_does_not_take_all_for_an_answer(services: Services, role: str, path: str) -> None:
    http = TestClient(create(services), headers=bearer(services, role))
    refused = http.get(f"/api/v1{path}")
    assert refused.status_code == 422
    assert [error["code"] for error in refused.json()["errors"]] == ["unknown_parameter"]
    assert http.get(f"/api/v1{path.partition('?')[0]}").status_code == 200
