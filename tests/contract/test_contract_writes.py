"""External versions, tombstones, refusals, and what `entries` and `list` tell of them."""

from random import Random

import pytest
from contract_rows import SCHEMA, fill, generated, row
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search_service.engines.base import Ask, Document, Engine, IndexSchema, NumberField, TextField, Tombstone
from search_service.errors import Conflict, DeclarationError, Invalid, NotFound
from search_service.query.nodes import Everything, Keyword, Phrase, Range, Term


def bodies(engine: Engine, *words: str) -> dict[str, list[str]]:
    """Which rows each word finds."""
    return {word: sorted(hit.id for hit in engine.search("toy", Ask(Term("body", word))).hits) for word in words}


def version(key: str, seq: int) -> Document:
    return row(key, seq=seq, texts={"body": f"v{seq}"})


def test_a_newer_document_replaces_and_an_older_one_does_not(engine: Engine) -> None:
    index = fill(engine, [version("a", 5)])
    older = engine.write(index, [version("a", 4)])
    assert (older.written, older.newer) == ((), ("a",))
    engine.refresh(index)
    assert bodies(engine, "v4", "v5") == {"v4": [], "v5": ["a"]}
    assert engine.write(index, [version("a", 6)]).written == ("a",)
    engine.refresh(index)
    assert bodies(engine, "v5", "v6") == {"v5": [], "v6": ["a"]}
    assert engine.search("toy", Ask(Everything())).total == 1


def test_an_equal_sequence_replaces(engine: Engine) -> None:
    index = fill(engine, [row("a", seq=5, texts={"body": "旧"})])
    assert engine.write(index, [row("a", seq=5, texts={"body": "新"})]).written == ("a",)
    engine.refresh(index)
    assert bodies(engine, "旧", "新") == {"旧": [], "新": ["a"]}


def test_versions_hold_before_the_first_refresh(engine: Engine) -> None:
    index = fill(engine, [])
    assert engine.write(index, [version("a", 7)]).written == ("a",)
    assert engine.write(index, [version("a", 6)]).newer == ("a",)
    assert engine.write(index, [Tombstone("b", 9)]).written == ("b",)
    assert engine.write(index, [version("b", 8)]).newer == ("b",)
    engine.refresh(index)
    assert bodies(engine, "v6", "v7", "v8") == {"v6": [], "v7": ["a"], "v8": []}


def test_versions_hold_within_a_batch(engine: Engine) -> None:
    index = fill(engine, [])
    report = engine.write(index, [version("a", 1), version("a", 3), version("a", 2)])
    assert (report.written, report.newer, report.refused) == (("a",), (), ())
    engine.refresh(index)
    assert bodies(engine, "v1", "v2", "v3") == {"v1": [], "v2": [], "v3": ["a"]}


def test_a_tombstone_is_gone_everywhere_and_its_sequence_stays(engine: Engine) -> None:
    full = row("a", seq=1, texts={"body": "水", "name": "水 油"}, keywords={"tag": ["x"], "title": ["题"]})
    index = fill(engine, [full, row("b", keywords={"tag": ["y"], "title": ["目"]})])
    engine.write(index, [Tombstone("a", 5)])
    engine.refresh(index)
    queries = [
        Term("body", "水"),
        Phrase("name", ("水", "油")),
        Keyword("tag", "x"),
        Keyword("id", "a"),
        Range("seq", 5),
    ]
    for query in queries:
        found = engine.search("toy", Ask(query, facets={"tag": 5}))
        assert (found.total, found.hits, found.facets["tag"]) == (0, (), ())
    everything = engine.search("toy", Ask(Everything(), facets={"tag": 5}))
    assert [hit.id for hit in everything.hits] == ["b"]
    assert [(count.value, count.count) for count in everything.facets["tag"]] == [("y", 1)]
    assert list(engine.suggest("toy", "", 9)) == ["目"]
    assert list(engine.entries(index)) == [("b", 1)]
    assert [info.documents for info in engine.list("toy")] == [1]
    engine.publish(SCHEMA, index)
    assert engine.frequencies("toy", "body", ["水"]) == {"水": 0}
    assert engine.write(index, [version("a", 4)]).newer == ("a",)
    assert engine.write(index, [version("a", 5)]).written == ("a",)
    engine.refresh(index)
    assert bodies(engine, "v4", "v5") == {"v4": [], "v5": ["a"]}


