"""What a change of the vocabulary would do, tried out beside the live index (N9).

Two small indices are made in a scratch engine, of the same records: one cut by the words that hold, one by the words
that would.  The same queries are asked of both through the same facade, so that whatever differs is the change's doing.
Where the records are few all of them are in it; otherwise those that the change can touch: rows in which a changed word
stands, or the two parts of it apart, and what the queries find now.  Synonyms are in no index: where only they change,
the live index is asked twice.

Asked are the control queries that the staff keeps, what people search for most, and the names of the touched records.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice, zip_longest
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analyzers import words
from analyzers.fold import fold
from analyzers.synonyms import SynonymTable
from analyzers.words import Dictionary, cut_words
from indexers import dictionaries
from indexers.documents import schema_of
from indexers.drain import BATCH
from indexers.generations import SERVING
from indexers.loading import load
from search_service.engines.base import Ask, Engine
from search_service.errors import InProgress
from search_service.kinds.base import Kind
from search_service.kinds.days import day_of
from search_service.kinds.parts import Use
from search_service.kinds.registry import REGISTRY
from search_service.query import columns, text_tier
from search_service.query.alternatives import Alternatives
from search_service.query.nodes import any_of
from search_service.query.request import LARGEST_PAGE, LONGEST_QUERY, SearchRequest
from search_service.records.query_log import most_asked
from search_service.records.vocabulary_changes import Content
from search_service.search import Search
from search_service.search.answer import Answer, Hit
from search_service.search.facade import WHY
from search_service.search.vocabularies import One, Vocabulary
from search_service.search.word_lists import WordLists
from search_service.store.journal import IndexState, SearchIndex
from search_service.store.session import Database
from search_service.store.vocabulary import ControlQuery, dictionary

WHOLE = 5_000
"""So many records are all taken: some three seconds a side, and scores are those of the real index."""
MOST_TOUCHED = 1_000
"""Records of a kind that one changed word brings in otherwise."""
MOST_LOGGED, LOGGED_DAYS = 200, timedelta(days=30)
"""The queries of the last month, the most frequent first."""
MOST_CONTROL = 500
MOST_NAMES = 150
"""Names of touched records that are asked for, of all kinds in turn: each costs two searches, some ten milliseconds."""
SEEN = 20
"""Hits of a query that are compared: two pages, further on nobody reads."""
MOST_SHOWN = 100
"""Changed queries, and lost names, that a preview lists; it counts all of them."""

Scratch = Callable[[], AbstractContextManager[Engine]]
"""An engine of one's own for a moment."""


@dataclass(frozen=True, slots=True)
class _Query:
    """What is asked of both sides; a name is asked of one kind, and has to find the records with these ids."""

    text: str
    source: str
    note: str | None = None
    kind: str | None = None
    ids: tuple[str, ...] = ()


class _Sides:
    """The two searches that are compared."""

    def __init__(self, before: Search, after: Search) -> None:
        self.before, self.after = before, after

    def ask(self, query: _Query) -> tuple[Answer, Answer]:
        kinds, size = ((query.kind,), LARGEST_PAGE) if query.kind else ((), SEEN)
        request = SearchRequest(q=query.text, kinds=kinds, size=size)
        return self.before.search(request), self.after.search(request)


def preview(database: Database, engine: Engine, before: Content, after: Content, scratch: Scratch) -> dict[str, Any]:
    """Gained, lost and reordered per query, and the names that would lose their record; plain values.

    Raises:
        InProgress: an earlier version is not in all indices yet, so that nobody could say what a change does.
        EngineUnavailable: the live index cannot be asked which records the change touches.
    """
    old, new = _vocabulary(before), _vocabulary(after)
    _require_settled(database, old.dictionary)
    with database.read() as session:
        queries = [query for query in (*_control(session), *_logged(session, database)) if _askable(query.text)]
    lists = WordLists(database)
    lists.learn()  # both sides understand the same from their first query on

    def searches(*engines: Engine) -> _Sides:
        pairs = zip(engines, (old, new), strict=True)
        return _Sides(*(Search(database, e, vocabularies=One(side), word_lists=lists) for e, side in pairs))

    with ExitStack() as stack:
        live = searches(engine, engine)
        touched = _touched(database, engine, _changed_words(old.dictionary, new.dictionary), _others(before, after))
        names = _names(database, touched, old, new)
        if old.dictionary == new.dictionary:
            sides, documents, whole = live, 0, True
        else:
            chosen, whole = _chosen(database, touched, live, queries)
            made = [stack.enter_context(scratch()) for _ in range(2)]
            for made_engine, side in zip(made, (old, new), strict=True):
                _fill(database, made_engine, chosen, side.dictionary)
            sides = searches(*made)
            documents = sum(map(len, chosen.values()))
        return _compared(sides, queries, names) | {"documents": documents, "whole": whole}


