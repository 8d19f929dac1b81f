"""Searching over HTTP: the shapes that people script against (docs/api.md), filters, lists, homepages, suggestions."""

import re
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from api.wiring import Services
from indexers.drain import drain_all
from indexers.outdated import ensure
from search_service.kinds import REGISTRY
from search_service.store.capability import Capability
from search_service.store.institution import Institution
from tests.api.conftest import assert_problem
from tests.support import rows

KINDS = ["standard", "institution", "capability", "authorisation", "plan", "catalogue_entry"]
PLURALS = {
    "standard": "standards",
    "institution": "institutions",
    "capability": "capabilities",
    "authorisation": "authorisations",
    "plan": "plans",
    "catalogue_entry": "catalogue-entries",
}
QUERIES = ("压力表", "GB/T 228.1", "大米 镉", "西安 检定", "", "shuini", "完全没有这个词zzz")


def get(client: TestClient, path: str, **params: Any) -> dict[str, Any]:
    answer = client.get(f"/api/v1{path}", params=params)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


def assert_shape(answer: dict[str, Any]) -> None:
    """Exactly the keys and types of docs/api.md."""
    types = {
        "query": str,
        "understood": list,
        "total": int,
        "total_is_exact": bool,
        "partial": bool,
        "took_ms": float,
        "kinds": dict,
        "facets": dict,
        "hits": list,
        "relaxed": list,
        "prefill": dict if answer["prefill"] else type(None),
        "did_you_mean": list,
        "promise": str,
        "notes": list,
    }
    assert list(answer) == list(types)
    assert {name: type(value) for name, value in answer.items()} == types
    for slot in answer["understood"]:
        assert list(slot) == ["slot", "text", "value", "label", "act", "start", "end", "choices"]
        assert answer["query"][slot["start"] : slot["end"]] == slot["text"]
    assert all(isinstance(count, int) and count >= 0 for count in answer["kinds"].values())
    for values in answer["facets"].values():
        for value in values:
            assert {name: type(part) for name, part in value.items()} == {
                "value": str,
                "label": str,
                "count": int,
                "selected": bool,
            }
    for hit in answer["hits"]:
        assert list(hit) == ["kind", "id", "key", "url", "title", "fields", "highlights", "why", "loosened"]
        assert hit["url"] == f"/{PLURALS[hit['kind']]}/{hit['id']}"
        assert hit["key"] is None or isinstance(hit["key"], str)
        assert isinstance(hit["title"], str)
        assert all("<mark>" in text for text in hit["highlights"].values())
        codes = {"identifier", "exact_name", "all_words", "some_words"}
        assert set(hit["why"]) <= codes or len(hit["why"]) == len(hit["loosened"]) > 0
        if "institution" in hit["fields"]:
            assert set(hit["fields"]["institution"]) == {"id", "key", "name"}
    assert all(isinstance(text, str) for text in answer["relaxed"])


@pytest.mark.parametrize("q", QUERIES)
def test_the_answer_has_exactly_the_agreed_shape(client: TestClient, q: str) -> None:
    answer = get(client, "/search", q=q)
    assert_shape(answer)
    assert answer["query"] == q
    assert list(answer["kinds"]) == KINDS
    assert answer["total"] == sum(answer["kinds"].values())
    assert len(answer["hits"]) == min(10, answer["total"])
    for kind, plural in PLURALS.items():
        listed = get(client, f"/{plural}", q=q)
        assert_shape(listed)
        assert {hit["kind"] for hit in listed["hits"]} <= {kind}


