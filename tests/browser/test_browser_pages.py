"""The pages in a real Chromium: readable for everybody, usable without a script, nothing wider than the screen."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.browser

Address = Callable[..., str]
DESKTOP = {"viewport": {"width": 1280, "height": 860}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="session")
def paths(address: Address) -> dict[str, str]:
    return {
        "home": "/",
        "results": "/search?q=%E5%8E%8B%E5%8A%9B%E8%A1%A8&region=610000",
        "opened filters": "/search?q=%E5%A4%A7%E7%B1%B3#filters",
        "interface": "/docs",
        "nothing": "/search?q=qqqzzz",
        "understood": f"/search?q={quote('西安哪里能做GB/T 228.1拉伸CMA')}",
        "choices": f"/search?q={quote('朝阳 水表')}",
        "loosened": f"/search?q={quote('宝鸡 大米 铬')}",
        "standards check": "/standards/check",
        "register": "/register",
        "sign in": "/login",
        "new requirement": "/requirements/new",
        "error": "/search?sort=price",
        "institution": address("institution", key="inst-qinchuan"),
        "standard": address("standard", number="GB/T 228-2002"),
        "capability": address("capability", object="大米", parameter="镉"),
        "authorisation": address("authorisation", instrument="压力表"),
        "plan": address("plan", key="plan-rice-cadmium"),
        "catalogue entry": address("catalogue_entry", type="压力表", year=2020),
    }


@pytest.mark.parametrize(
    ("form", "scheme"),
    [
        pytest.param(DESKTOP, "light", id="desktop-light"),
        pytest.param(PHONE, "dark", id="phone-dark"),
        pytest.param(DESKTOP, "dark", id="desktop-dark", marks=pytest.mark.slow),
        pytest.param(PHONE, "light", id="phone-light", marks=pytest.mark.slow),
    ],
)
def test_axe_finds_nothing(chromium: Browser, site: str, paths: dict[str, str], form: dict, scheme: str) -> None:
    context = chromium.new_context(base_url=site, color_scheme=scheme, reduced_motion="reduce", **form)
    page = context.new_page()
    axe = Axe()
    found = {}
    for name, path in paths.items():
        page.goto(path)
        violations = axe.run(page).response["violations"]
        if violations:
            found[name] = [(v["id"], [node["html"][:160] for node in v["nodes"][:3]]) for v in violations]
    context.close()
    assert found == {}


def test_axe_finds_nothing_in_checked_numbers(chromium: Browser, site: str) -> None:
    context = chromium.new_context(base_url=site, **DESKTOP)
    page = context.new_page()
    page.goto("/standards/check")
    page.locator("textarea").fill("GB/T 228-2002\nJJG 52\nGB/T 228.1-2099\n不是编号")
    page.locator(".check-form button[type=submit]").first.click()
    expect(page.locator("table")).to_be_visible()
    assert Axe().run(page).response["violations"] == []
    context.close()


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_no_page_is_wider_than_the_screen(chromium: Browser, site: str, paths: dict[str, str], width: int) -> None:
    context = chromium.new_context(base_url=site, viewport={"width": width, "height": 800})
    page = context.new_page()
    for name, path in paths.items():
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
    context.close()


def test_everything_works_without_a_script(chromium: Browser, site: str) -> None:
    context = chromium.new_context(base_url=site, java_script_enabled=False, **DESKTOP)
    page = context.new_page()
    page.goto("/")
    page.get_by_label("搜索", exact=True).fill("压力表")
    page.keyboard.press("Enter")
    expect(page).to_have_title("压力表 - 搜索 - 质寻")

    page.get_by_role("navigation", name="类别").get_by_role("link", name="计量授权项目").click()
    before = page.locator(".total strong").inner_text()
    page.get_by_role("checkbox", name="陕西省").check()
    page.get_by_role("button", name="筛选").click()
    expect(page.locator(".total strong")).not_to_have_text(before)
    expect(page.get_by_role("checkbox", name="陕西省")).to_be_checked()

    page.get_by_role("link", name="去掉 地区 陕西省").click()
    expect(page.locator(".total strong")).to_have_text(before)
    page.locator(".hit-title a").first.click()
    expect(page.locator("h1")).to_contain_text("压力表")
    context.close()


def test_filters_open_on_a_phone_without_a_script(chromium: Browser, site: str) -> None:
    context = chromium.new_context(base_url=site, java_script_enabled=False, **PHONE)
    page = context.new_page()
    page.goto("/search?q=%E5%A4%A7%E7%B1%B3")
    expect(page.get_by_role("button", name="筛选")).to_be_hidden()
    page.get_by_role("link", name="筛选").click()
    expect(page.get_by_role("button", name="筛选")).to_be_visible()
    page.get_by_role("link", name="收起").click()
    expect(page.get_by_role("button", name="筛选")).to_be_hidden()
    context.close()


def test_a_narrower_place_can_be_opened_and_ticked_by_keyboard(chromium: Browser, site: str) -> None:
    context = chromium.new_context(base_url=site, **DESKTOP)
    page = context.new_page()
    page.goto("/search?q=%E5%A4%A7%E7%B1%B3&kind=capability&region=610000")
    city = page.get_by_role("checkbox", name="西安市")
    expect(city).to_be_visible()
    city.focus()
    page.keyboard.press("Space")
    page.get_by_role("button", name="筛选").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("region=610100"))
    expect(page.get_by_role("list", name="当前条件")).to_have_text(re.compile("西安市"))
    expect(page.get_by_role("checkbox", name="陕西省")).not_to_be_checked()
    context.close()


def test_the_keyboard_reaches_the_text_past_the_top(chromium: Browser, site: str) -> None:
    context = chromium.new_context(base_url=site, **DESKTOP)
    page = context.new_page()
    page.goto("/search?q=%E6%B0%B4%E8%A1%A8")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    context.close()


def test_one_drawing_of_the_lineage_is_shown_at_a_time(chromium: Browser, site: str, paths: dict[str, str]) -> None:
    for form, shown in ((DESKTOP, "wide"), (PHONE, "narrow")):
        context = chromium.new_context(base_url=site, **form)
        page = context.new_page()
        page.goto(paths["standard"])
        expect(page.locator(".lineage:visible")).to_have_count(1)
        expect(page.locator(f".lineage-{shown}")).to_be_visible()
        context.close()


def test_a_box_of_the_drawing_leads_to_its_standard(chromium: Browser, site: str, paths: dict[str, str]) -> None:
    context = chromium.new_context(base_url=site, **DESKTOP)
    page = context.new_page()
    page.goto(paths["standard"])
    page.locator(".lineage:visible a", has_text="GB/T 228.1-2010").click()
    expect(page.locator(".record-number")).to_have_text("GB/T 228.1-2010")
    context.close()
