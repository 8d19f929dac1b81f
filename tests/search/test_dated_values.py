"""Filter values that hold on certain days only (founding decision 7): the clock moves, nothing runs.

What is asked of the nature of certificates: a row that stays visible under another certificate, and an institution,
which is always visible, lose the nature of the one that ended and gain that of the one that began.
"""

from datetime import date, timedelta

import pytest
from sqlalchemy.orm import selectinload

from api.wiring import Services
from indexers.drain import drain_all
from indexers.outdated import ensure
from indexers.rebuild import rebuild
from search_service.errors import DeclarationError
from search_service.kinds import REGISTRY
from search_service.kinds.capability import CapabilityKind
from search_service.kinds.days import midnight
from search_service.kinds.parts import Days, Filter
from search_service.query.request import SearchRequest
from search_service.search.answer import Answer
from search_service.search.check import heeds
from search_service.store.capability import Capability
from search_service.store.institution import Certificate, Institution
from tests.support import rows

NATURES = ("CMA", "CNAS", "metrology", "CAL", "CATL", "other")
DATED = ("capability", "authorisation", "institution")


def test_a_plan_is_narrowed_by_its_certificates_where_that_is_ticked_and_not_by_words(services: Services) -> None:
    with services.database.write() as session:
        rows.xian(session)
        owner = rows.institution(session, "示例水泥检测院")
        cma = rows.certificate(session, owner, valid_to=date(2026, 11, 30))
        cnas = rows.certificate(session, owner, nature="CNAS", valid_to=None)
        rows.plan(session, owner, "水泥检测方案一", certificates=[cma, cnas], key="两")
        rows.plan(session, owner, "水泥检测方案二", certificates=[cnas], key="一")
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")
    assert keys(ask(services, "CMA", kinds=("plan",))) == {"两"}
    assert counted(ask(services, kinds=("plan",))) == {"CMA": 1, "CNAS": 2}
    assert not heeds(REGISTRY.kind("plan"), "nature")
    services.clock.move(timedelta(days=10))
    assert keys(ask(services, "CMA", kinds=("plan",))) == set()


@pytest.fixture
def dated(services: Services) -> Services:
    """CMA ends with the month, CNAS with the year, CATL begins in January; the metrology one has no recorded end."""
    with services.database.write() as session:
        rows.xian(session)
        owner = rows.institution(session, "示例水泥检测院", key="甲")
        ending = rows.certificate(session, owner, key="末", valid_to=date(2026, 11, 30))
        lasting = rows.certificate(session, owner, nature="CNAS", valid_to=date(2026, 12, 31))
        coming = rows.certificate(session, owner, nature="CATL", valid_from=date(2027, 1, 1))
        rows.capability(session, owner, ending, lasting, object="水泥胶砂", key="二")
        rows.capability(session, owner, lasting, coming, object="水泥净浆", key="续")
        rows.capability(session, owner, ending, object="水泥熟料", key="一")
        rows.capability(session, owner, object="水泥混合材", key="无")
        open_end = rows.certificate(session, owner, nature="metrology", valid_to=None)
        rows.authorisation(session, owner, ending, open_end, instrument="水泥试验机", key="权")
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")
    return services


def ask(services: Services, *natures: str, kinds: tuple[str, ...] = DATED) -> Answer:
    filters = {"nature": natures} if natures else {}
    return services.search.search(SearchRequest(q="水泥", kinds=kinds, filters=filters, size=50))


def counted(answer: Answer) -> dict[str, int]:
    return {value.value: value.count for value in answer.facets.get("nature", ())}


def keys(answer: Answer) -> set[str]:
    return {str(hit.key) for hit in answer.hits}


UNTIL_DECEMBER = {"CMA": {"二", "一", "权", "甲"}, "CNAS": {"二", "续", "甲"}, "metrology": {"权", "甲"}}
UNTIL_JANUARY = {"CNAS": {"二", "续", "甲"}, "metrology": {"权", "甲"}}
FROM_JANUARY = {"CATL": {"续", "甲"}, "metrology": {"权", "甲"}}


