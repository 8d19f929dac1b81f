"""Visibility (founding decision 7, T19, T20, B10): what is hidden is never shown, however stale the index."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from api.wiring import Services
from indexers.drain import drain_all
from indexers.outdated import ensure
from search_service.errors import Invalid
from search_service.query.request import SearchRequest
from search_service.search.answer import Answer
from search_service.store import marks
from search_service.store.capability import Capability
from search_service.store.institution import Certificate, Institution
from tests.support import rows


@pytest.fixture
def shown(services: Services) -> Services:
    """Ten capabilities of one institution under one certificate, and one of another."""
    with services.database.write() as session:
        rows.xian(session)
        owner = rows.institution(session, "示例甲检测院", key="甲")
        proof = rows.certificate(session, owner, key="甲证", valid_to=date(2026, 12, 31))
        for n in range(10):
            rows.capability(session, owner, proof, key=f"甲{n}", object=f"混凝土试块{n}", parameter="抗压强度")
        other = rows.institution(session, "示例乙检测院", key="乙")
        rows.capability(session, other, key="乙0", object="混凝土芯样", parameter="抗压强度")
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")
    return services


def ask(services: Services, **given: object) -> Answer:
    return services.search.search(SearchRequest(**{"q": "混凝土 抗压强度", "kinds": ("capability",), **given}))  # type: ignore[arg-type]


def everything(services: Services) -> tuple[int, set[str], int, set[str]]:
    """Total, hits, the count of the facet of the first institution, suggestions."""
    answer = ask(services, size=50)
    counts = {value.label: value.count for value in answer.facets.get("institution", ())}
    suggested = {suggestion.text for suggestion in services.search.suggest("混凝土", ["capability"], 20)}
    return answer.total, {str(hit.key) for hit in answer.hits}, counts.get("示例甲检测院", 0), suggested


ALL = {f"甲{n}" for n in range(10)} | {"乙0"}


def test_all_are_there(shown: Services) -> None:
    total, hits, counted, suggested = everything(shown)
    assert (total, hits, counted) == (11, ALL, 10)
    assert len(suggested) == 11


def suspend(services: Services) -> None:
    with services.database.write() as session:
        session.query(Institution).filter_by(key="甲").one().status = "suspended"


def revoke(services: Services) -> None:
    with services.database.write() as session:
        session.query(Certificate).filter_by(key="甲证").one().state = "revoked"


def let_time_pass(services: Services) -> None:
    services.clock.move(timedelta(days=41))


@pytest.mark.parametrize("hide", [suspend, revoke, let_time_pass])
def test_with_the_indexing_stopped_rows_are_gone_at_once(shown: Services, hide: Callable[[Services], None]) -> None:
    hide(shown)
    assert everything(shown) == (1, {"乙0"}, 0, {"混凝土芯样"})


def test_the_certificate_counts_on_its_last_day_and_not_after_it(shown: Services) -> None:
    shown.clock.move(timedelta(days=40))  # 31 December, 10:00
    assert everything(shown)[0] == 11
    shown.clock.move(timedelta(hours=14))  # midnight
    assert everything(shown)[0] == 1


@pytest.mark.parametrize("change", [{"state": "hidden"}, {"state": "draft"}])
def test_one_hidden_row_leaves_hits_counts_facets_and_suggestions(shown: Services, change: dict[str, str]) -> None:
    with shown.database.write() as session:
        session.query(Capability).filter_by(key="甲3").one().state = change["state"]
    total, hits, counted, suggested = everything(shown)
    assert (total, hits, counted) == (10, ALL - {"甲3"}, 9)
    assert "混凝土试块3" not in suggested


def test_a_tombstone_is_gone(shown: Services) -> None:
    with shown.database.write() as session:
        session.query(Capability).filter_by(key="甲3").one().deleted_at = shown.clock.now()
    assert everything(shown)[:3] == (10, ALL - {"甲3"}, 9)
    drain_all(shown.database, shown.engine, worker="w")
    assert everything(shown)[:3] == (10, ALL - {"甲3"}, 9)


@pytest.mark.slow
def test_above_a_thousand_hidden_rows_counts_are_inexact_and_facets_wait(shown: Services) -> None:
    with shown.database.write() as session:
        owner = session.query(Institution).filter_by(key="乙").one()
        many = [rows.capability(session, owner, object="混凝土砌块", parameter=f"抗压强度{n}") for n in range(1_002)]
    drain_all(shown.database, shown.engine, worker="w")
    assert ask(shown).total == 1_013
    with shown.database.write() as session:
        for row in many:
            session.get_one(Capability, row.id).state = "hidden"
    answer = ask(shown, size=100)
    assert not answer.total_is_exact
    assert answer.facets == {}
    assert {hit.key for hit in answer.hits} <= ALL
    drain_all(shown.database, shown.engine, worker="w")
    answer = ask(shown)
    assert (answer.total, answer.total_is_exact) == (11, True)
    assert answer.facets["institution"]


def test_while_a_wide_change_is_being_marked_counts_are_inexact(
    shown: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "WIDE", 4)
    with shown.database.write() as session:
        session.scalars(select(Certificate).where(Certificate.key == "甲证")).one().valid_to = date(2026, 11, 1)
    answer = ask(shown, size=50)
    assert {str(hit.key) for hit in answer.hits} == {"乙0"}  # never shown, marked or not
    assert not answer.total_is_exact
    assert answer.facets == {}
    drain_all(shown.database, shown.engine, worker="w")
    answer = ask(shown, size=50)
    assert (answer.total, answer.total_is_exact) == (1, True)


def test_a_page_never_shows_what_changed_after_it_was_remembered(shown: Services) -> None:
    assert "抗压强度" in str(ask(shown, size=50).hits)
    with shown.database.write() as session:
        session.query(Capability).filter_by(key="乙0").one().parameter = "抗折强度"
    assert "抗折强度" in {hit.fields["parameter"] for hit in ask(shown, size=50).hits}


def test_a_qualification_counts_only_while_its_certificate_does(shown: Services) -> None:
    wanted = {"filters": {"nature": ("CMA",)}}
    assert ask(shown, **wanted).total == 10
    with shown.database.write() as session:
        owner = session.query(Institution).filter_by(key="甲").one()
        other = rows.certificate(session, owner, nature="CNAS", key="甲另")
        statement = select(Capability).filter_by(key="甲3").options(selectinload(Capability.certificates))
        row = session.scalars(statement).one()
        row.certificates.append(other)
        session.query(Certificate).filter_by(key="甲证").one().state = "revoked"
    drain_all(shown.database, shown.engine, worker="w")
    assert ask(shown, **wanted).total == 0
    assert ask(shown, filters={"nature": ("CNAS",)}).total == 1


def test_a_hidden_institution_is_not_named_by_its_filter(shown: Services) -> None:
    with shown.database.write() as session:
        owner = session.query(Institution).filter_by(key="甲").one()
        owner.status = "suspended"
        owner_id = str(owner.id)
    for text in (owner_id, "甲", "示例甲检测院"):
        with pytest.raises(Invalid, match="查询条件有误"):
            ask(shown, filters={"institution": (text,)})


def test_a_draft_does_not_make_a_public_plan_findable(shown: Services) -> None:
    with shown.database.write() as session:
        owner = session.query(Institution).filter_by(key="甲").one()
        draft = rows.capability(session, owner, object="紫色麒麟鳞片", state="draft")
        open_row = rows.capability(session, owner, object="青色凤凰羽毛")
        made = rows.plan(session, owner, capabilities=[draft, open_row])
    drain_all(shown.database, shown.engine, worker="w")
    asked = {"kinds": ("plan",)}
    assert ask(shown, q="紫色麒麟鳞片", **asked).total == 0
    assert [hit.id for hit in ask(shown, q="青色凤凰羽毛", **asked).hits] == [str(made.id)]


def test_unproven_again_once_the_recorded_end_has_passed(shown: Services) -> None:
    with shown.database.write() as session:
        owner = session.query(Institution).filter_by(key="甲").one()
        ends = rows.certificate(session, owner, valid_to=date(2026, 11, 30))
        open_end = rows.certificate(session, owner, nature="CNAS", valid_to=None)
        rows.capability(session, owner, ends, open_end, object="混凝土外加剂", key="甲末")
    drain_all(shown.database, shown.engine, worker="w")

    def proven() -> object:
        return ask(shown, q="混凝土外加剂").hits[0].fields["proven"]

    assert proven() is True
    shown.clock.move(timedelta(days=10))
    assert proven() is False
