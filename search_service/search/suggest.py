"""Typing suggestions (A6, P14): from live, visible records of all kinds."""

from collections.abc import Sequence
from datetime import datetime

from analyzers.fold import fold
from analyzers.highlight import highlight
from search_service.engines.base import Ask, Engine, EngineHit
from search_service.errors import Invalid
from search_service.kinds.base import Kind
from search_service.kinds.registry import REGISTRY
from search_service.query import columns, completions
from search_service.query.nodes import OneOf
from search_service.query.request import SearchRequest
from search_service.search.answer import Suggestion
from search_service.search.check import limits
from search_service.search.hidden import Hidden, hidden, shown
from search_service.search.mixing import Placed, interleave
from search_service.search.present import Picture, Pictures, url_of
from search_service.store.session import Database

WIDTH = 4
"""Completions looked up for each one wanted: some lead to the same text, or to a record that is hidden."""


class Suggester:
    """Completes what was typed."""

    def __init__(self, database: Database, engine: Engine, pictures: Pictures) -> None:
        self._database, self._engine, self._pictures = database, engine, pictures

    def suggest(self, typed: str, kinds: Sequence[str], size: int) -> list[Suggestion]:
        """Texts that go on from what was typed come before those that only hold it further on; kinds in turn.

        Raises:
            Invalid: no such kind, too long, too many.
        """
        wanted = {REGISTRY.kind(name).name for name in kinds}
        problems = limits(SearchRequest(q=typed, size=size))
        if problems:
            raise Invalid(problems[0].message, problems=problems)
        prefixes = completions.lookups(typed)
        if not prefixes:
            return []
        chosen = [kind for kind in REGISTRY.kinds if not wanted or kind.name in wanted]
        with self._database.read() as session:
            now = self._database.now()
            leave_out = hidden(session, chosen, now)
            found = {kind.name: self._hits(kind, prefixes, size, leave_out[kind.name], now) for kind in chosen}
            placed = interleave(found)
            pictures = self._pictures.load(session, placed, now)
        texts: dict[str, Placed] = {}
        for name, hit in placed:
            if (picture := pictures.get((name, hit.id))) is not None:
                texts.setdefault(_completed(picture, prefixes), (name, hit))
        later = {text: not fold(text).startswith(tuple(prefixes)) for text in texts}
        first = sorted(texts, key=lambda text: (later[text], len(text)))[:size]
        return [_suggestion(text, *texts[text], typed) for text in first]

    def _hits(
        self, kind: Kind, prefixes: Sequence[str], size: int, leave_out: Hidden, now: datetime
    ) -> Sequence[EngineHit]:
        values = [value for prefix in prefixes for value in self._engine.suggest(kind.name, prefix, size * WIDTH)]
        if not values:
            return ()
        query = OneOf(columns.SUGGEST, tuple(dict.fromkeys(values)))
        ask = Ask(query, filter=shown(kind, leave_out, now), limit=size * WIDTH)
        return self._engine.search(kind.name, ask).hits


def _suggestion(text: str, kind: str, hit: EngineHit, typed: str) -> Suggestion:
    return Suggestion(text, kind, hit.id, url_of(kind, hit.id), highlight(text, [fold(typed)], typing=True))


def _completed(picture: Picture, prefixes: Sequence[str]) -> str:
    """The text of the record that was completed; its title when that is one of them."""
    texts = [picture.title, *picture.texts.values()]
    return next((text for text in texts if completions.completes(text, prefixes)), picture.title)
