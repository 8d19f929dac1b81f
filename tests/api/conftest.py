"""The web application over the shipped sample or over a few rows, asked without a server.

Its lifespan never runs here, so nothing drains behind a test's back.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal, start_blocking_portal
from starlette.testclient import TestClient

from api import wiring
from api.app import create
from api.settings import Settings
from api.wiring import Services
from search_service.records.tokens import create_token
from tests.conftest import NOW
from tests.support.one_app import OneApp

Headers = dict[str, str]


@pytest.fixture(scope="session")
def portal() -> Iterator[BlockingPortal]:
    """One event loop for all requests; a client of its own would start one for each."""
    with start_blocking_portal() as found:
        yield found


def client_of(services: Services, portal: BlockingPortal) -> TestClient:
    client = TestClient(create(services), raise_server_exceptions=False)
    client.portal = portal
    return client


@pytest.fixture(scope="session")
def client(sample: Services, portal: BlockingPortal) -> TestClient:
    """The sample, for reading only."""
    return client_of(sample, portal)


@pytest.fixture(scope="session")
def one_app(empty_data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OneApp]:
    """For services that come and go."""
    folder = tmp_path_factory.mktemp("one-app") / "data"
    shutil.copytree(empty_data_dir, folder)
    found = wiring.build(Settings(data_dir=folder, clock=NOW))
    yield OneApp(found)
    found.close()


@pytest.fixture
def http(services: Services, one_app: OneApp, portal: BlockingPortal) -> TestClient:
    """An empty service of the test's own."""
    one_app.turn_to(services)
    wiring.background(services)
    client = TestClient(one_app.app, raise_server_exceptions=False)
    client.portal = portal
    return client


@pytest.fixture(scope="session")
def scratch(sample_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """A copy of the sample that tests may write into."""
    folder = tmp_path_factory.mktemp("scratch") / "data"
    shutil.copytree(sample_dir, folder)
    found = wiring.build(Settings(data_dir=folder, clock=NOW))
    yield found
    found.close()


@pytest.fixture(scope="session")
def scratch_client(scratch: Services, portal: BlockingPortal) -> TestClient:
    return client_of(scratch, portal)


def bearer(services: Services, role: str, institution: str | None = None) -> Headers:
    return {"Authorization": f"Bearer {create_token(services.database, role, institution)}"}


def assert_problem(answer: Any, status: int, code: str | None = None) -> dict[str, Any]:
    """An error is a problem (RFC 9457) in Chinese that gives nothing of our inside away; it comes back parsed."""
    assert answer.status_code == status, answer.text[:500]
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert set(problem) == {"type", "title", "status", "detail", "instance", "code", "trace_id", "errors"}
    assert chinese(problem["title"])
    assert chinese(problem["detail"])
    assert all(chinese(error["message"]) for error in problem["errors"]), problem["errors"]
    assert problem["trace_id"] == answer.headers["x-trace-id"]
    assert not leaks(answer.text)
    if code is not None:
        assert problem["code"] == code
    return problem


INSIDE = ("tantivy", "sqlalchemy", "sqlite", "traceback", "psycopg", "pydantic", 'file "/')


def leaks(text: str) -> list[str]:
    """Words of engines and stacks in an answer."""
    folded = text.lower()
    return [word for word in INSIDE if word in folded]


def chinese(text: str) -> bool:
    return any("一" <= character <= "鿿" for character in text)
