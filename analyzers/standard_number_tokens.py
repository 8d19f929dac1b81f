"""A folded text cut into runs of letters, digits, spaces and Han characters; everything else stands alone.

The grammar of standard numbers walks over these tokens instead of matching one large expression: each step looks a
fixed number of tokens ahead, so that the work grows with the length of the text and nothing can be made to backtrack.
"""

import re
import string
from dataclasses import dataclass
from itertools import accumulate

LETTERS, DIGITS, BLANK, HAN, END = "L", "D", " ", "H", "\0"  # the fold leaves no NUL and no capital letter
# Only ASCII letters and digits can be part of a number; the fold has made them lower case and half width.
_RUN = re.compile(r"[a-z]+|[0-9]+| +|[㐀-鿿]+|.", re.DOTALL)
_KINDS = dict.fromkeys(string.ascii_lowercase, LETTERS) | dict.fromkeys(string.digits, DIGITS) | {" ": BLANK}
# An input method that was left in Chinese types 。 for the dot of a part; only before a year or at the end, because a
# sentence may end with a number and the next one begin with a date (见GB/T 228。1月起施行).
_TYPED_DOT = re.compile(r"(?<=[0-9])。(?=[0-9]{1,3}(?:-[0-9]|\s*$))")
# The grammar looks at most this far behind the last token.
_SENTINELS = 8


@dataclass(frozen=True, slots=True)
class Tokens:
    """Parallel lists; `kinds[i]` is one of the five kinds above or the character itself, `starts` are offsets."""

    kinds: list[str]
    texts: list[str]
    starts: list[int]
    count: int

    def skip_blank(self, at: int) -> int:
        """The next token that is no run of spaces."""
        return at + 1 if self.kinds[at] == BLANK else at


def tokenise(folded: str) -> Tokens:
    """Tokens of a folded text, followed by empty ones so that looking ahead needs no care."""
    if "。" in folded:
        folded = _TYPED_DOT.sub(".", folded)
    texts = _RUN.findall(folded)
    kinds = [_KINDS.get(text[0]) or (HAN if "㐀" <= text[0] <= "鿿" else text) for text in texts]
    starts = list(accumulate(map(len, texts), initial=0))
    count = len(kinds)
    kinds.extend([END] * _SENTINELS)
    texts.extend([""] * _SENTINELS)
    starts.extend([len(folded)] * _SENTINELS)
    return Tokens(kinds, texts, starts, count)
