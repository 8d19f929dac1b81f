"""The ranking formula: one for all kinds and all engines (``docs/ranking.md``).

It knows of a kind what its `Profile` says and nothing else; of an engine only the nodes.  The constants and their
reasons are in the modules of the parts: `bands`, `text_tier`, `number_tier`, `bm25`, `pinyin_tier`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from search_service.kinds.profile import Profile
from search_service.query import beside_numbers, bm25, pinyin_tier, text_tier
from search_service.query.alternatives import Alternatives, Synonyms
from search_service.query.bands import ALL_WORDS, BANDS, IDENTIFIER
from search_service.query.bm25 import Frequencies
from search_service.query.lexical import FLAG, NUM, PLAIN_NUMBER
from search_service.query.nodes import Best, Bool, Const, Everything, Keyword, Node, Nothing, any_of
from search_service.query.number_keys import identifier_key, squashed_key
from search_service.query.parse import ParsedQuery
from search_service.query.text_tier import Option

__all__ = ["BANDS", "Compiled", "compile_query"]

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
    if parsed.empty:
        return Compiled(Everything(), Everything(), Everything())
    if not parsed.whole.units:
        return Compiled(Nothing(), Nothing(), Nothing())
    other = Alternatives(synonyms)
    options = [*_identifiers(parsed), *text_tier.exact_name(parsed.text, len(parsed.whole.units))]
    if parsed.numbers:
        part = beside_numbers.part(parsed, other, frequencies, cites=profile.cites)
        options += part.options
        matching, added = part.matching, part.added
    else:
        words = other.joined(parsed.whole.content, parsed.whole.folded)
        options += [*text_tier.literal(parsed.whole), *text_tier.worded(words, other)]
        matching = [
            *bm25.words(parsed.whole, frequencies),
            *bm25.others(words, other),
            *pinyin_tier.score(parsed.pinyin),
        ]
        added = text_tier.starts_so(parsed.whole)
    priors = {PLAIN_NUMBER: _WELL_FORMED, **profile.priors}
    added = [
        *added,
        *text_tier.namesakes(parsed.text, priors),
        *(Const(Keyword(FLAG, flag), worth) for flag, worth in priors.items()),
    ]
    strong = Best(tuple(option.scored for option in options if option.band >= ALL_WORDS))
    return Compiled(
        query=_with(any_of([Best(tuple(option.scored for option in options)), *matching]), added),
        strong=text_tier.reaching(options, ALL_WORDS),
        strict=_with(Bool(must=(strong,), should=tuple(matching)), added),
    )


def _with(query: Node, added: Sequence[Node]) -> Node:
    """One inside of the other."""
    for extra in added:
        # Engines skip through a lone optional clause, but walk through the union of several (0.6 instead of 1.0 ms at
        # 7,600 hits).
        query = Bool(must=(query,), should=(extra,))
    return query


def _identifiers(parsed: ParsedQuery) -> list[Option]:
    """Identifiers other than standard numbers, and the whole as a number that nobody can parse."""
    keys = [identifier_key(text) for text in parsed.identifiers]
    if parsed.squashed:
        keys.append(squashed_key(parsed.squashed))
    return [Option(any_of([Keyword(NUM, key) for key in keys]), _IDENTIFIED, IDENTIFIER)] if keys else []
