"""Free text → items: cut where people begin a new one, nothing lost, nothing guessed silently."""

import re
import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.wiring import Services
from search_service.errors import Invalid
from search_service.matching.entry import MOST_ITEMS
from search_service.requirements.understanding import Understood, _cut, understood

TODAY = date(2026, 11, 21)


@pytest.fixture
def read(sample: Services) -> Services:
    sample.search.learn()
    return sample


def said(services: Services, text: str) -> Understood:
    return understood(text, services.search.read, TODAY)


def test_lines_semicolons_and_numbers_begin_items(read: Services) -> None:
    ways = (
        "大米 镉 检测\n压力表 检定 0~60MPa 1.6级",
        "大米 镉 检测；压力表 检定 0~60MPa 1.6级",
        "1. 大米 镉 检测 2. 压力表 检定 0~60MPa 1.6级",
        "1、大米 镉 检测 2、压力表 检定 0~60MPa 1.6级",
        "（1）大米 镉 检测（2）压力表 检定 0~60MPa 1.6级",
        "①大米 镉 检测②压力表 检定 0~60MPa 1.6级",
        "- 大米 镉 检测\r\n- 压力表 检定 0~60MPa 1.6级",
    )
    for text in ways:
        found = said(read, text)
        assert found.body["text"] == text
        assert found.body["items"] == [
            {"object": "大米", "parameter": "镉", "service": "testing"},
            {"object": "压力表", "service": "verification", "range": "0~60MPa", "accuracy": "1.6级"},
        ], text


def test_nothing_that_is_asked_for_is_lost(read: Services) -> None:
    """Whoever wants lead as well is not told that the work is done when somebody can do cadmium."""
    found = said(read, "大米 镉、铅 检测")
    rice = {"object": "大米", "service": "testing"}
    assert found.body["items"] == [{**rice, "parameter": "镉"}, {**rice, "parameter": "铅"}]
    found = said(read, "热轧带肋钢筋 屈服强度、抗拉强度、断后伸长率")
    assert [item["parameter"] for item in found.body["items"]] == ["屈服强度", "抗拉强度", "断后伸长率"]
    assert {item["object"] for item in found.body["items"]} == {"热轧带肋钢筋"}
    found = said(read, "GB 5009.15和GB 5009.12")
    assert [item["standard"] for item in found.body["items"]] == ["GB 5009.15", "GB 5009.12"]
    found = said(read, "压力表 检定 0~60MPa，0~6MPa")
    assert [item["range"] for item in found.body["items"]] == ["0~60MPa", "0~6MPa"]
    assert len(found.pieces) == 2


def test_numbers_of_standards_and_measures_are_no_list(read: Services) -> None:
    found = said(read, "热轧带肋钢筋 屈服强度 GB/T 228.1-2021 检测")
    assert [item["standard"] for item in found.body["items"]] == ["GB/T 228.1-2021"]
    found = said(read, "压力表 检定 0~1.6 MPa 1.6级")
    assert [item["range"] for item in found.body["items"]] == ["0~1.6 MPa"]


def test_a_number_that_counts_nothing_begins_nothing(read: Services) -> None:
    assert len(said(read, "大米 镉 检测 3、4 号样品").body["items"]) == 1
    assert len(said(read, "7、大米 镉 检测 8、压力表 检定 3、4 号表").body["items"]) == 2


def test_what_leads_the_list_holds_for_it_and_is_said(read: Services) -> None:
    found = said(read, "我厂在西安雁塔区，需要以下检测，要CMA：\n大米 镉\n压力表 检定")
    assert (found.body["region"], found.body["certificate_kinds"]) == ("610113", ["CMA"])
    assert [item["service"] for item in found.body["items"]] == ["testing", "verification"]
    assert {(note.loc, note.code) for note in found.notes} == {
        ("items.0.service", "service_led"),
        ("region", "condition_led"),
        ("certificate_kinds", "condition_led"),
    }


