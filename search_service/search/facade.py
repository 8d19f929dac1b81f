"""Understand → check → execute → re-check in the database → page: the one way in to searching."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from analyzers.synonyms import SynonymTable
from search_service.engines.base import Ask, Count, Engine, EngineHit, Found, Order
from search_service.errors import EngineUnavailable
from search_service.kinds.base import Kind
from search_service.query import columns
from search_service.query.formula import Compiled, Formula
from search_service.query.parse import ParsedQuery, parse_query
from search_service.query.request import SORTS, SearchRequest
from search_service.search import degraded
from search_service.search.answer import Answer, FacetValue, Hit, Suggestion
from search_service.search.check import Checked, check
from search_service.search.hidden import Hidden, hidden, shown
from search_service.search.labels import Labels
from search_service.search.marking import Marker
from search_service.search.memo import Memo
from search_service.search.mixing import Placed, band_of, in_order
from search_service.search.present import Picture, Pictures, url_of
from search_service.search.suggest import Suggester
from search_service.search.understand import Gazetteer, understand
from search_service.store.division import Division
from search_service.store.session import Database
from search_service.store.vocabulary import Synonym

SOME_WORDS = "没有包含全部词语的结果,以下结果只包含其中一部分"
"""`relaxed`, when counting had to fall back to the last band."""

EVERY_VALUE = 20_000
"""Facet values asked of a kind when several are added up: all divisions, or six natures on each day of nine years."""

BY_PINYIN = "没有直接包含所输入字母的结果,以下结果按拼音查找"
"""`relaxed`, when letters were read as pinyin."""

WHY = ("identifier", "exact_name", "all_words", "some_words")
"""Stable codes of the bands, best first."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One search on its way: what the steps share."""

    session: Session
    request: SearchRequest
    checked: Checked
    parsed: ParsedQuery
    hidden: Mapping[str, Hidden]
    now: datetime


