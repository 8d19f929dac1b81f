"""The ranking formula: one for all kinds and all engines (``docs/ranking.md``).

It knows of a kind what its `Profile` says and nothing else; of an engine only the nodes.  The constants and their
reasons are in the modules of the parts: `bands`, `text_tier`, `number_tier`, `bm25`, `pinyin_tier`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from search_service.kinds.profile import Profile
from search_service.query import beside_numbers, bm25, pinyin_tier, text_tier
from search_service.query.alternatives import Alternatives, Synonyms
from search_service.query.bands import ALL_WORDS, BANDS, IDENTIFIER
from search_service.query.beside_numbers import Part
from search_service.query.bm25 import Frequencies
from search_service.query.lexical import FLAG, NUM, PLAIN_NUMBER
from search_service.query.nodes import Best, Bool, Const, Everything, Keyword, Node, Nothing, any_of
from search_service.query.number_keys import identifier_key, squashed_key
from search_service.query.parse import ParsedQuery

__all__ = ["BANDS", "Compiled", "Formula", "compile_query"]

_IDENTIFIED = 2000.0
"""An identifier, or a number that nobody can parse: what a parsed number's body and prefix are worth."""
_WELL_FORMED = 5.0
"""A plain number before a translation, an amendment or a collective number, among equals."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A query for one kind.

    Attributes:
        query: what matches, and how it scores.
        strong: what reaches the band of all words, or a better one; unscored.
        strict: the part of `query` that is strong, with the same scores: a few rows that all conditions agree on,
            where `query` walks through every row that has one of forty words (0.7 instead of 3 ms at 100,000 rows).
    """

    query: Node
    strong: Node
    strict: Node


def compile_query(parsed: ParsedQuery, profile: Profile, frequencies: Frequencies, synonyms: Synonyms) -> Compiled:
    """The formula for one query and one kind; `frequencies` are those of the kind's index."""
    return Formula(parsed, synonyms).compiled(profile, frequencies)


class _Core(NamedTuple):
    """`Compiled` but for what is added at the end."""

    query: Node
    strong: Node
    strict: Node
    added: list[Node]


class Formula:
    """The formula for one query, for any number of kinds: most of it is the same for all, and worked out once."""

    def __init__(self, parsed: ParsedQuery, synonyms: Synonyms) -> None:
        self._parsed = parsed
        self._other = Alternatives(synonyms)
        self._cores: dict[bool, _Core] = {}
        self._added: dict[tuple[tuple[str, float], ...], list[Node]] = {}

    def compiled(self, profile: Profile, frequencies: Frequencies) -> Compiled:
        """As `compile_query`."""
        if self._parsed.empty:
            return Compiled(Everything(), Everything(), Everything())
        if not self._parsed.whole.units:
            return Compiled(Nothing(), Nothing(), Nothing())
        core = self._core(profile, frequencies)
        added = [*core.added, *self._priors(profile)]
        return Compiled(_with(core.query, added), core.strong, _with(core.strict, added))

    def _priors(self, profile: Profile) -> list[Node]:
        priors = {PLAIN_NUMBER: _WELL_FORMED, **profile.priors}
        key = tuple(priors.items())
        if key not in self._added:
            flagged = (Const(Keyword(FLAG, flag), worth) for flag, worth in priors.items())
            self._added[key] = [*text_tier.namesakes(self._parsed.text, priors), *flagged]
        return self._added[key]

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

        part = self._numbers(noted, cites=cites) if self._parsed.numbers else self._words(noted)
        names = text_tier.exact_name(self._parsed.text, len(self._parsed.whole.units))
        options = [*_identifiers(self._parsed), *names, *part.options]
        strong = Best(tuple(option.scored for option in options if option.band >= ALL_WORDS))
        made = _Core(
            query=any_of([Best(tuple(option.scored for option in options)), *part.matching]),
            strong=text_tier.reaching(options, ALL_WORDS),
            strict=Bool(must=(strong,), should=tuple(part.matching)),
            added=part.added,
        )
        if not asked:
            self._cores[cites] = made
        return made

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


def _with(query: Node, added: Sequence[Node]) -> Node:
    """One inside of the other."""
    for extra in added:
        # Engines skip through a lone optional clause, but walk through the union of several (0.6 instead of 1.0 ms at
        # 7,600 hits).
        query = Bool(must=(query,), should=(extra,))
    return query


def _identifiers(parsed: ParsedQuery) -> list[text_tier.Option]:
    """Identifiers other than standard numbers, and the whole as a number that nobody can parse."""
    keys = [identifier_key(text) for text in parsed.identifiers]
    if parsed.squashed:
        keys.append(squashed_key(parsed.squashed))
    return [text_tier.Option(any_of([Keyword(NUM, key) for key in keys]), _IDENTIFIED, IDENTIFIER)] if keys else []
