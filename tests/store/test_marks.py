"""Marks (founding decision 5): every change of a row, and of what its document is made of, is noticed."""

import sys
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Executable, delete, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session, aliased

from api.wiring import Services
from search_service.errors import DeclarationError
from search_service.kinds import REGISTRY
from search_service.store.authorisation import AuthorisationRegion, authorisation_certificate
from search_service.store.bulk import bulk_insert, bulk_update
from search_service.store.catalogue import CatalogueEntry
from search_service.store.division import Division
from search_service.store.institution import Certificate, Institution
from search_service.store.journal import IndexState
from search_service.store.marks import REGISTRY as MADE_OF
from search_service.store.marks import Dependents, MarkRegistry, _marking_dependents
from search_service.store.session import Database
from search_service.store.standard import Standard
from tests.support import rows


def seqs(session: Session) -> dict[tuple[str, uuid.UUID], int]:
    return {(s.kind, s.entity_id): s.seq for s in session.scalars(select(IndexState))}


def test_every_kind_marks_its_own_rows(services: Services) -> None:
    with services.database.write() as session:
        owner = rows.institution(session)
        made = {
            ("institution", owner.id),
            ("capability", rows.capability(session, owner).id),
            ("authorisation", rows.authorisation(session, owner).id),
            ("plan", rows.plan(session, owner).id),
            ("standard", rows.standard(session, "GB/T 228.1-2021").id),
            ("catalogue_entry", rows.catalogue_entry(session).id),
        }
    with services.database.read() as session:
        assert set(seqs(session)) == made
        assert {name for name, _ in made} == {kind.name for kind in REGISTRY.kinds}


def test_what_a_document_is_made_of_marks_it(services: Services) -> None:
    with services.database.write() as session:
        rows.xian(session)
        owner = rows.institution(session)
        proof = rows.certificate(session, owner)
        hung = rows.capability(session, owner, proof)
        other = rows.capability(session, rows.institution(session, division_adcode="110000"))
    for change in ("institution", "certificate", "county", "province"):
        with services.database.read() as session:
            before = seqs(session)
        with services.database.write() as session:
            if change == "institution":
                session.get_one(Institution, owner.id).phone = "029-55500000"
            elif change == "certificate":
                session.get_one(type(proof), proof.id).remark = "已复查"
            else:
                adcode = {"county": "610113", "province": "610000"}[change]
                found = session.scalar(select(Division).where(Division.adcode == adcode))
                assert found is not None
                found.short_names = [*found.short_names, change]
        with services.database.read() as session:
            after = seqs(session)
        assert after["capability", hung.id] > before["capability", hung.id], change
        assert after["capability", other.id] == before["capability", other.id], change


def test_what_is_reached_by_a_value_marks_before_and_after(services: Services) -> None:  # noqa: C901 - a list of changes
    with services.database.write() as session:
        owner = rows.institution(session, division_adcode="610113")
        found = rows.authorisation(session, owner, regulation="JJG 52-2013")

    def seq() -> int:
        with services.database.read() as session:
            return seqs(session)["authorisation", found.id]

    def make(session: Session) -> None:
        rows.standard(session, "JJG 52-2013", "弹性元件式一般压力表检定规程")

    def renumber(session: Session) -> None:
        row = session.scalars(select(Standard)).one()
        row.number = "JJG 52-1999"
        REGISTRY.record("standard").prepare(row)

    def number_back(session: Session) -> None:
        row = session.scalars(select(Standard)).one()
        row.number = "JJG 52-2013"
        REGISTRY.record("standard").prepare(row)

    def delete(session: Session) -> None:
        row = session.scalars(select(Standard)).one()
        row.deleted_at = services.clock.now()
        REGISTRY.record("standard").prepare(row)

    def load(session: Session) -> None:
        values = {"number": "JJG 52-2013", "number_key": "JJG 52-2013", "line_key": "JJG 52", "title": "压力表"}
        bulk_insert(session, Standard, [{**values, "status": "current", "ics": [], "ccs": []}])

    def make_division(session: Session) -> None:
        rows.division(session, "610113", "雁塔区", "610100")

    def take_adcode_away(session: Session) -> None:
        session.scalars(select(Division)).one().adcode = "610199"

    def bulk_give_it_back(session: Session) -> None:
        bulk_update(session, Division, Division.adcode == "610199", {"adcode": "610113"})

    for change in (make, renumber, number_back, delete, load, make_division, take_adcode_away, bulk_give_it_back):
        before = seq()
        with services.database.write() as session:
            change(session)
        assert seq() > before, change.__name__


