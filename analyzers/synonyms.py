"""Synonyms for queries: directed, typed, and refused where they would join what is different in law (P12, T3, T4).

An entry leads from a word to a meaning: whoever asks for the word is also shown the meaning, never the other way round
(电子秤 → 衡器; two names of one thing are two entries).  Nothing of this is in an index: a new entry works at once.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from analyzers.fold import fold
from analyzers.grams import unit_tokens
from analyzers.standard_number import find

SAME, NARROWER, RELATED = "same", "narrower", "related"
RELATIONS = (SAME, NARROWER, RELATED)
"""`same`: two names of one thing; `narrower`: the word is a case of the meaning; `related`: worth showing beside it."""

# Different services in law (one never stands for another), and what is easily taken for one of them (检定, 鉴定: T2).
_SERVICES = ("检定", "校准", "检测", "检验", "评价", "认证", "鉴定")
_SERVICES_IN_ENGLISH = {
    "verification": "检定",
    "calibration": "校准",
    "testing": "检测",
    "inspection": "检验",
    "assessment": "评价",
    "certification": "认证",
}
# 电子计价秤 → 电子秤 → 数字指示秤 → 衡器: further away it is no longer what was asked for.
_MOST_STEPS = 4
# Each one is a further clause of the query.
_MOST_MEANINGS = 12


class SynonymError(ValueError):
    """An entry that must not be used; `code` is stable, the text is Chinese and says why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Entry:
    """One directed, typed synonym as it was entered."""

    word: str
    meaning: str
    relation: str


def services_in(text: str) -> frozenset[str]:
    """The services that a text names, in whatever script; those of the law are never one another's synonyms."""
    units = unit_tokens(fold(text))
    plain = "".join(units)
    named = {service for service in _SERVICES if service in plain}
    return frozenset(named | {_SERVICES_IN_ENGLISH[unit] for unit in units if unit in _SERVICES_IN_ENGLISH})


def validate(word: str, meaning: str, relation: str) -> None:
    """Refuse an entry that must not be used; to be asked before it is stored (P12: not when an index is opened).

    Raises:
        SynonymError: `relation` (unknown), `empty` (no letter, digit or Han), `equal` (one word after folding),
            `number` (a standard or bare number in it: numbers and editions never stand for one another, T2, T6) or
            `service` (both name services, and not the same ones).
    """
    if relation not in RELATIONS:
        raise SynonymError("relation", f"同义词关系“{relation}”无效，应为 same(同义)、narrower(下位)或 related(相关)")
    for text in (word, meaning):
        if not _key(text):
            raise SynonymError("empty", f"“{text}”不含文字，不能作为同义词")
        if find(text):
            raise SynonymError("number", f"“{text}”含有编号；编号只能精确匹配，标准的替代关系请在标准中维护")
    if _key(word) == _key(meaning):
        raise SynonymError("equal", f"“{word}”与“{meaning}”在检索中本来就是同一个词，无需设置")
    one, other = services_in(word), services_in(meaning)
    if one and other and one != other:
        raise SynonymError(
            "service",
            f"“{word}”与“{meaning}”是法律上不同的服务（{_listed(one)} / {_listed(other)}），不能设为同义词",
        )


class SynonymTable:
    """The entries in use.  An entry that `validate` refuses is left out and named in `refused`: searching goes on."""

    def __init__(self, entries: Iterable[tuple[str, str, str]]) -> None:
        self._meanings: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._expanded: dict[str, tuple[tuple[str, str], ...]] = {}
        refused: list[tuple[Entry, SynonymError]] = []
        for word, meaning, relation in entries:
            try:
                validate(word, meaning, relation)
            except SynonymError as error:
                refused.append((Entry(word, meaning, relation), error))
            else:
                self._meanings[_key(word)].append((fold(meaning).strip(), relation))
        self.refused = tuple(refused)

    def expand(self, word: str) -> list[tuple[str, str]]:
        """What else to look for when `word` is asked for: (folded meaning, relation), `same` first, then the nearer.

        `same` and `narrower` lead on over several steps, `related` does not.  No chain leads from one service to
        another, whatever words without a service lie between.
        """
        key = _key(word)
        if key not in self._meanings:
            return []
        if key not in self._expanded:
            self._expanded[key] = tuple(self._chains(key)[:_MOST_MEANINGS])
        return list(self._expanded[key])

    def _chains(self, key: str) -> list[tuple[str, str]]:
        found: dict[str, tuple[str, str]] = {}
        asked = services_in(key)
        reached = [(key, SAME)]
        for step in range(_MOST_STEPS):
            beyond: list[tuple[str, str]] = []
            for place, so_far in reached:
                for meaning, relation in self._meanings.get(place, ()):
                    there = _key(meaning)
                    services = services_in(meaning)
                    if there == key or (asked and services and services != asked) or (relation == RELATED and step):
                        continue
                    combined = NARROWER if SAME == relation != so_far else relation
                    if there not in found or RELATIONS.index(combined) < RELATIONS.index(found[there][1]):
                        found[there] = (meaning, combined)
                        if combined != RELATED:
                            beyond.append((there, combined))
            reached = beyond
        return sorted(found.values(), key=lambda pair: RELATIONS.index(pair[1]))  # stable: the nearer stay first


def _key(text: str) -> str:
    """Equal for what a query cannot tell apart: "pH 计" and "ＰＨ计"."""
    return "".join(unit_tokens(fold(text)))


def _listed(services: frozenset[str]) -> str:
    return "、".join(service for service in _SERVICES if service in services)