def _vocabulary(content: Content) -> Vocabulary:
    return Vocabulary(0, dictionary(content.words), SynonymTable(content.entries))


def _require_settled(database: Database, there: Dictionary) -> None:
    with database.read() as session:
        serving = session.scalars(select(SearchIndex).where(SearchIndex.state.in_(SERVING)))
        behind = sorted({i.kind for i in serving if dictionaries.of_index(session, i) != there})
    if behind:
        raise InProgress(f"上一次词表变更还没有在全部索引中生效({'、'.join(behind)}):请等重建完成后再预览")


def _control(session: Session) -> list[_Query]:
    rows = select(ControlQuery).where(ControlQuery.deleted_at.is_(None)).order_by(ControlQuery.q).limit(MOST_CONTROL)
    return [_Query(row.q, "control", row.note) for row in session.scalars(rows)]


def _logged(session: Session, database: Database) -> list[_Query]:
    since = day_of(database.now() - LOGGED_DAYS)
    return [_Query(asked.text, "log") for asked in most_asked(session, since, MOST_LOGGED)]


def _changed_words(old: Dictionary, new: Dictionary) -> list[str]:
    return sorted({word for word, _ in set(old.changes) ^ set(new.changes)})


def _others(before: Content, after: Content) -> list[str]:
    """Words and meanings of changed synonyms."""
    changed = set(before.synonyms.items()) ^ set(after.synonyms.items())
    return sorted({text for pair, _ in changed for text in map(fold, pair)})


def _touched(
    database: Database, engine: Engine, changed: Sequence[str], others: Sequence[str]
) -> dict[str, dict[UUID, None]]:
    """Ids by kind of the records that hold a changed word, whole or in two parts, or a changed synonym."""
    plain = Alternatives(SynonymTable([]))
    found: dict[str, dict[UUID, None]] = {kind.name: {} for kind in REGISTRY.kinds}
    shown = columns.visible_at(database.now())
    in_two = [[[word], *([word[:at], word[at:]] for at in range(1, len(word)))] for word in changed]
    for parts in (*in_two, *([[text]] for text in others)):
        query = any_of([text_tier.all_there(pieces, plain) for pieces in parts])
        for kind in REGISTRY.kinds:
            hits = engine.search(kind.name, Ask(query, filter=shown, limit=MOST_TOUCHED)).hits
            found[kind.name].update(dict.fromkeys(UUID(hit.id) for hit in hits))
    return found


def _names(database: Database, touched: Mapping[str, Iterable[UUID]], old: Vocabulary, new: Vocabulary) -> list[_Query]:
    """The names by which touched records are found now, where the change reads them otherwise; of every kind some."""
    found: dict[str, dict[str, list[str]]] = {}
    for kind in REGISTRY.kinds:
        names = found[kind.name] = {}
        for row in _rows(database, kind, list(touched[kind.name])):
            called = _called(kind, row, old)
            moved = called != _called(kind, row, new)
            for text in called:
                if text in names or (len(names) < MOST_NAMES and (moved or _differs(text, old, new))):
                    names.setdefault(text, []).append(str(row.id))
    queries = [[_Query(text, "name", None, kind, tuple(ids)) for text, ids in of.items()] for kind, of in found.items()]
    in_turn = (query for row in zip_longest(*queries) for query in row if query is not None)
    return list(islice(in_turn, MOST_NAMES))


def _called(kind: Kind, row: Any, vocabulary: Vocabulary) -> list[str]:
    """The names that the index knows a record by (short forms depend on the words), and two names side by side."""
    with words.using(vocabulary.dictionary):
        names = kind.row_words(row)[Use.NAME]
    both = ["".join(names[:2]), " ".join(names[:2])] if len(names) > 1 else []
    return [text for text in dict.fromkeys([*names, *both]) if _askable(text)]


def _askable(text: str) -> bool:
    return len(fold(text)) <= LONGEST_QUERY


def _differs(text: str, old: Vocabulary, new: Vocabulary) -> bool:
    """Whether the two sides read a text in different words, or know other words for one of them."""
    folded = fold(text)
    read = []
    for side in (old, new):
        with words.using(side.dictionary):
            cut = cut_words(folded)
        together = ["".join(cut[at : at + size]) for size in range(1, 5) for at in range(len(cut))]
        read.append((cut, [side.synonyms.expand(word) for word in together]))
    return read[0] != read[1]


