"""What understood words do: filter where a kind can, never make the others vanish, and stay open where they are."""

import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.wiring import Services
from indexers.drain import drain_all
from indexers.outdated import ensure
from search_service.errors import EngineUnavailable, Invalid
from search_service.query.request import SearchRequest
from search_service.search.answer import Answer, Slot
from search_service.search.prefill import prefill
from search_service.search.word_lists import WordLists
from search_service.store.institution import Institution
from tests.support import rows


@pytest.fixture
def filled(services: Services) -> Services:
    with services.database.write() as session:
        rows.xian(session)
        rows.division(session, "110000", "北京市", None, "北京")
        rows.division(session, "110105", "朝阳区", "110000", "朝阳")
        rows.division(session, "210000", "辽宁省", None, "辽宁")
        rows.division(session, "211300", "朝阳市", "210000", "朝阳")
        west = rows.institution(session, "西安示例计量院", short_names=["西安示例院"], key="west")
        east = rows.institution(session, "朝阳示例院", division_adcode="211300", key="east")
        cma, cnas = rows.certificate(session, west), rows.certificate(session, east, nature="CNAS")
        rows.standard(session, "JJG 52-2013", "弹性元件式一般压力表", key="regulation")
        rows.standard(session, "DB11/T 1-2020", "北京市公园绿地检测", key="park")
        rows.catalogue_entry(session, "压力表", key="entry")
        rows.authorisation(session, west, cma, key="verify")
        rows.authorisation(session, west, cma, service="calibration", key="calibrate")
        rows.authorisation(session, east, cnas, regions=("211300",), key="far")
        rows.capability(session, west, cma, object="大米", parameter="镉", key="rice")
        rows.capability(session, east, cnas, object="大米", parameter="镉", key="rice-far")
        rows.plan(session, west, title="压力表检定上门服务", service="calibration", key="plan")
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")
    return services


def ask(services: Services, q: str, **given: object) -> Answer:
    return services.search.search(SearchRequest(**{"q": q, "size": 50, **given}))  # type: ignore[arg-type]


def keys(answer: Answer, *kinds: str) -> set[str | None]:
    """What was found as it was asked for, nothing loosened."""
    return {hit.key for hit in answer.hits if not hit.loosened and (not kinds or hit.kind in kinds)}


def slots(answer: Answer) -> dict[str, Slot]:
    return {slot.slot: slot for slot in answer.understood}


def test_a_place_and_a_service_filter_offers_and_leave_the_others_standing(filled: Services) -> None:
    answer = ask(filled, "雁塔区 压力表 检定")
    assert keys(answer, "authorisation") == {"verify"}
    assert keys(answer, "standard", "catalogue_entry") == {"regulation", "entry"}
    assert answer.hits[0].key == "verify", "who names a place and a service wants who does it there"
    assert {slot.slot: slot.act for slot in answer.understood} == {
        "region": "filter",
        "object": "boost",
        "service": "filter",
    }


def test_who_is_authorised_for_a_city_may_come_to_its_districts(filled: Services) -> None:
    assert slots(ask(filled, "雁塔区 压力表 检定"))["region"].value == "610113"
    with filled.database.write() as session:
        rows.division(session, "610102", "新城区", "610100", "新城")
        east = session.query(Institution).filter_by(key="east").one()
        rows.authorisation(session, east, regions=("610102",), key="district")
        rows.authorisation(session, east, regions=("000000",), key="everywhere")
    drain_all(filled.database, filled.engine, worker="w")
    assert keys(ask(filled, "雁塔区 压力表 检定"), "authorisation") == {"verify", "everywhere"}
    ticked = ask(filled, "压力表 检定", kinds=("authorisation",), filters={"region": ("610100",)})
    counted = {
        value.value: value.count for value in ask(filled, "压力表 检定", kinds=("authorisation",)).facets["region"]
    }
    assert ticked.total == counted["610100"], "what is ticked leaves what was counted"
    assert all(code.isdigit() for code in counted)


def test_services_are_never_one_another(filled: Services) -> None:
    assert keys(ask(filled, "压力表 校准"), "authorisation") == {"calibrate"}
    assert keys(ask(filled, "压力表 检定"), "authorisation") == {"verify", "far"}