def test_a_mark_is_undone_with_its_transaction(services: Services) -> None:
    def change_my_mind() -> None:
        with services.database.write() as session:
            rows.institution(session)
            raise RuntimeError("changed my mind")

    with pytest.raises(RuntimeError, match="changed my mind"):
        change_my_mind()
    with services.database.read() as session:
        assert seqs(session) == {}


def test_versions_count_changes_of_a_row_and_of_its_links(services: Services) -> None:
    with services.database.write() as session:
        owner = rows.institution(session)
        found = rows.capability(session, owner)
        proof = rows.certificate(session, owner)
        assert found.row_version == 1
        found.certificates.append(proof)
        session.flush()
        assert found.row_version == 2


def test_bulk_statements_mark(services: Services) -> None:
    with services.database.write() as session:
        entries = [{"catalogue": "目录", "category": "压力", "type": f"第{n}种", "regulations": []} for n in range(3)]
        ids = bulk_insert(session, CatalogueEntry, entries)
    with services.database.write() as session:
        assert bulk_update(session, CatalogueEntry, CatalogueEntry.category == "压力", {"remark": "改"}) == 3
    with services.database.read() as session:
        assert seqs(session) == {("catalogue_entry", i): 2 for i in ids}
        assert {row.row_version for row in session.scalars(select(CatalogueEntry))} == {2}


def test_bulk_statements_that_do_not_mark_are_refused(services: Services) -> None:
    with pytest.raises(DeclarationError, match=r"store\.bulk"), services.database.write() as session:
        session.execute(update(CatalogueEntry).values(remark="偷偷改"))


@pytest.mark.parametrize(
    "statement",
    [
        update(Institution.__table__).values(phone="1"),
        delete(AuthorisationRegion),
        delete(authorisation_certificate),
        insert(Certificate.__table__),
    ],
    ids=["core update", "child", "link", "core insert"],
)
def test_whatever_the_form_of_the_statement(services: Services, statement: Executable) -> None:
    with pytest.raises(DeclarationError, match=r"store\.bulk"), services.database.write() as session:
        session.execute(statement)


def test_no_database_before_the_kinds(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search_service.store.marks.REGISTRY", MarkRegistry())
    with pytest.raises(DeclarationError, match=r"search_service\.kinds"):
        Database(services.settings.url, services.clock.now)


def every_path() -> list[Dependents]:
    models = sorted((model for model in MADE_OF._paths if hasattr(model, "id")), key=lambda model: model.__name__)
    return [found for model in models for found in MADE_OF.dependents(model)]


def test_each_path_is_joined_as_its_relationships_are(sample: Services) -> None:
    """The statement is written over tables; the relationships say what it has to find."""
    with sample.database.read() as session:
        for path in every_path():
            at: Any = path.root
            statement: Any = select(path.root.id)
            for step in path.path:
                target = aliased(step.mapper.class_)
                statement = statement.join(getattr(at, step.key).of_type(target))
                at = target
            members = list(session.scalars(select(at.id).limit(50)))
            wanted = set(session.scalars(statement.where(at.id.in_(members))))
            found = session.scalars(path.of_members(), {"members": members}).all()
            assert (set(found), len(found)) == (wanted, len(wanted)), (path.kind, path.name)


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hasty")
def test_a_statement_of_many_threads_is_compiled_alike_by_all() -> None:
    paths, dialect = every_path(), postgresql.dialect()

    def compiled(path: Dependents) -> str:
        return str(_marking_dependents("postgresql", path, beyond=False, some=True).compile(dialect=dialect))

    alone = [compiled(path) for path in paths]
    _marking_dependents.cache_clear()
    begin, found = threading.Barrier(8), list[list[str]]()

    def compile_all() -> None:
        begin.wait()
        found.append([compiled(path) for path in paths])

    threads = [threading.Thread(target=compile_all) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [alone] * 8
