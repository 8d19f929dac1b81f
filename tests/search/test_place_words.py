"""Places that are called like ordinary words, over all divisions of the sample."""

import pytest
from sqlalchemy import select

from api.wiring import Services
from search_service.kinds.place_words import PLACE_WORDS
from search_service.query.request import SearchRequest
from search_service.search.places import Places
from search_service.store.division import Division


def regions(services: Services, q: str) -> list[tuple[str, str]]:
    answer = services.search.search(SearchRequest(q=q, size=1))
    return [(slot.text, slot.value) for slot in answer.understood if slot.slot == "region"]


@pytest.mark.parametrize(
    "q", ["石棉 检测", "比如大米", "延长保质期", "通道 检测", "公安 头盔", "光明 牛奶", "合作 大米", "路桥 检测"]
)
def test_an_ordinary_word_is_no_place(sample: Services, q: str) -> None:
    assert regions(sample, q) == []


@pytest.mark.parametrize(
    ("q", "adcode"),
    [
        ("石棉县 检测", "511824"),
        ("四川石棉 检测", "511824"),
        ("延长县 大米", "610621"),
        ("合作市 大米", "623001"),
        ("雁塔 大米", "610113"),
        ("莲湖 大米", "610104"),
        ("浦东 大米", "310115"),
        ("海淀 大米", "110108"),
        ("昆山 大米", "320583"),
        ("义乌 大米", "330782"),
        ("阎良 大米", "610114"),
        ("顺德 大米", "440606"),
    ],
)
def test_a_place_that_says_so_is_one(sample: Services, q: str, adcode: str) -> None:
    assert [value for _, value in regions(sample, q)] == [adcode]


def test_every_such_word_is_the_short_name_of_counties_only(sample: Services) -> None:
    with sample.database.read() as session:
        named = {
            text: adcode
            for adcode, texts in session.execute(select(Division.adcode, Division.short_names))
            for text in texts
        }
        places = Places.read(session)
    assert sorted(PLACE_WORDS - {*named}) == []
    meant = {word: places.lexicon.get(word) or () for word in PLACE_WORDS}
    assert [word for word, meanings in meant.items() if not meanings or not all(one.leans for one in meanings)] == []
