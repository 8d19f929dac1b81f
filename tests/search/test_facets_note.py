"""The page says that facets were left out, and still has everything else."""

from threading import Event

import pytest
from starlette.testclient import TestClient

from api.app import create
from api.wiring import Services
from search_service.engines.base import Ask, Found
from search_service.search import counting


def test_the_page_says_so(sample: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    released, search = Event(), sample.engine.search

    def slow(kind: str, ask: Ask) -> Found:
        if ask.facets:
            released.wait()
        return search(kind, ask)

    with TestClient(create(sample)) as client:
        before = client.get("/search", params={"q": "压力表"}).text
        monkeypatch.setattr(counting, "WITHIN", 0.05)
        monkeypatch.setattr(sample.engine, "search", slow)
        try:
            page = client.get("/search", params={"q": "压力表"}).text
        finally:
            released.set()
    assert counting.LATE in page
    assert counting.LATE not in before
    assert "示例" in page
