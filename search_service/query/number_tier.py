"""How exactly a row's number is the one that was typed (``docs/ranking.md``, numbers).

The order: the record, its other editions (in force first by prior, then newest by tie), the same number under another
prefix (its own issuer's first), other parts.  The constants of all keys that a tier implies are summed here, once, so
that a row with several numbers scores as its best one and never as their sum.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from analyzers.standard_number import StandardNumber
from search_service.query import number_keys as keys
from search_service.query.bands import ALL_WORDS, IDENTIFIER, SOME_WORDS
from search_service.query.nodes import Best, Bool, Const, Keyword, Node, any_of

_BODY = 1000.0
"""The same number under any prefix."""
_LINE = 1000.0
"""And prefix: any edition."""
_EDITION = 1000.0
"""And year."""
_RECORD = 100.0
"""And variant: the record before its translation."""
_BODY_YEAR = 400.0
"""The same number and year under any prefix."""
_STEM = 500.0
"""Another part: after everything with the exact body."""
_FAMILY = 450.0
"""The same issuer: over the same number and year of somebody else."""
_LITERAL = 100.0
"""The prefix as written: GBZ before GB/Z."""


class NumberOption(NamedTuple):
    """Rows with this key are worth `score`; `own` is the band of those whose own number it is.

    `cited`: naming it answers the query as all words would.
    """

    key: str
    score: float
    own: float
    cited: bool


def options(number: StandardNumber) -> list[NumberOption]:
    """The tiers of one reading, best first."""
    line = _BODY + _LINE + _STEM
    edition = line + _EDITION + _BODY_YEAR
    elsewhere = NumberOption(keys.body_key(number), _BODY, SOME_WORDS, cited=False)
    family = NumberOption(keys.family_key(number), _BODY + _FAMILY, ALL_WORDS, cited=False)
    # Whoever leaves the part out means all of them; whoever types a part never means another one.
    parts = NumberOption(keys.stem_key(number), _STEM, SOME_WORDS if number.part else ALL_WORDS, cited=False)
    if number.prefix and number.year is not None:
        return [
            NumberOption(keys.record_key(number), edition + _RECORD, IDENTIFIER, cited=True),
            NumberOption(keys.edition_key(number), edition, IDENTIFIER, cited=True),
            # Not what was typed, but what somebody who types an old year has to see.
            NumberOption(keys.line_key(number), line, ALL_WORDS, cited=True),
            NumberOption(keys.body_year_key(number), _BODY + _BODY_YEAR, SOME_WORDS, cited=False),
            family,
            elsewhere,
            parts,
        ]
    if number.prefix:
        return [
            NumberOption(keys.line_key(number), line, IDENTIFIER, cited=True),
            family,
            elsewhere,
            parts,
        ]
    if number.year is not None:
        return [
            NumberOption(keys.body_record_key(number), _BODY + _BODY_YEAR + _RECORD, IDENTIFIER, cited=True),
            NumberOption(keys.body_year_key(number), _BODY + _BODY_YEAR, IDENTIFIER, cited=True),
            elsewhere._replace(own=ALL_WORDS, cited=True),
        ]
    return [elsewhere._replace(own=IDENTIFIER, cited=True)]


def score(field: str, readings: Sequence[StandardNumber], factor: float) -> Node:
    """What a row scores whose keyword field holds keys of one number; every such row matches."""
    best: dict[str, float] = {}
    for tier in tiers(readings):
        best[tier.key] = max(best.get(tier.key, 0.0), tier.score)
    exact = Best(tuple(Const(Keyword(field, key), worth * factor) for key, worth in best.items()))
    literals = sorted({keys.literal_key(number) for number in readings if number.prefix})
    if not literals:
        return exact
    return Bool(must=(exact,), should=(Const(any_of([Keyword(field, key) for key in literals]), _LITERAL * factor),))


def tiers(readings: Iterable[StandardNumber]) -> list[NumberOption]:
    """Those of all readings of one number: the index decides which reading there is."""
    return [option for number in readings for option in options(number)]
