"""Hits, total and three facets of one word under a filter: ours beside FTS5 joined with a table, and GROUP BY.

The target is held to all words together.  Beside it, for information, the words by how many rows they find: FTS5 needs
as long as there are rows, while ours has a floor.  Of a word that finds fewer than a hundred rows, where FTS5 needs
0.36 ms, tantivy's calls take 0.12 ms (0.19 in turns, with cold caches: aggregation, search, reading the hits) of our
0.16 (0.28).  A twentieth of what FTS5 needs for the median of all words is 0.12 ms, less than those calls in turns.
At 1,000,000 rows, where the target comes from, `facets_million` asks.
"""

import random
from collections.abc import Sequence
from itertools import pairwise
from math import inf
from statistics import median

from analyzers.fold import fold
from analyzers.words import cut_words
from bench.speed.hundred_thousand import FACETS, ROWS, Both, both
from bench.speed.measure import Result, compared, each_in_turn, p50_p99
from bench.speed.pipeline import STANDARD
from bench.speed.rows import SEED
from search_service.engines.base import Ask
from search_service.query.columns import filter_field
from search_service.query.lexical import BODY_W
from search_service.query.nodes import Keyword, Term

QUERIES = 100
TOP = 30
LEAST = 20
VALUES = 30
FILTER = "current"
ROUNDS = 2
CLASSES = (0, 100, 1_000, inf)
"""Rows that a word finds."""

# CROSS JOIN and the + keep SQLite from walking through all rows of a status instead of those of the word (peer at its
# best: 0.2 instead of 50 ms at the median).
_ROWS = "FROM t CROSS JOIN m ON m.rowid = t.rowid"
_WHERE = f"WHERE t MATCH ? AND +m.status = '{FILTER}'"
_JOINED = f"{_ROWS} {_WHERE}"


def run() -> list[Result]:
    """One word that stands in a title, the rarest to the most frequent as titles have them."""
    held, chosen = both(), random.Random(SEED)
    titles = (cut_words(fold(row.title)) for row in chosen.sample(held.rows, 2 * QUERIES))
    words = [chosen.choice(long) for found in titles if (long := [word for word in found if len(word) > 1])][:QUERIES]
    for word in words[:10]:
        counted = held.fts.base.execute(f"SELECT count(*) {_JOINED}", (f'"{word}"',)).fetchone()[0]
        assert ask(held, word) == counted, f"{word}: the sides count differently"
    ours, peer = each_in_turn(words, lambda word: ask(held, word), lambda word: ask_fts(held, word), rounds=ROUNDS)
    name = f"facets, {ROWS:,} rows: a word, a filter, top {TOP}, total, 3 facets (peer: FTS5 join, GROUP BY): p50 / p99"
    timed = [(ask(held, word), own, other) for word, own, other in zip(words, ours, peer, strict=True)]
    return [
        compared(name, p50_p99(ours), p50_p99(peer), median(peer) / median(ours), LEAST),
        *(_class(timed, first, last) for first, last in pairwise(CLASSES)),
    ]


def _class(timed: Sequence[tuple[int, float, float]], first: float, last: float) -> Result:
    """Words that find from `first` to below `last` rows."""
    part = [(own, other) for rows, own, other in timed if first <= rows < last]
    ours, peer = [own for own, _ in part], [other for _, other in part]
    name = f"facets: {len(part)} of these words, which find {first:,} rows to under {last:,}"
    return compared(name, p50_p99(ours), p50_p99(peer), median(peer) / median(ours))


def ask(held: Both, word: str) -> int:
    """One call."""
    facets = {filter_field(name): VALUES for name in FACETS}
    only = Keyword(filter_field("status"), FILTER)
    return held.engine.search(STANDARD.name, Ask(Term(BODY_W, word), filter=only, facets=facets, limit=TOP)).total


def ask_fts(held: Both, word: str) -> None:
    """One statement each for hits, total and every facet."""
    quoted = (f'"{word}"',)
    held.fts.base.execute(f"SELECT t.rowid {_JOINED} ORDER BY rank LIMIT {TOP}", quoted).fetchall()
    held.fts.base.execute(f"SELECT count(*) {_JOINED}", quoted).fetchall()
    for name in FACETS:
        joined = f"{_ROWS} CROSS JOIN {name} f ON f.rowid = t.rowid {_WHERE}"
        counted = f"SELECT f.value, count(*) {joined} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {VALUES}"
        held.fts.base.execute(counted, quoted).fetchall()
