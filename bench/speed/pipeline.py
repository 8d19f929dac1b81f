"""From rows to something that can be searched: ours beside plain jieba and SQLite FTS5, both writing to disk."""

import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

from analyzers.fold import fold
from analyzers.words import index_words
from bench.speed.fts import Fts, jieba_words
from bench.speed.measure import Result, compared, in_turn
from bench.speed.rows import Row, rows
from indexers.documents import build, schema_of
from search_service import kinds
from search_service.engines.base import Document, IndexSchema, TextField, Tombstone
from search_service.engines.embedded import EmbeddedEngine
from search_service.store.ids import new_id
from search_service.store.standard import Standard

ROWS = 20_000
ROUNDS = 3
BATCH = 500
"""As the indexing job writes."""

STANDARD = kinds.REGISTRY.kind("standard")
WORDS_ONLY = IndexSchema("words", texts=(TextField("words", positions=True),), keywords=(), numbers=())
NOW = datetime(2026, 11, 21, tzinfo=UTC)


def run() -> list[Result]:
    """The same work on both sides, and the whole document of the formula."""
    chosen = rows(ROWS)
    stored = [standard(row) for row in chosen]
    with tempfile.TemporaryDirectory() as folder:
        files = (Path(folder) / str(at) for at in count())
        words, peer, whole = in_turn(
            ROUNDS,
            lambda: write(next(files), WORDS_ONLY, map(words_only, count(), chosen)),
            lambda: jieba_to_fts(next(files), chosen),
            lambda: write(next(files), schema_of(STANDARD), documents(stored)),
        )
    return [
        compared(
            f"row → searchable: words of title and abstract, {ROWS:,} rows (peer: jieba → FTS5, the same texts)",
            _per_second(words),
            _per_second(peer),
            peer / words,
            4,
        ),
        compared(
            "row → searchable: the whole document (words, bigrams, units, pinyin, number keys, completions, facets;"
            " peer: jieba → FTS5, words alone)",
            _per_second(whole),
            _per_second(peer),
            peer / whole,
            4,
        ),
    ]


def write(path: Path, schema: IndexSchema, made: Iterable[Document | Tombstone]) -> EmbeddedEngine:
    """Documents into a new index of a new engine, durable and visible."""
    engine = EmbeddedEngine(path)
    engine.create(schema, "rows")
    batch: list[Document | Tombstone] = []
    for document in made:
        batch.append(document)
        if len(batch) == BATCH:
            engine.write("rows", batch)
            batch = []
    engine.write("rows", batch)
    engine.refresh("rows")
    engine.close()
    return engine


def words_only(place: int, row: Row) -> Document:
    """What FTS5 gets, too."""
    text = " ".join(index_words(fold(f"{row.title} {row.abstract}")))
    return Document(str(place), 1, str(place), {"words": text}, {}, {})


def documents(stored: Sequence[Standard]) -> Iterable[Document | Tombstone]:
    """What the indexing job makes of rows of the database."""
    return (build(STANDARD, row, 1, NOW) for row in stored)


def jieba_to_fts(file: Path, chosen: Sequence[Row]) -> None:
    """Plain jieba, one contentless FTS5 table, one transaction."""
    fts = Fts(file, ["words"])
    fts.add((at, " ".join(jieba_words(f"{row.title} {row.abstract}"))) for at, row in enumerate(chosen))
    fts.base.close()


def standard(row: Row) -> Standard:
    """The row as the database would give it."""
    made = Standard(
        number=row.number,
        title=row.title,
        scope=row.abstract or None,
        status=row.status,
        ics=[row.ics] if row.ics else [],
        ccs=[row.ccs] if row.ccs else [],
        published_on=_day(row.published),
        # A loaded row has all its columns; one that was never set is looked up in another, slower way.
        **dict.fromkeys(("key", "title_en", "effective_on", "withdrawn_on", "deleted_at"), None),
    )
    made.id = new_id()
    STANDARD.prepare(made)
    return made


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _per_second(seconds: float) -> str:
    return f"{ROWS / seconds:,.0f} rows/s"
