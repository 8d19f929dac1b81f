"""What a careful developer would take instead: SQLite FTS5 with trigrams, plain jieba with BM25, SQL LIKE."""

import heapq
import logging
import sqlite3
import warnings
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from math import log
from typing import Protocol

from bench.relevance.corpus import Row

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # jieba 0.42.1 is of 2020
    import jieba
jieba.setLogLevel(logging.WARNING)

DEPTH = 10


class Peer(Protocol):
    """Something that can be asked; the answer is places of rows, best first."""

    name: str

    def ask(self, text: str, most: int = DEPTH) -> Sequence[int]: ...


class Trigrams:
    """FTS5's trigram tokenizer: each space-separated piece as a phrase, all demanded, BM25."""

    name = "FTS5 trigram"

    def __init__(self, rows: Sequence[Row]) -> None:
        self._base = sqlite3.connect(":memory:")
        self._base.execute("CREATE VIRTUAL TABLE t USING fts5(number, title, abstract, tokenize='trigram')")
        self._base.executemany(
            "INSERT INTO t(rowid, number, title, abstract) VALUES (?, ?, ?, ?)",
            ((row.place, row.number, row.title, row.abstract) for row in rows),
        )

    def ask(self, text: str, most: int = DEPTH) -> Sequence[int]:
        pieces = [f'"{piece.replace(chr(34), chr(34) * 2)}"' for piece in text.split() if len(piece) >= 3]
        if not pieces:
            return []
        sql = f"SELECT rowid FROM t WHERE t MATCH ? ORDER BY rank LIMIT {most}"
        return [place for (place,) in self._base.execute(sql, (" AND ".join(pieces),))]


class Words:
    """jieba's search-mode words as they come, OR, BM25 (1.2, 0.75) over number, title and abstract together."""

    name = "jieba BM25"

    def __init__(self, rows: Sequence[Row]) -> None:
        documents = [self._cut(f"{row.number} {row.title} {row.abstract}") for row in rows]
        mean = sum(map(len, documents)) / len(documents)
        places: dict[str, array[int]] = defaultdict(lambda: array("l"))
        weights: dict[str, array[float]] = defaultdict(lambda: array("d"))
        for place, words in enumerate(documents):
            for word, count in Counter(words).items():
                places[word].append(place)
                weights[word].append(count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(words) / mean)))
        self._postings = {
            word: (found, weights[word], log(1 + (len(documents) - len(found) + 0.5) / (len(found) + 0.5)))
            for word, found in places.items()
        }

    def ask(self, text: str, most: int = DEPTH) -> Sequence[int]:
        scores: dict[int, float] = defaultdict(float)
        for word in self._cut(text):
            places, weights, rarity = self._postings.get(word, ((), (), 0.0))
            for place, weight in zip(places, weights, strict=True):
                scores[place] += rarity * weight
        best = heapq.nsmallest(most, scores.items(), key=lambda scored: (-scored[1], scored[0]))
        return [place for place, _ in best]

    @staticmethod
    def _cut(text: str) -> list[str]:
        return [word for word in jieba.lcut_for_search(text.lower()) if word[0].isalnum()]


class Like:
    """Each space-separated piece somewhere in number, title or abstract; short titles first."""

    name = "SQL LIKE"

    def __init__(self, rows: Sequence[Row]) -> None:
        self._base = sqlite3.connect(":memory:")
        self._base.execute("CREATE TABLE t (place INTEGER PRIMARY KEY, text TEXT, length INTEGER)")
        self._base.executemany(
            "INSERT INTO t VALUES (?, ?, ?)",
            ((row.place, f"{row.number}\n{row.title}\n{row.abstract}", len(row.title)) for row in rows),
        )

    def ask(self, text: str, most: int = DEPTH) -> Sequence[int]:
        pieces = [f"%{_escaped(piece)}%" for piece in text.split()]
        where = " AND ".join(["text LIKE ? ESCAPE '!'"] * len(pieces))
        sql = f"SELECT place FROM t WHERE {where} ORDER BY length, place LIMIT {most}"
        return [place for (place,) in self._base.execute(sql, pieces)]


def _escaped(piece: str) -> str:
    for special in "!%_":
        piece = piece.replace(special, f"!{special}")
    return piece


PEERS = (Trigrams, Words, Like)
