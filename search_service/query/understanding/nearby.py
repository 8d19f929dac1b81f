"""Words beside a place that make it the middle of a larger one: 西安附近, 宝鸡及周边, 西安 省内."""

import re

from analyzers.fold import fold
from analyzers.words import cut_words
from search_service.query.understanding.read import Read

_AROUND = re.compile(r"\s*(?:及其?|和|或|以及其?|的)?\s*(?:附近|周边|周围|邻近|临近|一带)(?:地区|城市|区域|省市|省份)?")
_PROVINCE = re.compile(r"\s*(?:的|及|或)?\s*(?:省内|本省|全省)")
"""Beside a city; beside a province it says no more than the province does."""
_LOOK = 16
"""Characters behind a place in which such words may stand, and the word after them."""


def with_nearby(text: str, read: Read, *, province: bool) -> Read:
    """A place with the words behind it that ask for what is near, `nearby` saying where the place itself ends."""
    match = _AROUND.match(text, read.end) or _PROVINCE.match(text, read.end)
    if match is None or not _ends_a_word(text[read.end : read.end + _LOOK], match.end() - read.end):
        return read
    said_twice = province and match.re is _PROVINCE
    return read._replace(end=match.end(), nearby=0 if said_twice else read.end)


def _ends_a_word(behind: str, at: int) -> bool:
    """周边 in 周边产品 is one; in a longer word it is none."""
    plain = fold(behind)
    if len(plain) != len(behind):
        return False
    place = 0
    for word in cut_words(plain):
        place = plain.index(word, place) + len(word)
        if place >= at:
            return place == at
    return False
