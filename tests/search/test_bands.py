"""Bands (founding decision 9), declared weights, understanding, suggestions, highlights."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from api.wiring import Services
from indexers.drain import drain_all
from indexers.outdated import ensure
from search_service.kinds import REGISTRY
from search_service.kinds.base import Kind
from search_service.kinds.parts import Use
from search_service.query.lexical import PLAIN_NUMBER
from search_service.query.request import SearchRequest
from search_service.search.answer import Answer
from search_service.store.institution import Institution
from tests.support import rows


@pytest.fixture
def filled(services: Services) -> Services:
    with services.database.write() as session:
        rows.xian(session)
        rows.division(session, "110105", "朝阳区", "110000", "朝阳")
        rows.division(session, "211300", "朝阳市", "210000", "朝阳")
        owner = rows.institution(session, "示例秦川测试院", short_names=["秦川测试"])
        rows.standard(session, "JJG 52-2013", "弹性元件式一般压力表检定规程")
        rows.standard(session, "JB/T 1-1999", "压力表", key="exact")
        rows.standard(session, "JB/T 2-1999", "压力表 校验器", status="withdrawn", key="withdrawn")
        rows.standard(session, "JB/T 3-1999", "压力表 校验器", key="current")
        rows.standard(session, "JB/T 4-1999", "表面的压力", key="some")
        rows.authorisation(session, owner, key="auth")
        rows.capability(session, owner, object="压力表外壳", parameter="硬度", standards=["JJG 52-2013"], key="cap")
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")
    return services


def ask(services: Services, q: str, **given: object) -> Answer:
    return services.search.search(SearchRequest(**{"q": q, "size": 20, **given}))  # type: ignore[arg-type]


def test_own_number_exact_name_all_words(filled: Services) -> None:
    answer = ask(filled, "JJG52")
    assert [hit.why for hit in answer.hits[:1]] == [("identifier",)]
    assert answer.hits[0].fields["number"] == "JJG 52-2013"
    assert {hit.key for hit in answer.hits[1:]} == {"auth", "cap"}
    answer = ask(filled, "压力表")
    bands = [hit.why[0] for hit in answer.hits]
    assert bands == sorted(bands, key=["identifier", "exact_name", "all_words"].index)
    assert {hit.key for hit in answer.hits if hit.why == ("exact_name",)} == {"exact", "auth"}


def test_kinds_take_turns_inside_a_band(filled: Services) -> None:
    kinds = [hit.kind for hit in ask(filled, "压力表").hits if hit.why == ("all_words",)]
    assert kinds[:2] == ["standard", "capability"]


def test_some_words_only_when_nothing_has_all_of_them_and_it_is_said(filled: Services) -> None:
    assert ask(filled, "压力表 校验器").relaxed == ()
    answer = ask(filled, "压力表 洗衣机")
    assert answer.relaxed
    assert answer.total > 0
    assert all(hit.loosened for hit in answer.hits)
    assert ask(filled, "洗衣机").total == 0
    assert ask(filled, "洗衣机").relaxed == ()


NAMESAKES = 6
"""Rows of one name, every other one with the flag: that their keys order them so by chance is one in 20."""


def namesake(session: Session, owner: Institution, kind: str, flag: str, number: int) -> None:
    """One of several rows that differ in nothing but the flag, which those of an even number have."""
    has = number % 2 == 0
    given = {"key": f"row-{number}"}
    if kind == "standard":
        status = "current" if flag == PLAIN_NUMBER else flag if has else "withdrawn"
        variant = "E" if flag == PLAIN_NUMBER and not has else ""
        rows.standard(session, f"JB/T {number + 700}-1999{variant}", "齿轮噪声测量装置", status=status, **given)
        return
    certificate = rows.certificate(session, owner, valid_to=date(2029, 12, 31) if has else None)
    if kind == "capability":
        rows.capability(session, owner, certificate, object="齿轮噪声测量装置", **given)
    else:
        assert kind == "authorisation", f"how do rows of {kind} differ in the flag {flag}?"
        rows.authorisation(session, owner, certificate, instrument="齿轮噪声测量装置", **given)


@pytest.mark.parametrize(
    ("name", "flag"), [(kind.name, flag) for kind in REGISTRY.kinds for flag in kind.priors], ids="-".join
)
def test_a_declared_weight_changes_an_order(
    services: Services, monkeypatch: pytest.MonkeyPatch, name: str, flag: str
) -> None:
    with services.database.write() as session:
        rows.xian(session)
        owner = rows.institution(session, "示例秦川测试院")
        for number in range(NAMESAKES):
            namesake(session, owner, name, flag, number)
    ensure(services.database, services.engine)
    drain_all(services.database, services.engine, worker="w")

    def have(q: str) -> list[bool]:
        return [int(str(hit.key)[-1]) % 2 == 0 for hit in ask(services, q, kinds=(name,)).hits]

    kind: Kind = services.registry.kind(name)
    weighed = sorted([number % 2 == 0 for number in range(NAMESAKES)], reverse=True)
    assert have("齿轮噪声测量装置") == have("齿轮 噪声") == weighed
    monkeypatch.setattr(kind, "priors", {**kind.priors, flag: 0.0})
    kind.__dict__.pop("profile", None)
    unweighed = have("齿轮噪声测量装置")
    monkeypatch.undo()
    kind.__dict__.pop("profile", None)
    assert sorted(unweighed, reverse=True) == weighed
    assert unweighed != weighed


def test_every_declared_weight_has_a_flag_that_carries_it(filled: Services) -> None:
    for kind in filled.registry.kinds:
        if kind.priors:
            assert any(part.use is Use.FLAG for part in kind.words), kind.name


def test_understood_holds_standard_unambiguous_region_and_service(filled: Services) -> None:
    slots = {(s.slot, s.text, s.value) for s in ask(filled, "西安 JJG52-2013 压力表检定").understood}
    assert slots == {
        ("region", "西安", "610100"),
        ("standard", "JJG52-2013", "JJG 52-2013"),
        ("object", "压力表", "压力表"),
        ("service", "检定", "verification"),
    }
    assert [s.label for s in ask(filled, "JJG 52").understood] == ["JJG 52(不注日期)"]
    assert ask(filled, "压力表").understood[0].slot == "object"
    assert ask(filled, "洗衣机").understood == ()


def test_region_and_service_filter_the_kinds_that_have_them(filled: Services) -> None:
    offers = {"capability", "authorisation"}
    found = ask(filled, "西安 检定 压力表").hits
    assert [hit.key for hit in found if hit.kind in offers] == ["auth"]
    assert found[0].key == "auth"
    found = ask(filled, "雁塔区 压力表 检测").hits
    assert [hit.key for hit in found if hit.kind in offers] == ["cap"]


def test_suggestions_come_from_names_and_numbers(filled: Services) -> None:
    assert {s.text for s in filled.search.suggest("压力", size=20)} >= {"压力表", "压力表外壳", "压力表 校验器"}
    assert [s.text for s in filled.search.suggest("jjg5")] == ["JJG 52-2013"]
    assert [s.text for s in filled.search.suggest("校验")] == ["压力表 校验器"]
    assert [s.text for s in filled.search.suggest("秦川", ["institution"])] == ["秦川测试"]
    assert filled.search.suggest("  ") == []
    assert "<mark>" in filled.search.suggest("压力")[0].highlighted


def test_highlights_mark_what_was_typed_in_the_text_as_stored(filled: Services) -> None:
    hit = ask(filled, "壓力錶", kinds=("authorisation",)).hits[0]
    assert hit.highlights["instrument"] == "<mark>压力表</mark>"
    hit = ask(filled, "jjg52", kinds=("standard",)).hits[0]
    assert "<mark>" in hit.highlights["number"]