def _rows(database: Database, kind: Kind, ids: Sequence[UUID]) -> Iterator[Any]:
    for at in range(0, len(ids), BATCH):
        with database.read() as session:
            wanted = select(kind.model).where(kind.model.id.in_(ids[at : at + BATCH]))
            yield from session.scalars(wanted.options(*kind.document_loads()).order_by(kind.model.id)).all()


def _chosen(
    database: Database, touched: Mapping[str, Iterable[UUID]], live: _Sides, queries: Sequence[_Query]
) -> tuple[dict[str, list[UUID]], bool]:
    """The records that the scratch indices hold, by kind, and whether those are all."""
    with database.read() as session:
        counted = select(func.count()).select_from(IndexState)
        if (session.scalar(counted) or 0) <= WHOLE:
            states = session.execute(select(IndexState.kind, IndexState.entity_id)).all()
            return {k.name: [i for kind, i in states if kind == k.name] for k in REGISTRY.kinds}, True
    chosen = {name: dict.fromkeys(ids) for name, ids in touched.items()}
    for query in queries:
        for answer in live.ask(query):
            for hit in answer.hits:
                chosen[hit.kind][UUID(hit.id)] = None
    return {name: list(ids) for name, ids in chosen.items()}, False


def _fill(database: Database, engine: Engine, chosen: Mapping[str, Sequence[UUID]], dictionary: Dictionary) -> None:
    with words.using(dictionary):
        for kind in REGISTRY.kinds:
            schema, name = schema_of(kind), f"{kind.name}-preview"
            engine.create(schema, name)
            ids = iter(chosen[kind.name])
            while batch := list(islice(ids, BATCH)):
                engine.write(name, load(database, kind, dict.fromkeys(batch, 1)).documents)
            engine.refresh(name)
            engine.publish(schema, name)


def _compared(sides: _Sides, queries: Sequence[_Query], names: Sequence[_Query]) -> dict[str, Any]:
    changed = [found for query in queries if (found := _difference(query, *sides.ask(query))) is not None]
    lost = [found for query in names for found in _lost_names(query, *sides.ask(query))]
    changed.sort(key=lambda found: (-len(found["lost"]), -len(found["gained"]), found["query"]))
    return {
        "queries": {source: sum(query.source == source for query in queries) for source in ("control", "log")}
        | {"name": len(names)},
        "summary": {
            "changed": len(changed),
            "gained": sum(bool(found["gained"]) for found in changed),
            "lost": sum(bool(found["lost"]) for found in changed),
            "reordered": sum(bool(found["moved"]) for found in changed),
            "lost_names": len(lost),
        },
        "changed": changed[:MOST_SHOWN],
        "lost_names": lost[:MOST_SHOWN],
    }


def _difference(query: _Query, before: Answer, after: Answer) -> dict[str, Any] | None:
    """What changes among the first hits of a query; None where nothing does."""
    old, new = ({(hit.kind, hit.id): hit for hit in answer.hits} for answer in (before, after))
    both = [key for key in old if key in new]
    order = [key for key in new if key in old]
    moved = [key for key, there in zip(both, order, strict=True) if key != there]
    if before.total == after.total and list(old) == list(new):
        return None
    place_old, place_new = list(old), list(new)
    return {
        "query": query.text,
        "source": query.source,
        "note": query.note,
        "total": [before.total, after.total],
        "gained": [_said(hit) for key, hit in new.items() if key not in old],
        "lost": [_said(hit) for key, hit in old.items() if key not in new],
        "moved": [
            _said(new[key]) | {"from": place_old.index(key) + 1, "to": place_new.index(key) + 1} for key in moved
        ],
    }


def _lost_names(query: _Query, before: Answer, after: Answer) -> Iterator[dict[str, Any]]:
    """Records that a name finds now and would not find any more, or only as something less than by its name."""
    old, new = ({hit.id: hit for hit in answer.hits} for answer in (before, after))
    for there in (old[i] for i in query.ids if i in old):
        then = new.get(there.id)
        if then is None or _band(then) > _band(there):
            yield {
                "query": query.text,
                **_said(there),
                "before": there.why[0] if there.why else None,
                "after": then.why[0] if then is not None and then.why else None,
            }


def _band(hit: Hit) -> int:
    return min((WHY.index(code) for code in hit.why if code in WHY), default=len(WHY))


def _said(hit: Hit) -> dict[str, Any]:
    return {"kind": hit.kind, "id": hit.id, "key": hit.key, "title": hit.title}
