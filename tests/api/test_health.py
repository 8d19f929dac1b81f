"""Probes, and what stands on every answer: headers for browsers, the id that joins it to our logs."""

import re
from pathlib import Path

import pytest
from anyio.from_thread import BlockingPortal
from starlette.testclient import TestClient

from api.wiring import Services
from indexers.outdated import ensure
from search_service.errors import EngineUnavailable
from search_service.store.session import Database
from tests.api.conftest import assert_problem, client_of

pytestmark = pytest.mark.usefixtures("no_index")

PREFIXES = ("/api/v1", "")
KINDS = ["standard", "institution", "capability", "authorisation", "plan", "catalogue_entry"]


@pytest.mark.parametrize("prefix", PREFIXES)
def test_probes_answer_under_the_api_and_at_the_root(client: TestClient, prefix: str) -> None:
    assert client.get(f"{prefix}/healthz").json() == {"status": "ok"}
    ready = client.get(f"{prefix}/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "ok", "engine": "ok", "missing_indices": []})


@pytest.mark.parametrize("prefix", PREFIXES)
def test_without_an_index_it_is_ready_but_degraded(http: TestClient, services: Services, prefix: str) -> None:
    ready = http.get(f"{prefix}/readyz")
    assert (ready.status_code, ready.json()) == (200, {"status": "degraded", "engine": "ok", "missing_indices": KINDS})
    ensure(services.database, services.engine)
    assert http.get(f"{prefix}/readyz").json()["status"] == "ok"


@pytest.mark.parametrize("prefix", PREFIXES)
def test_without_the_engine_it_is_ready_but_degraded(
    http: TestClient, services: Services, monkeypatch: pytest.MonkeyPatch, prefix: str
) -> None:
    asked: list[str] = []

    def away(kind: str) -> str:
        asked.append(kind)
        raise EngineUnavailable

    monkeypatch.setattr(services.engine, "published", away)
    ready = http.get(f"{prefix}/readyz")
    assert (ready.status_code, ready.json()["status"], ready.json()["engine"]) == (200, "degraded", "unavailable")
    assert len(asked) == 1
    assert http.get(f"{prefix}/healthz").json() == {"status": "ok"}


def test_without_an_index_searching_is_poorer_and_everything_else_works(http: TestClient) -> None:
    for path in ("/api/v1/search?q=压力表", "/api/v1/standards"):
        answer = http.get(path)
        assert (answer.status_code, answer.headers["x-degraded"], answer.json()["partial"]) == (200, "search", True)
    assert http.get("/api/v1/suggest?q=压力").json() == {"suggestions": []}
    assert http.get("/api/v1/divisions").status_code == 200
    page = http.get("/search?q=压力表", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["x-degraded"]) == (200, "search")
    assert "搜索服务繁忙，结果可能不完整" in page.text
    assert http.get("/", headers={"Accept": "text/html"}).status_code == 200


@pytest.mark.parametrize("prefix", PREFIXES)
def test_without_the_database_it_is_not_ready(
    http: TestClient, services: Services, tmp_path: Path, prefix: str
) -> None:
    there = services.database
    services.database = Database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}", services.clock.now)
    try:
        answer = http.get(f"{prefix}/readyz")
        assert_problem(answer, 503, "database_unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert http.get(f"{prefix}/healthz").status_code == 200
    finally:
        services.database.close()
        services.database = there


ANSWERS = (
    "/",
    "/search?q=压力表",
    "/static/zhixun.css",
    "/api/v1/search?q=压力表",
    "/api/v1/search?page=0",
    "/api/v1/nothing",
    "/nothing",
    "/healthz",
)


@pytest.mark.parametrize("path", ANSWERS)
def test_every_answer_says_what_browsers_may_do_with_it(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin"
    assert re.fullmatch("[0-9a-f]{32}", headers["x-trace-id"])


READ = (
    "/",
    "/search?q=压力表",
    "/docs",
    "/static/style.css",
    "/healthz",
    "/api/v1/readyz",
    "/api/v1/openapi.json",
    "/api/v1/search?q=压力表",
    "/api/v1/search?page=0",
    "/api/v1/suggest?q=压力",
    "/api/v1/capabilities",
    "/api/v1/certificates",
    "/api/v1/divisions?name=x",
    "/api/v1/standards/x",
    "/api/v1/nothing",
)


@pytest.mark.parametrize("path", READ)
def test_what_can_be_read_can_be_asked_for_its_head(client: TestClient, path: str) -> None:
    """RFC 9110 §9.3.2: what GET says, but for the body."""
    whole, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (whole.status_code, b"")
    varying = {"x-trace-id", "content-length"}  # the trace id in a problem, the milliseconds in an answer
    assert {k: v for k, v in head.headers.items() if k not in varying} == {
        k: v for k, v in whole.headers.items() if k not in varying
    }
    assert abs(int(head.headers["content-length"]) - len(whole.content)) < 10


def test_what_cannot_be_read_has_no_head(client: TestClient) -> None:
    answer = client.head("/api/v1/standards/x/actions/withdraw")
    assert (answer.status_code, answer.headers["allow"], answer.content) == (405, "POST", b"")


def test_trace_ids_are_not_repeated(client: TestClient) -> None:
    assert len({client.get("/healthz").headers["x-trace-id"] for _ in range(5)}) == 5


def test_a_mistake_of_ours_is_a_problem_too(services: Services, portal: BlockingPortal) -> None:
    """Nothing of it is told; the log has it under the id of the answer."""
    client = client_of(services, portal)

    @client.app.get("/api/v1/broken")  # type: ignore[attr-defined]
    def broken() -> None:
        raise RuntimeError("tantivy said: secret")

    answer = client.get("/api/v1/broken")
    assert "secret" not in answer.text
    assert_problem(answer, 500, "internal")
    assert answer.headers["x-content-type-options"] == "nosniff"
