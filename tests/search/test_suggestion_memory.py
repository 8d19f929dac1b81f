"""What is remembered of suggestions: as long as it holds, and no longer."""

import time
import uuid
from collections.abc import Callable

import pytest

from api.wiring import Services
from indexers.drain import drain_all
from indexers.outdated import ensure
from search_service.engines.base import Found
from search_service.query.request import SearchRequest
from search_service.store.capability import Capability
from search_service.store.institution import Institution
from tests.support import rows


def drained(services: Services) -> None:
    drain_all(services.database, services.engine, worker="w")


@pytest.fixture
def twice(services: Services) -> Services:
    """The same object at two institutions, and a standard that is called otherwise."""
    with services.database.write() as session:
        rows.xian(session)
        for name in ("示例甲院", "示例乙院"):
            owner = rows.institution(session, name)
            rows.capability(session, owner, object="电能表", parameter="误差")
        rows.standard(session, "DB61/T 1-2020", "陕西苹果")
    ensure(services.database, services.engine)
    drained(services)
    return services


def texts(services: Services, typed: str) -> list[str]:
    return [suggestion.text for suggestion in services.search.suggest(typed)]


def ids(services: Services, typed: str) -> set[str]:
    return {suggestion.id for suggestion in services.search.suggest(typed)}


def note_a_search(services: Services) -> None:
    """A commit that changes no record."""
    services.query_log.noted(SearchRequest(q="电能表"), services.search.search(SearchRequest(q="电能表")))
    assert services.query_log.flush() == 1


def soon(happened: Callable[[], bool]) -> bool:
    """Completions may be a second behind the index."""
    until = time.monotonic() + 5
    while not happened() and time.monotonic() < until:
        time.sleep(0.05)
    return happened()


def test_a_commit_that_changes_no_record_lets_nothing_be_searched_again(
    twice: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked(*_: object) -> Found:
        raise AssertionError("searched again")

    before = twice.search.suggest("dnb")
    note_a_search(twice)
    monkeypatch.setattr(twice.engine, "search", asked)
    assert twice.search.suggest("dnb") == before != []
    with pytest.raises(AssertionError, match="searched again"):
        twice.search.suggest("shanxi")


def test_where_the_first_is_hidden_the_next_of_that_name_is_suggested(twice: Services) -> None:
    (first,) = ids(twice, "dnb")
    with twice.database.write() as session:
        shown = session.get_one(Capability, uuid.UUID(first))
        session.get_one(Institution, shown.institution_id).status = "suspended"
    (second,) = ids(twice, "dnb")
    assert second != first
    with twice.database.write() as session:
        for one in session.query(Institution):
            one.status = "suspended"
    assert ids(twice, "dnb") == set()
    with twice.database.write() as session:
        for one in session.query(Institution):
            one.status = "active"
    assert ids(twice, "dnb") == {first}


def test_what_sounds_alike_and_is_new_comes_beside_what_is_known(twice: Services) -> None:
    assert texts(twice, "shanxi") == ["陕西苹果"]
    with twice.database.write() as session:
        rows.standard(session, "DB14/T 1-2020", "山西苹果")
    assert texts(twice, "shanxi") == ["陕西苹果"], "not in the index yet"
    drained(twice)
    note_a_search(twice)
    assert soon(lambda: set(texts(twice, "shanxi")) == {"陕西苹果", "山西苹果"})
