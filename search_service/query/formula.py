"""The ranking formula: one for all kinds and all engines (``docs/ranking.md``).

It knows of a kind what its `Profile` says and nothing else; of an engine only the nodes.  The constants and their
reasons are in the modules of the parts: `bands`, `text_tier`, `number_tier`, `bm25`, `pinyin_tier`.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from search_service.kinds.profile import Profile
from search_service.query import beside_numbers, bm25, pinyin_tier, text_tier
from search_service.query.alternatives import Alternatives, Synonyms
from search_service.query.bands import ALL_WORDS, BANDS, EXACT_NAME, IDENTIFIER
from search_service.query.beside_numbers import Part
from search_service.query.bm25 import Frequencies
from search_service.query.lexical import FLAG, NUM, PLAIN_NUMBER
from search_service.query.nodes import Best, Bool, Const, Everything, Keyword, Node, Nothing, any_of
from search_service.query.number_keys import identifier_key, squashed_key
from search_service.query.parse import ParsedQuery
from search_service.query.text_tier import Called, Option, Priors

__all__ = ["BANDS", "Compiled", "Formula", "compile_query"]

ROW = "id"
"""The keyword field of every document that holds its id (`engines/base.py`, which stands above this)."""
_IDENTIFIED = 2000.0
"""An identifier, or a number that nobody can parse: what a parsed number's body and prefix are worth."""
_WELL_FORMED = 5.0
"""A plain number before a translation, an amendment or a collective number, among equals."""
_CALLED_SO = 12.0
"""A row with a name that was understood as the object or the parameter, before one that only holds it; under what one
unit more is worth."""
_KINDS = 64
"""Kinds that may have priors of their own."""


class _Core:
    """What a query comes to for every kind that its words are the same for; put together when it is asked for."""

    def __init__(self, part: Part) -> None:
        self._options = part.options
        self._matching = tuple(part.matching)
        self.added = part.added

    @cached_property
    def query(self) -> Node:
        return any_of([Best(tuple([option.scored for option in self._options])), *self._matching])

    @cached_property
    def strong(self) -> Node:
        return text_tier.reaching(self._options, ALL_WORDS)

    @cached_property
    def strict(self) -> Node:
        best = Best(tuple([option.scored for option in self._options if option.band >= ALL_WORDS]))
        return Bool(must=(best,), should=self._matching)


class _Same(NamedTuple):
    """A query that has no parts."""

    query: Node
    strong: Node
    strict: Node


class Compiled:
    """A query for one kind; each part is put together when it is first asked for: most searches need `strict` alone."""

    def __init__(self, core: _Core | _Same, added: Sequence[Node] = ()) -> None:
        """Take what other kinds share, and what is added to the scores at the end."""
        self._core = core
        self._added = added

    @cached_property
    def query(self) -> Node:
        """What matches, and how it scores."""
        return _with(self._core.query, self._added)

    @property
    def strong(self) -> Node:
        """What reaches the band of all words, or a better one; unscored."""
        return self._core.strong

    @cached_property
    def strict(self) -> Node:
        """The part of `query` that is strong, with the same scores.

        A few rows that all conditions agree on, where `query` walks through every row that has one of forty words
        (0.1 instead of 1 ms at 100,000 rows).
        """
        return _with(self._core.strict, self._added)


def compile_query(parsed: ParsedQuery, profile: Profile, frequencies: Frequencies, synonyms: Synonyms) -> Compiled:
    """The formula for one query and one kind; `frequencies` are those of the kind's index."""
    return Formula(parsed, synonyms).compiled(profile, frequencies)


