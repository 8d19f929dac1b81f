"""Damaged, foreign or half-made files: a clear answer instead of a crash."""

import shutil
from pathlib import Path

import orjson
import pytest
from embedded_rows import MakeRow

from search_service.engines.base import Ask, IndexSchema
from search_service.engines.embedded import EmbeddedEngine
from search_service.errors import Conflict, EngineUnavailable
from search_service.query.nodes import Everything


def test_an_index_of_another_layout_asks_for_a_rebuild(engine: EmbeddedEngine, tmp_path: Path) -> None:
    path = tmp_path / "indices/toy-1/schema.json"
    path.write_bytes(orjson.dumps(orjson.loads(path.read_bytes()) | {"layout": 0}))
    with pytest.raises(EngineUnavailable, match="zhixun index rebuild"):
        engine.search("toy", Ask(Everything()))


@pytest.mark.parametrize("content", [b"", b"{}", b'{"segments": 1}'])
def test_a_damaged_index_asks_for_a_rebuild(engine: EmbeddedEngine, tmp_path: Path, content: bytes) -> None:
    engine.close()
    (tmp_path / "indices/toy-1/tantivy/meta.json").write_bytes(content)
    with pytest.raises(EngineUnavailable, match="zhixun index rebuild"):
        engine.search("toy", Ask(Everything()))


def test_an_unreadable_index_is_not_published_and_can_be_replaced_and_dropped(
    engine: EmbeddedEngine, tmp_path: Path, schema: IndexSchema
) -> None:
    engine.close()
    (tmp_path / "indices/toy-1/tantivy/meta.json").write_bytes(b"")
    assert engine.published("toy") is None
    with pytest.raises(Conflict):
        engine.drop("toy-1")
    engine.create(schema, "toy-2")
    assert engine.publish(schema, "toy-2") == "toy-1"
    assert [(info.name, info.documents) for info in engine.list("toy")] == [("toy-1", 0), ("toy-2", 0)]
    engine.drop("toy-1")
    assert [info.name for info in engine.list("toy")] == ["toy-2"]
    assert engine.search("toy", Ask(Everything())).total == 0


def test_an_index_removed_by_hand_is_unavailable(engine: EmbeddedEngine, tmp_path: Path) -> None:
    assert engine.search("toy", Ask(Everything())).total == 0
    shutil.rmtree(tmp_path / "indices/toy-1")
    with pytest.raises(EngineUnavailable, match="toy-1"):
        engine.search("toy", Ask(Everything()))
    assert list(engine.list("toy")) == []


def test_a_creation_that_was_interrupted_leaves_no_index(
    engine: EmbeddedEngine, schema: IndexSchema, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("search_service.engines.embedded.engine.tantivy.Index", fail)
        with pytest.raises(OSError, match="No space"):
            engine.create(schema, "toy-2")
    assert [info.name for info in engine.list("toy")] == ["toy-1"]
    engine.create(schema, "toy-2")
    with pytest.raises(Conflict):
        engine.create(schema, "toy-2")


def test_nothing_is_written_outside_the_directory(engine: EmbeddedEngine, tmp_path: Path, make_row: MakeRow) -> None:
    engine.write("toy-1", [make_row("a")])
    engine.refresh("toy-1")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "indices", "published"]
    assert (tmp_path / "published/toy").read_text() == "toy-1"