def test_what_was_asked_for_is_what_is_found(client: TestClient) -> None:
    answer = get(client, "/search", q="GB/T 228.1 西安 检定")
    assert [(s["slot"], s["value"]) for s in answer["understood"]] == [
        ("standard", "GB/T 228.1"),
        ("region", "610100"),
        ("service", "verification"),
    ]
    assert answer["understood"][0]["label"].startswith("GB/T 228.1")
    first = get(client, "/search", q="gb/t228.1-2021", kind="standard")["hits"][0]
    assert (first["fields"]["number"], first["why"]) == ("GB/T 228.1-2021", ["identifier"])
    assert get(client, "/search", q="压力表 完全没有这个词zzz")["relaxed"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_hit_leads_to_a_record_and_a_page(client: TestClient, kind: str) -> None:
    for hit in get(client, f"/{PLURALS[kind]}", size=3)["hits"]:
        record = client.get(f"/api/v1/{PLURALS[kind]}/{hit['id']}")
        assert record.status_code == 200
        assert (record.json()["id"], record.json()["key"]) == (hit["id"], hit["key"])
        assert record.headers["etag"]
        assert {name: record.json()[name] for name in hit["fields"] if name != "proven"} == {
            name: value for name, value in hit["fields"].items() if name != "proven"
        }
        page = client.get(hit["url"])
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_highlights_are_safe_html_of_what_the_hit_shows(client: TestClient) -> None:
    found = 0
    for hit in get(client, "/search", q="混凝土 抗压强度", size=50)["hits"]:
        for text in hit["highlights"].values():
            assert set(re.findall("<[^>]*>", text)) <= {"<mark>", "</mark>"}
            assert any(word in text for word in ("<mark>混凝土", "<mark>抗压强度", "<mark>强度", "<mark>抗压"))
            found += 1
    assert found


def test_values_of_one_filter_are_alternatives_and_filters_narrow_each_other(client: TestClient) -> None:
    def total(**filters: Any) -> int:
        return int(get(client, "/search", kind="authorisation", **filters)["total"])

    verification, calibration = total(service="verification"), total(service="calibration")
    assert verification > 0
    assert calibration > 0
    assert total(service=["verification", "calibration"]) == verification + calibration
    assert total(service="检定") == verification
    both = total(service=["verification", "calibration"], region="610000")
    assert 0 < both < verification + calibration
    assert both == total(service="verification", region="陕西省") + total(service="calibration", region="610000")


def test_kinds_repeat_and_their_counts_stay(client: TestClient) -> None:
    everything = get(client, "/search", q="压力表")
    two = get(client, "/search", q="压力表", kind=["standard", "authorisation"], size=50)
    assert two["kinds"] == everything["kinds"]
    assert two["total"] == two["kinds"]["standard"] + two["kinds"]["authorisation"]
    assert {hit["kind"] for hit in two["hits"]} == {"standard", "authorisation"}


def test_a_facet_counts_what_ticking_it_gives(client: TestClient) -> None:
    answer = get(client, "/search", q="压力表", kind="authorisation")
    assert {"region", "service", "nature", "institution"} <= set(answer["facets"])
    for name, values in answer["facets"].items():
        for value in values[:3]:
            ticked = get(client, "/search", q="压力表", kind="authorisation", **{name: value["value"]})
            assert ticked["total"] == value["count"]
            shown = {v["value"]: v for v in ticked["facets"][name]}[value["value"]]
            assert (shown["selected"], shown["label"], shown["count"]) == (True, value["label"], value["count"])


def test_pages_and_sizes(client: TestClient) -> None:
    whole = [hit["id"] for hit in get(client, "/search", q="检测", size=60)["hits"]]
    parts = [hit["id"] for page in (1, 2, 3) for hit in get(client, "/search", q="检测", size=20, page=page)["hits"]]
    assert parts == whole
    assert len(set(whole)) == 60
    last = get(client, "/search", size=100, page=20)
    assert last["total"] > 0


@pytest.mark.parametrize("plural", PLURALS.values())
def test_lists_can_be_sorted(client: TestClient, plural: str) -> None:
    orders = {sort: [h["id"] for h in get(client, f"/{plural}", sort=sort)["hits"]] for sort in ("newest", "name")}
    assert orders["newest"] != orders["name"]
    assert get(client, f"/{plural}", sort="relevance")["hits"]


def test_standards_sort_by_the_day_they_take_effect(client: TestClient) -> None:
    hits = get(client, "/standards", sort="newest", size=50)["hits"]
    shown = [(hit["fields"]["effective_on"] or hit["fields"]["published_on"], hit["fields"]["number"]) for hit in hits]
    days = [day or f"{number[-4:]}-01-01" for day, number in shown]  # without a day it is the edition's year
    assert days == sorted(days, reverse=True)


class TestSuggest:
    def test_the_shape_and_where_it_leads(self, client: TestClient) -> None:
        suggestions = get(client, "/suggest", q="压力")["suggestions"]
        assert 0 < len(suggestions) <= 8
        for suggestion in suggestions:
            assert list(suggestion) == ["text", "kind", "id", "url", "highlighted"]
            assert suggestion["url"] == f"/{PLURALS[suggestion['kind']]}/{suggestion['id']}"
            assert "<mark>" in suggestion["highlighted"]
            assert client.get(suggestion["url"]).status_code == 200
        assert len({(s["kind"], s["text"]) for s in suggestions}) == len(suggestions)

    def test_size_and_kinds(self, client: TestClient) -> None:
        assert len(get(client, "/suggest", q="压力", size=3)["suggestions"]) == 3
        kinds = {s["kind"] for s in get(client, "/suggest", q="压力", kind="authorisation", size=20)["suggestions"]}
        assert kinds == {"authorisation"}

    @pytest.mark.parametrize("q", ["", " ", "zzzzzz没有"])
    def test_nothing_to_complete(self, client: TestClient, q: str) -> None:
        assert get(client, "/suggest", q=q) == {"suggestions": []}

    @pytest.mark.parametrize(
        "params", [{"size": 0}, {"size": 101}, {"size": "x"}, {"kind": "nothing"}, {"q": "压" * 201}]
    )
    @pytest.mark.parametrize("q", ["压力", ""])
    def test_refusals(self, client: TestClient, params: dict[str, Any], q: str) -> None:
        assert_problem(client.get("/api/v1/suggest", params={"q": q, **params}), 422, "invalid")

    @pytest.mark.parametrize("name", ["region", "colour", "page", "sort"])
    def test_what_is_not_heeded_is_refused(self, client: TestClient, name: str) -> None:
        answer = client.get("/api/v1/suggest", params={"q": "压力", name: "1"})
        (error,) = assert_problem(answer, 422, "invalid")["errors"]
        assert (error["loc"], error["code"]) == (f"query.{name}", "unknown_filter")
        assert error["hint"] == "可用:q、kind、size"
        assert get(client, "/suggest", q="压力", **{name: " "})["suggestions"]  # forms send all their fields


class TestHomepage:
    """S1-44, S1-45, S1-50, T18."""

    @pytest.fixture
    def institution(self, services: Services) -> str:
        """Forty capabilities, whose own order is not the order in which they were written; three are not shown."""
        with services.database.write() as session:
            rows.xian(session)
            ours = rows.institution(session, "示例秦川检测院")
            for n in range(40):
                place = n * 7 % 40
                hidden = place in {3, 17, 38}
                rows.capability(
                    session,
                    ours,
                    key=f"第{place:02}",
                    object=f"样品{place:02}",
                    parameter="铊含量" if place == 35 else "屈服强度",
                    sort_order=place,
                    state="hidden" if hidden else "published",
                )
            for title in ("建筑钢材检测方案", "食品快检方案"):
                rows.plan(session, ours, title)
            rows.plan(session, ours, "草稿方案", state="draft")
            other = rows.institution(session, "示例渭水检测院")
            rows.capability(session, other, key="别家", parameter="铊含量")
            rows.plan(session, other, "建筑幕墙检测方案")
            found = str(ours.id)
        ensure(services.database, services.engine)
        drain_all(services.database, services.engine, worker="w")
        return found

    def keys(self, http: TestClient, institution: str, **params: Any) -> list[str]:
        answer = get(http, f"/institutions/{institution}/capabilities", **params)
        assert_shape(answer)
        return [hit["key"] for hit in answer["hits"]]

    def test_the_first_thirty_in_its_own_order(self, http: TestClient, institution: str) -> None:
        shown = [f"第{place:02}" for place in range(40) if place not in {3, 17, 38}]
        assert self.keys(http, institution) == shown[:30]
        assert self.keys(http, institution, size=100) == shown
        assert self.keys(http, institution, size=10, page=2) == shown[10:20]
        assert get(http, f"/institutions/{institution}/capabilities")["total"] == len(shown)

    def test_a_search_looks_at_all_of_them(self, http: TestClient, institution: str) -> None:
        assert self.keys(http, institution, q="铊") == ["第35"]
        assert "第35" not in self.keys(http, institution)
        assert "第38" not in self.keys(http, institution, q="样品38", size=100)

    def test_it_is_narrowed_by_the_filters_of_what_it_lists(self, http: TestClient, institution: str) -> None:
        assert len(self.keys(http, institution, service="检测", region="610000", size=100)) == 37
        assert self.keys(http, institution, nature="CMA") == []

    @pytest.mark.parametrize("name", ["colour", "ccs", "institution", "kind"])
    def test_what_is_not_heeded_is_refused(self, http: TestClient, institution: str, name: str) -> None:
        answer = http.get(f"/api/v1/institutions/{institution}/capabilities", params={name: "plan"})
        (error,) = assert_problem(answer, 422, "invalid")["errors"]
        assert (error["loc"], error["code"]) == (f"query.{name}", "unknown_filter")
        assert error["hint"] == "可用:q、page、size、sort、as_text、nature、region、service、valid_on"

    def test_a_blank_size_is_as_if_not_said(self, http: TestClient, institution: str) -> None:
        for blank in ("", " "):
            assert len(self.keys(http, institution, size=blank)) == 30
            assert len(self.keys(http, institution, size=blank, q="样品")) == 10

    def test_plans(self, http: TestClient, institution: str) -> None:
        def titles(**params: Any) -> set[str]:
            return {hit["title"] for hit in get(http, f"/institutions/{institution}/plans", **params)["hits"]}

        assert titles() == {"建筑钢材检测方案", "食品快检方案"}
        assert titles(q="建筑") == {"建筑钢材检测方案"}

    def test_authorisations_stand_by_name(self, http: TestClient, services: Services, institution: str) -> None:
        names = ["压力表", "血压计", "安全阀", "电子天平", "燃气表", "水表"]
        with services.database.write() as session:
            owner = session.query(Institution).filter_by(name="示例秦川检测院").one()
            for name in names:
                rows.authorisation(session, owner, instrument=name)
        drain_all(services.database, services.engine, worker="w")
        found = get(http, f"/institutions/{institution}/authorisations")["hits"]
        assert [hit["title"] for hit in found] == ["安全阀", "电子天平", "燃气表", "水表", "血压计", "压力表"]

    def test_the_pages_say_the_same(self, http: TestClient, institution: str) -> None:
        page = http.get(f"/institutions/{institution}").text
        assert "样品32" not in page
        assert "样品29" in page
        assert "样品35" in http.get(f"/institutions/{institution}", params={"q": "铊"}).text

    @pytest.mark.parametrize("part", ["capabilities", "plans", "authorisations"])
    def test_an_institution_that_is_not_shown_has_no_homepage(
        self, http: TestClient, services: Services, institution: str, part: str
    ) -> None:
        with services.database.write() as session:
            session.query(Institution).filter_by(name="示例秦川检测院").one().status = "suspended"
        assert_problem(http.get(f"/api/v1/institutions/{institution}/{part}"), 404, "not_found")
        assert http.get(f"/institutions/{institution}").status_code == 404
        for nobody in ("00000000-0000-0000-0000-000000000000", "x", "%00", institution):
            problems = [http.get(f"/api/v1/institutions/{nobody}{path}") for path in ("", f"/{part}")]
            one, other = (assert_problem(answer, 404, "not_found")["detail"] for answer in problems)
            assert one == other


def test_the_sample_has_as_many_rows_in_lists_as_the_database_shows(client: TestClient, sample: Services) -> None:
    counts = get(client, "/search")["kinds"]
    with sample.database.read() as session:
        for kind in REGISTRY.kinds:
            shown = select(func.count()).select_from(kind.model).where(kind.visible(sample.clock.now()))
            assert counts[kind.name] == session.scalar(shown), kind.name
        every = session.scalar(select(func.count()).select_from(Capability))
    assert counts["capability"] < every
