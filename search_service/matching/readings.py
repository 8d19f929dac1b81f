"""How an annex prints an object or a parameter, and what of it names the thing (docs/matching.md, check 3, 补).

One cell may name a thing twice (镉（Cd）), name several (铅、镉、汞), or take something out again (水产品（不含贝类）).
Reading is careful: what could be half of a longer name (铅、镉溶出量) is only similar.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from search_service.matching.phrases import Kin, Kinship, Vocabulary, key

ALL = frozenset({"全部参数", "全部项目", "全项", "全参数", "所有参数"})
"""What a row says that does every parameter, and an item that asks for every one."""

_IDLE = ("的测定", "含量")
"""Endings that say nothing: 铅含量 is what an annex calls 铅."""

_SYMBOLS = {
    "铅": "pb", "镉": "cd", "汞": "hg", "砷": "as", "铬": "cr", "铜": "cu", "锌": "zn", "镍": "ni", "铁": "fe",
    "锰": "mn", "铝": "al", "硒": "se", "锑": "sb", "锡": "sn", "钡": "ba", "铍": "be", "钴": "co", "铊": "tl",
    "钒": "v", "钼": "mo", "银": "ag", "硼": "b", "钙": "ca", "镁": "mg", "钠": "na", "钾": "k", "磷": "p",
    "硫": "s", "碳": "c", "硅": "si", "氮": "n", "钛": "ti", "铋": "bi", "锶": "sr", "锂": "li", "铌": "nb",
    "总汞": "hg", "总砷": "as", "总铅": "pb", "总镉": "cd", "总铬": "cr",
    "抗拉强度": "rm", "断后伸长率": "a", "断面收缩率": "z", "下屈服强度": "rel", "上屈服强度": "reh",
    "规定塑性延伸强度": "rp0.2",
    "化学需氧量": "cod", "五日生化需氧量": "bod5", "总有机碳": "toc", "总悬浮颗粒物": "tsp",
    "二氧化硫": "so2", "一氧化碳": "co", "二氧化碳": "co2", "臭氧": "o3", "氨氮": "nh3-n", "氨": "nh3",
}  # fmt: skip
"""The symbol of a quantity, which an annex sets behind its name in brackets; elements and the commonest others."""

_HEADS = (
    "强度", "迁移量", "溶出量", "释放量", "残留量", "含量", "浓度", "活度", "牢度", "限量", "总量", "消耗量", "系数",
    "试验", "性能", "功能",
)  # fmt: skip
"""Endings that several members of a list may share: in 抗压、抗折强度 the first is no name by itself."""

_WHOLE = ("率", "值", "点", "度", "量")
"""Endings of names that lack nothing: 断后伸长率、抗拉强度 are two names."""

_CONDITIONS = ("温度", "湿度", "速度", "流量", "频率", "功率")
"""Names that are conditions or halves as well: 温度、湿度试验 measures no temperature, 流量、阻力系数 no flow."""

_UNDER = ("试验", "性能", "功能", "系数")
"""Heads before which they may be."""

_GROUP = re.compile(r"[；;\n]")
_MEMBER = re.compile(r"[、／]|(?<=[^0-9a-z])/(?=[^0-9a-z])")
"""Between groups, whose members share no head, and between members."""
_BRACKET = re.compile(r"(.+?)\(([^()]+)\)")
_COUNTED_AS = re.compile(r"以.{1,12}计")


@dataclass(frozen=True, slots=True)
class Named:
    """One name in a cell.

    `sure`: it is a whole name, and not perhaps half of a longer one; `whole`: it is the list itself.
    """

    text: str
    sure: bool = True
    whole: bool = False


def is_all(text: str) -> bool:
    """全部参数 and its like."""
    return key(text) in ALL


@lru_cache(1 << 14)
def spellings(text: str) -> tuple[str, ...]:
    """A phrase as written and without what says nothing more, each for comparing."""
    found = [key(text)]
    bracket = _BRACKET.fullmatch(found[0])
    if bracket is not None and (_SYMBOLS.get(bracket[1]) == bracket[2] or _COUNTED_AS.fullmatch(bracket[2])):
        found.append(bracket[1])
    for one in list(found):
        ending = next((e for e in _IDLE if one.endswith(e) and len(one) > len(e)), "")
        if ending:
            found.append(one.removesuffix(ending))
    return tuple(dict.fromkeys(found))


@lru_cache(1 << 14)
def names_in(text: str) -> tuple[Named, ...]:
    """The cell itself, and each member of the list that it is."""
    groups = [[part.strip() for part in _split(group, _MEMBER)] for group in _split(text, _GROUP)]
    parts = [[part for part in group if part] for group in groups]
    if sum(map(len, parts)) < 2:  # noqa: PLR2004 - one part is no list
        return (Named(text),)
    found = [Named(text, whole=True)]
    for group in parts:
        for at, part in enumerate(group):
            head = next((h for later in group[at + 1 :] for h in _HEADS if _stem(later).endswith(h)), "")
            if head and _may_lack(_stem(part), head):
                found += [Named(part, sure=False), Named(part + head, sure=False)]
            else:
                found.append(Named(part))
    return tuple(found)


def _may_lack(name: str, head: str) -> bool:
    """Whether an early member of a list may be half a name whose head stands at a later one."""
    if name.endswith(_HEADS):
        return False
    return not name.endswith(_WHOLE) or (head in _UNDER and name.endswith(_CONDITIONS))


def _stem(member: str) -> str:
    """A member without what stands behind its name: a bracket, 的测定."""
    name = key(member)
    bracket = _BRACKET.fullmatch(name)
    return (bracket[1] if bracket is not None else name).removesuffix("的测定")


def says_all(text: str) -> bool:
    """Whether a row does every parameter."""
    return any(is_all(name.text) for name in names_in(text))


def compare(vocabulary: Vocabulary, asked: str, offered: str, *, lists: bool) -> Kin:
    """How what a row says stands to what is asked; `lists`: a cell of it may name several."""
    best = Kin(Kinship.DIFFERENT)
    for name in names_in(offered) if lists else (Named(offered),):
        found = _nearest(vocabulary, asked, name.text)
        if not name.sure and found.kinship is Kinship.AGREES:
            found = Kin(Kinship.SIMILAR)
        if name.whole and found.kinship is not Kinship.AGREES:
            continue  # a list is like nothing: its members are
        if found.kinship > best.kinship or (found.kinship is best.kinship and len(found.steps) < len(best.steps)):
            best = found
        if best.kinship is Kinship.AGREES and not best.steps:
            break
    return best


def _nearest(vocabulary: Vocabulary, asked: str, offered: str) -> Kin:
    best = Kin(Kinship.DIFFERENT)
    for one in spellings(asked):
        for other in (*spellings(offered), *_second_names(vocabulary, offered)):
            found = vocabulary.kin(one, other)
            if found.kinship > best.kinship:
                best = found
            if best.kinship is Kinship.AGREES:
                return best
        bracket = _BRACKET.fullmatch(key(offered))  # 闪点（开口） is a special case of whatever 闪点 answers
        if bracket is not None and vocabulary.kin(one, bracket[1]).kinship > best.kinship:
            best = Kin(Kinship.SIMILAR)
    return best


def _second_names(vocabulary: Vocabulary, text: str) -> tuple[str, ...]:
    """镉（Cd） where the vocabulary says that the two are the same."""
    bracket = _BRACKET.fullmatch(key(text))
    return (bracket[1],) if bracket is not None and vocabulary.same(bracket[1], bracket[2]) else ()


def _split(text: str, signs: re.Pattern[str]) -> list[str]:
    """At signs that stand in no bracket."""
    plain = text.replace("（", "(").replace("）", ")")
    depth, inside = 0, []
    for character in plain:
        depth += (character == "(") - (character == ")")
        inside.append(depth)
    edges = [(0, 0), *((m.start(), m.end()) for m in signs.finditer(plain) if not inside[m.start()])]
    ends = [start for start, _ in edges[1:]] + [len(plain)]
    return [plain[begin:end] for (_, begin), end in zip(edges, ends, strict=True)]
