"""Editions, other texts of them, parts, adoption, and who works to which edition."""

from collections.abc import Callable
from datetime import date

import pytest

from api.wiring import Services
from search_service.standards import family
from search_service.standards.family import Family
from search_service.store.standard import Standard
from tests.standards.conftest import add_standard
from tests.support import rows

Of = Callable[[str], Family]


@pytest.fixture
def of(services: Services) -> Of:
    def read(number: str) -> Family:
        with services.database.read() as session:
            row = session.query(Standard).filter(Standard.number == number).one()
            return family.read(session, row, services.database.now())

    return read


def store(services: Services, *numbers: str, **given: str) -> None:
    with services.database.write() as session:
        for number in numbers:
            add_standard(session, number, **given)


def test_editions_with_their_other_texts(services: Services, of: Of) -> None:
    store(services, "GB/T 1-2000", "GB/T 1-2010", "GB/T 1-2010E", "GB/T 1-2010/XG1-2012", "GBT 1-1990", "GB/T 10-2010")
    store(services, "GB/Z 1-2010", "T/ABC 1-2010")
    found = of("GB/T 1-2000").editions
    assert [(e.row.number, [t.number for t in e.texts]) for e in found] == [
        ("GB/T 1-2010", ["GB/T 1-2010/XG1-2012", "GB/T 1-2010E"]),
        ("GB/T 1-2000", []),
        ("GBT 1-1990", []),
    ]


def test_parts_in_the_order_of_their_numbers_each_once(services: Services, of: Of) -> None:
    store(services, "GB/T 5-2000", "GB/T 5.10-2010", "GB/T 5.2-2010", "GB 5.3-2010", "GB/T 50-2010", "JB/T 5.4-2010")
    store(services, "GB/T 5.2-2002", status="withdrawn")
    assert [row.number for row in of("GB/T 5.2-2010").parts] == [
        "GB/T 5-2000",
        "GB 5.3-2010",
        "GB/T 5.10-2010",
    ]


def test_who_works_to_which_edition(services: Services, of: Of) -> None:
    with services.database.write() as session:
        add_standard(session, "GB/T 1-2000", status="withdrawn")
        add_standard(session, "GB/T 1-2010", status="current")
        proven, unproven = rows.institution(session, "乙中心"), rows.institution(session, "甲中心")
        lasting = rows.certificate(session, proven)
        endless = rows.certificate(session, unproven, valid_to=None)
        expired = rows.certificate(session, unproven, valid_to=date(2026, 11, 20))
        rows.capability(session, proven, lasting, standards=["GB/T 1-2010", "GB/T 1"])
        rows.capability(session, proven, lasting, parameter="另", standards=["GB/T 1-2010", "GB/T 1-2000"])
        rows.capability(session, unproven, endless, standards=["GB/T 1"])
        rows.capability(session, unproven, expired, parameter="旧", standards=["GB/T 1-2000"])
    newest, oldest = of("GB/T 1-2000").editions
    assert [(w.name, w.rows, w.proven) for w in newest.workers] == [("乙中心", 2, True), ("甲中心", 1, False)]
    assert [(w.name, w.rows) for w in oldest.workers] == [("乙中心", 1)]


def test_what_the_text_says_of_adoption(services: Services, of: Of) -> None:
    store(services, "GB/T 19001-2016")
    store(services, "ISO 9001:2015", scope="质量管理体系要求，GB/T 19001-2016 等同采用。ISO 9000:2015 有术语。")
    store(services, "GB/T 7-2000", title="拉伸试验(ISO 6892-1:2019, MOD)")
    (found,) = of("ISO 9001:2015").adoptions
    assert (found.way, found.row.number if found.row else None) == ("等同采用", "GB/T 19001-2016")
    (other,) = of("GB/T 7-2000").adoptions
    assert (other.way, other.number, other.row) == ("修改采用", "ISO 6892-1:2019", None)
    assert of("GB/T 19001-2016").adoptions == ()


def test_a_number_that_nobody_can_read_is_a_family_of_one(services: Services, of: Of) -> None:
    store(services, "企标 甲乙")
    found = of("企标 甲乙")
    assert [e.row.number for e in found.editions] == ["企标 甲乙"]
    assert found.parts == ()
