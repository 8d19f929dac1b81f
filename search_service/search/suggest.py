"""Typing suggestions (A5, A6, P14): from live, visible records of all kinds, grouped by kind."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

from analyzers.fold import fold
from search_service.engines.base import Engine
from search_service.errors import Invalid
from search_service.kinds.base import Kind
from search_service.kinds.numbers import parse
from search_service.kinds.registry import REGISTRY
from search_service.query import completions
from search_service.query.completions import EXACT, Lookup
from search_service.query.request import SearchRequest
from search_service.search.answer import Suggestion
from search_service.search.check import limits
from search_service.search.present import Pictures, url_of
from search_service.search.targets import At, Moment, Target, Targets
from search_service.search.typed import mark
from search_service.store.session import Database

WIDTH = 4
"""Completions looked up for each one wanted: some lead to the same text, or to a record that is hidden."""


class _Candidate(NamedTuple):
    """A completion of one kind; `order`: the smaller, the better it answers among those of its kind."""

    order: tuple[float, ...]
    lookup: Lookup
    target: Target

    @property
    def telling(self) -> tuple[int, ...]:
        """How well it answers, among those of all kinds."""
        return self.lookup.rank, self.target.start != 0, len(self.target.text)


class Suggester:
    """Completes what was typed."""

    def __init__(self, database: Database, engine: Engine, pictures: Pictures) -> None:
        self._engine = engine
        self._targets = Targets(database, engine, pictures)

    def suggest(self, typed: str, kinds: Sequence[str], size: int) -> list[Suggestion]:
        """What answers best, kinds in turn, then put together by kind: the kind of the best one first.

        Texts that go on from what was typed come before those that only hold it further on; what only sounds so comes
        where nothing is written so.

        Raises:
            Invalid: no such kind, too long, too many.
        """
        wanted = {REGISTRY.kind(name).name for name in kinds}
        problems = limits(SearchRequest(q=typed, size=size))
        if problems:
            raise Invalid(problems[0].message, problems=problems)
        chosen = [kind for kind in REGISTRY.kinds if not wanted or kind.name in wanted]
        moment = self._targets.moment()
        found = self._found(typed, chosen, size, moment)
        if not found and (typed := completions.settled(typed)):
            found = self._found(typed, chosen, size, moment)
        folded = fold(typed)
        return [
            Suggestion(
                text=target.text,
                kind=kind,
                id=target.id,
                url=url_of(kind, target.id),
                highlighted=mark(target.text, folded, target.start, lookup),
            )
            for kind, (_, lookup, target) in found
        ]

    def sounding(self, letters: str) -> list[str]:
        """Names, or the ends of names, that sound just like these letters, those of most records first."""
        found: dict[str, None] = {}
        exactly = [lookup for lookup in completions.lookups(letters) if lookup.rank == completions.SPOKEN]
        moment = self._targets.moment()
        for lookup in exactly:
            wanted = [(kind.name, lookup.prefix) for kind in REGISTRY.kinds]
            for targets in self._targets.find(wanted, moment, sure=True).values():
                found.update(dict.fromkeys(_said(target) for target in targets if target.start >= 0))
        return list(found)

    def _found(self, typed: str, kinds: Sequence[Kind], size: int, moment: Moment) -> list[tuple[str, _Candidate]]:
        """What the database shows now; nearly always what was remembered."""
        found = self._chosen(typed, kinds, size, moment)
        if self._targets.shown([(kind, candidate.target) for kind, candidate in found], moment):
            return found
        return self._chosen(typed, kinds, size, moment, sure=True)

    def _chosen(
        self, typed: str, kinds: Sequence[Kind], size: int, moment: Moment, *, sure: bool = False
    ) -> list[tuple[str, _Candidate]]:
        """The best, with their kinds; only with `sure` certain to be shown now."""
        ranked: list[list[_Candidate]] = [[] for _ in kinds]
        for _, lookups in groupby(completions.lookups(typed), lambda lookup: max(lookup.rank, completions.WRITTEN)):
            self._add(ranked, kinds, list(lookups), size, partial(self._targets.find, moment=moment, sure=sure))
            if sum(map(len, ranked)) >= size:
                break
        turns = sorted(
            (candidate.lookup.rank, turn, at)
            for at, candidates in enumerate(ranked)
            for turn, candidate in enumerate(candidates)
        )[:size]
        turns.sort(key=lambda place: (ranked[place[2]][0].telling, place[2], place[1]))
        return [(kinds[at].name, ranked[at][turn]) for _, turn, at in turns]

    def _add(
        self,
        ranked: list[list[_Candidate]],
        kinds: Sequence[Kind],
        lookups: Sequence[Lookup],
        size: int,
        find: Callable[[Sequence[At]], Mapping[At, tuple[Target, ...]]],
    ) -> None:
        """Add to the candidates of each kind what these lookups find, each text once, the best first."""
        limit = size * WIDTH
        values = [(kind.name, self._values(kind.name, lookups, limit)) for kind in kinds]
        targets = find([(name, value) for name, found in values for value in found])
        for candidates, (name, found) in zip(ranked, values, strict=True):
            fresh = [
                _Candidate(_order(lookup, target, place), lookup, target)
                for place, (value, lookup) in enumerate(found.items())
                for target in targets[name, value]
            ]
            known = {candidate.target.text for candidate in candidates}
            for candidate in sorted(fresh, key=lambda candidate: candidate.order):
                if candidate.target.text not in known:
                    known.add(candidate.target.text)
                    candidates.append(candidate)

    def _values(self, kind: str, lookups: Sequence[Lookup], limit: int) -> dict[str, Lookup]:
        found: dict[str, Lookup] = {}
        for lookup in lookups:
            # What cannot be said by a beginning alone is picked from more.
            width = limit * WIDTH if lookup.syllables else limit
            for value in self._engine.suggest(kind, lookup.prefix, width):
                if lookup.accepts(value):
                    found.setdefault(value, lookup)
        return found


def _said(target: Target) -> str:
    """From where the completion begins."""
    folded = " ".join(fold(target.text).split())
    return folded[target.start :]


def _order(lookup: Lookup, target: Target, place: int) -> tuple[float, ...]:
    number = parse(target.text)
    if lookup.rank == EXACT and number:
        # The record before its translations and amendments, the newest edition first: the engine lists them ascending.
        return EXACT, number.variant != "", -(number.year or 0), -place
    # Of numbers that are only begun, those in force come first.
    prior = target.prior if number else 0.0
    return lookup.rank, target.start != 0, -prior, len(target.text), place
