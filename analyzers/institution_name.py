"""Shorter names under which people look for an institution (P16, S1-11): 澄信检测 is 江苏澄信检验检测认证股份有限公司.

Short forms are further names to be searched, never shown and never stored.  They are derived only where they tell
institutions apart: a company's own name must not be ordinary words (纤维检测 means the subject), and a public body
keeps its place (陕西计量院).  Brackets of both widths are one after folding (机构代码中心（全国）).
"""

import re
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

from analyzers.division_name import short_names
from analyzers.fold import fold
from analyzers.grams import HAN, unit_tokens
from analyzers.vocabulary import load_lines
from analyzers.words import cut_words

# A company's services, by one or two of which it is called; order and choice are those of its own name.
_SERVICES = frozenset({"检验", "检测", "认证", "计量", "校准", "检定", "测试", "监测", "评价", "鉴定"})
_JOINING = frozenset("与和及的之")
# Said before a public body's name where others have a place.
_NATIONAL = ("中国", "国家", "全国")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】")
# Between Han blanks are a slip of the pen (S4-03), in "Acme Testing" they are not.
_BLANKS = re.compile(rf"(?<=[{HAN}()])\s+|\s+(?=[{HAN}()])")
# Below a known province or prefecture a county needs no list: 深圳市|盐田区|疾病预防控制中心.
_COUNTY = re.compile(r"[\u4e00-\u9fff]{1,3}[市区县旗]")
# One or two characters of a name are found in every second name.
_SHORTEST_OWN, _SHORTEST = 2, 4


def short_forms(name: str, places: Iterable[str] = ()) -> list[str]:
    """The short forms of an institution's full name, folded, each once, without the name itself; often none.

    Args:
        name: as on the certificate.
        places: names of its division and of those above, official or short, beside the provinces and prefectures that
            are known here.
    """
    full = _BLANKS.sub("", fold(name).strip())
    bare = _BRACKETED.sub("", full)
    stem, company = _without_legal_form(bare)
    place, rest = _split_place(stem, places)
    at = _place_forms(place)
    forms = [bare, stem]
    own, services = _split_own_name(rest) if company else ("", [])
    if own:
        called = [own, *_made_up(own)]
        forms += [f"{one}{service}" for one in reversed(called) for service in services]
        forms += [rest, *called, *(f"{where}{own}" for where in at)]
    else:
        ending = _short_ending(rest)
        forms += [f"{where}{ending}" for where in at if ending != rest]
        forms += [f"{where}{rest}" for where in at if not company]
    known = {_plain(full)}
    kept: list[str] = []
    for form in forms:
        plain = _plain(form)
        if plain not in known and (len(plain) >= _SHORTEST or form == own or form in _made_up(own)):
            known.add(plain)
            kept.append(form)
    return kept


def _without_legal_form(name: str) -> tuple[str, bool]:
    """The name without its legal form, and whether it had one; of a branch (…有限公司苏州分公司) the one inside too."""
    for form in _legal_forms():
        if name.endswith(form) and not name.endswith("分公司") and len(name) > len(form):
            return name.removesuffix(form).rstrip(" ,."), True
    inside = next((form for form in _legal_forms() if "有限" in form and form in name), None)
    return (name.replace(inside, "", 1), True) if inside else (name, False)


def _split_place(stem: str, places: Iterable[str]) -> tuple[list[str], str]:
    """Leading places and what is called after them; the rest is never empty."""
    extra = {fold(place) for place in places}
    found: list[str] = []
    rest = stem
    while True:
        place = _leading(rest, extra)
        if not place and found:
            county = _COUNTY.match(rest)
            place = county[0] if county else ""
        if not place or len(rest) - len(place) < _SHORTEST_OWN:
            return found, rest
        found.append(place)
        rest = rest[len(place) :]


def _leading(text: str, extra: set[str]) -> str:
    """The longest known place with which the text begins, or nothing."""
    known = _places()
    lengths = range(min(len(text), max(map(len, known | extra))), 1, -1)
    return next((text[:length] for length in lengths if text[:length] in known or text[:length] in extra), "")


def _split_own_name(rest: str) -> tuple[str, list[str]]:
    """A company's own name and its services by one and by two; no own name where there are only ordinary words."""
    match = _described().fullmatch(rest)
    own = match[1] if match else ""
    if len(own) < _SHORTEST_OWN or not _lone(own):
        return "", []
    words = [word for word in cut_words(rest[len(own) :]) if word in _SERVICES]
    return own, list(dict.fromkeys([*words, *(one + other for one, other in pairwise(words))]))


def _lone(own: str) -> list[str]:
    """The runs of two or more single characters: jieba knows ordinary words, made-up names fall apart (澄|信)."""
    spaced = "".join(word if len(word) == 1 and word not in _JOINING else " " for word in cut_words(own))
    return [run for run in spaced.split() if len(run) >= _SHORTEST_OWN]


def _made_up(own: str) -> list[str]:
    """The end of an own name that begins with ordinary words: 澄信 of 东方澄信."""
    return [run for run in _lone(own)[-1:] if own.endswith(run) and own != run]


def _place_forms(places: list[str]) -> list[str]:
    """`陕西省` → 陕西省, 陕西; of several places only the last one is said (盐田区, 盐田)."""
    return [places[-1], *short_names(places[-1])] if places else []


def _short_ending(rest: str) -> str:
    """`产品质量监督检验院` → 质检院, also behind a subject."""
    for long, short in _endings():
        if rest.endswith(long):
            return rest.removesuffix(long) + short
    return rest


def _plain(text: str) -> str:
    return "".join(unit_tokens(text))


@cache
def _legal_forms() -> tuple[str, ...]:
    return tuple(sorted(map(fold, load_lines("legal_forms.txt")), key=len, reverse=True))


@cache
def _places() -> frozenset[str]:
    official = [place for line in load_lines("places.txt") for place in line.split()]
    return frozenset([*_NATIONAL, *official, *(short for place in official for short in short_names(place))])


@cache
def _described() -> re.Pattern[str]:
    words = sorted(load_lines("institution_words.txt"), key=len, reverse=True)
    # The shortest own name that leaves nothing but describing words.
    return re.compile(rf"(.*?)(?:{'|'.join(map(re.escape, words))})+")


@cache
def _endings() -> tuple[tuple[str, str], ...]:
    pairs = (line.split() for line in load_lines("institution_endings.txt"))
    return tuple(sorted(((long, short) for long, short in pairs), key=lambda pair: len(pair[0]), reverse=True))
