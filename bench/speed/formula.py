"""The whole compiled formula at 100,000 rows beside FTS5, which is asked for the same OR of words and bigrams.

The target is held to sides that take turns query by query.  FTS5 reads megabytes for each, so that ours always begins
with cold caches, which nearly doubles its time.  The last line, for information, lets each side have a round for
itself, as in a service that answers searches only.
"""

import random
from collections.abc import Callable, Sequence
from statistics import median

from bench.speed.hundred_thousand import ROWS, Both, both
from bench.speed.measure import Result, compared, each_in_turn, p50_p99
from bench.speed.pipeline import STANDARD
from bench.speed.rows import SEED, Row, source
from search_service.engines.base import Ask, Found
from search_service.query import bm25
from search_service.query.formula import compile_query
from search_service.query.nodes import Term
from search_service.query.parse import parse_query

EACH = 40
"""Queries of each class: FTS5 needs seconds for them."""
TOP = 30
LEAST = 20
ROUNDS = 2


class NoSynonyms:
    """Synonyms are a matter of the installation, not of the rows."""

    def expand(self, word: str) -> Sequence[tuple[str, str]]:
        del word
        return ()


def run() -> list[Result]:
    """By what people type, and over all of it."""
    held, chosen = both(), random.Random(SEED)
    fit = [row for row in held.rows if len(row.title) >= 8]
    queries = {name: [make(row, chosen) for row in chosen.sample(fit, EACH)] for name, make in CLASSES.items()}
    everything = [query for made in queries.values() for query in made]
    tokens = {query: asked_of_fts(held, query) for query in everything}
    sides: list[Callable[[str], object]] = [
        lambda query: ask(held, query),
        lambda query: held.fts.best(tokens[query], TOP),
    ]
    ours, peer = each_in_turn(everything, *sides, rounds=ROUNDS)
    ours_alone, peer_alone = (each_in_turn(everything, side, rounds=ROUNDS)[0] for side in sides)
    results = [_result(f"formula, {ROWS:,} rows ({source()}), top {TOP}: p50 / p99 of all classes", ours, peer, LEAST)]
    for at, name in enumerate(queries):
        part = slice(at * EACH, (at + 1) * EACH)
        results.append(_result(f"formula: {name}", ours[part], peer[part]))
    return [*results, _result("formula: all classes, each side by itself", ours_alone, peer_alone)]


def _result(name: str, ours: Sequence[float], peer: Sequence[float], least: float | None = None) -> Result:
    return compared(name, p50_p99(ours), p50_p99(peer), median(peer) / median(ours), least)


def ask(held: Both, query: str) -> Found:
    """Parse, compile, search, count: everything that the facade does for one kind but the database."""
    compiled = compile_query(parse_query(query), STANDARD.profile, held.frequencies, NoSynonyms())
    found = held.engine.search(STANDARD.name, Ask(compiled.strict, limit=TOP))
    return found if found.total else held.engine.search(STANDARD.name, Ask(compiled.query, limit=TOP))


def asked_of_fts(held: Both, query: str) -> list[str]:
    """The same words and bigrams that score in the formula: the twenty rarest of each."""
    nodes = bm25.words(parse_query(query).whole, held.frequencies)
    return [node.token for node in nodes if isinstance(node, Term)]


def _fragment(row: Row, chosen: random.Random) -> str:
    start = chosen.randrange(len(row.title) - 6)
    return row.title[start : start + chosen.randint(4, 8)]


def _two_words(row: Row, chosen: random.Random) -> str:
    middle = chosen.randint(3, len(row.title) - 3)
    return f"{row.title[middle - 3 : middle - 1]} {row.title[middle : middle + 3]}"


CLASSES: dict[str, Callable[[Row, random.Random], str]] = {
    "a whole title": lambda row, _: row.title,
    "the beginning of a title": lambda row, chosen: row.title[: chosen.randint(4, 7)],
    "a fragment of a title": _fragment,
    "two words of a title": _two_words,
    "a question": lambda row, _: f"请问{row.title[-6:]}有什么标准",
}
