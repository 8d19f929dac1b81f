"""Searching while the engine is away: identifiers and names from the database, nothing hidden, and back by itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from api.wiring import Services
from search_service.errors import EngineUnavailable
from search_service.kinds import REGISTRY
from search_service.query.request import SearchRequest
from search_service.search.answer import Answer
from search_service.search.degraded import MOST
from tests.support import rows

pytestmark = pytest.mark.usefixtures("no_index")


@dataclass
class Switch:
    """The engine's plug."""

    services: Services
    patch: pytest.MonkeyPatch

    def off(self) -> None:
        def away(*_: object) -> None:
            raise EngineUnavailable

        for name in ("search", "suggest", "frequencies"):
            self.patch.setattr(self.services.engine, name, away)

    def on(self) -> None:
        self.patch.undo()


@pytest.fixture
def switch(sample: Services) -> Iterator[Switch]:
    with pytest.MonkeyPatch.context() as patch:
        found = Switch(sample, patch)
        found.off()
        yield found


@pytest.fixture
def dark(services: Services) -> Services:
    """A service without indices."""
    return services


def ask(services: Services, q: str = "", *kinds: str, **filters: str) -> Answer:
    return services.search.search(
        SearchRequest(q=q, kinds=kinds, size=100, filters={name: (value,) for name, value in filters.items()})
    )


def titles(services: Services, q: str = "", *kinds: str, **filters: str) -> list[str]:
    return [hit.title for hit in ask(services, q, *kinds, **filters).hits]


def test_names_and_identifiers_are_found_as_the_engine_finds_them(sample: Services, switch: Switch) -> None:
    """What every kind is called finds its row, and where it has a number the number does."""
    switch.on()
    known = {kind.name: ask(sample, "", kind.name).hits for kind in REGISTRY.kinds}
    switch.off()
    for kind, hits in known.items():
        for hit in hits[:5]:
            answer = ask(sample, hit.title, kind)
            assert answer.partial
            assert not answer.total_is_exact
            assert answer.facets == {}
            assert hit.id in [found.id for found in answer.hits if found.why == ("exact_name",)], (kind, hit.title)
            for number in filter(None, (hit.fields.get("number"), hit.fields.get("credit_code"))):
                assert next((f.id, f.why) for f in ask(sample, number, kind).hits) == (hit.id, ("identifier",))


def test_a_number_finds_its_editions_in_any_spelling(dark: Services) -> None:
    with dark.database.write() as session:
        rows.standard(session, "GB/T 228.1-2021", "金属材料 拉伸试验")
        rows.standard(session, "GB/T 228.1-2010", "金属材料 拉伸试验")
        rows.standard(session, "GB/T 228.2-2015", "金属材料 高温拉伸")
    for typed in ("GB/T 228.1", "gbt228.1", "西安 GB／T228.1 拉伸"):
        numbers = [hit.fields["number"] for hit in ask(dark, typed).hits]
        assert numbers == ["GB/T 228.1-2021", "GB/T 228.1-2010"], typed


def test_the_beginning_of_a_name_is_enough_and_its_middle_is_not(dark: Services) -> None:
    with dark.database.write() as session:
        rows.institution(session, "示例（陕西）检测中心")
        rows.institution(session, "甲示例检测院")
    assert titles(dark, "示例(陕") == ["示例（陕西）检测中心"]
    assert titles(dark, "检测中心") == []
    assert titles(dark, "%") == titles(dark, "_示例") == titles(dark, "\x00") == []


def test_nothing_hidden_appears_the_moment_it_is_hidden(dark: Services) -> None:
    with dark.database.write() as session:
        owner = rows.institution(session)
        proof = rows.certificate(session, owner)
        shown = rows.capability(session, owner, proof, object="压力表甲")
        draft = rows.capability(session, owner, proof, object="压力表乙", state="draft")
    assert titles(dark, "压力表", "capability") == ["压力表甲"]
    with dark.database.write() as session:
        session.get_one(type(draft), draft.id).state = "published"
        session.get_one(type(shown), shown.id).state = "draft"
    assert titles(dark, "压力表", "capability") == ["压力表乙"]
    with dark.database.write() as session:
        session.get_one(type(owner), owner.id).status = "suspended"
    assert titles(dark, "压力表", "capability") == titles(dark, "", "capability") == []


def test_a_certificate_that_ended_at_midnight_takes_its_rows_along(dark: Services) -> None:
    with dark.database.write() as session:
        owner = rows.institution(session)
        rows.capability(session, owner, rows.certificate(session, owner), object="压力表")
    assert titles(dark, "压力表", "capability") == ["压力表"]
    dark.clock.move(timedelta(days=20 * 365))
    assert titles(dark, "压力表", "capability") == []


def test_filters_hold(sample: Services, switch: Switch) -> None:
    switch.on()
    owner = ask(sample, "", "institution").hits[0]
    wanted = {hit.id for hit in ask(sample, "", "capability", institution=owner.id).hits}
    nature = {hit.id for hit in ask(sample, "", "capability", institution=owner.id, nature="CMA").hits}
    day = {hit.id for hit in ask(sample, "", "capability", institution=owner.id, valid_on="2026-11-21").hits}
    switch.off()
    assert {hit.id for hit in ask(sample, "", "capability", institution=owner.id).hits} == set(sorted(wanted)[:MOST])
    assert {hit.id for hit in ask(sample, "", "capability", institution=owner.id, nature="CMA").hits} <= nature
    assert {hit.id for hit in ask(sample, "", "capability", institution=owner.id, valid_on="2026-11-21").hits} <= day


def test_there_are_twenty_at_most_and_pages_of_them(sample: Services, switch: Switch) -> None:
    assert switch
    for sort in ("relevance", "newest", "name"):
        everything = sample.search.search(SearchRequest(size=100, sort=sort))
        pages = [sample.search.search(SearchRequest(size=7, page=page, sort=sort)).hits for page in (1, 2, 3, 4)]
        assert [hit.id for page in pages for hit in page] == [hit.id for hit in everything.hits]
        assert [len(page) for page in pages] == [7, 7, MOST - 14, 0]
        assert everything.total == MOST


def test_it_comes_back_by_itself_and_suggests_nothing_meanwhile(sample: Services, switch: Switch) -> None:
    assert sample.search.suggest("压力") == []
    switch.on()
    answer = ask(sample, "压力表")
    assert not answer.partial
    assert answer.total > 0
    assert sample.search.suggest("压力") != []