def test_certificate_kinds_filter(filled: Services) -> None:
    assert keys(ask(filled, "大米镉 CMA"), "capability") == {"rice"}
    assert keys(ask(filled, "大米镉，要CNAS的"), "capability") == {"rice-far"}
    both = ask(filled, "大米 镉 CMA CNAS")
    assert keys(both, "capability") == {"rice", "rice-far"}


def test_a_query_of_filters_alone_lists_what_they_leave(filled: Services) -> None:
    assert keys(ask(filled, "西安 检定"), "authorisation", "standard") == {"verify"}


def test_a_name_typed_whole_is_that_name(filled: Services) -> None:
    answer = ask(filled, "北京市公园绿地检测")
    assert answer.understood == ()
    assert answer.hits[0].key == "park"
    assert slots(ask(filled, "北京市 绿地"))["region"].value == "110000"
    named = ask(filled, "压力表检定上门服务", kinds=("plan",))
    assert keys(named) == {"plan"}, "its own name wins over the service that its words would ask for"


def test_an_institution_is_itself_and_its_rows(filled: Services) -> None:
    answer = ask(filled, "西安示例院 大米")
    assert slots(answer)["institution"].label == "西安示例计量院"
    assert keys(answer, "capability") == {"rice"}
    assert keys(answer, "institution") == {"west"}
    assert "region" not in slots(answer), "the place in its name is part of it"


def test_a_hidden_institution_is_forgotten_at_once(filled: Services) -> None:
    assert "institution" in slots(ask(filled, "西安示例院"))
    with filled.database.write() as session:
        session.query(Institution).filter_by(key="west").one().status = "suspended"
    answer = ask(filled, "西安示例院 大米")
    assert "institution" not in slots(answer)
    assert "西安示例计量院" not in str(answer.to_json())
    filled.search.learn()
    assert "object" not in slots(ask(filled, "西安示例院"))


def test_an_ambiguous_place_is_offered_and_does_nothing(filled: Services) -> None:
    answer = ask(filled, "朝阳 大米 镉")
    slot = slots(answer)["region"]
    assert (slot.act, slot.value) == ("choose", "")
    assert [(choice.label, choice.params) for choice in slot.choices] == [
        ("北京市朝阳区", {"region": "110105"}),
        ("辽宁省朝阳市", {"region": "211300"}),
    ]
    chosen = ask(filled, "朝阳 大米 镉", filters={"region": ("211300",)})
    assert (slots(chosen)["region"].value, slots(chosen)["region"].act) == ("211300", "filter")
    assert keys(chosen, "capability") == {"rice-far"}


def test_places_settle_one_another(filled: Services) -> None:
    assert slots(ask(filled, "辽宁朝阳 大米"))["region"].value == "211300"
    assert [slot.text for slot in ask(filled, "陕西省西安市雁塔区 大米").understood][:1] == ["陕西省西安市雁塔区"]
    assert slots(ask(filled, "北京 朝阳"))["region"].value == "110105"


@pytest.fixture
def namesakes(filled: Services) -> Services:
    """Districts of municipalities, and others that are called the same."""
    with filled.database.write() as session:
        for adcode, name, parent, *short in (
            ("220000", "吉林省", None, "吉林"),
            ("220100", "长春市", "220000", "长春"),
            ("220104", "朝阳区", "220100", "朝阳"),
            ("110112", "通州区", "110000", "通州"),
            ("320000", "江苏省", None, "江苏"),
            ("320600", "南通市", "320000", "南通"),
            ("320612", "通州区", "320600", "通州"),
            ("231005", "西安区", None, "西安"),
        ):
            rows.division(session, adcode, name, parent, *short)
    return filled


@pytest.mark.parametrize(
    ("q", "offered"),
    [
        ("朝阳区 大米", ["北京市朝阳区", "吉林省长春市朝阳区"]),
        ("朝阳 大米", ["北京市朝阳区", "辽宁省朝阳市", "吉林省长春市朝阳区"]),
        ("通州区 大米", ["北京市通州区", "江苏省南通市通州区"]),
        ("通州 大米", ["北京市通州区", "江苏省南通市通州区"]),
    ],
)
def test_a_municipality_has_no_claim_on_a_name(namesakes: Services, q: str, offered: list[str]) -> None:
    slot = slots(ask(namesakes, q))["region"]
    assert slot.act == "choose"
    assert [choice.label for choice in slot.choices] == offered


