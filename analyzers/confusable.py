"""Characters that are taken for one another: by ear (or by an input method), or by eye.

Only for offers (A7): what was typed is searched for as it was typed.  Digits and letters are never confused with
anything here, so no number ever is (T2).
"""

from collections.abc import Iterator
from functools import cache, lru_cache

from analyzers.vocabulary import load_lines

_FIRST, _LAST = 0xB0, 0xF7
"""First bytes of the 6,763 characters of GB/T 2312: what people type, and all that records of ours are written in."""
_HARD = (("zh", "z"), ("ch", "c"), ("sh", "s"))
"""Initials that half of the country does not tell apart."""


@lru_cache(1 << 12)
def alike(character: str) -> tuple[str, ...]:
    """Others that sound or look so: those that sound just so first; none for what is not Han."""
    readings = _readings().get(character, ())
    exactly = [other for reading in readings for other in _sounding().get(reading, ())]
    nearly = [other for reading in readings for other in _sounding(near=True).get(_near(reading), ())]
    found = dict.fromkeys((*exactly, *_looking().get(character, ()), *nearly))
    found.pop(character, None)
    return tuple(found)


def _near(reading: str) -> str:
    """Equal for syllables that many people pronounce alike: zhen, zheng, zen."""
    for hard, soft in _HARD:
        if reading.startswith(hard):
            reading = soft + reading.removeprefix(hard)
    return reading.removesuffix("g") if reading.endswith("ng") else reading


@cache
def _readings() -> dict[str, tuple[str, ...]]:
    """All readings of each character: 弹 is dan and tan."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 - 0.3 s and 20 MB, which only a query without hits needs

    return {c: tuple(pinyin(c, style=Style.NORMAL, heteronym=True)[0]) for c in _characters()}


@cache
def _sounding(*, near: bool = False) -> dict[str, list[str]]:
    """Reading → characters."""
    found: dict[str, list[str]] = {}
    for character, readings in _readings().items():
        for reading in dict.fromkeys(map(_near, readings) if near else readings):
            found.setdefault(reading, []).append(character)
    return found


@cache
def _looking() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in load_lines("lookalikes.txt"):
        group = line.split()
        for character in group:
            found.setdefault(character, []).extend(other for other in group if other != character)
    return found


def _characters() -> Iterator[str]:
    for first in range(_FIRST, _LAST + 1):
        for second in range(0xA1, 0xFF):
            try:
                yield bytes((first, second)).decode("gb2312")
            except UnicodeDecodeError:
                continue