def test_a_tombstone_of_an_unknown_document_keeps_late_writes_out(engine: Engine) -> None:
    index = fill(engine, [Tombstone("ghost", 3)])
    assert engine.write(index, [version("ghost", 2)]).newer == ("ghost",)
    assert engine.search("toy", Ask(Everything())).total == 0


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (row("bad", texts={"nowhere": "x"}), "nowhere"),
        (row("bad", keywords={"nowhere": ["x"]}), "nowhere"),
        (row("bad", numbers={"nowhere": 1}), "nowhere"),
        (row("bad", keywords={"tag": ["长" * 11_000]}), "tag"),
        (row("bad", texts={"body": "短 " + "长" * 11_000}), "body"),
        (row("bad", keywords={"tag": ["\ud800"]}), "编码"),
        (row("bad", texts={"body": "\ud800"}), "编码"),
        (row("bad", numbers={"grade": 2**63}), "64"),
        (row("bad", seq=2**63), "64"),
        (Document("bad", 1, "bad", {}, {}, {"grade": 1}), "since"),
    ],
)
def test_a_document_that_cannot_be_stored_is_refused_alone(engine: Engine, wrong: Document, named: str) -> None:
    index = fill(engine, [])
    report = engine.write(index, [row("before"), wrong, row("after")])
    assert report.written == ("before", "after")
    assert [(refusal.id, refusal.retry) for refusal in report.refused] == [("bad", False)]
    assert named in report.refused[0].reason
    engine.refresh(index)
    assert sorted(key for key, _ in engine.entries(index)) == ["after", "before"]


def test_long_texts_and_odd_values_are_stored_as_they_are(engine: Engine) -> None:
    odd = ["", " ", "nul\0x", "值 空格", "𠮷", "e\u0301", "A/B\\C\"'"]
    index = fill(engine, [row("a", texts={"body": "字 " * 50_000 + "末"}, keywords={"tag": odd})])
    assert list(engine.entries(index)) == [("a", 1)]
    for value in odd:
        assert engine.search("toy", Ask(Keyword("tag", value))).total == 1, value
    assert {count.value for count in engine.search("toy", Ask(Everything(), facets={"tag": 99})).facets["tag"]} == set(
        odd
    )
    assert bodies(engine, "末") == {"末": ["a"]}


Operation = st.tuples(
    st.sampled_from(["write", "write", "tombstone", "refresh"]),
    st.sampled_from("abc"),
    st.integers(0, 6),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(Operation, min_size=1, max_size=4), max_size=8), st.integers(0, 10**9))
def test_any_order_of_writes_ends_at_the_newest(engine: Engine, batches: list[list[tuple]], number: int) -> None:
    index = f"random-{number}-{len(engine.list('toy'))}"
    engine.create(SCHEMA, index)
    newest: dict[str, tuple[int, bool]] = {}
    for batch in batches:
        items = [version(key, seq) if what == "write" else Tombstone(key, seq) for what, key, seq in batch]
        report = engine.write(index, items)
        assert sorted([*report.written, *report.newer]) == sorted({item.id for item in items})
        for what, key, seq in batch:
            if seq >= newest.get(key, (seq, True))[0]:
                newest[key] = seq, what == "write"
        if any(what == "refresh" for what, _, _ in batch):
            engine.refresh(index)
    engine.refresh(index)
    assert dict(engine.entries(index)) == {key: seq for key, (seq, alive) in newest.items() if alive}


def test_entries_give_every_document_once(engine: Engine) -> None:
    rows = generated(500, seed=9)
    index = fill(engine, rows)
    for changed in Random(1).sample(rows, 40):
        engine.write(index, [row(changed.id, seq=changed.seq + 1)])
    engine.refresh(index)
    entries = list(engine.entries(index))
    assert len(entries) == 500
    assert sum(seq for _, seq in entries) == sum(item.seq for item in rows) + 40
    engine.create(SCHEMA, "empty")
    assert list(engine.entries("empty")) == []


def test_names_schemas_and_unknown_indices_are_checked(engine: Engine) -> None:
    engine.create(SCHEMA, "toy-1")
    with pytest.raises(Conflict, match="toy-1"):
        engine.create(SCHEMA, "toy-1")
    for name in ("", ".", "..", "../up", "a/b", "a\\b", "A", "名", "-a", "a" * 300, "a\0b", "/etc"):
        with pytest.raises(Invalid):
            engine.create(SCHEMA, name)
    twice = IndexSchema("toy", (TextField("x", positions=False),), (), (NumberField("x"),))
    with pytest.raises(DeclarationError, match="x"):
        engine.create(twice, "toy-2")
    with pytest.raises(DeclarationError, match="nowhere"):
        engine.create(IndexSchema("toy", (), (), (), suggest="nowhere"), "toy-2")
    for call in (
        lambda: engine.write("unknown", [row("a")]),
        lambda: engine.refresh("unknown"),
        lambda: engine.publish(SCHEMA, "unknown"),
        lambda: engine.drop("unknown"),
        lambda: list(engine.entries("unknown")),
    ):
        with pytest.raises(NotFound, match="unknown"):
            call()
    assert [info.name for info in engine.list("toy")] == ["toy-1"]
