"""Remembered queries: one must not stand in for another sort, nor outlive the state that it was made for."""

import pytest
from embedded_rows import MakeRow

from search_service.engines.base import Ask
from search_service.engines.embedded import EmbeddedEngine, leaves
from search_service.errors import UndeclaredField
from search_service.query.nodes import Const, Keyword, Node, Phrase, Term, any_of


@pytest.mark.parametrize("wrong", [Term("title", "题"), Keyword("body", "水"), Phrase("body", ("水",))])
def test_a_remembered_value_is_no_permission_to_ask_in_another_role(
    engine: EmbeddedEngine, make_row: MakeRow, wrong: Node
) -> None:
    engine.write("toy-1", [make_row("1")])
    engine.refresh("toy-1")
    for right in (Term("body", "水"), Const(Term("body", "水"), 1.0), Keyword("title", "题")):
        assert engine.search("toy", Ask(right)).total == 1
    for node in (wrong, Const(wrong, 1.0)):
        with pytest.raises(UndeclaredField):
            engine.search("toy", Ask(node))


def test_what_nothing_matched_is_found_after_the_next_write(engine: EmbeddedEngine, make_row: MakeRow) -> None:
    asked = Ask(any_of([Term("body", "火"), Const(Term("body", "火"), 1.0)]))
    assert engine.search("toy", asked).total == 0
    engine.write("toy-1", [make_row("1", body="火")])
    engine.refresh("toy-1")
    assert [hit.id for hit in engine.search("toy", asked).hits] == ["1"]


def test_forgetting_changes_no_answer(
    engine: EmbeddedEngine, make_row: MakeRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leaves, "MOST", 2)
    words = "金木水火土"
    engine.write("toy-1", [make_row(word, body=word) for word in words])
    engine.refresh("toy-1")
    for word in words * 2:
        assert [hit.id for hit in engine.search("toy", Ask(Term("body", word))).hits] == [word]