class Formula:
    """The formula for one query, for any number of kinds: most of it is the same for all, and worked out once.

    `parsed` is what has to be there: nothing, where a query is all filters.  `whole` is all that was typed: what stands
    in it beside can lift a row, never drop one.  `called`: words that were understood as somebody's name for a thing.
    """

    def __init__(
        self, parsed: ParsedQuery, synonyms: Synonyms, whole: ParsedQuery | None = None, called: Sequence[str] = ()
    ) -> None:
        self._parsed = parsed
        self._whole = parsed if whole is None else whole
        self._named = called
        self._other = Alternatives(synonyms)
        self._cores: dict[bool, _Core] = {}
        self._added: dict[Priors, list[Node]] = {}

    def compiled(self, profile: Profile, frequencies: Frequencies) -> Compiled:
        """As `compile_query`."""
        if self._whole.empty:
            return Compiled(_Same(Everything(), Everything(), Everything()))
        if not self._parsed.whole.units and not self._parsed.empty:
            return Compiled(_Same(Nothing(), Nothing(), Nothing()))
        core = self._core(profile, frequencies)
        return Compiled(core, [*core.added, *self._priors(profile)])

    @cached_property
    def _called(self) -> Called:
        return text_tier.called((self._whole if self._parsed.empty else self._parsed).text)

    def _priors(self, profile: Profile) -> list[Node]:
        priors = tuple({PLAIN_NUMBER: _WELL_FORMED, **profile.priors}.items())
        if priors not in self._added:
            self._added[priors] = [*text_tier.namesakes(self._called, priors), *_flagged(priors)]
        return self._added[priors]

    def _core(self, profile: Profile, frequencies: Frequencies) -> _Core:
        """That of another kind, unless the frequencies of an index chose some of it."""
        cites = profile.cites and bool(self._parsed.numbers)
        known = self._cores.get(cites)
        if known is not None:
            return known
        asked: list[str] = []

        def noted(field: str, tokens: Sequence[str]) -> Mapping[str, int]:
            asked.append(field)
            return frequencies(field, tokens)

        if self._parsed.empty:
            part = Part([Option(Everything(), 0.0)], [], [])
        else:
            part = self._numbers(noted, cites=cites) if self._parsed.numbers else self._words(noted)
        options = [*_identifiers(self._whole), *self._names(), *part.options]
        made = _Core(part._replace(options=options, added=[*part.added, *self._called_so]))
        if not asked:
            self._cores[cites] = made
        return made

    def _names(self) -> list[Option]:
        """The row is called just so; and what all that was typed adds to what has to be there."""
        options = text_tier.exact_name(self._called, len(self._parsed.whole.units))
        if self._whole is self._parsed:
            return options
        wording = self._whole.whole
        options += text_tier.exact_name(text_tier.called(self._whole.text), len(wording.units))
        return [*options, *(text_tier.literal(wording) if not self._whole.numbers else [])]

    @property
    def _called_so(self) -> list[Node]:
        return [Const(text_tier.called(text).spoken, _CALLED_SO) for text in self._named]

    def _numbers(self, frequencies: Frequencies, *, cites: bool) -> Part:
        return beside_numbers.part(self._parsed, self._other, frequencies, cites=cites)

    def _words(self, frequencies: Frequencies) -> Part:
        whole = self._parsed.whole
        words = self._other.joined(whole.content, whole.folded)
        matching = [
            *bm25.words(whole, frequencies),
            *bm25.others(words, self._other),
            *pinyin_tier.score(self._parsed.pinyin),
        ]
        options = [*text_tier.literal(whole), *text_tier.worded(words, self._other)]
        return Part(options, matching, text_tier.starts_so(whole))


def only(ids: Sequence[str]) -> Compiled:
    """These rows and no others: the query named them, whatever else it says."""
    rows = Const(any_of([Keyword(ROW, row_id) for row_id in ids]), EXACT_NAME)
    return Compiled(_Same(rows, rows, rows))


@lru_cache(_KINDS)
def _flagged(priors: Priors) -> tuple[Node, ...]:
    return tuple([Const(Keyword(FLAG, flag), worth) for flag, worth in priors])


def _with(query: Node, added: Sequence[Node]) -> Node:
    """The query, and what is added to its scores."""
    # Engines skip through a lone optional clause, but walk through the union of several (0.6 instead of 1.0 ms at
    # 7,600 hits), so each is nested.  The constants are nested beside the query and not around it: the embedded
    # engine copies all that is inside of a clause, at every level.
    beside: Node = Everything()
    for extra in added:
        if isinstance(extra, Const):
            beside = Bool(must=(beside,), should=(extra,))
        else:
            query = Bool(must=(query,), should=(extra,))
    return Bool(must=(query, beside))


def _identifiers(parsed: ParsedQuery) -> list[Option]:
    """Identifiers other than standard numbers, and the whole as a number that nobody can parse."""
    keys = [identifier_key(text) for text in parsed.identifiers]
    if parsed.squashed:
        keys.append(squashed_key(parsed.squashed))
    return [Option(any_of([Keyword(NUM, key) for key in keys]), _IDENTIFIED, IDENTIFIER)] if keys else []
