"""Typing suggestions: latest wins, input methods are left alone, keys work, nothing from the wire becomes markup."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

pytestmark = pytest.mark.browser

LONG_ENOUGH = 1_000
"""Milliseconds of the page's own clock: four times what the box waits for."""


@pytest.fixture
def asked(tab: Page) -> list[str]:
    """What was asked for, in order; the page's clock stands still until a test moves it."""
    queries: list[str] = []

    def note(request: Request) -> None:
        if "/api/v1/suggest" in request.url:
            queries.append(request.url)

    tab.on("request", note)
    tab.clock.install()
    tab.goto("/")
    return queries


def type_and_wait(tab: Page, text: str) -> None:
    tab.locator("#q").press_sequentially(text)
    tab.clock.run_for(LONG_ENOUGH)


def test_keys_in_quick_succession_ask_once(tab: Page, asked: list[str]) -> None:
    type_and_wait(tab, "压力表")
    expect(tab.get_by_role("option").first).to_be_visible()
    assert len(asked) == 1
    expect(tab.get_by_role("option").first.locator("mark")).to_have_text("压力表")
    expect(tab.locator("#q")).to_have_attribute("aria-expanded", "true")


def test_one_letter_is_too_little_one_han_is_enough(tab: Page, asked: list[str]) -> None:
    type_and_wait(tab, "g")
    assert asked == []
    type_and_wait(tab, "b")
    tab.locator("#q").fill("")
    type_and_wait(tab, "秤")
    assert len(asked) == 2


def test_a_choice_by_keys_leads_to_its_record(tab: Page, asked: list[str]) -> None:
    type_and_wait(tab, "压力表")
    expect(tab.get_by_role("option").first).to_be_visible()
    box = tab.locator("#q")
    box.press("ArrowDown")
    first = tab.get_by_role("option").first
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", first.get_attribute("id") or "?")
    box.press("ArrowUp")
    expect(first).to_have_attribute("aria-selected", "false")
    box.press("ArrowDown")
    box.press("Enter")
    expect(tab.locator("h1")).to_contain_text("压力表")
    expect(tab.locator(".record")).to_be_visible()
    assert asked


def test_enter_without_a_choice_searches_and_escape_closes(tab: Page, asked: list[str]) -> None:
    type_and_wait(tab, "压力表")
    expect(tab.get_by_role("option").first).to_be_visible()
    tab.locator("#q").press("Escape")
    expect(tab.get_by_role("listbox")).to_be_hidden()
    expect(tab.locator("#q")).to_have_value("压力表")
    tab.locator("#q").press("Enter")
    expect(tab).to_have_title("压力表 - 搜索 - 质寻")
    assert asked


def test_a_click_on_a_suggestion_leads_to_its_record(tab: Page, asked: list[str]) -> None:
    type_and_wait(tab, "GB/T 228.1")
    tab.get_by_role("option", name="GB/T 228.1-2021").first.click()
    expect(tab.locator(".record-number")).to_have_text("GB/T 228.1-2021")
    assert asked


def test_nothing_is_asked_while_an_input_method_composes(tab: Page, context: BrowserContext, asked: list[str]) -> None:
    tab.locator("#q").focus()
    keyboard = context.new_cdp_session(tab)
    for typed in ("y", "ya", "ya'li"):
        keyboard.send(
            "Input.imeSetComposition", {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)}
        )
        tab.clock.run_for(LONG_ENOUGH)
    assert asked == []
    keyboard.send("Input.insertText", {"text": "压力"})
    tab.clock.run_for(LONG_ENOUGH)
    expect(tab.get_by_role("option").first).to_be_visible()
    assert len(asked) == 1


def test_a_composition_that_is_given_up_asks_nothing(tab: Page, context: BrowserContext, asked: list[str]) -> None:
    tab.locator("#q").focus()
    keyboard = context.new_cdp_session(tab)
    for typed in ("s", "sh", "shui", ""):
        keyboard.send(
            "Input.imeSetComposition", {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)}
        )
    tab.clock.run_for(LONG_ENOUGH)
    expect(tab.locator("#q")).to_have_value("")
    assert asked == []


