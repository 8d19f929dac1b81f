import csv
import lzma
import os
import random
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzers import words
from analyzers.fold import fold
from analyzers.grams import unit_tokens
from analyzers.words import Cutter

_ROOT = Path(__file__).parents[2]
_STANDARDS = _ROOT.parent / "shared/data/standards/cn_standards_merged.csv.xz"
_RUN = re.compile(r"[\u4e00-\u9fd5]+")
# New words, a known one made frequent, a known one made rare, single characters, one that begins another.
_HOSTILE = [
    ("检定规程", 5),
    ("定规", 90000),
    ("压力表", 1),
    ("表", 400000),
    ("量装", 7),
    ("量装置检定", 3),
    ("压力", 2),
]


@pytest.fixture(scope="module")
def jieba_vocabulary() -> list[str]:
    words.load_jieba([])  # imports jieba with its warnings off
    import jieba  # noqa: PLC0415 - after the line above

    with jieba.get_dict_file() as lines:
        return [line.decode().split(" ")[0] for line in lines]


@pytest.fixture(scope="module")
def runs(jieba_vocabulary: list[str]) -> list[str]:
    """50,000 different runs of Chinese: from real titles where they are, otherwise made of known words and noise."""
    found: dict[str, None] = {}
    if _STANDARDS.exists():
        with lzma.open(_STANDARDS, "rt", encoding="utf-8") as table:
            for row in csv.DictReader(table):
                found.update(dict.fromkeys(_RUN.findall(fold(row["title"]))))
                if len(found) >= 40_000:
                    break
    chance = random.Random(20240601)
    while len(found) < 50_000:
        pieces = [
            chance.choice(jieba_vocabulary) if chance.random() < 0.7 else chr(chance.randrange(0x4E00, 0x9FD6))
            for _ in range(chance.randint(1, 6))
        ]
        found.update(dict.fromkeys(_RUN.findall("".join(pieces))))
    return list(found)


def pair(own: list[tuple[str, int]]) -> tuple[Cutter, Cutter]:
    fast = words.load_rjieba(own)
    if fast is None:
        pytest.skip("rjieba is not installed")
    return fast, words.load_jieba(own)


@pytest.mark.parametrize("own", ["default", "own", "hostile"])
def test_rjieba_gives_exactly_the_words_of_jieba(own: str, runs: list[str]) -> None:
    fast, reference = pair({"default": [], "own": words.own_words(), "hostile": _HOSTILE}[own])
    assert len(runs) >= 50_000
    # The third dictionary only has to reach the corners, the first two are those that we index with.
    asked = (
        runs if own != "hostile" else runs[::5] + [word * 2 + other for word, _ in _HOSTILE for other, _ in _HOSTILE]
    )
    different = [
        run
        for run in asked
        if fast.cut(run, False) != reference.cut(run, False)
        or fast.cut_for_search(run, False) != reference.cut_for_search(run, False)
    ]
    assert different == []


def test_own_words_change_the_words() -> None:
    fast, reference = pair([("检定规程", 5)])
    assert fast.cut("检定规程", False) == reference.cut("检定规程", False) == ["检定规程"]
    fast, reference = pair([])
    assert fast.cut("检定规程", False) == reference.cut("检定规程", False) == ["检定", "规程"]


def test_the_dictionary_of_ours_is_well_formed_and_new_to_jieba(jieba_vocabulary: list[str]) -> None:
    known = set(jieba_vocabulary)
    own = words.own_words()
    assert len({word for word, _ in own}) == len(own)
    for word, frequency in own:
        assert _RUN.fullmatch(word), word
        assert frequency > 0, word
        assert word not in known, word
        assert words.cut_words(word) == [word]


@pytest.fixture(scope="module")
def loaded() -> dict[str, Cutter | None]:
    own = words.own_words()
    return {"rjieba": words.load_rjieba(own), "jieba": words.load_jieba(own)}


@pytest.fixture(params=["rjieba", "jieba"])
def library(
    request: pytest.FixtureRequest, loaded: dict[str, Cutter | None], monkeypatch: pytest.MonkeyPatch
) -> Cutter:
    """Each test once with each library, as if it were the one in use."""
    cutter = loaded[request.param]
    if cutter is None:
        pytest.skip("rjieba is not installed")
    monkeypatch.setattr(words, "_loaded", {"": cutter})
    return cutter


