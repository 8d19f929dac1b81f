"""Answers of the service and of the peers in the terms of a judgement."""

import pytest

from api.wiring import Services
from bench.relevance import asked
from bench.relevance.judgement import Judged
from bench.relevance.sample import Sample
from search_service.query.request import SearchRequest
from search_service.search.answer import Answer
from search_service.store.institution import Institution

ANY = "any"


def ask(services: Services, q: str) -> Answer:
    return services.search.search(SearchRequest(q=q, size=20))


def test_rows_are_known_by_their_outside_keys(sample: Services) -> None:
    given = asked.given(ask(sample, "GB/T 228.1-2021"), {})
    assert given.keys[0] == "std-gbt-228.1-2021"
    assert {*given.keys} <= {*Sample().pool()}
    assert given.labelled == {"std-gbt-228.1-2010"}, "another edition says that it is one"
    assert ("standard", "GB/T 228.1-2021") in [(slot.slot, slot.names[0]) for slot in given.slots]


def test_an_institution_is_understood_by_its_outside_key(sample: Services) -> None:
    answer = ask(sample, "西安示例计量检定所")
    ids = [slot.value for slot in answer.understood if slot.slot == "institution"]
    given = asked.given(answer, dict.fromkeys(ids, "inst-xa-verification"))
    assert [slot.names[2] for slot in given.slots if slot.slot == "institution"] == ["inst-xa-verification"]


def test_the_visible_rows_are_those_that_the_service_shows(sample: Services) -> None:
    """What judges call visible is what an empty search lists, kind by kind."""
    shown = sample.search.search(SearchRequest()).kinds
    rows = [row.kind for row in Sample().pool().values()]
    assert shown == {kind: rows.count(kind) for kind in shown}
    assert len(rows) == sum(shown.values())


def test_institutions_have_outside_keys(sample: Services) -> None:
    with sample.database.read() as session:
        assert {key for (key,) in session.query(Institution.key)} == {*Sample().files["institutions"]}


def test_peers_answer_with_keys_and_obey_the_kind() -> None:
    pool = Sample().pool()
    for name, peer in asked.peers(pool).items():
        found = peer(Judged(segment=4, q="大米 镉", why=ANY)).keys
        assert {*found} <= {*pool}, name
        only = peer(Judged(segment=4, q="压力表检定", why=ANY, kind="plan")).keys
        assert {pool[key].kind for key in only} <= {"plan"}, name
    assert "cap-qinchuan-47b8ed" in asked.peers(pool)["jieba BM25"](Judged(segment=4, q="大米 镉", why=ANY)).keys


def test_a_cluster_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(asked.ADDRESS, "http://cluster.example:9200")
    assert asked.cluster() == "http://cluster.example:9200"
