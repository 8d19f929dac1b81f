"""Our formula on the embedded engine, over the same rows: no database, no facade, but its cut at the last band."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.relevance.corpus import Row
from search_service.engines.base import Ask, Document, IndexSchema, KeywordField, TextField
from search_service.engines.embedded.engine import EmbeddedEngine
from search_service.kinds.profile import Profile
from search_service.query.formula import Compiled, compile_query
from search_service.query.lexical import KEYWORD_FIELDS, TEXT_FIELDS, LexicalRow, analyse
from search_service.query.parse import parse_query

DEPTH = 10
SCHEMA = IndexSchema(
    kind="bench",
    texts=tuple(TextField(name, positions) for name, positions in TEXT_FIELDS),
    keywords=tuple(KeywordField(name) for name in KEYWORD_FIELDS),
    numbers=(),
)
# The same priors as the kind of standards declares.
PROFILE = Profile("bench", priors={"current": 1.0, "upcoming": 0.5})


class NoSynonyms:
    """Synonyms are a matter of the installation, not of the tables."""

    def expand(self, word: str) -> Sequence[tuple[str, str]]:
        del word
        return ()


class Ours:
    """The formula as the application asks it."""

    name = "zhixun"

    def __init__(self, rows: Sequence[Row], folder: Path | None = None) -> None:
        self._held = None if folder else tempfile.TemporaryDirectory()
        self._engine = EmbeddedEngine(folder or Path(self._held.name))
        self._engine.create(SCHEMA, "rows")
        documents = [document(row) for row in rows]
        for start in range(0, len(documents), 5_000):
            self._engine.write("rows", documents[start : start + 5_000])
        self._engine.refresh("rows")
        self._engine.publish(SCHEMA, "rows")

    def ask(self, text: str, most: int = DEPTH) -> Sequence[int]:
        compiled = self.compiled(text)
        found = self._engine.search(SCHEMA.kind, Ask(compiled.strict, limit=most))
        if not found.total:
            found = self._engine.search(SCHEMA.kind, Ask(compiled.query, limit=most))
        return [int(hit.id) for hit in found.hits]

    def compiled(self, text: str) -> Compiled:
        return compile_query(parse_query(text), PROFILE, self._frequencies, NoSynonyms())

    def _frequencies(self, field: str, tokens: Sequence[str]) -> Mapping[str, int]:
        return self._engine.frequencies(SCHEMA.kind, field, tokens)


def document(row: Row) -> Document:
    """One standard: the newest first among equals."""
    lexical = analyse(LexicalRow(names=(row.title,), texts=(row.abstract,), numbers=(row.number,), flags=(row.status,)))
    year = int(row.number[-4:]) if row.number[-4:].isdigit() else 0
    return Document(f"{row.place}", 1, f"{9999 - year:04} {row.place:06}", lexical.texts, lexical.keywords, {})
