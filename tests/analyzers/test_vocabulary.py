from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzers import vocabulary
from analyzers.fold import fold


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Dictionaries of our own, with nothing remembered before or after."""
    monkeypatch.setattr(vocabulary, "_FOLDER", tmp_path)
    vocabulary.load_lines.cache_clear()
    vocabulary.fingerprint.cache_clear()
    yield tmp_path
    vocabulary.load_lines.cache_clear()
    vocabulary.fingerprint.cache_clear()


def test_lines_are_stripped_and_comments_left_out(own_folder: Path) -> None:
    (own_folder / "a.txt").write_text("# says what this is\n  压力表 \n\nGB | /T\n", encoding="utf-8")
    assert vocabulary.load_lines("a.txt") == ("压力表", "GB | /T")


@pytest.mark.parametrize("name", ["b.txt", "../vocabulary/a.txt", ""])
def test_an_unknown_dictionary_is_refused_with_those_that_exist(own_folder: Path, name: str) -> None:
    (own_folder / "a.txt").write_text("x", encoding="utf-8")
    with pytest.raises(FileNotFoundError, match=r"there are: a\.txt"):
        vocabulary.load_lines(name)


def test_the_fingerprint_notices_every_change(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def look() -> None:
        vocabulary.fingerprint.cache_clear()
        seen.append(vocabulary.fingerprint())

    look()
    (own_folder / "a.txt").write_text("压力表", encoding="utf-8")
    look()
    (own_folder / "a.txt").write_text("压力计", encoding="utf-8")
    look()
    (own_folder / "a.txt").rename(own_folder / "b.txt")
    look()
    monkeypatch.setattr(vocabulary, "ANALYSIS_VERSION", vocabulary.ANALYSIS_VERSION + 1)
    look()
    monkeypatch.setattr(vocabulary, "_LIBRARIES", ())
    look()
    assert len(set(seen)) == len(seen)
    look()
    assert seen[-1] == seen[-2]


@pytest.mark.parametrize("name", ["prefixes.txt", "associations.txt", "units.txt"])
def test_shipped_dictionaries_say_nothing_twice(name: str) -> None:
    lines = vocabulary.load_lines(name)
    entries = [entry for line in lines for entry in line.split()] if name == "associations.txt" else list(lines)
    firsts = [fold(entry.split("|")[0].strip()) for entry in entries]
    assert sorted(firsts) == sorted(set(firsts))
