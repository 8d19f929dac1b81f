"""A version of the vocabulary and the indices: old words on the old index until the swap, new ones behind it."""

from collections.abc import Callable
from typing import Any

import pytest

from analyzers import words
from analyzers.words import SHIPPED, Dictionary
from api import wiring
from api.wiring import Services
from indexers import backfill, dictionaries, generations, jobs, steps
from indexers.drain import drain_all
from indexers.generations import State
from indexers.outdated import ask_for_other_words, ensure
from indexers.rebuild import rebuild, work_off
from indexers.status import status
from search_service.engines.base import Ask
from search_service.kinds.base import Kind
from search_service.query.lexical import BODY_W
from search_service.query.nodes import Term
from search_service.query.request import SearchRequest
from search_service.records import vocabulary, vocabulary_versions
from search_service.search import memo
from search_service.store.standard import Standard
from search_service.store.vocabulary import Synonym, VocabularyVersion
from tests.records.conftest import STAFF
from tests.support import rows

WORD = {"action": "add_word", "word": "霉菌箱"}
"""Shipped: 霉菌 and 箱.  Afterwards a text that holds the word is found by it, and no longer by 箱 alone."""

pytestmark = pytest.mark.usefixtures("both_engines", "at_once")


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting for what a search remembers for five seconds."""
    monkeypatch.setattr(memo, "STALE_SECONDS", 0.0)


@pytest.fixture
def tests_in_a_box(services: Services) -> Kind:
    """A standard whose scope holds the word."""
    box(services, "GB/T 1-2000")
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")
    return services.registry.kind("standard")


Activate = Callable[..., int]


@pytest.fixture
def activate(services: Services) -> Activate:
    """Propose, pretend to have looked, activate."""

    def done(*changes: dict[str, Any]) -> int:
        found = vocabulary.propose(services.database, STAFF, {"reason": "试", "changes": list(changes or [WORD])})
        _, _, basis = vocabulary.compared(services.database, found["id"])
        vocabulary.keep_preview(services.database, STAFF, found["id"], {"summary": {}, "lost_names": []}, basis)
        return int(vocabulary.activate(services.database, STAFF, found["id"])["version"]["number"])

    return done


def box(services: Services, number: str) -> None:
    with services.database.write() as session:
        rows.standard(session, number, f"第{number}号标准", scope="使用霉菌箱试验钛镍")


def found(services: Services, q: str) -> int:
    return services.search.search(SearchRequest(q=q, kinds=("standard",))).total


def holding(services: Services, word: str) -> int:
    """Documents of the published index in which this is a word."""
    return services.engine.search("standard", Ask(Term(BODY_W, word))).total


def versions(services: Services) -> dict[str, int]:
    kind = services.registry.kind("standard")
    return {i.state: i.vocabulary for i in generations.known(services.database, kind)}


def settled(services: Services) -> bool:
    return all(row["settled"] for row in dictionaries.progress(services.database))


def test_a_word_holds_when_its_index_is_published_and_not_before(
    services: Services, tests_in_a_box: Kind, activate: Activate
) -> None:
    old = services.engine.published("standard")
    assert (found(services, "箱"), holding(services, "霉菌箱")) == (1, 0)
    activate(WORD)
    assert (found(services, "箱"), holding(services, "霉菌箱")) == (1, 0), "the old index, the old words"
    assert not settled(services)
    ensure(services.database, services.engine)
    assert (found(services, "箱"), holding(services, "霉菌箱")) == (0, 1)
    assert found(services, "霉菌箱") == 1
    assert settled(services)
    assert services.engine.published("standard") != old
    assert versions(services) == {"active": 2, "previous": 0}
    assert {i["vocabulary"] for i in status(services.database, services.engine, tests_in_a_box)["indices"]} == {0, 2}


@pytest.mark.usefixtures("tests_in_a_box")
def test_changes_are_cut_by_the_words_of_each_index(services: Services, activate: Activate) -> None:
    """Until the swap the old index takes changes in its own words: nobody loses a record in between."""
    activate(WORD)
    box(services, "GB/T 2-2000")
    drain_all(services.database, services.engine, worker="w")
    assert (found(services, "箱"), holding(services, "箱"), holding(services, "霉菌箱")) == (2, 2, 0)
    ensure(services.database, services.engine)
    assert (found(services, "霉菌箱"), holding(services, "霉菌箱"), holding(services, "箱")) == (2, 2, 0)


def test_what_is_written_during_the_rebuild_is_in_both_by_its_own_words(
    services: Services, tests_in_a_box: Kind, activate: Activate, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill = backfill.fill

    def meanwhile(*given: Any) -> None:
        fill(*given)
        with words.using(SHIPPED):  # as a drain in another thread
            box(services, "GB/T 3-2000")
            drain_all(services.database, services.engine, worker="w")
        assert (holding(services, "箱"), found(services, "箱")) == (2, 2)

    monkeypatch.setattr(backfill, "fill", meanwhile)
    activate(WORD)
    rebuild(services.database, services.engine, tests_in_a_box)
    assert (holding(services, "霉菌箱"), holding(services, "箱")) == (2, 0)
    with services.database.read() as session:
        assert session.query(Standard).count() == 2


def test_going_back_takes_up_the_previous_index_and_restores_exactly(
    services: Services, tests_in_a_box: Kind, activate: Activate
) -> None:
    queries = ("箱", "霉菌箱", "霉菌", "标准", "第号标准")
    old, before = services.engine.published("standard"), [found(services, q) for q in queries]
    activate(WORD)
    ensure(services.database, services.engine)
    assert [found(services, q) for q in queries] != before
    vocabulary_versions.rollback(services.database, STAFF)
    assert [found(services, q) for q in queries] != before, "not before the swap"
    ask_for_other_words(services.database, services.engine)
    job = jobs.open_job(services.database, tests_in_a_box.name)
    assert job is not None
    assert job.action == jobs.ROLLBACK
    while work_off(services.database, services.engine, worker="w"):
        pass
    assert services.engine.published("standard") == old
    assert [found(services, q) for q in queries] == before
    assert settled(services)


@pytest.mark.usefixtures("tests_in_a_box")
def test_whoever_looks_after_the_indices_finds_the_new_version(services: Services, activate: Activate) -> None:
    """Only the version is stored: whoever is killed right after that has lost nothing."""
    assert not wiring.index_jobs(services, lambda: False)
    activate(WORD)
    done = 0
    while wiring.index_jobs(services, lambda: False):
        done += 1
    assert done == len(services.registry.kinds)
    assert settled(services)
    activate({"action": "set_synonym", "word": "霉菌箱", "meaning": "试验箱", "relation": "narrower"})
    assert settled(services), "synonyms are in no index"
    assert not wiring.index_jobs(services, lambda: False)


@pytest.mark.usefixtures("tests_in_a_box")
def test_a_refused_rebuild_is_not_asked_for_all_the_time(
    services: Services, activate: Activate, monkeypatch: pytest.MonkeyPatch
) -> None:
    activate(WORD)
    monkeypatch.setattr(steps, "compare", _nothing_there)
    for _ in services.registry.kinds:
        with pytest.raises(Exception, match="缺少"):
            wiring.index_jobs(services, lambda: False)
    monkeypatch.undo()
    assert not wiring.index_jobs(services, lambda: False), "an hour later"
    assert (found(services, "箱"), holding(services, "霉菌箱")) == (1, 0), "the old words on the old index"
    ensure(services.database, services.engine)
    assert settled(services)


def _nothing_there(*given: Any) -> Any:
    from indexers.verify import Difference  # noqa: PLC0415 - only here

    del given
    return Difference(missing={"x": 0}, behind={}, ahead={}, ghosts={}, visible=1)


STEPS = [step for step in generations.Step if step is not generations.Step.DONE]


@pytest.mark.parametrize("step", STEPS)
def test_stopped_at_any_step_it_converges(
    services: Services, tests_in_a_box: Kind, activate: Activate, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """A real kill is in `tests/reliability`; here every step is left in the middle of its work."""
    activate(WORD)

    def killed(name: str) -> None:
        if name == f"rebuild_{step}_done":
            raise KeyboardInterrupt

    monkeypatch.setattr(steps, "failpoint", killed)
    with pytest.raises(KeyboardInterrupt):
        rebuild(services.database, services.engine, tests_in_a_box)
    monkeypatch.undo()
    monkeypatch.setattr(memo, "STALE_SECONDS", 0.0)
    new = holding(services, "霉菌箱") == 1
    assert found(services, "箱") == (0 if new else 1), "words and index belong together"
    box(services, "GB/T 2-2000")
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")
    assert (holding(services, "霉菌箱"), holding(services, "箱"), found(services, "霉菌箱")) == (2, 0, 2)
    assert settled(services)
    assert set(versions(services)) == {State.ACTIVE, State.PREVIOUS}


@pytest.mark.usefixtures("tests_in_a_box")
def test_a_newer_version_during_a_rebuild_gets_an_index_of_its_own(
    services: Services, activate: Activate, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill = backfill.fill

    def meanwhile(*given: Any) -> None:
        monkeypatch.undo()
        monkeypatch.setattr(memo, "STALE_SECONDS", 0.0)
        activate({"action": "add_word", "word": "钛镍"})
        fill(*given)

    monkeypatch.setattr(backfill, "fill", meanwhile)
    activate(WORD)
    rebuild(services.database, services.engine, services.registry.kind("standard"))
    assert (holding(services, "霉菌箱"), holding(services, "钛镍")) == (1, 0)
    assert not settled(services)
    ensure(services.database, services.engine)
    assert (holding(services, "霉菌箱"), holding(services, "钛镍")) == (1, 1)
    assert settled(services)


@pytest.mark.usefixtures("tests_in_a_box")
def test_a_damaged_version_keeps_nobody_from_searching(services: Services) -> None:
    """P12: whatever stands in the row, the service opens, searches, rebuilds and goes back."""
    with services.database.write() as session:
        session.add(Synonym(word="检定", meaning="校准", relation="same"))
        for number, content in ((1, {}), (2, {"led": 3, "": 1, "霉菌箱": "x", "钛镍": 3, "钢" * 99: 3})):
            session.add(
                VocabularyVersion(
                    number=number,
                    words=content,
                    synonyms=[["检定", "校准", "same"], ["a"], 3, None],
                    fingerprint=Dictionary((("钛镍", 3),)).fingerprint if content else "",
                    cause="proposal",
                    reason="手工改坏",
                    created_by="somebody",
                )
            )
    assert found(services, "箱") == 1
    ensure(services.database, services.engine)
    assert (found(services, "箱"), holding(services, "钛镍")) == (1, 1)
    vocabulary_versions.rollback(services.database, STAFF, to=1)
    ensure(services.database, services.engine)
    assert holding(services, "钛镍") == 0
    assert found(services, "霉菌箱") == 1
