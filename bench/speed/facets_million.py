"""Facets at 1,000,000 rows, where counting is nearly all that is left: ours beside FTS5, as `facets` asks both.

Rows and queries are those of `bench/engines`: one word, a range of years, top 10, total, 3 facets.  Each row has one
value of each facet, so the peer has them in the very table that it joins.
"""

import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import median

from bench.engines.rows import CLASSES, FACETS, SCHEMA, SEED, TOP, rows
from bench.speed.fts import Fts
from bench.speed.measure import Result, compared, each_in_turn, p50_p99
from search_service.engines.base import Ask, Document
from search_service.engines.embedded import EmbeddedEngine
from search_service.query.nodes import Range, Term

ROWS = 1_000_000
BATCH = 5_000
QUERIES = 100
ROUNDS = 2

_JOINED = "FROM t CROSS JOIN m ON m.rowid = t.rowid WHERE t MATCH ? AND +m.year >= ? AND +m.year < ?"


def run() -> list[Result]:
    """Takes a few minutes, nearly all of them for the rows."""
    chosen = random.Random(SEED)
    asks = [CLASSES["1 word, years, 3 facets"](chosen) for _ in range(QUERIES)]
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        held = Million(Path(folder))
        for asked in asks[:10]:
            assert held.total(asked) == held.total_of_fts(asked), f"{asked}: the sides count differently"
        sides = each_in_turn(asks, held.total, held.ask_fts, rounds=ROUNDS)
        alone = [each_in_turn(asks, side, rounds=ROUNDS)[0] for side in (held.total, held.ask_fts)]
    name = f"facets, {ROWS:,} made rows: a word, a filter, top {TOP}, total, 3 facets (peer: FTS5 join, GROUP BY)"
    return [_result(f"{name}: p50 / p99", sides), _result("facets, the same, each side by itself", alone)]


def _result(name: str, sides: Sequence[Sequence[float]]) -> Result:
    ours, peer = sides
    return compared(name, p50_p99(ours), p50_p99(peer), median(peer) / median(ours))


class Million:
    """Both sides, filled."""

    def __init__(self, folder: Path) -> None:
        self.engine = EmbeddedEngine(folder / "ours")
        self.engine.create(SCHEMA, "rows")
        self.fts = Fts(folder / "fts.db", ["words"])
        columns = ", ".join(f"{name} TEXT" for name in FACETS)
        self.fts.base.execute(f"CREATE TABLE m (rowid INTEGER PRIMARY KEY, year INTEGER, {columns})")
        waiting = rows(ROWS)
        while batch := list(islice(waiting, BATCH)):
            self.engine.write("rows", batch)
            self.fts.add((int(row.id), row.texts["words"]) for row in batch)
            with self.fts.base:
                places = ", ".join("?" * (2 + len(FACETS)))
                self.fts.base.executemany(f"INSERT INTO m VALUES ({places})", _beside(batch))
        self.engine.refresh("rows")
        self.engine.publish(SCHEMA, "rows")
        self.fts.base.execute("INSERT INTO t(t) VALUES ('optimize')")
        self.fts.base.executescript("ANALYZE;")

    def total(self, ask: Ask) -> int:
        """One call."""
        return self.engine.search(SCHEMA.kind, ask).total

    def total_of_fts(self, ask: Ask) -> int:
        """For comparing both."""
        counted: int = self.fts.base.execute(f"SELECT count(*) {_JOINED}", _typed(ask)).fetchone()[0]
        return counted

    def ask_fts(self, ask: Ask) -> None:
        """One statement each for hits, total and every facet."""
        typed = _typed(ask)
        self.fts.base.execute(f"SELECT t.rowid {_JOINED} ORDER BY rank LIMIT {ask.limit}", typed).fetchall()
        self.fts.base.execute(f"SELECT count(*) {_JOINED}", typed).fetchall()
        for name, most in ask.facets.items():
            counted = f"SELECT m.{name}, count(*) {_JOINED} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {most}"
            self.fts.base.execute(counted, typed).fetchall()


def _beside(batch: Iterable[Document]) -> Iterator[tuple[object, ...]]:
    for row in batch:
        yield int(row.id), row.numbers["year"], *(row.keywords[name][0] for name in FACETS)


def _typed(ask: Ask) -> tuple[str, int | None, int | None]:
    assert isinstance(ask.query, Term)
    assert isinstance(ask.filter, Range)
    return f'"{ask.query.token}"', ask.filter.low, ask.filter.high
