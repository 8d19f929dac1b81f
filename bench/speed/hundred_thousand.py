"""100,000 standards on both sides, built once: our engine with whole documents, FTS5 with its words and bigrams."""

import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from bench.speed.fts import Fts
from bench.speed.pipeline import BATCH, STANDARD, documents, standard
from bench.speed.rows import Row, rows
from indexers.documents import schema_of
from search_service.engines.base import Document
from search_service.engines.embedded import EmbeddedEngine
from search_service.query.columns import filter_field
from search_service.query.lexical import BODY_W, TITLE_B

ROWS = 100_000
FACETS = ("status", "ics", "ccs")


class Both:
    """Held open for all measurements of one run."""

    def __init__(self, folder: Path) -> None:
        self.rows = rows(ROWS)
        self.engine = EmbeddedEngine(folder / "ours")
        self.engine.create(schema_of(STANDARD), "rows")
        # Words and bigrams in one column, as one OR asks for them; the values of facets in tables beside it, several
        # for one row as in ours (an ICS code and those above it).
        self.fts = Fts(folder / "fts.db", ["words"])
        self.fts.base.execute("CREATE TABLE m (rowid INTEGER PRIMARY KEY, status TEXT)")
        for name in FACETS:
            columns = "rowid INTEGER, value TEXT, PRIMARY KEY (rowid, value)"
            self.fts.base.execute(f"CREATE TABLE {name} ({columns}) WITHOUT ROWID")
        for start in range(0, ROWS, BATCH):
            self._add(start, self.rows[start : start + BATCH])
        self.engine.refresh("rows")
        self.engine.publish(schema_of(STANDARD), "rows")
        self.fts.base.execute("INSERT INTO t(t) VALUES ('optimize')")
        self.fts.base.executescript("ANALYZE;")

    def _add(self, start: int, part: Sequence[Row]) -> None:
        made = [found for found in documents([standard(row) for row in part]) if isinstance(found, Document)]
        self.engine.write("rows", made)
        self.fts.add((at, f"{d.texts[BODY_W]} {d.texts[TITLE_B]}") for at, d in enumerate(made, start))
        with self.fts.base:
            statuses = [(at, row.status) for at, row in enumerate(part, start)]
            self.fts.base.executemany("INSERT INTO m VALUES (?, ?)", statuses)
            for name in FACETS:
                values = [(at, v) for at, d in enumerate(made, start) for v in d.keywords[filter_field(name)]]
                self.fts.base.executemany(f"INSERT INTO {name} VALUES (?, ?)", values)

    def frequencies(self, field: str, tokens: Sequence[str]) -> Mapping[str, int]:
        """As the facade hands them to the formula."""
        return self.engine.frequencies(STANDARD.name, field, tokens)


@cache
def both() -> Both:
    """Takes a minute or two."""
    return Both(Path(_FOLDER.name))


_FOLDER = tempfile.TemporaryDirectory(prefix="bench")
