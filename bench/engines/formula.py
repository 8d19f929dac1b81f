"""The whole formula over real standards: what the facade asks of an engine for one kind."""

import random
from collections.abc import Callable, Iterator

from bench.relevance.ours import PROFILE, SCHEMA, NoSynonyms
from bench.speed.rows import Row, rows
from search_service.engines.base import Ask, Document, Engine, Found
from search_service.query.formula import compile_query
from search_service.query.lexical import LexicalRow, analyse
from search_service.query.parse import parse_query

TOP = 10

CLASSES: dict[str, Callable[[Row, random.Random], str]] = {
    "short (2 to 4 characters)": lambda row, chosen: _piece(row.title, chosen.randint(2, 4), chosen),
    "a piece of a title": lambda row, chosen: _piece(row.title, chosen.randint(5, 8), chosen),
    "long (a sentence of the scope, or the title)": lambda row, _: row.abstract[:120] or row.title,
    "a number": lambda row, _: row.number,
    "a number inside a sentence": lambda row, _: f"请问{row.number}的检测机构",
}


def documents(count: int) -> Iterator[Document]:
    """Standards; behind the last one they repeat with changed numbers."""
    for place, row in enumerate(rows(count)):
        found = analyse(
            LexicalRow(names=(row.title,), texts=(row.abstract,), numbers=(row.number,), flags=(row.status,))
        )
        key = f"{place:07}"
        yield Document(key, 1, key, found.texts, found.keywords, {})


def queries(name: str, count: int, chosen: random.Random, among: int) -> list[str]:
    """What people type, made from the rows themselves."""
    fit = [row for row in rows(among) if len(row.title) >= 8]
    return [CLASSES[name](row, chosen) for row in chosen.sample(fit, count)]


def ask(engine: Engine, query: str) -> Found:
    """Parse, compile, search and count: first what has all words, the rest only where there is none."""
    compiled = compile_query(
        parse_query(query),
        PROFILE,
        lambda field, tokens: engine.frequencies(SCHEMA.kind, field, tokens),
        NoSynonyms(),
    )
    found = engine.search(SCHEMA.kind, Ask(compiled.strict, limit=TOP))
    return found if found.total else engine.search(SCHEMA.kind, Ask(compiled.query, limit=TOP))


def _piece(title: str, length: int, chosen: random.Random) -> str:
    start = chosen.randrange(max(len(title) - length, 1))
    return title[start : start + length]