class Search:
    """Searches over all kinds; thread-safe."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine
        self._pictures = Pictures()
        self._suggester = Suggester(database, engine, self._pictures)
        self._labels = Labels()
        self._gazetteer = Memo(Division, Gazetteer.read)
        self._synonyms = Memo(Synonym, _read_synonyms)

    def search(self, request: SearchRequest) -> Answer:
        """One page of what is visible now.

        Raises:
            Invalid: something in the request means nothing; all of it is listed.
        """
        began = time.perf_counter()
        with self._database.read() as session:
            checked = check(session, request)
            parsed = parse_query(request.q)
            now = self._database.now()
            asked = _Asked(session, request, checked, parsed, hidden(session, checked.counted, now), now)
            partial, relaxed = False, tuple[str, ...]()
            try:
                found, relaxed = self._found(asked)
            except EngineUnavailable:
                partial, found = True, degraded.find(session, checked, parsed, request.sort, now)
            page = self._page(asked, found)
            pictures = self._pictures.load(session, page, now)
            marker = Marker(parsed)
            understood = understand(parsed, self._gazetteer.get(session))
            exact = not partial and all(asked.hidden[kind.name].exact for kind in checked.counted)
            return Answer(
                query=request.q,
                understood=understood,
                total=sum(found[kind.name].total for kind in checked.asked),
                total_is_exact=exact,
                partial=partial,
                took_ms=round((time.perf_counter() - began) * 1000, 2),
                kinds={kind.name: found[kind.name].total for kind in checked.counted},
                facets=self._facets(asked, found) if exact else {},
                hits=tuple(
                    _hit(kind, hit, pictures[kind, hit.id], asked, marker)
                    for kind, hit in page
                    if (kind, hit.id) in pictures
                ),
                relaxed=relaxed,
            )

    def suggest(self, typed: str, kinds: Sequence[str] = (), size: int = 8) -> list[Suggestion]:
        """What typing completes to (see `Suggester`); nothing while the engine is away."""
        try:
            return self._suggester.suggest(typed, kinds, size)
        except EngineUnavailable:
            return []

    def _found(self, asked: _Asked) -> tuple[dict[str, Found], tuple[str, ...]]:
        """What the engine finds with all the words, else with some of them; and what was loosened for it.

        Raises:
            EngineUnavailable: it cannot answer.
        """
        parsed, checked = asked.parsed, asked.checked
        formula = Formula(parsed, self._synonyms.get(asked.session))
        compiled = {k.name: formula.compiled(k.profile, self._frequencies(k)) for k in checked.counted}
        found = self._execute(asked, compiled, strict=True)
        if parsed.empty or any(found[kind.name].total for kind in checked.asked):
            return found, ()
        found = self._execute(asked, compiled, strict=False)
        said = BY_PINYIN if parsed.pinyin else SOME_WORDS
        return found, (said,) if any(found[kind.name].total for kind in checked.asked) else ()

    def _frequencies(self, kind: Kind) -> Callable[[str, Sequence[str]], Mapping[str, int]]:
        return lambda field, tokens: self._engine.frequencies(kind.name, field, tokens)

    def _execute(self, asked: _Asked, compiled: Mapping[str, Compiled], *, strict: bool) -> dict[str, Found]:
        wanted = {kind.name for kind in asked.checked.asked}
        depth = asked.request.page * asked.request.size
        return {
            kind.name: self._engine.search(
                kind.name,
                _ask(asked, kind, compiled[kind.name], strict=strict, depth=depth if kind.name in wanted else 0),
            )
            for kind in asked.checked.counted
        }

    @staticmethod
    def _page(asked: _Asked, found: Mapping[str, Found]) -> list[Placed]:
        request = asked.request
        hits = {kind.name: found[kind.name].hits for kind in asked.checked.asked}
        placed = in_order(hits, asked.checked.asked, request.sort)
        first = (request.page - 1) * request.size
        return placed[first : first + request.size]

    def _facets(self, asked: _Asked, found: Mapping[str, Found]) -> dict[str, tuple[FacetValue, ...]]:
        """Counts of the asked kinds added up, labels from the database, ticked values first."""
        facets: dict[str, tuple[FacetValue, ...]] = {}
        for name in dict.fromkeys(n for kind in asked.checked.asked for n in kind.all_filters):
            ticked = asked.checked.values.get(name, ())
            counts: dict[str, int] = dict.fromkeys(ticked, 0)
            kinds = [kind for kind in asked.checked.asked if name in kind.all_filters]
            for kind in kinds:
                per_kind: Sequence[Count] = found[kind.name].facets.get(columns.filter_field(name), ())
                for count in per_kind:
                    value = columns.facet_value(kind.all_filters[name], count.value, asked.now)
                    if value is not None:
                        counts[value] = counts.get(value, 0) + count.count
            size = max(kind.all_filters[name].size for kind in kinds)
            shown = sorted(counts, key=lambda value: (value not in ticked, -counts[value], value))[:size]
            if shown:
                labels = self._labels.of(asked.session, kinds[0], name, shown)
                facets[name] = tuple(FacetValue(v, labels[v], counts[v], v in ticked) for v in shown)
        return facets


def _ask(asked: _Asked, kind: Kind, compiled: Compiled, *, strict: bool, depth: int) -> Ask:
    checked, request = asked.checked, asked.request
    shared = {name for other in checked.asked if other is not kind for name in other.all_filters}
    facets = {
        columns.filter_field(f.name): EVERY_VALUE if f.days or f.name in shared else f.size
        for f in kind.all_filters.values()
        if f.facet
    }
    order = None
    if request.sort != SORTS[0]:
        order = Order(columns.sort_field(request.sort), kind.all_sorts[request.sort].descending)
    return Ask(
        query=compiled.strict if strict else compiled.query,
        filter=shown(kind, asked.hidden[kind.name], asked.now, checked.valid_on),
        ticked={
            columns.filter_field(name): columns.ticked(kind.all_filters[name], values, asked.now)
            for name, values in checked.values.items()
        },
        facets=facets if depth and asked.hidden[kind.name].exact else {},
        limit=depth,
        order=order,
    )


def _hit(kind: str, hit: EngineHit, picture: Picture, asked: _Asked, marker: Marker) -> Hit:
    return Hit(
        kind=kind,
        id=hit.id,
        key=picture.key,
        url=url_of(kind, hit.id),
        title=picture.title,
        fields=picture.fields_at(asked.now),
        highlights=marker.highlights(picture.texts),
        why=() if asked.parsed.empty or hit.sort else (WHY[band_of(hit.score)],),
    )


def _read_synonyms(session: Session) -> SynonymTable:
    rows = session.execute(select(Synonym.word, Synonym.meaning, Synonym.relation).where(Synonym.deleted_at.is_(None)))
    return SynonymTable([(word, meaning, relation) for word, meaning, relation in rows])
