"""The desk of a test: in an empty service with simple hands, and over the shipped sample with the real ones."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio.from_thread import start_blocking_portal
from sqlalchemy import event
from starlette.testclient import TestClient

from api import wiring
from api.app import create
from api.settings import Settings
from api.wiring import Services
from search_service.matching.match import Matcher
from search_service.timekeeping.recommending import Recommender
from search_service.timekeeping.tick import Timekeeper
from tests.timekeeping.office import Office, SimpleHands, at


@pytest.fixture
def office(services: Services) -> Office:
    return Office(services)


@pytest.fixture
def hands(services: Services) -> SimpleHands:
    return SimpleHands(services.database)


@pytest.fixture
def shop(sample_dir: Path, tmp_path: Path) -> Iterator[Office]:
    """The sample to write into, on a Monday at ten."""
    folder = tmp_path / "shop"
    shutil.copytree(sample_dir, folder)
    found = wiring.build(Settings(data_dir=folder, clock=at("2026-11-23 10:00")))
    yield Office(found)
    found.close()


@pytest.fixture
def keeper(shop: Office) -> Timekeeper:
    """With the hands of the product."""
    services = shop.services
    return Timekeeper(services.database, Recommender(services.database, Matcher(services.database, services.engine)))


@pytest.fixture
def client(shop: Office) -> Iterator[TestClient]:
    with start_blocking_portal() as portal:
        found = TestClient(create(shop.services), raise_server_exceptions=False)
        found.portal = portal
        yield found


@pytest.fixture
def statements(services: Services) -> Iterator[list[str]]:
    """What the database is asked."""
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    event.listen(services.database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(services.database.engine, "before_cursor_execute", note)
