"""Names, aliases and what else is stored of an index; and that nothing of others is touched."""

import pytest
from elastic_rows import SCHEMA, row
from elasticsearch import Elasticsearch

from search_service.engines.base import Ask, IndexInfo
from search_service.engines.elastic import ElasticEngine
from search_service.engines.elastic.connection import Call
from search_service.errors import EngineUnavailable, NotFound
from search_service.query.nodes import Everything, Phrase, Term
from tests.engines.elastic.conftest import Clock


def ids(engine: ElasticEngine) -> list[str]:
    return [hit.id for hit in engine.search("toy", Ask(Everything())).hits]


def test_the_mapping_is_strict_and_keeps_no_source(engine: ElasticEngine, client: Elasticsearch, prefix: str) -> None:
    engine.write("toy-1", [row("a")])
    engine.refresh("toy-1")
    mapping = client.indices.get_mapping(index=f"{prefix}-toy-1")[f"{prefix}-toy-1"]["mappings"]
    assert (mapping["dynamic"], mapping["_source"]) == ("strict", {"enabled": False})
    properties = mapping["properties"]
    assert properties["body"] == {"type": "text", "analyzer": "whitespace", "index_options": "freqs"}
    assert properties["name"] == {"type": "text", "analyzer": "whitespace"}
    assert properties["grade"] == {"type": "long"}
    (hit,) = client.search(index=f"{prefix}-toy-1")["hits"]["hits"]
    assert "_source" not in hit


def test_a_publication_of_another_process_is_seen_within_a_second(
    engine: ElasticEngine, elasticsearch_url: str, prefix: str, clock: Clock
) -> None:
    other = ElasticEngine(elasticsearch_url, prefix)
    assert ids(engine) == []
    other.create(SCHEMA, "toy-2")
    other.write("toy-2", [row("a")])
    other.refresh("toy-2")
    assert other.publish(SCHEMA, "toy-2") == "toy-1"
    assert engine.published("toy") == "toy-2"
    assert ids(engine) == []
    clock.now += 1
    assert ids(engine) == ["a"]
    # Dropped within that second: asked again at once instead of failing.
    other.publish(SCHEMA, "toy-1")
    other.drop("toy-2")
    assert ids(engine) == []
    other.close()


def test_what_ended_the_reading_of_entries_is_said_whatever_becomes_of_its_state(
    engine: ElasticEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = iter(["open", "read", "close"])
    change = engine._connection.change

    def fail(call: Call) -> object:
        step = next(asked)
        if step == "open":
            return change(call)
        raise EngineUnavailable(f"no {step}")

    monkeypatch.setattr(engine._connection, "change", fail)
    with pytest.raises(EngineUnavailable, match="no read"):
        list(engine.entries("toy-1"))
    assert list(asked) == [], "it was closed, as far as possible"


@pytest.mark.usefixtures("engine")
def test_an_index_of_another_layout_asks_for_a_rebuild(
    elasticsearch_url: str, client: Elasticsearch, prefix: str
) -> None:
    place = f"{prefix}-toy-1"
    meta = client.indices.get_mapping(index=place)[place]["mappings"]["_meta"]
    client.indices.put_mapping(index=place, meta=dict(meta) | {"layout": 0})
    later = ElasticEngine(elasticsearch_url, prefix)
    with pytest.raises(EngineUnavailable, match="zhixun index rebuild"):
        later.search("toy", Ask(Everything()))
    assert later.published("toy") is None
    assert list(later.list("toy")) == [IndexInfo("toy-1", 0, published=True)]
    later.close()


def test_an_index_removed_by_hand_is_unavailable(engine: ElasticEngine, client: Elasticsearch, prefix: str) -> None:
    assert ids(engine) == []
    client.indices.delete(index=f"{prefix}-toy-1")
    with pytest.raises(EngineUnavailable, match="zhixun index rebuild"):
        ids(engine)
    assert engine.published("toy") is None


def test_indices_of_others_are_neither_listed_nor_dropped(
    engine: ElasticEngine, elasticsearch_url: str, client: Elasticsearch, prefix: str
) -> None:
    neighbour = ElasticEngine(elasticsearch_url, f"{prefix}-toy")
    neighbour.create(SCHEMA, "x")
    client.indices.create(index=f"{prefix}-foreign")
    assert [info.name for info in engine.list("toy")] == ["toy-1"]
    for name in ("toy-x", "foreign", "toy", "toy-1.write"):
        with pytest.raises(NotFound):
            engine.drop(name)
    assert [info.name for info in neighbour.list("toy")] == ["x"]
    assert client.indices.exists(index=f"{prefix}-foreign")
    neighbour.close()


def test_tokens_longer_than_the_analyser_takes_stay_one_token(engine: ElasticEngine) -> None:
    long, other = "长" * 400, "长" * 399 + "短"
    engine.write("toy-1", [row("a", body=f"前 {long} 后"), row("b", body=f"前 {other} 后")])
    engine.refresh("toy-1")
    for token, expected in ((long, ["a"]), (other, ["b"]), ("长" * 255, []), ("后", ["a", "b"])):
        assert [hit.id for hit in engine.search("toy", Ask(Term("body", token))).hits] == expected
    assert [hit.id for hit in engine.search("toy", Ask(Phrase("name", ("前", long, "后")))).hits] == ["a"]
    assert engine.frequencies("toy", "body", [long, "长" * 255]) == {long: 1, "长" * 255: 0}


def test_several_shards_count_and_order_like_one(elasticsearch_url: str, prefix: str) -> None:
    engine = ElasticEngine(elasticsearch_url, prefix, shards=3)
    engine.create(SCHEMA, "toy-1")
    rows = [row(f"{number:03d}", title=f"题{number % 7}") for number in range(200)]
    engine.write("toy-1", rows)
    engine.refresh("toy-1")
    engine.publish(SCHEMA, "toy-1")
    found = engine.search("toy", Ask(Term("body", "水"), limit=50))
    assert [hit.id for hit in found.hits] == [f"{number:03d}" for number in range(50)]
    assert (found.total, len({hit.score for hit in found.hits})) == (200, 1)
    assert list(engine.suggest("toy", "题", 3)) == ["题0", "题1", "题2"]
    assert engine.frequencies("toy", "body", ["水"]) == {"水": 200}
    assert len(list(engine.entries("toy-1"))) == 200
    engine.close()