@pytest.mark.parametrize(
    ("q", "adcode", "said"),
    [
        ("长春市朝阳区 大米", "220104", "长春市朝阳区"),
        ("南通市通州区 大米", "320612", "南通市通州区"),
        ("江苏 通州 大米", "320612", "江苏 通州"),
        ("北京通州 大米", "110112", "北京通州"),
        ("北京市朝阳区 大米", "110105", "北京市朝阳区"),
        ("西安 大米", "610100", "西安"),
    ],
)
def test_the_place_beside_it_says_which(namesakes: Services, q: str, adcode: str, said: str) -> None:
    assert [(s.value, s.act, s.text) for s in ask(namesakes, q).understood if s.slot == "region"] == [
        (adcode, "filter", said)
    ]


def test_what_was_ticked_counts_more(filled: Services) -> None:
    answer = ask(filled, "西安 大米 镉", filters={"region": ("210000",)})
    assert slots(answer)["region"].act == "overruled"
    assert keys(answer) == {"rice-far"}


def test_a_slot_can_be_turned_back_to_text(filled: Services) -> None:
    every = ask(filled, "西安 大米 镉", as_text=("region",))
    assert slots(every)["region"].act == "text"
    assert "rice-far" not in keys(every), "the word is a word again, which the other row lacks"
    one = ask(filled, "西安 大米 镉", as_text=("region:610113",))
    assert slots(one)["region"].act == "filter", "another value was meant"
    assert slots(ask(filled, "JJG 52 压力表", as_text=("standard",)))["standard"].act == "text"
    with pytest.raises(Invalid) as refused:
        ask(filled, "西安", as_text=("colour",))
    assert refused.value.problems[0].code == "unknown_slot"


def test_a_kind_that_has_none_of_it_keeps_what_it_can_find(filled: Services) -> None:
    answer = ask(filled, "西安 压力表 检定", kinds=("standard",))
    assert keys(answer) == {"regulation"}
    assert {slot.act for slot in answer.understood if slot.slot != "object"} == {"note"}


def test_ranges_counts_and_days_are_noted_and_make_nothing_vanish(filled: Services) -> None:
    answer = ask(filled, "压力表 0~60MPa 1.6级 3台 下周 西安 检定")
    assert keys(answer, "authorisation") == {"verify"}
    acts = {slot.slot: slot.act for slot in answer.understood}
    assert {acts[name] for name in ("range", "accuracy", "quantity", "date")} == {"note"}


def test_notes_alone_stay_words_of_the_query(filled: Services) -> None:
    assert ask(filled, "下周").total == 0
    assert ask(filled, "0~60MPa").total == 0


def test_a_day_filters_by_recorded_validity(filled: Services) -> None:
    now = filled.database.now()
    assert keys(ask(filled, "西安 大米 镉 明天"), "capability") == {"rice"}
    beyond = (now + timedelta(days=3000)).date().isoformat()
    assert keys(ask(filled, f"西安 大米 镉 {beyond}"), "capability") == set()


def test_a_requirement_is_begun_with_what_was_said_and_nothing_else(filled: Services) -> None:
    q = "西安 压力表 0~60MPa 1.6级 3台 检定 CMA 下周"
    assert ask(filled, q).prefill == {
        "text": q,
        "region": "610100",
        "certificate_kinds": ["CMA"],
        "start": "2026-11-23",
        "end": "2026-11-29",
        "items": [
            {"object": "压力表", "range": "0~60MPa", "accuracy": "1.6级", "quantity": 3, "service": "verification"}
        ],
    }
    assert "region" not in (ask(filled, "完全不认识的话").prefill or {})
    assert ask(filled, "弹性元件").prefill is None
    assert "region" not in (ask(filled, "朝阳 大米").prefill or {})