def test_without_rjieba_jieba_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(words, "_loaded", {})
    monkeypatch.setitem(sys.modules, "rjieba", None)
    assert words.preload() == "jieba"
    assert words.cut_words("压力表检定规程") == ["压力表", "检定", "规程"]


def test_with_rjieba_it_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rjieba")
    monkeypatch.setattr(words, "_loaded", {})
    assert words.preload() == "rjieba"


@pytest.mark.usefixtures("library")
def test_words_of_both_libraries() -> None:
    assert words.cut_words("电子计价秤检定") == ["电子", "计价", "秤", "检定"]
    assert words.index_words("中华人民共和国") == ["中华", "华人", "人民", "共和", "共和国", "中华人民共和国"]
    assert words.query_words("中华人民共和国") == words.index_words("中华人民共和国")
    assert words.index_words("") == []


@pytest.mark.usefixtures("library")
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gb/t13456-2014", ["gb", "t", "13456", "2014"]),  # jieba alone: T13456
        ("carbon纤维", ["carbon", "纤维"]),  # with the user word "arb" jieba alone: c/arb/on
        ("0~60mpa压力表", ["0", "60", "mpa", "压力表"]),
        ("x射线2.5级", ["x", "射线", "2.5", "级"]),  # jieba knows X射线; cut before, so that LED射线 and X射线 agree
        ("人々和㐀字", ["人", "々", "和", "㐀", "字"]),
        ("café 压力表！", ["café", "压力表"]),
    ],
)
def test_latin_and_digits_are_cut_out_before(text: str, expected: list[str]) -> None:
    assert words.cut_words(text) == expected
    assert [word for word in words.index_words(text) if word in expected] == expected


@given(st.text(max_size=30).map(fold))
def test_cut_words_are_the_units_joined(text: str) -> None:
    assert "".join(words.cut_words(text)) == "".join(unit_tokens(text))
    assert set(words.cut_words(text)) <= set(words.index_words(text))


def test_many_threads_load_once_and_agree(library: Cutter, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{name}检定规程{i}" for i, name in enumerate(["压力表", "电子天平", "水表", "热电偶"] * 50)]
    expected = [words.index_words(name) for name in names]
    loads: list[str] = []

    def load(_own: object) -> Cutter:
        loads.append(library.library)
        time.sleep(0.05)  # long enough for the other threads to arrive
        return library

    monkeypatch.setattr(words, "load_rjieba", load)
    monkeypatch.setattr(words, "_loaded", {})
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(words.index_words, names)) == expected
    assert loads == [library.library]


@pytest.mark.parametrize("cached", [True, False])
def test_the_fallback_is_silent_and_leaves_no_file_in_the_shared_folder(tmp_path: Path, *, cached: bool) -> None:
    program = """
import sys; sys.modules["rjieba"] = None
from pathlib import Path
from analyzers import words
assert words.preload(Path(sys.argv[1]) if sys.argv[1] else None) == "jieba"
print(words.cut_words("压力表检定规程"))
"""
    shared = tmp_path / "shared"
    shared.mkdir()
    private = tmp_path / "private/cache"
    environment = os.environ | {
        "TMPDIR": str(shared),
        "PYTHONPATH": str(_ROOT),
        "PYTHONPYCACHEPREFIX": str(tmp_path / "pyc"),  # jieba warns only while it is compiled
        "PYTHONIOENCODING": "utf-8",
    }
    for _ in range(2):  # the second run reads what the first one wrote
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", program, str(private) if cached else ""],
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.strip() == "['压力表', '检定', '规程']"
    assert list(shared.iterdir()) == []
    assert private.exists() == cached
    if cached:
        assert [file.name for file in private.iterdir()] == ["jieba.cache"]
        assert private.stat().st_mode & 0o077 == 0


def test_importing_loads_nothing() -> None:
    program = "import sys, analyzers.words; print('jieba' in sys.modules, 'rjieba' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(_ROOT)},
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout.split() == ["False", "False"]
