"""Facets that stay right while several values are ticked (B2), filters, sorting, paging, over several kinds."""

from collections.abc import Iterator

import pytest

from api.wiring import Services
from indexers.drain import drain_all
from indexers.outdated import ensure
from search_service.errors import Invalid
from search_service.query.request import SearchRequest
from search_service.search.answer import Answer
from tests.support import rows


@pytest.fixture
def filled(services: Services) -> Iterator[Services]:
    with services.database.write() as session:
        rows.xian(session)
        rows.division(session, "320000", "江苏省", None, "江苏")
        rows.division(session, "320200", "无锡市", "320000", "无锡")
        west = rows.institution(session, "示例西安院", division_adcode="610113")
        east = rows.institution(session, "示例无锡院", division_adcode="320200")
        cma, cnas = rows.certificate(session, west), rows.certificate(session, east, nature="CNAS")
        for n in range(3):
            rows.capability(session, west, cma, object=f"水泥{n}")
        for n in range(2):
            rows.capability(session, east, cnas, object=f"水泥{n}")
        rows.authorisation(session, west, instrument="水泥试验机", regions=("610000",))
        rows.authorisation(session, east, instrument="水泥试验机", regions=("320200",), service="calibration")
        rows.standard(session, "GB 175-2023", "通用硅酸盐水泥", ccs=["Q11"], ics=["91.100.10"])
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")
    return services


def ask(services: Services, q: str = "水泥", **given: object) -> Answer:
    return services.search.search(SearchRequest(**{"q": q, "size": 50, **given}))  # type: ignore[arg-type]


def counts(answer: Answer, facet: str) -> dict[str, int]:
    return {value.label: value.count for value in answer.facets[facet]}


def test_counts_per_kind_and_facet(filled: Services) -> None:
    answer = ask(filled)
    assert {k: n for k, n in answer.kinds.items() if n} == {"standard": 1, "capability": 5, "authorisation": 2}
    assert answer.total == 8
    assert counts(answer, "nature") == {"CMA": 3, "CNAS": 2}
    assert counts(answer, "service") == {"检测": 5, "检验": 5, "检定": 1, "校准": 1}
    assert counts(answer, "region") == {"陕西省": 4, "西安市": 4, "雁塔区": 4, "江苏省": 3, "无锡市": 3}


def test_a_ticked_value_leaves_its_own_facet_alone_and_narrows_the_others(filled: Services) -> None:
    one = ask(filled, filters={"region": ("610000",)})
    assert one.total == 4
    assert counts(one, "region")["江苏省"] == 3
    assert counts(one, "nature") == {"CMA": 3}
    assert next(v for v in one.facets["region"] if v.selected).label == "陕西省"
    both = ask(filled, filters={"region": ("610000", "江苏省"), "service": ("检定",)})
    assert both.total == 1
    assert counts(both, "service") == {"检定": 1, "检测": 5, "检验": 5, "校准": 1}
    assert counts(both, "region") == {"陕西省": 1, "西安市": 1, "雁塔区": 1, "江苏省": 0}


def test_ticking_a_facet_value_gives_as_many_hits_as_it_said(filled: Services) -> None:
    answer = ask(filled)
    for name, values in answer.facets.items():
        for value in values:
            narrowed = ask(filled, filters={name: (value.value,)})
            assert narrowed.total == value.count, (name, value)
            assert len(narrowed.hits) == value.count


def test_a_kind_that_lacks_a_filter_has_nothing_to_say(filled: Services) -> None:
    answer = ask(filled, filters={"ccs": ("q",)})
    assert [hit.kind for hit in answer.hits] == ["standard"]
    assert set(answer.kinds) == {"standard"}


def test_kind_is_a_choice_that_does_not_change_the_counts_beside_it(filled: Services) -> None:
    answer = ask(filled, kinds=("authorisation",))
    assert answer.total == 2
    assert answer.kinds["capability"] == 5
    assert {hit.kind for hit in answer.hits} == {"authorisation"}


def test_valid_on_asks_for_a_recorded_certificate(filled: Services) -> None:
    assert ask(filled, kinds=("capability",), filters={"valid_on": ("2028-01-01",)}).total == 5
    assert ask(filled, kinds=("capability",), filters={"valid_on": ("2029-12-31",)}).total == 5
    assert ask(filled, kinds=("capability",), filters={"valid_on": ("2030-01-01",)}).total == 0
    assert ask(filled, kinds=("authorisation",), filters={"valid_on": ("2028-01-01",)}).total == 0


@pytest.mark.parametrize("sort", ["newest", "name", "relevance"])
def test_pages_together_are_the_whole_in_the_same_order(filled: Services, sort: str) -> None:
    whole = [hit.id for hit in ask(filled, sort=sort).hits]
    pages = [hit.id for page in range(1, 6) for hit in ask(filled, sort=sort, size=2, page=page).hits]
    assert pages == whole
    assert len(whole) == len(set(whole)) == 8


def test_sorting_by_name_is_by_pinyin(filled: Services) -> None:
    with filled.database.write() as session:
        for n, title in enumerate(["砝码规程", "安全规程", "Zeta规程", "压力规程"]):
            rows.standard(session, f"JJG {n + 1}-2000", title)
    drain_all(filled.database, filled.engine, worker="w")
    titles = [hit.title for hit in ask(filled, "规程", kinds=("standard",), sort="name").hits]
    assert titles == ["安全规程", "砝码规程", "压力规程", "Zeta规程"]


@pytest.mark.parametrize(
    ("given", "loc", "says"),
    [
        ({"filters": {"colour": ("red",)}}, "query.colour", "business_kind"),
        ({"filters": {"ccs": ("Q",)}, "kinds": ("institution",)}, "query.ccs", "region"),
        ({"filters": {"service": ("修理",)}}, "query.service", "检定(verification)"),
        ({"filters": {"region": ("朝阳",)}}, "query.region", "六位行政区划代码"),
        ({"filters": {"valid_on": ("2026-13-01",)}}, "query.valid_on", "YYYY-MM-DD"),
        ({"sort": "price"}, "query.sort", "relevance"),
        ({"kinds": ("capabilities",)}, "query.kind", "capability"),
        ({"page": 0}, "query.page", "40"),
        ({"page": 41}, "query.page", "40"),
        ({"size": 101}, "query.size", "100"),
        ({"q": "水" * 201}, "query.q", "200"),
        ({"q": "\ufdfa" * 12}, "query.q", "200"),
    ],
)
def test_what_means_nothing_is_refused_with_what_exists(
    filled: Services, given: dict[str, object], loc: str, says: str
) -> None:
    with pytest.raises(Invalid) as caught:
        ask(filled, **given)
    problem = next(p for p in caught.value.problems if p.loc == loc)
    assert says in problem.message + problem.hint


def test_all_problems_are_said_at_once(filled: Services) -> None:
    with pytest.raises(Invalid) as caught:
        ask(filled, filters={"colour": ("red",), "service": ("修理",)}, sort="price", size=0)
    assert {p.loc for p in caught.value.problems} == {"query.colour", "query.service", "query.sort", "query.size"}
