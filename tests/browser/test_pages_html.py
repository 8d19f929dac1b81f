"""What stands in the pages, without a browser."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from api.app import create
from api.pages.data import region_names
from api.pages.render import API, STATIC, static
from api.wiring import Services
from search_service.kinds import REGISTRY
from search_service.kinds.institution import InstitutionKind
from search_service.query.request import SearchRequest
from search_service.store.capability import Capability, capability_certificate
from search_service.store.institution import Institution
from search_service.store.plan import Plan
from tests.support import rows

Address = Callable[..., str]

PAGES = (
    "/",
    "/docs",
    "/search",
    "/search?q=%E5%8E%8B%E5%8A%9B%E8%A1%A8",
    "/search?q=GB/T+228.1&kind=standard&sort=newest",
    "/search?kind=capability&region=610000&nature=CMA&valid_on=2026-12-01",
    "/search?q=qqqzzz",
    "/search?q=%E5%8E%8B%E5%8A%9B%E8%A1%A8&page=77",
)


class Seen(HTMLParser):
    """Collects what the policy forbids, what would break a page, and what links lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.controls: list[str] = []
        self.labelled: set[str] = set()
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.inline += [f"{tag} {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        if "id" in given:
            self.ids.append(given["id"] or "")
        if tag == "a" and "href" in given:
            self.links.append(given["href"] or "")
        if tag == "input" and given.get("type") not in {"hidden", "checkbox"}:
            self.controls.append(given.get("id") or "")
        if tag == "label" and "for" in given:
            self.labelled.add(given["for"] or "")


def seen(text: str) -> Seen:
    parser = Seen()
    parser.feed(text)
    return parser


@pytest.fixture(scope="session")
def records(address: Address) -> dict[str, str]:
    return {
        "institution": address("institution", key="inst-sn-metrology"),
        "laboratory": address("institution", key="inst-qinchuan"),
        "standard": address("standard", number="GB/T 228.1-2010"),
        "capability": address("capability", object="大米", parameter="镉"),
        "authorisation": address("authorisation", instrument="压力表"),
        "plan": address("plan", key="plan-rice-cadmium"),
        "catalogue_entry": address("catalogue_entry", type="压力表", year=2020),
    }


def test_every_page_answers_and_keeps_the_policy(client: TestClient, records: dict[str, str]) -> None:
    for path in (*PAGES, *records.values()):
        answer = client.get(path)
        assert answer.status_code == 200, path
        page = seen(answer.text)
        assert page.inline == [], path
        assert len(page.ids) == len(set(page.ids)), path
        assert set(page.controls) <= page.labelled, path
        assert all(link.startswith(("/", "#", "tel:")) for link in page.links), path
        assert "script-src 'self'" in answer.headers["content-security-policy"]


def test_every_inner_link_of_the_results_leads_somewhere(client: TestClient) -> None:
    page = seen(client.get("/search?q=%E5%8E%8B%E5%8A%9B%E8%A1%A8").text)
    paths = {link for link in page.links if link.startswith("/")}
    assert {p for p in paths if client.get(p).status_code != 200} == set()
    assert len(paths) > 20


def test_home_counts_what_can_be_found(client: TestClient, sample: Services) -> None:
    text = client.get("/").text
    counts = sample.search.search(SearchRequest(size=1)).kinds
    for kind in sample.registry.kinds:
        assert kind.label in text
        assert f"{counts[kind.name]:,}" in text


def test_the_page_of_a_kind_keeps_what_was_asked(client: TestClient) -> None:
    def leads(path: str) -> str:
        return client.get(path, follow_redirects=False).headers["location"]

    assert leads("/capabilities") == "/search?kind=capability"
    assert leads("/capabilities?q=%E5%A4%A7%E7%B1%B3&region=610000&utm=x") == (
        "/search?q=%E5%A4%A7%E7%B1%B3&kind=capability&region=610000"
    )


def test_a_query_comes_back_as_text(client: TestClient) -> None:
    text = client.get("/search", params={"q": "<script>alert(1)</script>\"'"}).text
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;" in text


def test_tabs_keep_the_filters_that_their_kind_has(client: TestClient) -> None:
    links = seen(client.get("/search?q=%E6%A3%80%E5%AE%9A&region=610000&service=verification").text).links
    assert f"/search?q={quote('检定')}&kind=institution&region=610000" in links
    assert f"/search?q={quote('检定')}&kind=standard" in links


def test_what_was_understood_and_ticked_can_be_taken_away(client: TestClient) -> None:
    links = seen(client.get("/search", params={"q": "压力表 检定", "region": "610000"}).text).links
    assert f"/search?q={quote('压力表')}&region=610000" in links
    assert f"/search?q={quote('压力表')}+{quote('检定')}" in links


def test_nothing_found_helps_on(client: TestClient) -> None:
    text = client.get("/search", params={"q": "GB 5009.15", "kind": "institution"}).text
    assert "可以这样再试" in text
    assert re.search(r"在 <a [^>]+>检测能力</a> 中有 \d+ 条", text)


@pytest.mark.parametrize(
    "path", ["/nowhere", "/institutions/01a00000-0000-7000-8000-000000000000", "/toys/x", "/divisions/1"]
)
def test_what_is_not_there_is_said_on_a_page(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert "没有找到" in answer.text
    assert "text/html" in answer.headers["content-type"]


def test_a_bad_search_says_what_is_wrong_and_keeps_what_was_typed(client: TestClient) -> None:
    answer = client.get("/search", params={"q": "水表", "sort": "price"})
    assert answer.status_code == 422
    assert "没有“price”这种排序" in answer.text
    assert 'value="水表"' in answer.text
    assert "<title>错误：" in answer.text


def test_a_program_gets_problem_json(client: TestClient) -> None:
    answer = client.get("/nowhere", headers={"Accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"


def hidden_rows(sample: Services, kind: Any) -> list[str]:
    with sample.database.read() as session:
        shown = select(kind.model.id).where(kind.visible(sample.database.now()))
        ids = session.scalars(select(kind.model.id).where(kind.model.id.not_in(shown))).all()
    return [f"/{kind.plural}/{row_id}" for row_id in ids]


@pytest.mark.parametrize("name", ["institution", "capability", "authorisation", "plan"])
def test_hidden_rows_have_no_page(client: TestClient, sample: Services, name: str) -> None:
    paths = hidden_rows(sample, REGISTRY.kind(name))
    assert paths
    assert {client.get(path).status_code for path in paths} == {404}


def test_a_plan_never_names_a_hidden_row_that_it_is_linked_to(client: TestClient, sample: Services) -> None:
    text = " ".join(client.get(f"/plans/{i}").text for i in _ids(sample, Plan))
    hidden = {path for kind in ("capability", "authorisation") for path in hidden_rows(sample, REGISTRY.kind(kind))}
    assert hidden
    assert not any(path in text for path in hidden)


def _ids(sample: Services, model: Any) -> list[Any]:
    with sample.database.read() as session:
        return list(session.scalars(select(model.id)))


def test_private_fields_are_on_no_homepage(client: TestClient, sample: Services) -> None:
    private = [f for f in InstitutionKind.fields if f.name in {"complaint_handler", "complaint_phone", "contact_phone"}]
    with sample.database.read() as session:
        rows = session.scalars(select(Institution)).all()
    for row in rows:
        text = client.get(f"/institutions/{row.id}").text
        assert not [f.name for f in private if f.get(row) and f.get(row) in text]


def test_a_capability_without_a_certificate_is_labelled(
    client: TestClient, sample: Services, records: dict[str, str]
) -> None:
    linked = select(capability_certificate.c.capability_id)
    with sample.database.read() as session:
        bare = session.scalars(
            select(Capability.id).where(
                Capability.id.not_in(linked), REGISTRY.kind("capability").visible(sample.database.now())
            )
        ).all()
    assert bare
    assert all(">未核验<" in client.get(f"/capabilities/{i}").text for i in bare)
    assert ">未核验<" not in client.get(records["capability"]).text


def test_the_homepage_shows_the_first_thirty_and_finds_all(
    client: TestClient, sample: Services, records: dict[str, str]
) -> None:
    path = records["institution"]
    owner = {"institution": (path.rpartition("/")[2],)}
    everything = sample.search.search(SearchRequest(kinds=("authorisation",), filters=owner, size=100)).hits
    first = client.get(path).text
    assert set(re.findall(r"/authorisations/[0-9a-f-]{36}", first)) == {hit.url for hit in everything[:30]}
    assert f"以上是前 30 项，共 {len(everything)} 项" in first
    later = everything[-1]
    assert later.url in client.get(path, params={"q": later.title}).text
    nothing = client.get(path, params={"q": "qqqzzz"}).text
    assert "没有找到包含“qqqzzz”的项目" in nothing


def test_plans_are_looked_up_by_name_on_the_homepage(client: TestClient, address: Address) -> None:
    path = address("institution", key="inst-xianyang-food")
    assert "请输入服务方案名称" in client.get(path).text
    assert "大米重金属与真菌毒素检测套餐" in re.sub("</?mark>", "", client.get(path, params={"plan_q": "大米"}).text)
    assert "大米重金属与真菌毒素检测套餐" not in client.get(path, params={"plan_q": "qqqzzz"}).text


def test_cases_stand_in_ascending_order(client: TestClient, records: dict[str, str]) -> None:
    text = client.get(records["institution"]).text
    assert text.index("全省医院心电图机集中检定") < text.index("供热表首检流水线")


def test_a_standard_says_its_status_with_source_and_day(client: TestClient, records: dict[str, str]) -> None:
    text = client.get(records["standard"]).text
    assert "2022-07-01 废止" in text
    assert "来源：国家标准全文公开系统，截至 2025-06-30" in text
    for number in ("GB/T 228.1-2021", "GB/T 228-2002", "GB/T 3076-1982"):
        assert number in text
    assert '<svg class="lineage-svg' in text
    assert "的代替关系图</title>" in text


def test_capabilities_of_other_editions_are_told_apart(client: TestClient, address: Address) -> None:
    text = client.get(address("standard", number="GB/T 228-2002")).text
    assert "目前没有入驻机构登记了按这个标准" in text
    text = client.get(address("standard", number="GB 5009.15-2014")).text
    assert "以下按同一编号的其他版本" in text
    same, _, other = text.partition("以下按同一编号的其他版本")
    assert "GB 5009.15-2023" in re.sub("</?mark>", "", other)
    assert "依据" in same


def test_a_certificate_that_ended_takes_its_rows_pages_with_it(sample: Services, records: dict[str, str]) -> None:
    client = TestClient(create(sample), headers={"Accept": "text/html"}, raise_server_exceptions=False)
    assert client.get(records["capability"]).status_code == 200
    sample.clock.move(timedelta(days=20 * 365))
    try:
        assert client.get(records["capability"]).status_code == 404
    finally:
        sample.clock.move(timedelta(days=-20 * 365))


def test_places_are_named_in_full(sample: Services) -> None:
    with sample.database.read() as session:
        names = region_names(session, [{"division": "610113", "regions": ["610000", "000000", "不明"]}])
    assert names["610113"] == "陕西省西安市雁塔区"
    assert names["610000"] == "陕西省"
    assert names["000000"] == "全国"
    assert "不明" not in names


def test_the_interface_is_described_operation_by_operation(client: TestClient) -> None:
    text = client.get("/docs").text
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    assert len(paths) > 20
    assert [path for path in paths if f"<code>{path}</code>" not in text] == []


def test_probes_may_ask_for_the_head_alone(client: TestClient) -> None:
    answer = client.head("/search")
    assert answer.status_code == 200


def test_without_an_index_pages_still_stand(services: Services) -> None:
    with services.database.write() as session:
        owner = rows.institution(session, name="示例检测中心")
        standard = rows.standard(session, "GB/T 1-2020")
    client = TestClient(create(services), headers={"Accept": "text/html"}, raise_server_exceptions=False)
    assert client.get("/").status_code == 200
    assert "暂时无法检索" in client.get(f"/institutions/{owner.id}").text
    assert "暂时无法检索" in client.get(f"/standards/{standard.id}").text
    answer = client.get("/search", params={"q": "水表"})
    assert (answer.status_code, answer.headers["X-Degraded"]) == (200, "search")
    assert "搜索服务繁忙" in answer.text
    assert 'value="水表"' in answer.text


def test_an_old_announcement_is_not_repeated_as_news(services: Services) -> None:
    with services.database.write() as session:
        past = rows.standard(session, "GB/T 2-2020", status="upcoming", effective_on=date(2026, 9, 2))
        coming = rows.standard(session, "GB/T 3-2020", status="upcoming", effective_on=date(2027, 9, 2))
    client = TestClient(create(services), headers={"Accept": "text/html"}, raise_server_exceptions=False)
    assert "原定 2026-09-02 实施，来源尚未更新" in client.get(f"/standards/{past.id}").text
    assert "将于 2027-09-02 实施" in client.get(f"/standards/{coming.id}").text


def test_kinds_have_a_short_address(client: TestClient) -> None:
    answer = client.get("/catalogue-entries", follow_redirects=False)
    assert answer.headers["location"] == "/search?kind=catalogue_entry"


def test_files_carry_their_content_in_the_address(client: TestClient) -> None:
    linked = re.findall(r'/static/[^"]+', client.get("/").text)
    assert len(linked) >= 3
    for address in linked:
        assert re.fullmatch(r"/static/[a-z.]+\?v=[0-9a-f]{10}", address)
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        unchanged = client.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert (unchanged.status_code, unchanged.headers["cache-control"]) == (304, answer.headers["cache-control"])


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789", "?w=1", "{}&x=1"])
def test_only_the_address_of_the_content_is_kept_for_good(client: TestClient, query: str) -> None:
    answer = client.get("/static/style.css" + query.format(static("style.css").removeprefix("/static/style.css")))
    assert answer.status_code == 200
    assert "immutable" not in answer.headers.get("cache-control", "")


FORBIDDEN = (":has(", "@container", "oklch(", "color-mix(", "inset:", "@layer", ":is(", "aspect-ratio")
"""Newer than Chromium 86, the oldest kernel that the pages are written for."""


def test_static_files_stay_small_and_old_browsers_read_them() -> None:
    style = (STATIC / "style.css").read_text(encoding="utf-8")
    script = (STATIC / "zhixun.js").read_text(encoding="utf-8")
    assert len(style.splitlines()) <= 700
    assert len(script.splitlines()) <= 200
    assert [word for word in FORBIDDEN if word in style] == []
    assert "innerHTML" not in script


def test_templates_switch_escaping_off_nowhere() -> None:
    files = list((API / "templates").rglob("*.html"))
    assert len(files) > 10
    assert [f.name for f in files if "|safe" in f.read_text(encoding="utf-8").replace(" ", "")] == []
