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

Nothing inside a band reaches the next: numbers add 4,100 at most (cited ones half), a text tier 1,315, an exact name
2,790 with its priors, and BM25 some hundreds: 40 terms score, each less than 2.2 times its rarity, which is 11 for the
rarest of 66,585 rows and 16 for the rarest of ten million.
"""
