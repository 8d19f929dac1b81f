"""Fold: the one comparable form of a text, character by character, with the way back to the original.

Both sides of every comparison are folded (docs/ranking.md, "Fields"); stored text never is (trap T11), so highlights
and certificates show what was written. NFKC alone leaves `‐ – — ― − ∕` as they are (trap T10), hence own tables.

`fold(a + b) == fold(a) + fold(b)` and `fold(fold(a)) == fold(a)`: a fragment folds as it does inside its text.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import opencc

# Written from what stands between the two halves of printed standard numbers; NFKC maps only the last two.
_DASHES = "‐‑‒–—―−⁃﹘﹣－"
_SLASHES = "∕⁄╱⧸／"
# One middle dot for names such as 古丽·某某, one tilde for ranges (0〜60 MPa), one degree sign (NFKC makes º an o).
_DOTS = "•‧∙⋅・･"
_TILDES = "〜∼～"
_OWN = {
    **dict.fromkeys(map(ord, _DASHES), "-"),
    **dict.fromkeys(map(ord, _SLASHES), "/"),
    **dict.fromkeys(map(ord, _DOTS), "·"),
    **dict.fromkeys(map(ord, _TILDES), "~"),
    ord("º"): "°",
    ord("˚"): "°",
}
# Han blocks that the traditional-to-simplified table covers: Extension A, the basic block, Extensions B to F.
_HAN = (range(0x3400, 0x4DC0), range(0x4E00, 0xA000), range(0x20000, 0x2EBF0))
# Folds character by character: nothing here becomes several or none.  Most texts of ours are nothing else.
_ONE_EACH = re.compile("[ -~\u3000-\u3002\u4e00-\u9fa5！-～]*")
# More cached characters than any real text has; beyond that an attacker would only be filling our memory.
_MOST_CACHED = 1 << 17
# Every character is stable after three rounds (½ → 1⁄2 → 1/2); the bound is there so that no table can hang us.
_MOST_ROUNDS = 8


@cache
def _simplified() -> dict[str, str]:
    """Traditional → simplified for single characters only, asked of OpenCC once (newlines keep its phrases apart)."""
    characters = [chr(code) for block in _HAN for code in block]
    simple = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {one: other for one, other in zip(characters, simple, strict=True) if one != other}


def _fold_once(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf" or unicodedata.name(character, "").startswith("VARIATION SELECTOR"):
        return ""  # zero-width, bidi controls, soft hyphen: invisible, so they may not part what looks whole
    if category in {"Cc", "Cs", "Zs", "Zl", "Zp"}:
        return " "  # a NUL or a lone surrogate would be refused by the engines, the database or UTF-8
    own = _OWN.get(ord(character))
    if own is not None:
        return own
    return "".join(_simplified().get(c, c) for c in unicodedata.normalize("NFKC", character)).lower()


class _Table(dict[int, str]):
    """A table for `str.translate` that works a character out when it is first met."""

    def __missing__(self, code: int) -> str:
        text = chr(code)
        for _ in range(_MOST_ROUNDS):
            again = "".join(map(_fold_once, text))
            if again == text:
                break
            text = again
        if len(self) < _MOST_CACHED:
            self[code] = text
        return text


_TABLE = _Table()


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text and where each of its characters came from; `℃` gives two, a zero-width space none."""

    text: str
    original_length: int
    origins: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The half-open range of the original that folds to `text[start:end]`, whole characters only.

        An empty range gives an empty range; an original character that folds to several is taken in whole.
        """
        if start >= end:
            at = self.origins[start] if start < len(self.origins) else self.original_length
            return at, at
        return self.origins[start], self.origins[end - 1] + 1


def fold(text: str) -> str:
    """The comparable form of a text: one width, one dash, one slash, simplified, lower case, nothing invisible."""
    return text.translate(_TABLE)


def fold_with_offsets(text: str) -> Folded:
    """`fold`, with the map back to the original for highlights and found numbers (P10)."""
    if _ONE_EACH.fullmatch(text):
        return Folded(text.translate(_TABLE), len(text), range(len(text)))
    pieces = [_TABLE[ord(character)] for character in text]
    origins = tuple(index for index, piece in enumerate(pieces) for _ in piece)
    return Folded("".join(pieces), len(text), origins)
