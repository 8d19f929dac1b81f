"""Founding decision 11: nothing below the entry points asks the machine what time it is."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
FILES = sorted(path for room in ("analyzers", "search_service", "indexers") for path in (ROOT / room).rglob("*.py"))
ALLOWED = {"search_service/clock/time.py"}


def asks(path: Path) -> bool:
    calls = (node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call))
    names = {ast.unparse(call) for call in calls}
    return bool(names & {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"})


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_time_comes_from_the_clock(path: Path) -> None:
    assert asks(path) == (str(path.relative_to(ROOT)) in ALLOWED)
