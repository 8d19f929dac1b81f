"""Founding decision 2: no file of the generic rooms names a kind or a kind's field."""

import ast
from pathlib import Path

import pytest

from search_service.kinds import REGISTRY

ROOT = Path(__file__).parent.parent.parent
GENERIC = ("search_service/engines", "search_service/query", "search_service/search", "indexers")

NOT_ONLY_OURS = {
    # Words that a field is called and that mean something else in a generic room, too.
    "name",  # of a column, an index, a kind
    "key",  # of a record
    "title",  # heads a hit
    "number",  # a standard number in a query; a NumberField
    "parent",
    "place",  # of a hit in a mixed list
    "address",  # of a document inside an engine
    "year",  # of a standard number
    "pictures",  # how hits look
    "status",  # of a search index
    "state",
    "type",
    "word",  # of a query
    "code",
    "scope",
    "field",
    "range",
    "fields",
    "standard",  # the slot of a number that was understood
    "region",  # likewise
    "service",  # likewise
    "object",
    "scheme",
    "relation",  # of two words
    "meaning",  # likewise
    "kind",
    "regions",
    "short_names",  # of divisions, which understanding a region reads
    "valid_from",  # columns of every index
    "valid_to",
    "adcode",  # of divisions
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
    assert not words_of(path) & forbidden()


def test_the_test_sees_a_kind_that_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("def f(row):\n    return row.instrument or 'capability'\n")
    assert words_of(bad) & forbidden() == {"instrument", "capability"}
    assert len(FILES) > 20
