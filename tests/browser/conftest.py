"""The pages on the shipped sample: asked in process for what stands in them, in a real Chromium for what they do."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from sqlalchemy import select
from starlette.testclient import TestClient

from api.app import create
from api.wiring import Services
from search_service.kinds import REGISTRY
from tests.support.services import require

HTML = {"Accept": "text/html"}
DESKTOP = {"viewport": {"width": 1280, "height": 860}}


@pytest.fixture(scope="session")
def client(sample: Services) -> TestClient:
    return TestClient(create(sample), headers=HTML, raise_server_exceptions=False)


@pytest.fixture(scope="session")
def address(sample: Services) -> Any:
    """The page of the first record that a condition finds: ``address("standard", number="GB/T 228.1-2021")``."""

    def find(kind: str, **wanted: Any) -> str:
        record = REGISTRY.record(kind)
        with sample.database.read() as session:
            row_id = session.scalars(select(record.model.id).filter_by(**wanted).limit(1)).one()
        return f"/{record.plural}/{row_id}"

    return find


@pytest.fixture(scope="session")
def site(sample: Services) -> Iterator[str]:
    """The served sample; its address."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create(sample), port=port, lifespan="off", log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.02)
    assert server.started
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = require("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--no-first-run"],
        )
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser, site: str) -> Iterator[BrowserContext]:
    found = chromium.new_context(base_url=site, locale="zh-CN", **DESKTOP)
    yield found
    found.close()


@pytest.fixture
def tab(context: BrowserContext) -> Iterator[Page]:
    """A page whose console stays silent: a refused script or style, or an error of ours, fails the test."""
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    assert said == []
