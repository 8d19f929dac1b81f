"""Marks (founding decision 5): every change of a row, and of what its document is made of, is noticed."""

import uuid

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from api.wiring import Services
from search_service.errors import DeclarationError
from search_service.kinds import REGISTRY
from search_service.store.bulk import bulk_insert, bulk_update
from search_service.store.catalogue import CatalogueEntry
from search_service.store.division import Division
from search_service.store.institution import Institution
from search_service.store.journal import IndexState
from search_service.store.marks import MarkRegistry
from search_service.store.session import Database
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


def test_a_regulation_loaded_later_marks_the_authorisation(services: Services) -> None:
    with services.database.write() as session:
        found = rows.authorisation(session, rows.institution(session), regulation="JJG 52-2013")
    with services.database.read() as session:
        before = seqs(session)["authorisation", found.id]
    with services.database.write() as session:
        row = rows.standard(session, "JJG 52-2013", "弹性元件式一般压力表")
        row.title = "弹性元件式一般压力表、压力真空表和真空表检定规程"
    with services.database.read() as session:
        assert seqs(session)["authorisation", found.id] > before


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


def test_no_database_before_the_kinds(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("search_service.store.marks.REGISTRY", MarkRegistry())
    with pytest.raises(DeclarationError, match=r"search_service\.kinds"):
        Database(services.settings.url, services.clock.now)
