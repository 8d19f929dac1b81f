"""What somebody does not want: 不要CMA, 无需检定, 除西安外, 不是检定.  It is said, and it is no condition.

要不要, 是不是 and 有没有 ask, and `除CMA外还要CNAS` wants both.
"""

import re
from collections.abc import Sequence

from analyzers.fold import fold
from search_service.kinds.slots import BOOST, SLOTS
from search_service.query.understanding.read import Read

_SOME = re.compile("[不无無没沒除]")
"""Without any of them nothing is refused."""
_BRIDGE = r"\s*(?:有|带|具有|具备|做|进行|出具|提供|到|去|在|是)?\s*$"
_BEFORE = re.compile(rf"(?:不要求?|不需要?|不用|不必|不考虑|不是|无需|无须){_BRIDGE}")
_BEFORE_CONDITIONS = re.compile(rf"(?:不|没有){_BRIDGE}")
"""Only before a place, a service or a certificate: 不透水性 is a parameter."""
_EXCEPT = re.compile(r"除(?:了|去|开)?\s*$")
_EXCEPT_END = re.compile(
    r"\s*(?:以外|之外|外|(?=[,，]?\s*(?:其他|其它|其余|别的|都|均)))(?![,，]?\s*(?:还|也|另|再|同时|并))"
)
_BEHIND = re.compile(r"\s?(?:就|都|也|则)?(?:不要|不需要|不用|不必|无需|无须)(?:了|的)?(?=\s*(?:$|[,，。;；!！?？]))")
_JOINING = re.compile(r"\s*(?:[、/]|和|及|或|与|以及|或者)\s*")
_LOOK = 12
"""Characters before a phrase in which a refusal may stand: 不需要进行 has five, blanks come with it."""


def part(text: str, reads: Sequence[Read]) -> list[Read]:
    """The same, in their order; what is refused is marked so, with the words that refuse it, a list of it as one."""
    if not _SOME.search(text):
        return list(reads)
    found: list[Read] = []
    at = 0
    while at < len(reads):
        last = _joined(text, reads, at)
        refused = _refused(text, reads[at : last + 1])
        if refused is None:
            found.append(reads[at])
            at += 1
        else:
            found.append(refused)
            at = last + 1
    return found


def refuses(text: str, start: int, end: int, *, conditions: bool) -> tuple[int, int] | None:
    """The stretch in which the phrase from `start` to `end` is refused; None where it is not."""
    before = text[max(0, start - _LOOK) : start]
    folded = fold(before)
    if len(folded) != len(before):
        return None
    for pattern in (_BEFORE, _BEFORE_CONDITIONS) if conditions else (_BEFORE,):
        match = pattern.search(folded)
        if match and not _asks(folded, match.start()):
            return start - len(before) + match.start(), end
    match = _EXCEPT.search(folded)
    if match and (over := _EXCEPT_END.match(text, end)):
        return start - len(before) + match.start(), over.end()
    if behind := _BEHIND.match(text, end):
        return start, behind.end()
    return None


def _refused(text: str, reads: Sequence[Read]) -> Read | None:
    first, last = reads[0], reads[-1]
    stretch = refuses(text, first.start, last.end, conditions=SLOTS[first.slot].act != BOOST)
    if stretch is None:
        return None
    values = tuple(value for read in reads for value in read.values)
    return Read(first.slot, values, *stretch, refused=True)


def _joined(text: str, reads: Sequence[Read], at: int) -> int:
    """The last one of a list that begins here (CMA和CNAS, 陕西省西安市)."""
    while at + 1 < len(reads):
        one, other = reads[at], reads[at + 1]
        between = text[one.end : other.start]
        inside = not between and one.slot == other.slot == "region"
        if not (inside or _JOINING.fullmatch(between)):
            break
        at += 1
    return at


def _asks(folded: str, at: int) -> bool:
    """要不要, 是不是, 有没有: the same character on both sides."""
    return 0 < at < len(folded) - 1 and folded[at - 1] == folded[at + 1]
