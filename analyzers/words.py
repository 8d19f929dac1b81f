"""Words of Chinese text: jieba's, with its guessing of unknown words (HMM) off, for index and query alike.

docs/ranking.md rests on these words: with the HMM off, 97.9 % of verbatim fragments keep their words, with it 95.2 %.
rjieba gives jieba's output about ten times faster; where it is missing jieba itself works, and a test compares the two.
Latin and digit runs are cut out before, because jieba tears them apart and glues them wrongly (P1, P8).

All functions take folded text (analyzers/fold.py) and may be called from any thread; the dictionary is loaded by the
first call or by `preload`.
"""

import logging
import re
import threading
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
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


_lock = threading.Lock()
_loaded: Cutter | None = None


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
    global _loaded  # noqa: PLW0603 - one dictionary for the whole process: it is 100 MB in jieba
    with _lock:
        if _loaded is None:
            _loaded = load_rjieba(own_words()) or load_jieba(own_words(), cache_dir)
        return _loaded.library


def own_words() -> list[tuple[str, int]]:
    """The words of vocabulary/words.txt, each with its frequency."""
    pairs = (line.split() for line in load_lines("words.txt"))
    return [(word, int(frequency)) for word, frequency in pairs]


def load_rjieba(own: Iterable[tuple[str, int]]) -> Cutter | None:
    """Load rjieba with words of our own; None where it is not installed."""
    try:
        import rjieba  # noqa: PLC0415 - optional, see above
    except ImportError:
        return None
    dictionary = rjieba.Jieba()
    for word, frequency in own:
        dictionary.add_word(word, frequency, "n")
    # The bare functions: a call of ours around each run would cost a tenth.
    return Cutter("rjieba", dictionary.cut, dictionary.cut_for_search)


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
    loaded = _loaded
    if loaded is None:
        preload()
        loaded = _loaded
        assert loaded is not None
    return loaded


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
