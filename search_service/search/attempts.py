"""Asking the engine: the formula for each kind, its filters, and what was found.

The first try says what the query says; a further one (the ladder) is the same with a `Change`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from analyzers import words
from search_service.engines.base import Ask, Engine, Found, Order
from search_service.kinds.base import Kind
from search_service.kinds.parts import Filter
from search_service.query import columns, text_tier
from search_service.query.formula import Compiled, Formula, only
from search_service.query.nodes import Node, any_of
from search_service.query.parse import ParsedQuery, parse_query
from search_service.query.request import SORTS
from search_service.search.asked import Asked, Change
from search_service.search.check import heeds
from search_service.search.hidden import shown
from search_service.search.steps import step
from search_service.search.vocabularies import Vocabulary

EVERY_VALUE = 20_000
"""Facet values asked of a kind when several are added up: all divisions, or six natures on each day of nine years."""

AS_ASKED = Change()


@dataclass(frozen=True, slots=True)
class Tried:
    """What the kinds hold, and what was asked of each."""

    found: Mapping[str, Found]
    asks: Mapping[str, Ask]

    def beside(self, other: "Tried") -> "Tried":
        """Both, which are of different kinds."""
        return Tried({**self.found, **other.found}, {**self.asks, **other.asks})


class Attempts:
    """Tries on one engine; thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def attempt(self, asked: Asked, change: Change = AS_ASKED, kinds: Sequence[Kind] | None = None) -> Tried:
        """What each counted kind holds, or each of `kinds`; hits for the asked ones, facets for none (`facets`).

        Raises:
            EngineUnavailable: it cannot answer.
        """
        with step("compile"):
            compiled = self.compiled(asked, change, kinds)
        wanted = {kind.name for kind in asked.checked.asked}
        depth = asked.request.page * asked.request.size
        asks = {
            kind.name: _ask(asked, kind, compiled[kind.name], change, depth if kind.name in wanted else 0)
            for kind in (asked.checked.counted if kinds is None else kinds)
        }
        with step("engine"):
            return Tried({name: self._engine.search(name, ask) for name, ask in asks.items()}, asks)

    def compiled(
        self, asked: Asked, change: Change = AS_ASKED, kinds: Sequence[Kind] | None = None
    ) -> dict[str, Compiled]:
        """The formula for each kind, worked out once for all that share words and what has to be there."""
        found: dict[str, Compiled] = {}
        formulas: dict[tuple[int, str], Formula] = {}
        for kind in asked.checked.counted if kinds is None else kinds:
            vocabulary = asked.vocabularies[kind.name]
            if ids := asked.named(kind):
                found[kind.name] = only(ids)
                continue
            with words.using(vocabulary.dictionary):
                parsed = _parsed(asked, kind, change)
                at = vocabulary.number, parsed.text
                if at not in formulas:
                    formulas[at] = _formula(asked, parsed, vocabulary, change)
                found[kind.name] = formulas[at].compiled(kind.profile, self._frequencies(kind))
        return found

    def _frequencies(self, kind: Kind) -> Callable[[str, Sequence[str]], Mapping[str, int]]:
        return lambda field, tokens: self._engine.frequencies(kind.name, field, tokens)


def facets(asked: Asked, tried: Tried) -> dict[str, Ask]:
    """What to ask for the facets of what a try has found, by kind; kinds that have nothing to count are left out."""
    wanted = {}
    for kind in asked.checked.asked:
        ask, counted = tried.asks[kind.name], _counted(asked, kind)
        if counted and (tried.found[kind.name].total or ask.ticked):
            wanted[kind.name] = replace(ask, facets=counted, limit=0, order=None)
    return wanted


def _counted(asked: Asked, kind: Kind) -> dict[str, int]:
    """The fields to count, each with as many values as adding up over the asked kinds needs."""
    shared = {name for other in asked.checked.asked if other is not kind for name in other.all_filters}
    return {
        columns.filter_field(f.name): EVERY_VALUE if f.days or f.name in shared else f.size
        for f in kind.all_filters.values()
        if f.facet
    }


def _parsed(asked: Asked, kind: Kind, change: Change) -> ParsedQuery:
    """What has to be there in rows of a kind, by the words of its own index."""
    if change.text is not None:
        return parse_query(change.text, numbers=bool(asked.reading.whole.numbers))
    found = asked.reading.demanded(kind)
    if found.whole.dictionary.fingerprint == words.current().fingerprint:
        return found
    return parse_query(found.text, numbers=bool(found.numbers))


def _formula(asked: Asked, parsed: ParsedQuery, vocabulary: Vocabulary, change: Change) -> Formula:
    reading = asked.reading
    whole = parsed if parsed.text == reading.whole.text else reading.whole
    return Formula(parsed, change.synonyms or vocabulary.synonyms, whole, reading.called)


def _ask(asked: Asked, kind: Kind, compiled: Compiled, change: Change, depth: int) -> Ask:
    checked, request = asked.checked, asked.request
    order = None
    if request.sort != SORTS[0]:
        order = Order(columns.sort_field(request.sort), kind.all_sorts[request.sort].descending)
    changed = {name: values for name, values in (change.values or {}).items() if heeds(kind, name)}
    ticked = {name: values for name, values in (checked.of(kind) | changed).items() if values}
    return Ask(
        query=compiled.strict if change.strict else compiled.query,
        filter=shown(kind, asked.hidden[kind.name], asked.now, checked.on(kind)),
        ticked={
            columns.filter_field(name): _ticked(asked, kind.all_filters[name], values)
            for name, values in ticked.items()
        },
        limit=depth,
        order=order,
    )


def _ticked(asked: Asked, declared: Filter, values: Sequence[str]) -> Node:
    """What has one of the values; where words of the query say so, also what answers for it, and what is called so.

    Who ticks a value gets as many rows as the facet counted.
    """
    node = columns.ticked(declared, values, asked.now)
    if declared.name in asked.checked.values:
        return node
    whole = asked.reading.whole
    named = text_tier.called(whole.text) if whole.whole.units else ()
    return any_of([node, columns.answering(declared, values), *named])
