"""Bands: what a hit is, before how well it fits (``docs/ranking.md``, six kinds; founding decision 9).

The query adds the constant of the best band that holds, so every engine sorts by band first, and results of several
kinds can be mixed without comparing their scores.
"""

from collections.abc import Mapping
from typing import Final

IDENTIFIER: Final = 20_000.0
"""The number or identifier that was typed is the row's own."""
EXACT_NAME: Final = 10_000.0
"""The row is called just so."""
ALL_WORDS: Final = 5_000.0
"""Everything that was typed is there."""
SOME_WORDS: Final = 0.0

BANDS: Final[Mapping[str, float]] = {
    "identifier": IDENTIFIER,
    "exact_name": EXACT_NAME,
    "all_words": ALL_WORDS,
    "some_words": SOME_WORDS,
}
"""Lowest score of each band, best first.

Nothing inside a band may reach the next: the number constants are 4,100 at most, a text tier 2,350 (`text_tier`), and
BM25 adds up to a few hundred, since 40 terms score at most and each is bounded by 2.2 times its rarity.
"""
