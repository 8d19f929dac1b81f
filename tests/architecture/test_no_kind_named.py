"""Founding decision 2: no file of the generic rooms names a kind or a kind's field."""

import ast
from pathlib import Path

import pytest

from search_service.kinds import REGISTRY

ROOT = Path(__file__).parent.parent.parent
GENERIC = ("search_service/engines", "search_service/query", "search_service/search", "indexers")

NOT_ONLY_OURS = {
    # Words that a field is called and that mean something else in every second file of any program.
    "name",  # of a column, an index, a kind
    "key",  # of a record
    "kind",
    "field",
    "fields",
    "type",
    "object",
    "state",
    "code",
    "word",  # of a query
    "meaning",  # likewise
    "title",  # heads a hit
    "number",  # a standard number in a query; a NumberField
    "year",  # of a standard number
    "range",
    "place",  # of a hit in a mixed list
}

_ELASTIC, _EMBEDDED = "search_service/engines/elastic", "search_service/engines/embedded"
_SEARCH, _SLOTS = "search_service/search", "search_service/query/understanding/"

ELSEWHERE_OURS = {
    # The same of single files or one folder only.
    "status": [f"{_ELASTIC}/{name}.py" for name in ("connection", "index", "writer")],  # of an answer over HTTP
    "address": [f"{_EMBEDDED}/{name}.py" for name in ("hits", "index", "writer")],  # of a document inside an engine
    "pictures": [f"{_SEARCH}/{name}.py" for name in ("facade", "suggest", "targets")],  # how hits look
    "region": [_SLOTS, f"{_SEARCH}/places.py", f"{_SEARCH}/understand.py"],  # a slot
    "service": [_SLOTS],  # likewise
    "standard": [f"{_SEARCH}/understand.py"],  # the slot of a number that was understood
    "short_names": [f"{_SEARCH}/places.py"],  # likewise
}


def forbidden() -> set[str]:
    names = {kind.name for kind in REGISTRY.kinds} | {kind.plural for kind in REGISTRY.kinds}
    names |= {field.name for kind in REGISTRY.kinds for field in kind.fields}
    names |= {name for kind in REGISTRY.kinds for name in kind.all_filters}
    names |= {kind.model.__name__ for kind in REGISTRY.kinds}
    return names - NOT_ONLY_OURS


def words_of(path: Path) -> set[str]:
    """Names, attributes and whole strings of the code; docstrings and comments may explain by example."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.keyword) and node.arg:
            found.add(node.arg)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        elif isinstance(node, ast.ImportFrom | ast.Import):
            found.update(alias.name.split(".")[-1] for alias in node.names)
    return found


FILES = sorted(path for room in GENERIC for path in (ROOT / room).rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_file_of_a_generic_room_names_a_kind_or_its_field(path: Path) -> None:
    here = str(path.relative_to(ROOT))
    excused = {word for word, places in ELSEWHERE_OURS.items() if here.startswith(tuple(places))}
    assert not words_of(path) & forbidden() - excused


def test_what_is_excused_is_a_word_of_ours_in_a_place_that_is_there() -> None:
    assert forbidden() >= set(ELSEWHERE_OURS)
    assert [place for places in ELSEWHERE_OURS.values() for place in places if not (ROOT / place).exists()] == []


def test_the_test_sees_a_kind_that_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("def f(row):\n    return row.instrument or 'capability'\n")
    assert words_of(bad) & forbidden() == {"instrument", "capability"}
    assert len(FILES) > 20
