"""Words of Chinese text: jieba's, with its guessing of unknown words (HMM) off, for index and query alike.

docs/ranking.md rests on these words: with the HMM off, 97.9 % of verbatim fragments keep their words, with it 95.2 %.
rjieba gives jieba's output about ten times faster; where it is missing jieba itself works, and a test compares the two.
Latin and digit runs are cut out before, because jieba tears them apart and glues them wrongly (P1, P8).

A vocabulary version may add words and take some away: `using(dictionary)` says which one holds for everything that is
cut inside of the block, in this thread.  Whoever remembers what is made of words keeps `current().fingerprint` with it.

All functions take folded text (analyzers/fold.py) and may be called from any thread; a dictionary is loaded by the
first call that needs it, the shipped one also by `preload`.
"""

import hashlib
import logging
import re
import threading
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from analyzers.grams import DIGITS, HAN, LETTERS
from analyzers.vocabulary import load_lines

# What jieba itself takes for Chinese; any other Han character is a word of its own in jieba too, but not in rjieba.
_KNOWN_HAN = "\u4e00-\u9fd5"
# Splits into Chinese, other, Chinese, …; the first and the last piece may be empty.
_CHINESE_OR_NOT = re.compile(rf"([^{_KNOWN_HAN}]+)")
_OTHER_UNIT = re.compile(rf"[{HAN}]|{DIGITS}|{LETTERS}")
# Longer pieces are foreign names and sentences, not worth remembering.
_SHORT = 16


Cut = Callable[[str, bool], list[str]]


@dataclass(frozen=True, slots=True)
class Cutter:
    """One loaded dictionary; both functions take a run of Chinese characters and whether to guess (HMM): never here."""

    library: str
    cut: Cut
    cut_for_search: Cut


MOST_FREQUENT = 100_000
"""Frequency of a word of ours at most: jieba's own dictionary has few above it, and they are 的 and 了."""
SHORTEST, LONGEST = 2, 20
"""Characters of a word: single ones are words anyway, and jieba's longest names are no longer."""

_WORD = re.compile(rf"[{_KNOWN_HAN}]{{{SHORTEST},{LONGEST}}}")
_MOST_LOADED = 4
"""Dictionaries held beside the shipped one, 25 MB each (100 with plain jieba): what serves, what is being built, and
the two sides of a preview."""


@dataclass(frozen=True)
class Dictionary:
    """What a vocabulary version changes about the shipped words; a frequency of 0 takes a word away.

    Entries that no dictionary could hold are left out: what is wrong in a database must not keep a search from opening.
    """

    changes: tuple[tuple[str, int], ...] = ()
    fingerprint: str = field(init=False)
    """Equal for equal changes; empty for none."""

    def __post_init__(self) -> None:
        """Put the entries in order, each word once, the last one counts."""
        kept = {word: frequency for word, frequency in self.changes if usable(word, frequency)}
        changes = tuple(sorted(kept.items()))
        said = "\n".join(f"{word} {frequency}" for word, frequency in changes)
        object.__setattr__(self, "changes", changes)
        object.__setattr__(self, "fingerprint", hashlib.sha256(said.encode()).hexdigest() if changes else "")


SHIPPED = Dictionary()
"""jieba's words and those of vocabulary/words.txt, unchanged."""

_in_use: ContextVar[Dictionary] = ContextVar("words", default=SHIPPED)
_lock = threading.Lock()
_loaded: dict[str, Cutter] = {}
_cache: list[Path] = []


def usable(word: str, frequency: int) -> bool:
    """Whether a dictionary can hold this entry: a word of Han, folded, with a frequency that crowds nobody out."""
    return _WORD.fullmatch(word) is not None and 0 <= frequency <= MOST_FREQUENT


def current() -> Dictionary:
    """The dictionary by which words are cut here and now."""
    return _in_use.get()


@contextmanager
def using(dictionary: Dictionary) -> Iterator[None]:
    """Cut words by this dictionary, in this thread, until the block ends."""
    before = _in_use.set(dictionary)
    try:
        yield
    finally:
        _in_use.reset(before)


def index_words(folded: str) -> list[str]:
    """The words of a text as they are indexed: every cut word, and before a long one the known words inside of it."""
    return _words(folded, _cutter().cut_for_search)


def query_words(folded: str) -> list[str]:
    """The words by which a query scores: the same as those of the index, so that what was indexed is asked for."""
    return index_words(folded)


