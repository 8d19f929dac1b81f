"""推荐意见书 and the matrix in a real Chromium: readable for everybody, no wider than the screen, made for paper."""

import shutil
import socket
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from api import wiring
from api.app import create
from api.settings import Settings
from search_service.kinds.access import Actor, Role
from search_service.matching.match import Matcher
from search_service.recommendation import drafting, sending
from tests.conftest import NOW
from tests.support.signed_in import account, sign_in

pytestmark = pytest.mark.browser

RICE = {"service": "检测", "object": "大米", "parameter": "镉", "standard": "GB 5009.15"}
GAUGE = {"service": "检定", "object": "压力表", "standard": "JJG 52", "range": "0~25 MPa", "accuracy": "1.6级"}
BODY = {"region": "610113", "start": "2026-12-01", "contact": {"name": "王五", "phone": "13800000000"}}
FORMS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 860}},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
}


LOOKS = {("desktop", "light"), ("phone", "dark")}
"""The other two have their turn with the slow tests."""


@pytest.fixture(scope="module")
def desk(sample_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """A served copy of the sample with a requirement that was sent and one that waits; a staff member's cookies."""
    folder = tmp_path_factory.mktemp("desk") / "data"
    shutil.copytree(sample_dir, folder)
    services = wiring.build(Settings(data_dir=folder, clock=NOW))
    app = create(services)
    http = TestClient(app)
    database, matcher = services.database, Matcher(services.database, services.engine)
    posted = [http.post("/api/v1/requirements", json={**BODY, "items": [RICE, GAUGE]}).json() for _ in range(2)]
    desk = Actor(Role.STAFF, "李四")
    drafts = [drafting.draft(database, matcher, uuid.UUID(one["id"]), desk) for one in posted]
    sending.send(database, matcher, drafts[0].id, desk)
    cookies = dict(sign_in(http, account(services, Role.STAFF)).cookies)
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        thread.join(0.02)
    assert server.started
    secret = posted[0]["secret"]
    yield SimpleNamespace(
        site=f"http://127.0.0.1:{port}",
        cookies=cookies,
        guest=[f"/requirements/{posted[0]['id']}{more}?secret={secret}" for more in ("", "/recommendation")],
        staff=[f"/requirements/{posted[1]['id']}{more}" for more in ("", "/recommendation")],
        around=["/staff/worklist", f"/staff/worklist/{posted[1]['id']}/why-not", "/staff/requirements/new"],
    )
    server.should_exit = True
    thread.join()
    services.close()


@pytest.mark.parametrize(
    ("form", "scheme"),
    [
        pytest.param(form, scheme, marks=[] if (form, scheme) in LOOKS else pytest.mark.slow)
        for form in FORMS
        for scheme in ("light", "dark")
    ],
)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    chromium: Browser, desk: SimpleNamespace, form: str, scheme: Any
) -> None:
    found = {}
    for who in ("guest", "staff"):
        context = chromium.new_context(base_url=desk.site, color_scheme=scheme, reduced_motion="reduce", **FORMS[form])
        if who == "staff":
            context.add_cookies([{"name": n, "value": v, "url": desk.site} for n, v in desk.cookies.items()])
        page = context.new_page()
        for path in (*getattr(desk, who), *(desk.around if who == "staff" else ())):
            assert page.goto(path).status == 200, path
            if path not in desk.around:
                expect(page.locator(".matrix")).to_be_visible()
                page.locator(".cell summary").first.click()
            violations = Axe().run(page).response["violations"]
            if violations:
                found[who, path] = [(v["id"], [node["html"][:160] for node in v["nodes"][:3]]) for v in violations]
            assert page.evaluate("document.documentElement.scrollWidth") <= FORMS[form]["viewport"]["width"], path
        context.close()
    assert found == {}


def test_on_paper_there_is_the_opinion_and_nothing_to_click(chromium: Browser, desk: SimpleNamespace) -> None:
    context = chromium.new_context(base_url=desk.site, **FORMS["desktop"])
    page = context.new_page()
    page.goto(desk.guest[1])
    page.emulate_media(media="print")
    for hidden in (".top", ".bottom", ".crumbs", ".matrix"):
        expect(page.locator(hidden).first).to_be_hidden()
    table = page.locator(".paper-matrix")
    expect(table).to_have_count(1)
    expect(table.locator("thead th")).to_have_text(["机构", "第 1 项", "第 2 项"])
    assert {text.split()[-1] for text in table.locator("td").all_inner_texts()} <= {"满足", "待确认", "不满足"}
    widest = page.evaluate("[...document.querySelectorAll('.paper-matrix')].every(t => t.scrollWidth <= t.clientWidth)")
    assert widest
    for shown in ("#heading", "#cells", ".paper-matrix", "#evidence", ".opinion-rules", ".opinion-sign", ".options"):
        expect(page.locator(shown)).to_be_visible()
    context.close()