@pytest.mark.parametrize(
    ("q", "said", "absent"),
    [
        ("大米 镉 不要CMA的", "不要CMA", "certificate_kinds"),
        ("大米 镉 除西安外", "除西安外", "region"),
        ("大米 镉 不是检定", "不是检定", "service"),
        ("大米 镉 不要GB 5009.15", "不要GB 5009.15", "standard"),
    ],
)
def test_what_is_refused_filters_nothing_and_is_said(filled: Services, q: str, said: str, absent: str) -> None:
    answer = ask(filled, q)
    (refused,) = [slot for slot in answer.understood if slot.act == "refused"]
    assert (refused.text, refused.label, refused.value) == (said, said, "")
    assert answer.prefill is not None
    assert absent not in answer.prefill
    assert absent not in answer.prefill["items"][0]
    assert keys(answer, "capability") == {"rice", "rice-far"}, "its words are not demanded either"


@pytest.mark.parametrize(
    ("said", "items"),
    [
        ("object:大米 parameter:镉 parameter:铅 service:testing", ["大米 镉 testing", "大米 铅 testing"]),
        ("object:大米 parameter:镉 standard:A parameter:铅 standard:B", ["大米 镉 A", "大米 铅 B"]),
        ("object:大米 parameter:镉 parameter:铅 standard:A", ["大米 镉 A", "大米 铅 A"]),
        ("object:大米 parameter:镉 standard:A parameter:铅", ["大米 镉 A", "大米 铅"]),
        ("object:压力表 object:温度计 service:verification", ["压力表 verification", "温度计 verification"]),
        ("object:压力表 service:verification object:温度计 service:calibration",
         ["压力表 verification", "温度计 calibration"]),
        ("service:verification object:压力表 object:温度计", ["verification 压力表", "verification 温度计"]),
        ("standard:A standard:B", ["A", "B"]),
        ("object:压力表 range:R range:S", ["压力表 R", "压力表 S"]),
        ("object:压力表 quantity:3 object:温度计 quantity:3", ["压力表 3", "温度计 3"]),
        ("object:压力表 object:温度计 quantity:3", ["压力表", "温度计 3"]),
        ("object:大米 parameter:镉 object:大米 parameter:铅", ["大米 镉", "大米 铅"]),
    ],
)  # fmt: skip
def test_what_is_said_a_second_time_is_another_item(said: str, items: list[str]) -> None:
    slots = [Slot(name, value, value, value, "note", 0, 0) for name, value in (one.split(":") for one in said.split())]
    found = prefill("typed", slots)
    assert found is not None
    told = [sorted(map(str, item.values())) for item in found["items"]]
    assert told == [sorted(item.split()) for item in items]


def test_understanding_goes_on_without_an_engine(filled: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise EngineUnavailable

    for name in ("search", "frequencies"):
        monkeypatch.setattr(filled.engine, name, away)
    answer = ask(filled, "西安 压力表 检定")
    assert answer.partial
    assert keys(answer, "authorisation") == {"verify"}


def test_new_rows_are_understood_when_the_lists_are_read_again(filled: Services) -> None:
    assert ask(filled, "石墨烯").understood == ()
    with filled.database.write() as session:
        owner = session.query(Institution).filter_by(key="west").one()
        rows.capability(session, owner, object="石墨烯", parameter="层数")
        rows.capability(session, owner, object="没有发布的东西", parameter="层数", state="draft")
    filled.search.learn()
    assert slots(ask(filled, "石墨烯"))["object"].value == "石墨烯"
    assert ask(filled, "没有发布的东西").understood == ()


def test_lists_read_at_the_start_are_there_for_the_first_search(
    filled: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = WordLists(filled.database)
    lists.renew()
    for thread in threading.enumerate():
        if thread.name == "zhixun-word-lists":
            thread.join()
    monkeypatch.setattr(lists, "_read", lambda: pytest.fail("they are read once more"))
    assert len(lists.get()) > 0


def test_lists_that_cannot_be_read_leave_the_old_ones(filled: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    lists = WordLists(filled.database)
    lists.learn()
    before = len(lists.get())

    def broken(_: object) -> None:
        raise OSError

    monkeypatch.setattr(lists, "_read", lambda: broken(None))
    lists._read_quietly()
    assert len(lists.get()) == before > 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(q=st.text(max_size=200) | st.text(alphabet="西安朝阳压力表检定CMA 0~60MPa\x00GB/T.-12月日台", max_size=60))
def test_any_query_is_answered_or_refused(filled: Services, q: str) -> None:
    try:
        answer = ask(filled, q, size=3)
    except Invalid:
        return
    assert all(q[slot.start : slot.end] == slot.text for slot in answer.understood)
