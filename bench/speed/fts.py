"""The peer: SQLite FTS5 over words of jieba, as a careful developer would set it up."""

import logging
import sqlite3
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # jieba 0.42.1 is of 2020
    import jieba
jieba.setLogLevel(logging.WARNING)

# The words come cut, so that all but spaces belongs to a word; unicode61 alone would tear `gb/t` and `一_二` apart.
_TOKENIZE = "unicode61 remove_diacritics 0 categories ''L* M* N* P* S* Co''"


def jieba_words(text: str) -> list[str]:
    """jieba's search mode without guessing, as ours."""
    return [word for word in jieba.lcut_for_search(text.lower(), HMM=False) if not word.isspace()]


class Fts:
    """One contentless table of pre-cut words in a file, with or without a table of values beside it."""

    def __init__(self, file: Path | None, columns: Sequence[str]) -> None:
        self.base = sqlite3.connect(file or ":memory:")
        self.base.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -200000;")
        self.base.execute(
            f"CREATE VIRTUAL TABLE t USING fts5({', '.join(columns)}, content='', tokenize='{_TOKENIZE}')"
        )
        self._insert = f"INSERT INTO t(rowid, {', '.join(columns)}) VALUES (?{', ?' * len(columns)})"

    def add(self, documents: Iterable[tuple[int, *tuple[str, ...]]]) -> None:
        """(rowid, words of each column), in one transaction."""
        with self.base:
            self.base.executemany(self._insert, documents)

    def best(self, tokens: Iterable[str], limit: int) -> list[int]:
        """The best rows of an OR, by FTS5's BM25."""
        found = self.base.execute("SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT ?", (any_of(tokens), limit))
        return [place for (place,) in found]


def any_of(tokens: Iterable[str]) -> str:
    """An FTS5 expression: at least one of the tokens."""
    return " OR ".join('"' + token.replace('"', '""') + '"' for token in tokens)
