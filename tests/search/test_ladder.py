"""The ladder (N8, A7): nothing is answered before every rung was tried, and every loosened row says how."""

from collections.abc import Iterator
from typing import Any, cast

import pytest

from api.wiring import Services
from indexers.drain import drain_all
from indexers.outdated import ensure
from search_service.query.request import SearchRequest
from search_service.search import Search, ladder
from search_service.search.answer import Answer
from search_service.search.attempts import Attempts
from search_service.search.ladder import Ladder
from tests.support import rows


@pytest.fixture
def filled(services: Services) -> Services:
    with services.database.write() as session:
        rows.xian(session)
        rows.division(session, "610300", "宝鸡市", "610000", "宝鸡")
        rows.division(session, "620000", "甘肃省", None, "甘肃")
        rows.division(session, "620100", "兰州市", "620000", "兰州")
        rows.division(session, "440000", "广东省", None, "广东")
        rows.division(session, "440300", "深圳市", "440000", "深圳")
        xian = rows.institution(session, "示例秦川检测院")
        lanzhou = rows.institution(session, "示例陇上检测院", division_adcode="620100")
        shenzhen = rows.institution(session, "示例鹏城检测院", division_adcode="440300")
        rows.capability(session, xian, object="大米", parameter="镉", standards=["GB 5009.15-2014"], key="rice-xian")
        rows.capability(session, lanzhou, object="大米", parameter="铅", standards=["GB 5009.12-2023"], key="lead-lz")
        rows.capability(session, shenzhen, object="大米", parameter="铬", standards=["GB 5009.123-2023"], key="cr-sz")
        rows.capability(session, shenzhen, object="防爆压力变送器", parameter="示值误差", key="sender", standards=[])
        rows.capability(session, xian, object="热轧带肋钢筋", parameter="弯曲", key="rebar", standards=[])
        rows.authorisation(
            session, xian, service="calibration", instrument="呼吸机", key="lung", regulation="JJF 1234-2018"
        )
        rows.authorisation(
            session, shenzhen, instrument="心电图机", regions=("440300",), key="heart", regulation="JJG 1041-2008"
        )
        rows.standard(session, "GB 5009.15-2014", "食品中镉的测定", key="std-old")
        rows.standard(session, "GB 5009.15-2023", "食品中镉的测定", key="std-new")
        rows.standard(session, "GB/T 1-2000", "变送器通则", key="senders")
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")
    services.search.learn()
    return services


def ask(services: Services, q: str, **given: object) -> Answer:
    return services.search.search(SearchRequest(**{"q": q, "size": 20, **given}))  # type: ignore[arg-type]


def keys(answer: Answer) -> list[str | None]:
    return [hit.key for hit in answer.hits]


def codes(answer: Answer, key: str) -> tuple[str, ...]:
    return next(hit.why for hit in answer.hits if hit.key == key)


def test_a_place_is_widened_step_by_step_and_every_row_says_so(filled: Services) -> None:
    answer = ask(filled, "宝鸡 大米 镉")
    assert keys(answer)[0] == "rice-xian"  # 陕西, before anything further away
    assert codes(answer, "rice-xian") == ("wider_region",)
    assert "宝鸡市" in answer.hits[0].loosened[0]
    assert "陕西省" in answer.hits[0].loosened[0]
    answer = ask(filled, "西安 大米 铅")
    assert keys(answer)[0] == "lead-lz"
    assert "西北" in answer.hits[0].loosened[0]
    answer = ask(filled, "西安 大米 铬")
    assert keys(answer)[0] == "cr-sz"
    assert "全国" in answer.hits[0].loosened[0]
    assert answer.promise


@pytest.mark.parametrize("near", ["西安附近", "西安及周边地区", "西安 周边", "西安市 省内"])
def test_who_asks_for_what_is_near_gets_it_behind_what_is_there(filled: Services, near: str) -> None:
    with filled.database.write() as session:
        here = rows.institution(session)
        for at in range(6):
            rows.capability(session, here, object="大米", parameter="镉", key=f"here-{at}", standards=[])
        near_by = rows.institution(session, division_adcode="610300")
        rows.capability(session, near_by, object="大米", parameter="镉", key="rice-baoji", standards=[])
    drain_all(filled.database, filled.engine, worker="w")
    answer = ask(filled, f"{near} 大米 镉")
    (place,) = [slot for slot in answer.understood if slot.slot == "region"]
    assert (place.text, place.value, place.label, place.act) == (near, "610100", "西安市及附近", "filter")
    assert codes(answer, "rice-baoji") == ("wider_region",)
    assert answer.kinds["capability"] == 7
    assert answer.promise == ""
    assert answer.prefill is not None
    assert answer.prefill["region"] == "610100"
    assert "rice-baoji" not in keys(ask(filled, "西安 大米 镉"))