@pytest.mark.parametrize(
    ("days", "held"),
    [(0, UNTIL_DECEMBER), (9, UNTIL_DECEMBER), (10, UNTIL_JANUARY), (40, UNTIL_JANUARY), (41, FROM_JANUARY)],
)
@pytest.mark.parametrize("rebuilt", [False, True], ids=["nothing runs", "rebuilt"])
def test_hits_counts_and_facets_follow_the_days(
    dated: Services, days: int, held: dict[str, set[str]], *, rebuilt: bool
) -> None:
    dated.clock.move(timedelta(days=days))
    if rebuilt:
        for name in DATED:
            rebuild(dated.database, dated.engine, REGISTRY.kind(name))
    expected = {nature: len(keys) for nature, keys in held.items()}
    assert counted(ask(dated)) == expected
    for nature in NATURES:
        narrowed = ask(dated, nature)
        assert keys(narrowed) == held.get(nature, set())
        assert narrowed.total == len(narrowed.hits)
        # A ticked value leaves the counts of its own facet alone, and is shown with 0 where nothing has it.
        assert counted(narrowed) == {nature: 0} | expected
    assert keys(ask(dated, "CMA", "CATL")) == held.get("CMA", set()) | held.get("CATL", set())


def test_the_other_facets_are_narrowed_by_what_holds_today(dated: Services) -> None:
    def services_under_cma() -> dict[str, int]:
        return {value.value: value.count for value in ask(dated, "CMA").facets.get("service", ())}

    assert services_under_cma() == {"testing": 2, "inspection": 2, "verification": 1}
    dated.clock.move(timedelta(days=10))
    assert services_under_cma() == {}


def test_counts_of_the_other_kinds_are_narrowed_too(dated: Services) -> None:
    assert ask(dated, "CMA", kinds=("capability",)).kinds == {
        "capability": 2,
        "authorisation": 1,
        "institution": 1,
        "plan": 0,
    }
    dated.clock.move(timedelta(days=10))
    assert ask(dated, "CMA", kinds=("capability",)).kinds == dict.fromkeys((*DATED, "plan"), 0)


def test_certificates_of_one_nature_that_touch_are_one_stretch(dated: Services) -> None:
    with dated.database.write() as session:
        row = session.query(Capability).filter_by(key="二").options(selectinload(Capability.certificates)).one()
        owner = session.get_one(Institution, row.institution_id)
        row.certificates.append(rows.certificate(session, owner, valid_from=date(2026, 12, 1)))
    drain_all(dated.database, dated.engine, worker="w")
    for days, expected in ((0, {"二", "一", "权", "甲"}), (9, {"二", "一", "权", "甲"}), (1, {"二", "甲"})):
        dated.clock.move(timedelta(days=days))
        assert keys(ask(dated, "CMA")) == expected
        assert counted(ask(dated))["CMA"] == len(expected)


@pytest.mark.parametrize("state", ["suspended", "revoked"])
def test_a_certificate_that_is_withdrawn_gives_no_nature(dated: Services, state: str) -> None:
    with dated.database.write() as session:
        session.query(Certificate).filter_by(key="末").one().state = state
    drain_all(dated.database, dated.engine, worker="w")
    assert "CMA" not in counted(ask(dated))
    assert ask(dated, "CMA").total == 0


class Undeclared(CapabilityKind):
    name, plural = "undeclared", "undeclareds"
    filters = (Filter("nature", "资质", lambda _: [], days=lambda _: [("CMA", Days())]),)


def test_dated_values_must_be_a_closed_list() -> None:
    with pytest.raises(DeclarationError, match="nature"):
        REGISTRY.add(Undeclared())


def test_a_day_ends_at_midnight_in_shanghai(dated: Services) -> None:
    dated.clock.move(midnight(date(2026, 12, 1)) - timedelta(minutes=1) - dated.clock.now())
    assert ask(dated, "CMA").total == 4
    dated.clock.move(timedelta(minutes=1))
    assert ask(dated, "CMA").total == 0