def test_suggestions_stay_quiet_while_one_composes_behind_what_stands_there(
    tab: Page, context: BrowserContext, asked: list[str]
) -> None:
    type_and_wait(tab, "压力")
    expect(tab.get_by_role("option").first).to_be_visible()
    before = tab.get_by_role("option").all_inner_texts()
    keyboard = context.new_cdp_session(tab)
    keyboard.send("Input.imeSetComposition", {"text": "biao", "selectionStart": 4, "selectionEnd": 4})
    tab.clock.run_for(LONG_ENOUGH)
    assert len(asked) == 1
    assert tab.get_by_role("option").all_inner_texts() == before
    keyboard.send("Input.insertText", {"text": "表"})
    tab.clock.run_for(LONG_ENOUGH)
    expect(tab.locator("#q")).to_have_value("压力表")
    expect(tab.get_by_role("option").first.locator("mark")).to_have_text("压力表")
    assert len(asked) == 2


def test_letters_that_no_input_method_takes_are_read_as_pinyin(tab: Page, asked: list[str]) -> None:
    type_and_wait(tab, "ylb")
    expect(tab.get_by_role("option").first.locator("mark")).to_have_text("压力表")
    assert len(asked) == 1


def test_suggestions_stand_in_groups_named_after_their_kinds(tab: Page, asked: list[str]) -> None:
    type_and_wait(tab, "压力表")
    groups = tab.get_by_role("listbox").get_by_role("group")
    expect(groups.first).to_be_visible()
    names = [tab.locator(f"#{group.get_attribute('aria-labelledby')}").inner_text() for group in groups.all()]
    assert len(names) == len(set(names)) > 1
    assert set(names) <= {"标准", "机构", "检测能力", "计量授权", "服务方案", "强制检定目录"}
    options = tab.get_by_role("option")
    assert sum(group.get_by_role("option").count() for group in groups.all()) == options.count()
    for _ in range(options.count()):
        tab.locator("#q").press("ArrowDown")
    expect(options.last).to_have_attribute("aria-selected", "true")
    assert len(asked) == 1


def test_axe_finds_nothing_in_open_suggestions(tab: Page, asked: list[str]) -> None:
    type_and_wait(tab, "压力表")
    expect(tab.get_by_role("option").first).to_be_visible()
    violations = Axe().run(tab).response["violations"]
    assert [(found["id"], [node["html"] for node in found["nodes"]]) for found in violations] == []
    assert asked


def test_a_late_answer_never_replaces_a_newer_one(tab: Page, asked: list[str]) -> None:
    held: list[Route] = []
    given_up: list[str] = []
    tab.on("requestfailed", lambda request: given_up.append(request.url))

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    tab.route("**/api/v1/suggest**", hold_the_first)
    type_and_wait(tab, "水")
    type_and_wait(tab, "表")
    expect(tab.get_by_role("option").first.locator("mark")).to_have_text("水表")
    assert given_up == asked[:1]


def test_what_comes_over_the_wire_stays_text(tab: Page, asked: list[str]) -> None:
    evil = [
        {
            "kind": "standard",
            "url": "/standards/1",
            "highlighted": "<mark>水</mark><img src=x onerror=alert(1)> &lt;b&gt;",
        },
        {"kind": "standard", "url": "javascript:alert(1)", "highlighted": "水表"},
        {"kind": "standard", "url": "//elsewhere.example/", "highlighted": "水表"},
    ]
    tab.route("**/api/v1/suggest**", lambda route: route.fulfill(json={"suggestions": evil}))
    type_and_wait(tab, "水")
    expect(tab.get_by_role("option")).to_have_count(1)
    expect(tab.locator(".suggestion-text")).to_have_text("水<img src=x onerror=alert(1)> <b>")
    assert tab.locator(".suggestions img").count() == 0
    assert len(asked) == 1


def test_without_an_answer_the_box_still_searches(tab: Page, context: BrowserContext) -> None:
    page = context.new_page()
    page.route("**/api/v1/suggest**", lambda route: route.abort())
    page.goto("/")
    page.locator("#q").fill("水表")
    page.locator("#q").press("Enter")
    expect(page).to_have_title("水表 - 搜索 - 质寻")
    assert tab.url == "about:blank"
