"""How many institutions can work to an edition: visible ones, each once, in the region that is asked for."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import event

from api.wiring import Services
from search_service.standards.check import Report, check
from search_service.standards.reading import read_text
from search_service.standards.supply import CITED
from search_service.store.capability import Capability
from tests.standards.conftest import Shelve
from tests.support import rows

Ask = Callable[..., Report]


def counted(report: Report) -> list[int]:
    return [one.supply[one.row.id].count for one in report.results if one.row]


def test_each_institution_counts_once_and_editions_apart(services: Services, shelve: Shelve, report: Ask) -> None:
    shelve(["GB/T 228.1-2010", "withdrawn"], ["GB/T 228.1-2021", "current", ["GB/T 228.1-2010"]])
    with services.database.write() as session:
        one, other = rows.institution(session), rows.institution(session)
        rows.capability(session, one, standards=["GB/T 228.1-2021"])
        rows.capability(session, one, parameter="伸长率", standards=["GBT228.1—2021", "GB/T 228.1-2010"])
        rows.capability(session, other, standards=["GB/T 228.1-2010"])
        rows.capability(session, other, parameter="冲击", standards=["GB/T 228.10-2021", "GB/T 228.2-2021"])
    found = report("GB/T 228.1-2010\nGB/T 228.1-2021")
    assert counted(found) == [2, 1]
    old = found.results[0]
    assert [old.supply[one.row.id].count for one in old.successors] == [1]


def test_a_number_without_a_year_means_the_edition_in_force(services: Services, shelve: Shelve, report: Ask) -> None:
    shelve(["GB/T 228.1-2010", "withdrawn"], ["GB/T 228.1-2021", "current"])
    with services.database.write() as session:
        rows.capability(session, rows.institution(session), standards=["GB/T 228.1"])
    assert counted(report("GB/T 228.1-2010\nGB/T 228.1-2021")) == [0, 1]


def test_several_numbers_in_one_citation_all_count(services: Services, shelve: Shelve, report: Ask) -> None:
    shelve(["GB/T 1-2000", "current"], ["GB/T 2-2000", "current"])
    with services.database.write() as session:
        rows.capability(session, rows.institution(session), standards=["GB/T 1-2000、GB/T 2-2000"])
    assert counted(report("GB/T 1-2000\nGB/T 2-2000")) == [1, 1]


def test_only_what_is_visible_now_counts(services: Services, shelve: Shelve, report: Ask) -> None:
    shelve(["GB/T 1-2000", "current"])
    with services.database.write() as session:
        rows.capability(session, rows.institution(session, status="suspended"), standards=["GB/T 1-2000"])
        owner = rows.institution(session)
        rows.capability(session, owner, standards=["GB/T 1-2000"], state="draft")
        expired = rows.certificate(session, owner, valid_to=date(2026, 11, 20))
        rows.capability(session, owner, expired, parameter="旧", standards=["GB/T 1-2000"])
    assert counted(report("GB/T 1-2000")) == [0]
    with services.database.write() as session:
        lasting = rows.certificate(session, rows.institution(session), valid_to=date(2026, 11, 21))
        rows.capability(session, lasting.institution, lasting, standards=["GB/T 1-2000"])
    assert counted(report("GB/T 1-2000")) == [1]


def test_a_changed_citation_is_counted_as_it_is_now(services: Services, shelve: Shelve, report: Ask) -> None:
    from search_service.kinds import REGISTRY  # noqa: PLC0415 - only here

    shelve(["GB/T 1-2000", "current"], ["GB/T 2-2000", "current"])
    with services.database.write() as session:
        made = rows.capability(session, rows.institution(session), standards=["GB/T 1-2000"])
    with services.database.write() as session:
        kind = REGISTRY.record("capability")
        row = session.get(Capability, made.id, options=kind.loads(kind.field_paths))
        row.standards = [{"number": "GB/T 2-2000"}, {"number": "GB/T 2—2000"}]
        kind.prepare(row)
    assert counted(report("GB/T 1-2000\nGB/T 2-2000")) == [0, 1]


def test_regulations_of_authorisations_count(services: Services, shelve: Shelve, report: Ask) -> None:
    shelve(["JJG 52-2013", "current"])
    with services.database.write() as session:
        owner = rows.institution(session)
        rows.authorisation(session, owner)
        rows.authorisation(session, owner, instrument="真空表", regulation="JJG 52")
        rows.authorisation(session, rows.institution(session), regulation="JJG 52-1999")
    found = report("JJG 52-2013")
    assert counted(found) == [1]
    assert found.results[0].supply[found.results[0].row.id].kinds == ("authorisation",)


def test_a_region_holds_what_lies_below_it(services: Services, shelve: Shelve, report: Ask) -> None:
    shelve(["GB/T 1-2000", "current"], ["JJG 52-2013", "current"])
    with services.database.write() as session:
        rows.xian(session)
        rows.division(session, "440000", "广东省", None, "广东")
        rows.capability(session, rows.institution(session), standards=["GB/T 1-2000"])
        rows.capability(session, rows.institution(session, division_adcode="440000"), standards=["GB/T 1-2000"])
        rows.authorisation(session, rows.institution(session, division_adcode="440000"), regions=("610113",))
    asked = "GB/T 1-2000\nJJG 52-2013"
    assert counted(report(asked)) == [2, 1]
    assert counted(report(asked, "全国")) == [2, 1]
    for region in ("610000", "61", "陕西省", "西安", "610113"):
        assert counted(report(asked, region)) == [1, 1]
    assert counted(report(asked, "440000")) == [1, 1]


def test_many_numbers_cost_hardly_more_statements_than_few(services: Services, shelve: Shelve) -> None:
    shelve(
        *(["GB/T 0001-1990", "withdrawn"], ["GB/T 0001-2000", "withdrawn", ["GB/T 0001-1990"]]),
        *([f"GB/T {n}-2010", "withdrawn"] for n in range(1000, 1240)),
        *([f"GB/T {n}-2020", "current", [f"GB/T {n}-2010"]] for n in range(1000, 1240)),
    )
    said: list[str] = []
    event.listen(services.database.engine, "before_cursor_execute", lambda *a: said.append(a[2]))

    def statements(text: str) -> int:
        said.clear()
        check(services.database, read_text(text))
        return sum(statement.lstrip().upper().startswith(("SELECT", "WITH")) for statement in said)

    few = statements("GB/T 1000-2010\nGB/T 1000\nXX 1000-2020")
    many = statements("\n".join(f"GB/T {n}-2010\nGBT{n}" for n in range(1000, 1240)))
    assert 0 < few <= 12
    cited = 2 * 240 * 2  # both editions, each with and without its year
    assert many <= few + 2 * (cited // CITED)
