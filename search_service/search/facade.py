"""Check → understand → execute → re-check in the database → page: the one way in to searching."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial

from sqlalchemy.orm import Session

from analyzers import words
from search_service.engines.base import Engine, EngineHit
from search_service.errors import EngineUnavailable
from search_service.query import columns
from search_service.query.bands import EXACT_NAME
from search_service.query.request import SearchRequest
from search_service.query.understanding.lexicon import Lexicon
from search_service.query.understanding.slots import Slot
from search_service.search import attempts, degraded, editions
from search_service.search.answer import Answer, FacetValue, Hit, Suggestion
from search_service.search.asked import Asked
from search_service.search.attempts import Attempts, Tried
from search_service.search.check import Checked, check
from search_service.search.counting import Counting, Facets
from search_service.search.editions import other_editions
from search_service.search.explain import Explanation, explain
from search_service.search.hidden import hidden
from search_service.search.labels import Labels
from search_service.search.ladder import Ladder, Outcome
from search_service.search.loosened import Loosened
from search_service.search.marking import Marker
from search_service.search.memo import Memo
from search_service.search.mixing import Placed, band_of, in_order
from search_service.search.places import Places
from search_service.search.prefill import begun, prefill
from search_service.search.present import Picture, Pictures, url_of
from search_service.search.rungs import Rungs
from search_service.search.steps import recorded, step
from search_service.search.suggest import Suggester
from search_service.search.understand import Words, understand
from search_service.search.vocabularies import Published, Source, Vocabulary
from search_service.search.word_lists import WordLists
from search_service.store.division import Division
from search_service.store.session import Database

WHY = ("identifier", "exact_name", "all_words", "some_words")
"""Stable codes of the bands, best first."""

TRIES = 2
"""A search is asked again when an index of another vocabulary was published under it: words cut by one dictionary are
no question to documents cut by another (P7).  Twice within one search happens to nobody."""

NO_KIND = "没有一类内容同时具有所选的筛选项,请去掉其中一项"


def ignore(request: SearchRequest, answer: Answer) -> None:
    """Nobody takes notes."""


class Search:
    """Searches over all kinds; thread-safe.

    `vocabularies` says by which words a kind is searched (those of its published index), `noted` hears of every answer;
    `word_lists` may be shared by several.
    """

    def __init__(
        self,
        database: Database,
        engine: Engine,
        *,
        vocabularies: Source | None = None,
        noted: Callable[[SearchRequest, Answer], None] = ignore,
        word_lists: WordLists | None = None,
    ) -> None:
        self._database = database
        self._engine = engine
        self._vocabularies = vocabularies or Published(engine)
        self._noted = noted
        self._attempts = Attempts(engine)
        self._counting = Counting(engine)
        self._ladder = Ladder(self._attempts)
        self._pictures = Pictures()
        self._suggester = Suggester(database, engine, self._pictures)
        self._labels = Labels()
        self._places = Memo(Division, Places.read)
        self._word_lists = word_lists or WordLists(database)

    def search(self, request: SearchRequest) -> Answer:
        """One page of what is visible now.

        Raises:
            Invalid: something in the request means nothing; all of it is listed.
        """
        began = time.perf_counter()
        for _ in range(TRIES):
            with self._opened(request) as asked:
                answer = self._answer(asked, began)
                if self._vocabularies.of(asked.session, asked.checked.counted) == asked.vocabularies:
                    break
        self._noted(request, answer)
        return answer

    def read(self, text: str, as_text: tuple[str, ...] = ()) -> tuple[Slot, ...]:
        """What a text says, without looking for anything (a requirement's free text); `as_text` as in a search.

        Raises:
            Invalid: it is longer than a query, or `as_text` names no slot.
        """
        with self._opened(SearchRequest(q=text, as_text=as_text)) as asked:
            return asked.reading.slots

    def explain(self, request: SearchRequest) -> Explanation:
        """The same answer, and why it is so.

        Raises:
            Invalid: as for `search`.
            EngineUnavailable: what the database found by itself has nothing to explain.
        """
        began = time.perf_counter()
        with recorded() as spent, self._opened(request) as asked:
            answer = self._answer(asked, began)
            return explain(self._engine, self._attempts, asked, answer, dict(spent))

    @contextmanager
    def _opened(self, request: SearchRequest) -> Iterator[Asked]:
        """The request, checked and understood; its session stays open, and its dictionary in use, inside the block."""
        live = self._word_lists.get()  # before a connection is held: the first list is read through another one
        with self._database.read() as session:
            checked = check(session, request)
            vocabularies = self._vocabularies.of(session, checked.counted)
            main = next(iter(vocabularies.values()), None)
            with words.using(main.dictionary if main else words.current()):
                with step("understand"):
                    asked = self._asked(session, request, checked, vocabularies, live)
                yield asked

    def suggest(self, typed: str, kinds: Sequence[str] = (), size: int = 8) -> list[Suggestion]:
        """What typing completes to (see `Suggester`); nothing while the engine is away."""
        try:
            return self._suggester.suggest(typed, kinds, size)
        except EngineUnavailable:
            return []

    def warm(self) -> None:
        """Begin to read the words of the live records, for which the first search would wait; returns at once."""
        self._word_lists.renew()

    def learn(self) -> None:
        """Read the words of the live records now, instead of within a minute."""
        self._word_lists.learn()

    def _asked(
        self,
        session: Session,
        request: SearchRequest,
        checked: Checked,
        vocabularies: Mapping[str, Vocabulary],
        live: Lexicon,
    ) -> Asked:
        now = self._database.now()
        known = Words(live, self._places.get(session), self._labels)
        reading, checked = understand(session, request, checked, known, now)
        return Asked(session, request, checked, reading, vocabularies, hidden(session, checked.counted, now), now)

    def _answer(self, asked: Asked, began: float) -> Answer:
        checked, reading = asked.checked, asked.reading
        degraded_only = False
        try:
            outcome = self._found(asked)
        except EngineUnavailable:
            degraded_only = True
            alone = degraded.find(asked.session, checked, reading.said, asked.request.sort, asked.now)
            outcome = Outcome(Tried(alone, {}), complete=False)
        found = outcome.found
        exact = not degraded_only and all(asked.hidden[kind.name].exact for kind in checked.counted)
        counting = self._counting.begin(attempts.facets(asked, outcome.tried) if exact else {})
        with step("present"):
            hits = self._shown(asked, outcome)
        with step("facets"):
            counts, why_not = counting.counts()
            facets = self._facets(asked, counts) if exact and not why_not else {}
        return Answer(
            query=asked.request.q,
            understood=reading.slots,
            total=sum(found[kind.name].total for kind in checked.asked),
            total_is_exact=exact,
            partial=degraded_only,
            took_ms=round((time.perf_counter() - began) * 1000, 2),
            kinds={kind.name: found[kind.name].total for kind in checked.counted},
            facets=facets,
            hits=hits,
            relaxed=outcome.relaxed,
            prefill=prefill(asked.request.q, reading.slots) or (begun(asked.request.q) if outcome.promise else None),
            did_you_mean=outcome.offered,
            promise=outcome.promise,
            notes=tuple(filter(None, ("" if checked.asked else NO_KIND, why_not))),
        )

    def _shown(self, asked: Asked, outcome: Outcome) -> tuple[Hit, ...]:
        """The hits that are visible in the database now, with how they look and how they are loosened."""
        page = _page(asked, outcome)
        pictures = self._pictures.load(asked.session, [placed for placed, _ in page], asked.now)
        marker, numbers = Marker(asked.reading.whole, asked.reading.core), asked.reading.whole.numbers
        others = outcome.complete and other_editions(self._engine, numbers, [placed for placed, _ in page])
        hits = []
        for (kind, hit), loosened in page:
            picture = pictures.get((kind, hit.id))
            if picture is None:
                continue
            edition = (editions.said(kind, picture, numbers),) if others and (kind, hit.id) in others else ()
            hits.append(_hit(kind, hit, picture, asked, marker, (*loosened, *edition)))
        return tuple(hits)

    def _found(self, asked: Asked) -> Outcome:
        """What the engine finds with all the words, and the ladder where that is little or nothing.

        Raises:
            EngineUnavailable: it cannot answer.
        """
        lexicons = (self._places.get(asked.session).lexicon, self._word_lists.get())
        rungs = partial(Rungs, asked, self._engine, self._labels, lexicons, self._suggester.sounding)
        return self._ladder.climb(asked, self._attempts.attempt(asked), rungs)

    def _facets(self, asked: Asked, counted: Facets) -> dict[str, tuple[FacetValue, ...]]:
        """Counts of the asked kinds added up, labels from the database, ticked values first."""
        facets: dict[str, tuple[FacetValue, ...]] = {}
        for name in dict.fromkeys(n for kind in asked.checked.asked for n in kind.all_filters):
            ticked = asked.checked.values.get(name, ())
            counts: dict[str, int] = dict.fromkeys(ticked, 0)
            kinds = [kind for kind in asked.checked.asked if name in kind.all_filters]
            for kind in kinds:
                for count in counted.get(kind.name, {}).get(columns.filter_field(name), ()):
                    value = columns.facet_value(kind.all_filters[name], count.value, asked.now)
                    if value is not None:
                        counts[value] = counts.get(value, 0) + count.count
            size = max(kind.all_filters[name].size for kind in kinds)
            shown = sorted(counts, key=lambda value: (value not in ticked, -counts[value], value))[:size]
            if shown:
                labels = self._labels.of(asked.session, kinds[0], name, shown)
                facets[name] = tuple(FacetValue(v, labels[v], counts[v], v in ticked) for v in shown)
        return facets


def _page(asked: Asked, outcome: Outcome) -> list[tuple[Placed, tuple[Loosened, ...]]]:
    """One page of what was found, with what was loosened behind all that fulfils the query or is just so called."""
    request, found = asked.request, outcome.found
    hits = {kind.name: found[kind.name].hits for kind in asked.checked.asked}
    unheeded = {kind.name: asked.unheeded(kind) for kind in asked.checked.asked}
    placed = in_order(hits, asked.checked.asked, request.sort, unheeded.__getitem__)
    fitting = [at for at, (kind, hit) in enumerate(placed, 1) if unheeded[kind] == 0 or hit.score >= EXACT_NAME]
    behind = max(fitting, default=0)
    shown = [(one, outcome.loosened) for one in placed]
    first = (request.page - 1) * request.size
    return [*shown[:behind], *outcome.more, *shown[behind:]][first : first + request.size]


def _hit(
    kind: str, hit: EngineHit, picture: Picture, asked: Asked, marker: Marker, loosened: Sequence[Loosened]
) -> Hit:
    band = () if asked.reading.whole.empty or hit.sort else (WHY[band_of(hit.score)],)
    return Hit(
        kind=kind,
        id=hit.id,
        key=picture.key,
        url=url_of(kind, hit.id),
        title=picture.title,
        fields=picture.fields_at(asked.now),
        highlights=marker.highlights(picture.texts, picture.folded),
        why=tuple(one.code for one in loosened) or band,
        loosened=tuple(one.said for one in loosened),
    )
