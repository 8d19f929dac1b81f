"""By which words a search is read: those of the index that answers it, also while kinds are switched in turn."""

from collections.abc import Callable
from typing import Any

import pytest

from analyzers.words import SHIPPED, Dictionary, current
from api.wiring import Services
from indexers import dictionaries
from indexers.drain import drain_all
from indexers.outdated import ensure
from indexers.rebuild import rebuild
from search_service.errors import EngineUnavailable
from search_service.query.request import SearchRequest
from search_service.search import Search, memo
from search_service.store.vocabulary import Synonym, VocabularyVersion
from tests.support import rows

WORD = ("霉菌箱", 3)
"""Shipped: 霉菌 and 箱, so that 箱 finds the texts; afterwards it does not."""


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for what a search remembers for five seconds."""
    monkeypatch.setattr(memo, "STALE_SECONDS", 0.0)


@pytest.fixture
def two_kinds(services: Services) -> Services:
    """A standard and a plan that hold the word in their texts."""
    with services.database.write() as session:
        rows.xian(session)
        rows.standard(session, "GB/T 1-2000", "环境试验", scope="使用霉菌箱试验")
        rows.plan(session, rows.institution(session), "环境试验方案", description="使用霉菌箱试验")
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")
    return services


def store(services: Services, number: int, *entries: tuple[str, int], synonyms: Any = ()) -> None:
    """A version, as an activation leaves it."""
    with services.database.write() as session:
        session.add(
            VocabularyVersion(
                number=number,
                words=dict(entries),
                synonyms=[list(entry) for entry in synonyms],
                fingerprint=Dictionary(entries).fingerprint,
                cause="proposal",
                reason="试",
                created_by="test",
            )
        )


def kinds(services: Services, q: str = "箱") -> dict[str, int]:
    answer = services.search.search(SearchRequest(q=q))
    assert not answer.partial
    return {name: count for name, count in answer.kinds.items() if count}


def test_each_kind_is_asked_in_the_words_of_its_own_index(two_kinds: Services) -> None:
    services = two_kinds
    assert kinds(services) == {"standard": 1, "plan": 1}
    store(services, 1)
    store(services, 2, WORD)
    assert kinds(services) == {"standard": 1, "plan": 1}
    rebuild(services.database, services.engine, services.registry.kind("standard"))
    assert kinds(services) == {"plan": 1}
    assert kinds(services, "霉菌箱") == {"standard": 1, "plan": 1}
    rebuild(services.database, services.engine, services.registry.kind("plan"))
    assert kinds(services, "霉菌箱") == {"standard": 1, "plan": 1}
    assert kinds(services) == {}
    assert current() is SHIPPED, "nothing of it outlives the search"


def test_a_process_that_has_not_heard_of_the_version_reads_by_the_index_too(
    two_kinds: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = two_kinds
    monkeypatch.setattr(memo, "STALE_SECONDS", 3600.0)
    other = Search(services.database, services.engine)
    assert other.search(SearchRequest(q="箱")).total == 2
    store(services, 1)
    store(services, 2, WORD)
    ensure(services.database, services.engine)
    seen = _dictionaries(other, monkeypatch)
    other.search(SearchRequest(q="霉菌箱"))
    assert set(seen) == {Dictionary((WORD,))}


def test_an_index_that_is_switched_under_a_search_is_asked_again(
    two_kinds: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = two_kinds
    store(services, 1)
    store(services, 2, WORD)
    seen = _dictionaries(services.search, monkeypatch, then=lambda: ensure(services.database, services.engine))
    assert services.search.search(SearchRequest(q="霉菌箱")).total == 2
    assert seen == [SHIPPED, Dictionary((WORD,))]


def _dictionaries(
    search: Search, monkeypatch: pytest.MonkeyPatch, then: Callable[[], object] = lambda: None
) -> list[Dictionary]:
    """By which words the engine is asked, try by try; `then` happens before the first one ends."""
    seen: list[Dictionary] = []
    attempt = search._attempts.attempt

    def noted(*given: Any) -> Any:
        if not seen or seen[-1] != current():
            seen.append(current())
        found = attempt(*given)
        if len(seen) == 1:
            then()
        return found

    monkeypatch.setattr(search._attempts, "attempt", noted)
    return seen


def test_synonyms_hold_without_an_index(two_kinds: Services) -> None:
    services = two_kinds
    store(services, 1)
    assert kinds(services, "恒温箱体") == {}
    with services.database.write() as session:
        session.add(Synonym(word="恒温箱体", meaning="霉菌箱", relation="narrower"))
    store(services, 2, synonyms=[("恒温箱体", "霉菌箱", "narrower")])
    assert kinds(services, "恒温箱体") == {"standard": 1, "plan": 1}
    assert all(row["settled"] for row in dictionaries.progress(services.database))


def test_synonyms_that_come_with_words_wait_for_the_index(two_kinds: Services) -> None:
    services = two_kinds
    store(services, 1)
    with services.database.write() as session:
        session.add(Synonym(word="恒温箱体", meaning="霉菌箱", relation="narrower"))
    store(services, 2, WORD, synonyms=[("恒温箱体", "霉菌箱", "narrower")])
    assert kinds(services, "恒温箱体") == {}
    rebuild(services.database, services.engine, services.registry.kind("standard"))
    assert kinds(services, "恒温箱体") == {"standard": 1}


def test_without_the_engine_the_newest_words_are_good_enough(
    two_kinds: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*given: object) -> None:
        del given
        raise EngineUnavailable("引擎不在")

    for name in ("serving", "search"):
        monkeypatch.setattr(two_kinds.engine, name, away)
    answer = two_kinds.search.search(SearchRequest(q="环境试验"))
    assert (answer.partial, answer.total) == (True, 2)
