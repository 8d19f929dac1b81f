"""Founding decision 5: bulk statements on what documents are made of stand in one place, which marks."""

import ast
from pathlib import Path

from search_service import kinds  # noqa: F401 - declares what documents are made of
from search_service.store import tables  # noqa: F401 - declares all tables
from search_service.store.base import Base
from search_service.store.marks import REGISTRY

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("search_service", "indexers", "api")
MARKS = "search_service/store/bulk.py"
STATEMENTS = {"insert", "update", "delete"}


def bulk_statements(path: Path) -> list[str]:
    """The first argument of every ``insert(…)``, ``update(…)``, ``delete(…)`` that comes from SQLAlchemy."""
    tree = ast.parse(path.read_text())
    imported = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy")
        for alias in node.names
        if alias.name in STATEMENTS
    }
    return [
        ast.unparse(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in imported and node.args
    ]


def test_bulk_statements_touch_only_tables_that_no_document_is_made_of() -> None:
    made_of = {table.name for table in REGISTRY.tables if hasattr(table, "name")}
    free = {mapper.class_.__name__ for mapper in Base.registry.mappers if mapper.local_table.name not in made_of}
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*.py") if str(path.relative_to(ROOT)) != MARKS]
    found = {str(path.relative_to(ROOT)): set(bulk_statements(path)) - free for path in files}
    assert {path: names for path, names in found.items() if names} == {}
    assert "IndexState" in free
    assert "Capability" not in free


def test_the_test_sees_one(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("from sqlalchemy import update\nsession.execute(update(Capability).values(state='hidden'))\n")
    assert bulk_statements(bad) == ["Capability"]