def test_what_is_near_is_nothing_for_who_verifies(filled: Services) -> None:
    answer = ask(filled, "西安附近 心电图机 检定")
    assert not any("wider_region" in hit.why for hit in answer.hits)
    assert not any("附近" in said for said in answer.relaxed)


def test_a_province_and_inside_of_it_is_the_province(filled: Services) -> None:
    answer = ask(filled, "陕西 省内 大米 镉")
    assert keys(answer)[0] == "rice-xian"
    assert "陕西省" in [slot.label for slot in answer.understood]


def test_who_verifies_may_not_come_from_elsewhere(filled: Services) -> None:
    answer = ask(filled, "西安 心电图机 检定")
    assert not any("wider_region" in hit.why for hit in answer.hits)
    assert answer.promise
    assert answer.prefill is not None
    assert answer.prefill["region"] == "610100"


def test_what_was_ticked_is_never_loosened(filled: Services) -> None:
    answer = ask(filled, "大米 铬", filters={"region": ("610100",)})
    assert not any(hit.kind == "capability" and hit.key == "cr-sz" for hit in answer.hits)
    answer = ask(filled, "呼吸机", filters={"service": ("verification",)})
    assert "lung" not in keys(answer)


def test_another_service_is_said_to_be_one(filled: Services) -> None:
    answer = ask(filled, "呼吸机 检定")
    assert codes(answer, "lung") == ("other_service",)
    assert "不能代替" in next(hit for hit in answer.hits if hit.key == "lung").loosened[0]
    assert ask(filled, "呼吸机 校准").promise == ""


@pytest.mark.parametrize(
    ("typed", "meant", "key"),
    [
        ("热扎带肋钢筋", "热轧带肋钢筋", "rebar"),
        ("呼息机 校准", "呼吸机 校准", "lung"),
        ("大迷 镉", "大米 镉", "rice-xian"),
    ],
)
def test_a_wrong_character_is_corrected_by_offer(filled: Services, typed: str, meant: str, key: str) -> None:
    answer = ask(filled, typed)
    assert answer.query == typed
    assert meant in answer.did_you_mean
    assert codes(answer, key) == ("corrected",)
    assert ask(filled, meant).did_you_mean == ()


def test_a_service_is_offered_and_never_taken(filled: Services) -> None:
    answer = ask(filled, "心电图机鉴定")
    assert "心电图机检定" in answer.did_you_mean
    assert not any("corrected" in hit.why for hit in answer.hits)


def test_numbers_and_places_are_never_corrected(filled: Services) -> None:
    for typed in ("GB 5009.16", "GB 50O9.15-2014", "JJF 1235", "5009.16"):
        answer = ask(filled, typed)
        assert answer.did_you_mean == ()
        assert not any("corrected" in hit.why for hit in answer.hits)
    assert not any("西安" in offered for offered in ask(filled, "西按 大米 镉").did_you_mean)


def test_other_editions_are_labelled_wherever_they_stand(filled: Services) -> None:
    answer = ask(filled, "GB 5009.15-2022")
    assert {hit.key for hit in answer.hits} == {"std-old", "std-new", "rice-xian"}
    assert {hit.why for hit in answer.hits} == {("other_edition",)}
    answer = ask(filled, "GB 5009.15-2014")
    assert codes(answer, "std-old") == ("identifier",)
    assert codes(answer, "rice-xian") == ("all_words",)
    assert codes(answer, "std-new") == ("other_edition",)
    assert all(hit.why != ("other_edition",) for hit in ask(filled, "GB 5009.15").hits)


def test_words_that_are_nowhere_are_dropped_first_and_said(filled: Services) -> None:
    answer = ask(filled, "大米 镉 洗衣机")
    assert keys(answer)[0] == "rice-xian"
    assert codes(answer, "rice-xian") == ("fewer_words",)
    assert "洗衣机" in answer.relaxed[0]


def test_the_word_above_is_tried(filled: Services) -> None:
    with filled.database.write() as session:
        rows.capability(
            session, rows.institution(session), object="变送器", parameter="精度", key="plain", standards=[]
        )
    drain_all(filled.database, filled.engine, worker="w")
    filled.search.learn()
    answer = ask(filled, "防爆压力变送器 精度")
    assert "parent" in codes(answer, "plain")


def test_letters_that_are_no_word_are_read_as_sounds(filled: Services) -> None:
    answer = ask(filled, "huxiji")
    assert codes(answer, "lung") == ("by_pinyin",)
    assert "呼吸机" in answer.did_you_mean
    assert answer.hits[0].key == "lung"


def test_nothing_at_all_ends_in_a_requirement(filled: Services) -> None:
    for typed in ("量子纠缠态制备", "asdfghjkl", "???"):
        answer = ask(filled, typed)
        assert answer.hits == ()
        assert answer.total == 0
        assert "三个工作日" in answer.promise
        assert answer.prefill is not None
        assert answer.prefill["text"] == typed