def cut_words(folded: str) -> list[str]:
    """The words of a text without overlaps: its content words, to be demanded one by one."""
    return _words(folded, _cutter().cut)


def preload(cache_dir: Path | None = None) -> str:
    """Load the dictionary now and say with which library: "rjieba" (0.15 s) or "jieba" (0.8 s, 0.4 s from its cache).

    jieba keeps its cache in `cache_dir`, which should be this application's own: by default it would be a file that
    anybody may have put into the shared temporary folder.  Without `cache_dir` there is no cache.
    """
    _cache[:] = [cache_dir] if cache_dir is not None else []
    return _load(SHIPPED).library


def own_words() -> list[tuple[str, int]]:
    """The words of vocabulary/words.txt, each with its frequency."""
    pairs = (line.split() for line in load_lines("words.txt"))
    return [(word, int(frequency)) for word, frequency in pairs]


def load_rjieba(own: Sequence[tuple[str, int]]) -> Cutter | None:
    """Load rjieba with words of our own; None where it is not installed."""
    try:
        import rjieba  # noqa: PLC0415 - optional, see above
    except ImportError:
        return None
    dictionary = rjieba.Jieba()
    for word, frequency in own:
        dictionary.add_word(word, frequency, "n")
    gone = frozenset(word for word, frequency in own if frequency == 0)
    if not gone:
        # The bare functions: a call of ours around each run would cost a tenth.
        return Cutter("rjieba", dictionary.cut, dictionary.cut_for_search)

    def cut_for_search(run: str, hmm: bool) -> list[str]:  # noqa: FBT001 - as rjieba's
        # Unlike jieba it still finds a word of frequency 0 inside of a longer one.
        return [word for word in dictionary.cut_for_search(run, hmm) if word not in gone]

    return Cutter("rjieba", dictionary.cut, cut_for_search)


def load_jieba(own: Iterable[tuple[str, int]], cache_dir: Path | None = None) -> Cutter:
    """Load jieba with words of our own, silently and without a file outside of `cache_dir`."""
    with warnings.catch_warnings():
        # jieba 0.42.1 is of 2020: invalid escapes when it is compiled, and pkg_resources when that is installed (P15).
        warnings.simplefilter("ignore")
        import jieba  # noqa: PLC0415 - 0.4 s and only for the fallback
    logging.getLogger("jieba").setLevel(logging.WARNING)
    dictionary = jieba.Tokenizer()
    if cache_dir is None:
        dictionary.FREQ, dictionary.total = dictionary.gen_pfdict(dictionary.get_dict_file())
        dictionary.initialized = True
    else:
        cache_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        dictionary.tmp_dir = str(cache_dir)
        dictionary.initialize()
    for word, frequency in own:
        # add_word would count a word that is already there twice in the total; rjieba does not.
        dictionary.total -= dictionary.FREQ.get(word, 0)
        dictionary.add_word(word, frequency)
    return Cutter(
        "jieba",
        lambda run, hmm: dictionary.lcut(run, HMM=hmm),
        lambda run, hmm: dictionary.lcut_for_search(run, HMM=hmm),
    )


def _cutter() -> Cutter:
    dictionary = _in_use.get()
    return _loaded.get(dictionary.fingerprint) or _load(dictionary)


def _load(dictionary: Dictionary) -> Cutter:
    with _lock:
        found = _loaded.get(dictionary.fingerprint)
        if found is None:
            own = [*own_words(), *dictionary.changes]
            found = load_rjieba(own) or load_jieba(own, _cache[0] if _cache else None)
            # The oldest goes: whoever still cuts by it holds it, and the next one loads it again.
            others = [name for name in _loaded if name]
            for name in others[: max(0, len(others) - _MOST_LOADED + 1)]:
                del _loaded[name]
            _loaded[dictionary.fingerprint] = found
        return found


def _words(folded: str, cut: Cut) -> list[str]:
    words: list[str] = []
    chinese = True
    for piece in _CHINESE_OR_NOT.split(folded):
        if not chinese:
            words += _other_units(piece) if len(piece) <= _SHORT else _OTHER_UNIT.findall(piece)
        elif piece:
            words += cut(piece, False)
        chinese = not chinese
    return words


@lru_cache(1 << 12)  # what stands between two runs of Chinese is nearly always one of a few hundred
def _other_units(piece: str) -> tuple[str, ...]:
    return tuple(_OTHER_UNIT.findall(piece))
