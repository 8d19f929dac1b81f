"""What a row takes out again: 限制范围, and exclusions inside of its object and parameter (docs/matching.md, check 3).

Read are 只测 X lists and exclusions of X; everything else that somebody wrote there (methods, clauses, grades) is a
limitation that a person has to look at.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from search_service.matching.phrases import Kin, Kinship, Link, Vocabulary
from search_service.matching.readings import compare, is_all

LIMITED, LIMITED_OUT = "limited", "limited_out"


class Sort(Enum):
    """What a clause does."""

    ONLY = "only"
    EXCEPT = "except"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: `words` are the things that it names, `loose` those that a 和 in it would give."""

    sort: Sort
    words: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()


_NOT = "不包括|不包含|不检测|不检验|不检定|不校准|不测|不含|不做|不检"
_JUST = "只检测|仅检测|只检定|只校准|只测|仅测|只做|仅做|只检|仅检|仅限|只限"
_ONLY = re.compile(rf"^(?:{_JUST})(?:于|定)?(.+)$")
_EXCEPT = re.compile(
    rf"^(?:{_NOT})(.+)$|^除了?(.+?)(?:之|以)?外(?:均.{{0,6}}|都.{{0,6}}|其他.{{0,8}}|全部.{{0,6}})?$|^(.+?)除外$"
)
_INSIDE = re.compile(rf"(?:{_NOT}|除(?!外)[^，,；;。]+?外(?:均|都|其他|其余|全部|$)|除外$|{_JUST}|只用|仅用)")
_LIST = re.compile(r"[、/／]|以及")
# 饱和, 总和, 中和 and their like are words of their own.
_AND = re.compile(r"(?<![饱总缓中混调共柔温])和|与|及|或")
_CONDITION = re.compile(
    r"[0-9０-９]|第.{1,3}法|法$|级$|条$|款$|章$|标尺|范围|以上$|以下$|不超过|不大于|不小于|不高于|不低于"
)
_CLAUSES = re.compile(r"[。；;，,\n]")
_BRACKETS = re.compile(r"[（(]([^（）()]*)[）)]")


_NONE = frozenset({"无", "/", "-", "—", "——", "无限制", "不限"})
"""What annexes print where nothing is limited."""


@lru_cache(1 << 12)
def read(text: str) -> tuple[Clause, ...]:
    """The clauses of a limitation; none where it says that there is none."""
    return () if text.strip() in _NONE else tuple(_clause(part) for part in _parts(text))


@lru_cache(1 << 14)
def parted(text: str) -> tuple[str, str]:
    """A cell without the exclusion in it, and the exclusion: 全部参数（不含疲劳）→ 全部参数, 不含疲劳."""
    for bracket in _BRACKETS.finditer(text):
        if _INSIDE.search(bracket[1]):
            return (text[: bracket.start()] + text[bracket.end() :]).strip(), bracket[1]
    parts = _parts(text)
    for at, part in enumerate(parts):
        if at and (_INSIDE.match(part) or _clause(part).sort is not Sort.OTHER):
            return "".join(parts[:at]), "；".join(parts[at:])
    found = _INSIDE.search(text)
    if found is None:
        return text, ""
    if found[0] == "除外":  # 疲劳除外, and nothing that is there
        return "", text
    return text[: found.start()].strip(" ，,；;"), text[found.start() :]


def judge(
    vocabulary: Vocabulary, clauses: Iterable[Clause], asked_object: str, asked_parameter: str, used: list[Link]
) -> str | None:
    """The code of what stands against the item; None where nothing does.  `used` gets the links that allow it."""
    found: str | None = None
    for clause in clauses:
        code = _against(vocabulary, clause, asked_object, asked_parameter, used)
        if code == LIMITED_OUT:
            return code
        found = found or code
    return found


def _against(
    vocabulary: Vocabulary, clause: Clause, asked_object: str, asked_parameter: str, used: list[Link]
) -> str | None:
    asked = [text for text in (asked_object, asked_parameter) if text and not is_all(text)]
    # Which of the two the words are is not said: where the item leaves one open, it may be that one.
    whole = len(asked) == 2  # noqa: PLR2004 - object and parameter
    if clause.sort is Sort.OTHER:
        return LIMITED
    if clause.sort is Sort.ONLY:
        allowed = _nearest(vocabulary, asked, clause.words)
        if allowed.kinship is Kinship.AGREES:
            used.extend(allowed.steps)
            return None
        if any(_CONDITION.search(word) for word in clause.words):
            return LIMITED
        near = _nearest(vocabulary, asked, (*clause.words, *clause.loose)).kinship is not Kinship.DIFFERENT
        return LIMITED if near or not whole else LIMITED_OUT
    nearest = _nearest(vocabulary, asked, (*clause.words, *clause.loose)).kinship
    if nearest is Kinship.AGREES:
        return LIMITED_OUT
    condition = any(_CONDITION.search(word) for word in clause.words)
    return LIMITED if nearest is Kinship.SIMILAR or condition or not whole else None


def _nearest(vocabulary: Vocabulary, asked: Sequence[str], words: Iterable[str]) -> Kin:
    """The closest of all, by the fewest steps."""
    found = (compare(vocabulary, one, word, lists=False) for one in asked for word in words)
    return max(found, key=lambda kin: (kin.kinship, -len(kin.steps)), default=Kin(Kinship.DIFFERENT))


def _clause(text: str) -> Clause:
    only = _ONLY.match(text)
    if only is not None:
        return _listed(Sort.ONLY, only[1])
    taken = _EXCEPT.match(text)
    if taken is not None:
        return _listed(Sort.EXCEPT, next(group for group in taken.groups() if group))
    return Clause(Sort.OTHER)


def _listed(sort: Sort, text: str) -> Clause:
    words = [part.strip(" 等的") for part in _LIST.split(text)]
    words = [word for word in words if word]
    loose = [piece.strip() for word in words for piece in _AND.split(word)]
    if sort is Sort.ONLY:  # 铅和镉: where every piece is a word, the list is one of them
        pieces = [piece for piece in loose if piece]
        return Clause(sort, tuple(dict.fromkeys((*words, *pieces))), ())
    return Clause(sort, tuple(words), tuple(piece for piece in loose if piece and piece not in words))


def _parts(text: str) -> list[str]:
    """Clauses between signs that stand in no bracket."""
    depth, parts, begun = 0, [], 0
    for at, character in enumerate(text):
        depth += (character in "（(") - (character in "）)")
        if depth <= 0 and _CLAUSES.match(character):
            parts.append(text[begun:at])
            begun = at + 1
    parts.append(text[begun:])
    return [part.strip() for part in parts if part.strip()]