def test_few_results_are_joined_by_near_ones_and_counts_stay(filled: Services) -> None:
    with filled.database.write() as session:
        other = rows.institution(session, division_adcode="610300")
        rows.capability(session, other, object="大米", parameter="镉", key="rice-baoji", standards=[])
    drain_all(filled.database, filled.engine, worker="w")
    answer = ask(filled, "西安 大米 镉")
    assert keys(answer)[:2] == ["rice-xian", "rice-baoji"]
    assert codes(answer, "rice-xian") == ("all_words",)
    assert codes(answer, "rice-baoji") == ("wider_region",)
    assert answer.kinds["capability"] == 1
    assert answer.promise == ""
    assert keys(ask(filled, "西安 大米 镉", size=1)) == ["rice-xian"]
    assert keys(ask(filled, "西安 大米 镉", page=2, size=1)) == ["rice-baoji"]
    assert "rice-baoji" not in keys(ask(filled, "大米 镉", filters={"region": ("610100",)}))


def test_an_exact_name_or_number_is_joined_by_nothing(filled: Services) -> None:
    for typed in ("示例秦川检测院", "GB/T 1-2000", "JJF 1234"):
        assert ask(filled, typed).relaxed == ()


def every(services: Services) -> Iterator[Answer]:
    for typed in (
        "宝鸡 大米 铬",
        "热扎钢筋 拉伸",
        "呼吸机 检定 兰州",
        "压力变送器",
        "变送器 CMA",
        "兰州 GB 5009.15-2022 大米",
    ):
        yield ask(services, typed)


def test_no_row_of_a_rung_is_without_its_label(filled: Services) -> None:
    for answer in every(filled):
        for hit in answer.hits:
            assert bool(hit.loosened) == (not {*hit.why} & {"identifier", "exact_name", "all_words"}), (
                answer.query,
                hit,
            )
            assert len(hit.loosened) == len(hit.why) or not hit.loosened
        if answer.total and answer.promise and not answer.relaxed:
            assert all(hit.kind in ("standard", "catalogue_entry") for hit in answer.hits if not hit.loosened)


class Counted:
    """Counts what a ladder asks, on a clock that moves by `each` seconds with every question."""

    def __init__(self, attempts: Attempts, each: float) -> None:
        self._attempts, self._each = attempts, each
        self.asked = 0

    def attempt(self, *given: Any, **named: Any) -> Any:
        self.asked += 1
        return self._attempts.attempt(*given, **named)

    def clock(self) -> float:
        return self.asked * self._each


def test_the_time_for_rungs_is_bounded(filled: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ladder, "SECONDS", 1.0)
    search = Search(filled.database, filled.engine)
    asked = []
    for each in (0.0, 100.0):
        counted = Counted(Attempts(filled.engine), each)
        search._ladder = Ladder(cast("Attempts", counted), counted.clock)
        answer = search.search(SearchRequest(q="量子纠缠态 大米 镉 宝鸡"))
        assert answer.promise
        asked.append(counted.asked)
    unhurried, late = asked
    assert late < unhurried


def test_while_nothing_is_found_no_clock_and_no_count_ends_it(
    filled: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = Search(filled.database, filled.engine)
    asked = []
    for seconds, steps, each in ((1e9, 1000, 0.0), (1.0, 1, 100.0)):
        monkeypatch.setattr(ladder, "SECONDS", seconds)
        monkeypatch.setattr(ladder, "STEPS", steps)
        counted = Counted(Attempts(filled.engine), each)
        search._ladder = Ladder(cast("Attempts", counted), counted.clock)
        assert search.search(SearchRequest(q="量子纠缠态 制备装置 相干时间 西安 校准")).total == 0
        asked.append(counted.asked)
    unhurried, late = asked
    assert late == unhurried > 5


@pytest.fixture
def open_place(filled: Services) -> Services:
    """Two places of one name, of which nothing is said in any row."""
    with filled.database.write() as session:
        rows.division(session, "110000", "北京市", None, "北京")
        rows.division(session, "110105", "朝阳区", "110000", "朝阳")
        rows.division(session, "210000", "辽宁省", None, "辽宁")
        rows.division(session, "211300", "朝阳市", "210000", "朝阳")
    return filled


def test_a_place_that_nobody_has_chosen_is_left_out_last_and_said(open_place: Services) -> None:
    answer = ask(open_place, "朝阳 大米 镉")
    assert keys(answer)[0] == "rice-xian"
    assert codes(answer, "rice-xian") == ("open_region",)
    assert answer.relaxed[0] == "地区“朝阳”未选定,以下结果没有限定地区"
    assert not any("没有任何记录提到“朝阳”" in said for said in answer.relaxed)
    assert codes(ask(open_place, "朝阳 大米 洗衣机 镉"), "rice-xian") == ("fewer_words", "open_region")


def test_who_verifies_is_never_without_the_place_that_nobody_has_chosen(open_place: Services) -> None:
    answer = ask(open_place, "朝阳 心电图机 检定")
    assert answer.hits == ()
    assert answer.relaxed == ()
    assert answer.promise
