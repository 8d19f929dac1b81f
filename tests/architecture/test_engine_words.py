"""The engines are twins, and nobody but they and the wiring knows what they are made of (ADR 4)."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ENGINES = ROOT / "search_service" / "engines"
FOLDERS = (ENGINES / "embedded", ENGINES / "elastic")
WORDS = re.compile(r"tantivy|lucene|(?<!engines/)elastic", re.IGNORECASE)
"""Names of products and their libraries, in code, comments and docstrings; a folder may be named."""
CHOOSING = {"wiring.py", "settings.py", "production.py", "doctor.py", "logs.py", "process_cli.py"}
"""Of the entry points those that choose an engine, or speak with whoever runs it."""
ALONE = ({"leaves", "values"}, {"connection", "breaker"})
"""What one engine has and the other has not, as `__init__` of each says."""

OTHERS = sorted(
    path
    for room in ("analyzers", "search_service", "indexers", "api")
    for path in (ROOT / room).rglob("*.py")
    if not any(path.is_relative_to(folder) for folder in FOLDERS)
    and not (path.parent == ROOT / "api" and path.name in CHOOSING)
)


def test_no_word_of_an_engine_outside_its_folder() -> None:
    assert len(OTHERS) > 200
    found = [f"{path.relative_to(ROOT)}: {word}" for path in OTHERS for word in WORDS.findall(path.read_text("utf-8"))]
    assert found == []


def test_the_engines_have_the_same_files_for_the_same_questions() -> None:
    embedded, elastic = ({path.stem for path in folder.glob("*.py")} for folder in FOLDERS)
    assert (embedded - elastic, elastic - embedded) == ALONE


@pytest.mark.parametrize(("folder", "alone"), list(zip(FOLDERS, ALONE, strict=True)), ids=["embedded", "elastic"])
def test_what_one_has_alone_is_explained(folder: Path, alone: set[str]) -> None:
    told = (folder / "__init__.py").read_text("utf-8")
    assert {name for name in alone if f"`{name}`" not in told} == set()


@pytest.mark.parametrize("text", ["import tantivy", "as Lucene does", "from elasticsearch import helpers"])
def test_the_test_sees_a_word(text: str) -> None:
    assert WORDS.findall(text)
    assert not WORDS.findall("``engines/elastic``")