def test_what_one_item_says_is_its_own(read: Services) -> None:
    found = said(read, "大米 镉 检测 CMA\n压力表 检定 西安")
    assert "region" not in found.body
    assert "certificate_kinds" not in found.body
    assert found.body["items"][0]["certificate_kinds"] == ["CMA"]
    assert found.body["items"][1]["place"] == "610100"
    both = said(read, "大米 镉 检测 西安\n压力表 检定 西安")
    assert both.body["region"] == "610100"
    assert all("place" not in item for item in both.body["items"])


def test_words_that_no_record_knows_are_kept_as_the_thing(read: Services) -> None:
    found = said(read, "请问石墨烯散热膜可以检测吗")
    assert found.body["items"][0]["object"] == "石墨烯散热膜"


def test_talk_is_no_item_and_is_named(read: Services) -> None:
    found = said(
        read, "大米 镉 检测\n我们上次的事情办得非常愉快，这一次也希望能够尽快安排，价格方面请多多关照，谢谢各位老师"
    )
    assert len(found.body["items"]) == 1
    assert [note.code for note in found.notes] == ["piece_unread"]
    place = said(read, "大米 镉 检测\n上次合作得非常愉快，这一次也希望能够尽快安排，价格方面请多多关照，谢谢各位老师")
    assert "region" not in place.body, "合作 is a city, too, and nobody has said so"
    said_so = said(read, "大米 镉 检测\n合作市，尽快安排")
    assert (said_so.body["region"], said_so.notes[0].code) == ("623001", "condition_led")


def test_what_is_refused_is_no_item_and_no_condition(read: Services) -> None:
    found = said(read, "大米 镉 检测\n不要CNAS")
    assert found.body["items"] == [{"object": "大米", "parameter": "镉", "service": "testing"}]
    assert "certificate_kinds" not in found.body
    assert ("refused", "“不要CNAS”没有作为条件，已留在说明中") in [(note.code, note.message) for note in found.notes]
    found = said(read, "大米 镉 检测 不要CNAS")
    assert found.body["items"] == [{"object": "大米", "parameter": "镉", "service": "testing"}]


def test_dates(read: Services) -> None:
    found = said(read, "大米 镉 检测 下周")
    assert (found.body["start"], found.body["end"]) == ("2026-11-23", "2026-11-29")
    for text in ("大米 镉 检测\n12月1日到12月15日之间", "大米 镉 检测 2026-12-01~2026-12-15"):
        found = said(read, text)
        assert (found.body["start"], found.body["end"]) == ("2026-12-01", "2026-12-15")
        assert found.body["items"] == [{"object": "大米", "parameter": "镉", "service": "testing"}]
    begun = said(read, "大米 镉 检测 本周")
    assert "start" not in begun.body, "what has begun says only until when"
    assert begun.body["end"] == "2026-11-22"


def test_two_hundred_pieces_are_refused_before_any_is_read() -> None:
    def never(text: str) -> tuple[()]:
        raise AssertionError(text)

    with pytest.raises(Invalid, match="至多 100 项"):
        understood("大米 镉\n" * 200, never, TODAY)
    with pytest.raises(Invalid, match="10000 个字"):
        understood("米" * 10_001, never, TODAY)


@given(st.text(max_size=400) | st.text("1２.、（）①；\n 检测大米GB/T228\x00ﷺ", max_size=400))
def test_whatever_is_typed_stays(sample: Services, text: str) -> None:
    if len(re.split(r"[\s；;。、（）().①-⑳]+", text)) > MOST_ITEMS:
        text = text[:MOST_ITEMS]  # refused otherwise, as the test above has it
    found = understood(text, sample.search.read, TODAY)
    assert found.body["text"] == text.replace("\x00", " ").strip()
    assert len(found.pieces) == len(found.body["items"])
    assert all(piece in found.body["text"] for piece in found.pieces)


@pytest.mark.parametrize("text", ["a{}b", "{}", "1.{}", "，{}1", "1、大米{}2、小米"])
def test_ten_times_the_blanks_cost_about_ten_times(text: str) -> None:
    """Where each blank looked to the end of all, it was a hundred times."""

    def cost(count: int) -> float:
        costs = []
        for _ in range(3):
            began = time.process_time()
            _cut(text.format(" " * count))
            costs.append(time.process_time() - began)
        return min(costs)

    assert cost(20_000) < 40 * cost(2_000)
