"""Typing suggestions: pinyin and initials without Han only, numbers however they are written, grouped, never hidden."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest

from analyzers.standard_number import parse
from api.wiring import Services
from indexers.drain import drain_all
from indexers.outdated import ensure
from search_service.store.institution import Institution
from search_service.store.standard import Standard
from tests.support import rows
from tests.support.number_samples import NUMBERS
from tests.support.number_variants import WrittenForm, written_forms


def index(services: Services) -> Services:
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")
    return services


@pytest.fixture
def filled(services: Services) -> Services:
    with services.database.write() as session:
        rows.xian(session)
        owner = rows.institution(session, "示例秦川测试院", short_names=["秦川测试"])
        rows.standard(session, "JJG 52-2013", "弹性元件式一般压力表检定规程")
        rows.standard(session, "JB/T 1-1999", "压力表 校验器")
        rows.standard(session, "GB/T 778.1-2018", "饮用冷水水表和热水水表")
        rows.standard(session, "GB/T 1499.2-2018", "钢筋混凝土用钢 第2部分:热轧带肋钢筋")
        rows.standard(session, "GB/T 7002-2008", "LED灯具性能")
        rows.standard(session, "DB61/T 1-2020", "陕西苹果")
        rows.standard(session, "DB14/T 1-2020", "山西苹果")
        rows.authorisation(session, owner)
        for number in range(40):
            rows.capability(session, owner, object="水表", parameter=f"示值误差{number}")
        rows.capability(session, owner, object="水表外壳", parameter="硬度")
    return index(services)


def texts(services: Services, typed: str, size: int = 8) -> list[str]:
    return [suggestion.text for suggestion in services.search.suggest(typed, size=size)]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("shuibiao", "水表"),
        ("SHUIBIAO", "水表"),
        ("shui biao", "水表"),
        ("shuib", "水表"),
        ("shu", "水表"),
        ("sb", "水表"),
        ("ylb", "压力表"),
        ("yl", "压力表"),
        ("yalib", "压力表"),
        ("yalb", "压力表"),
        ("ylbiao", "压力表"),
        ("sbwk", "水表外壳"),
        ("qccs", "秦川测试"),
        ("rzdl", "钢筋混凝土用钢 第2部分:热轧带肋钢筋"),
        ("rezhadai", "钢筋混凝土用钢 第2部分:热轧带肋钢筋"),
        ("leddengju", "LED灯具性能"),
        ("led deng", "LED灯具性能"),
        ("压力b", "压力表"),
        ("压力 biao", "压力表"),
        ("水", "水表外壳"),
    ],
)
def test_found(filled: Services, typed: str, wanted: str) -> None:
    assert wanted in texts(filled, typed)


def test_a_syllable_may_be_two_provinces_and_han_is_never_a_sound(filled: Services) -> None:
    assert set(texts(filled, "shanxi")) == {"陕西苹果", "山西苹果"}
    assert texts(filled, "陕西") == ["陕西苹果"]
    assert texts(filled, "山xi") == ["山西苹果"]


def test_what_is_written_so_comes_alone_where_there_is_enough_of_it(filled: Services) -> None:
    assert texts(filled, "jb", size=1) == ["JB/T 1-1999"]
    assert texts(filled, "led")[0] == "LED灯具性能"


def test_what_was_typed_is_marked_as_it_is_written(filled: Services) -> None:
    def marked(typed: str) -> str:
        return filled.search.suggest(typed)[0].highlighted

    assert marked("shuibia") == "<mark>水表</mark>"
    assert marked("shui") == "<mark>水</mark>表"
    assert marked("rzd") == "钢筋混凝土用钢 第2部分:<mark>热轧带</mark>肋钢筋"
    assert marked("leddengj") == "<mark>LED灯具</mark>性能"
    assert marked("yalb") == "<mark>压力表</mark>"
    assert marked("yl") == "<mark>压力</mark>表"
    assert marked("jjg5") == "<mark>JJG 5</mark>2-2013"
    assert marked("gbt1499") == "<mark>GB/T 1499</mark>.2-2018"
    assert marked("水表外") == "<mark>水表外</mark>壳"


def test_suggestions_are_grouped_by_kind(filled: Services) -> None:
    found = filled.search.suggest("shuib")
    kinds = [kind for kind, _ in groupby(found, lambda suggestion: suggestion.kind)]
    assert len(kinds) == len(set(kinds)) > 0
    found = filled.search.suggest("压力")
    kinds = [kind for kind, _ in groupby(found, lambda suggestion: suggestion.kind)]
    assert kinds == ["authorisation", "standard"]  # 压力表 itself before 压力表 校验器
    both = filled.search.suggest("水", size=2)
    assert len(both) == 2


def test_many_rows_of_one_name_hide_no_other_name(filled: Services) -> None:
    assert texts(filled, "水表") == ["水表", "水表外壳", "饮用冷水水表和热水水表"][:2]


def first_is_said(services: Services, form: WrittenForm) -> bool:
    found = services.search.suggest(form.text)
    number = parse(found[0].text) if found else None
    wanted = form.number
    if number is None or number.body != wanted.body or (form.prefix and number.bare_prefix != wanted.bare_prefix):
        return False
    return not form.year or wanted.year is None or (number.year, number.variant) == (wanted.year, wanted.variant)


def test_every_written_form_of_a_number_suggests_it_first(services: Services) -> None:
    with services.database.write() as session:
        for number in NUMBERS:
            rows.standard(session, number, f"标准{number}的名称")
    index(services)
    chosen = random.Random(5)
    forms = [form for number in NUMBERS for form in written_forms(parse(number), chosen)]
    assert [form.text for form in forms if not first_is_said(services, form)] == []


def test_the_newest_edition_of_an_undated_number_comes_first(services: Services) -> None:
    with services.database.write() as session:
        for number in ("GB/T 228-2002", "GB/T 228.1-2010", "GB/T 228.1-2021", "GB/T 228.10-2022", "GB/T 2281-1990"):
            rows.standard(session, number)
    index(services)
    wanted = ["GB/T 228.1-2021", "GB/T 228.1-2010"]
    assert texts(services, "GB/T 228.1")[:2] == texts(services, "228.1")[:2] == wanted
    assert texts(services, "gbt228")[0] == "GB/T 228-2002"


def test_a_year_of_two_digits_is_no_newer_than_one_of_four(services: Services) -> None:
    with services.database.write() as session:
        for number in ("GB 7718-94", "GB 7718-2004", "GB 7718-2025", "GB 7718-2011", "GB 7718-2025/XG1-2026"):
            rows.standard(session, number, number)
    index(services)
    years = ["GB 7718-2025", "GB 7718-2011", "GB 7718-2004", "GB 7718-94"]
    assert texts(services, "GB 7718") == texts(services, "7718") == [*years, "GB 7718-2025/XG1-2026"]


def test_of_numbers_that_are_only_begun_those_in_force_come_first(services: Services) -> None:
    with services.database.write() as session:
        for number in ("GB 5009.3-2010", "GB 5009.4-2010", "GB 5009.12-2017"):
            rows.standard(session, number, status="withdrawn")
        for number in ("GB 5009.3-2016", "GB 5009.123-2023"):
            rows.standard(session, number)
    index(services)
    for typed in ("GB 5009", "gb5009.", "gb"):
        found = texts(services, typed)
        assert found[:2] == ["GB 5009.3-2016", "GB 5009.123-2023"]
        assert set(found[2:]) == {"GB 5009.3-2010", "GB 5009.4-2010", "GB 5009.12-2017"}


def test_what_is_hidden_is_not_suggested_though_it_was_a_moment_ago(filled: Services) -> None:
    assert "压力表" in texts(filled, "ylb")
    with filled.database.write() as session:
        owner = session.query(Institution).one()
        owner.status = "suspended"
    assert texts(filled, "ylb") == ["压力表 校验器"]
    assert texts(filled, "shuib") == texts(filled, "qccs") == []
    with filled.database.write() as session:
        session.query(Institution).one().status = "active"
    assert "压力表" in texts(filled, "ylb")
    drain_all(filled.database, filled.engine, worker="w")
    assert "压力表" in texts(filled, "ylb")


def soon(happened: Callable[[], bool]) -> bool:
    """Completions may be a second behind the index."""
    until = time.monotonic() + 5
    while not happened() and time.monotonic() < until:
        time.sleep(0.05)
    return happened()


def test_what_was_renamed_is_suggested_by_its_new_name(filled: Services) -> None:
    assert texts(filled, "pingguo") == []
    assert texts(filled, "陕西") == ["陕西苹果"]
    with filled.database.write() as session:
        session.query(Standard).filter_by(number="DB61/T 1-2020").one().title = "陕西酥梨"
    drain_all(filled.database, filled.engine, worker="w")
    assert soon(lambda: texts(filled, "陕西") == ["陕西酥梨"])


def test_a_window_that_ends_takes_its_suggestion_along(services: Services) -> None:
    with services.database.write() as session:
        rows.xian(session)
        owner = rows.institution(session, "示例甲院")
        ends = services.database.now().date()
        rows.capability(session, owner, rows.certificate(session, owner, valid_to=ends), object="电能表")
    index(services)
    assert texts(services, "dnb") == ["电能表"]
    tomorrow = services.database.now() + timedelta(days=1)
    services.database.now = lambda: tomorrow  # type: ignore[method-assign]
    assert texts(services, "dnb") == []
    assert services.database.now() > datetime(2026, 11, 21, tzinfo=UTC)
