"""What a web process does before its first request."""

import threading

import pytest
from fastapi.testclient import TestClient

from api import logs, wiring
from api.app import create
from api.wiring import Services


def test_words_of_the_records_are_read_before_anybody_searches(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Event()
    monkeypatch.setattr(wiring, "build", lambda **_: services)
    monkeypatch.setattr(logs, "set_up", lambda _: None)
    monkeypatch.setattr(services.search, "warm", begun.set)
    with TestClient(create()):
        assert begun.is_set()
