"""Typing suggestions: the lookup of one beginning among 100,000 completions, in process."""

import random
import sqlite3
import tempfile
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

from bench.speed.measure import Result, each_in_turn, limited, p50_p99, seconds_of, shown
from bench.speed.rows import SEED, rows
from search_service.engines.base import Document, IndexSchema, KeywordField
from search_service.engines.embedded import EmbeddedEngine
from search_service.query.completions import completions

COUNT = 100_000
LOOKUPS = 2_000
SHOWN = 8
MOST = 50e-6
SCHEMA = IndexSchema("suggest", texts=(), keywords=(KeywordField("value"),), numbers=(), suggest="value")


def run() -> list[Result]:
    """Beginnings of one to eight characters of completions, as they are typed."""
    values = list(islice(dict.fromkeys(v for row in rows(COUNT) for v in completions([row.number, row.title])), COUNT))
    chosen = random.Random(SEED)
    typed = [value[: chosen.randint(1, 8)] for value in chosen.choices(values, k=LOOKUPS)]
    base = sqlite3.connect(":memory:")
    base.execute("CREATE TABLE s (value TEXT PRIMARY KEY) WITHOUT ROWID")
    base.executemany("INSERT INTO s VALUES (?)", ((value,) for value in values))
    between = f"SELECT value FROM s WHERE value >= ? AND value < ? ORDER BY value LIMIT {SHOWN}"
    with tempfile.TemporaryDirectory() as folder:
        engine = EmbeddedEngine(Path(folder))
        engine.create(SCHEMA, "values")
        engine.write("values", [Document(str(at), 1, str(at), {}, {"value": [v]}, {}) for at, v in enumerate(values)])
        engine.refresh("values")
        engine.publish(SCHEMA, "values")
        first = [seconds_of(partial(engine.suggest, "suggest", prefix, SHOWN)) for prefix in sorted(set(typed))]
        ours, peer = each_in_turn(
            typed,
            lambda prefix: engine.suggest("suggest", prefix, SHOWN),
            lambda prefix: base.execute(between, (prefix, prefix + "\U0010ffff")).fetchall(),
        )
        engine.close()
    p99 = quantiles(ours, n=100)[98]
    return [
        limited(
            f"suggest: `engine.suggest` among {len(values):,} completions, the slowest of a hundred",
            p99,
            MOST,
            peer=shown(quantiles(peer, n=100)[98]),
            ratio=quantiles(peer, n=100)[98] / p99,
        ),
        Result(
            "suggest: p50 / p99 (peer: a range of a B-tree in SQLite's memory)",
            p50_p99(ours),
            p50_p99(peer),
            median(peer) / median(ours),
        ),
        Result("suggest: a beginning that nobody has typed since the index changed, p50 / p99", p50_p99(first)),
    ]
