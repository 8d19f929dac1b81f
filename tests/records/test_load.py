"""Loading: the good rows are kept, the bad ones named, the second run changes nothing (issue 3, step 5)."""

import gzip
import json
import lzma
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from search_service.errors import NotFound
from search_service.kinds import REGISTRY
from search_service.kinds.access import PUBLIC
from search_service.records import load as loading
from search_service.records.access import read
from search_service.records.interchange import Report, load
from search_service.records.write import change, delete
from search_service.store.journal import AuditEvent, IndexState
from search_service.store.session import Database
from search_service.store.standard import Standard
from tests.records.conftest import STAFF, credit_code

INSTITUTION = {
    "key": "i1",
    "name": "示例丙检测中心",
    "credit_code": credit_code(3),
    "division": "610113",
    "address": "示例路",
    "business_kinds": ["testing"],
    "introduction": "简介",
    "business_scope": "范围",
    "status": "active",
}
CERTIFICATE = {"key": "c1", "institution": "i1", "nature": "CMA", "number": "示例1", "valid_to": "2029-12-31"}
CAPABILITY = {
    "key": "p1",
    "institution": "i1",
    "certificates": ["c1"],
    "object": "水泥",
    "parameter": "强度",
    "standards": ["GB/T 17671-2021"],
    "state": "published",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Beside the service's own data."""
    found = tmp_path / "files"
    found.mkdir()
    return found


def standard(number: int, **given: Any) -> dict[str, Any]:
    return {"number": f"GB/T {number}-2020", "title": f"第 {number} 个标准", "status": "现行", **given}


def put(folder: Path, name: str, *rows: Any) -> Path:
    lines = [row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows]
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refused(report: Report) -> list[tuple[int, str, str]]:
    return [(r.line, r.field, r.code) for r in report.refused]


def rows_of(database: Database, name: str) -> list[Any]:
    record = REGISTRY.record(name)
    with database.read() as session:
        query = select(record.model).options(*record.loads(record.field_paths))
        return list(session.scalars(query))


def test_bad_rows_are_named_and_good_ones_kept(database: Database, folder: Path) -> None:
    path = put(
        folder,
        "standards.jsonl",
        standard(1),
        "{",
        '{"number": "GB/T 3-2020", "number": "GB/T 4-2020", "title": "x"}',
        "[1]",
        "",
        standard(6, colour="red"),
        standard(7, published_on="2020-13-01"),
        {"title": "没有编号"},
        standard(9, status="有效"),
        standard(10, ics="77"),
        standard(11, published_on="2020-05-01", effective_on="2020-01-01"),
        standard(12),
    )
    report = load(database, [path])
    assert refused(report) == [
        (2, "", "json"),
        (3, "", "duplicate_name"),
        (4, "", "type"),
        (6, "colour", "unknown_field"),
        (7, "published_on", "date"),
        (8, "number", "required"),
        (9, "status", "unknown_word"),
        (10, "ics", "type"),
        (11, "effective_on", "order"),
    ]
    assert (report.read, report.stored, report.unchanged, report.refused_rows) == (11, 2, 0, 9)
    assert {row.number for row in rows_of(database, "standard")} == {"GB/T 1-2020", "GB/T 12-2020"}
    as_json = report.to_json()["refused"][5]
    assert as_json["file"] == str(path)
    assert "标准编号" in as_json["reason"]


def test_the_order_of_files_does_not_matter(database: Database, folder: Path) -> None:
    paths = [
        put(folder, "capabilities.jsonl", CAPABILITY),
        put(folder, "certificates.jsonl", CERTIFICATE),
        put(folder, "institutions.jsonl", INSTITUTION),
        put(folder, "divisions.jsonl", {"adcode": "610113", "name": "雁塔区"}),
    ]
    report = load(database, paths)
    assert (report.stored, report.refused, report.warnings) == (4, [], [])
    [found] = rows_of(database, "capability")
    assert found.institution.key == "i1"
    assert [c.key for c in found.certificates] == ["c1"]


def test_rows_without_keys_are_found_by_what_they_are(database: Database, folder: Path) -> None:
    institution = {"credit_code": INSTITUTION["credit_code"], "name": INSTITUTION["name"]}
    certificate = {**CERTIFICATE, "institution": institution}
    capability = {
        **CAPABILITY,
        "institution": institution,
        "certificates": [{"institution": institution, "nature": "CMA", "number": "示例 1"}],
    }
    for rows in (INSTITUTION, certificate, capability):
        rows.pop("key", None) if rows is not INSTITUTION else None
    put(folder, "institutions.jsonl", {k: v for k, v in INSTITUTION.items() if k != "key"})
    put(folder, "certificates.jsonl", certificate)
    put(folder, "capabilities.jsonl", capability)
    assert load(database, [folder]).stored == 3
    again = load(database, [folder])
    assert (again.stored, again.unchanged, again.refused) == (0, 3, [])
    put(folder, "capabilities.jsonl", {**capability, "remark": "新说明"})
    assert load(database, [folder]).stored == 1
    [found] = rows_of(database, "capability")
    assert (found.remark, found.row_version) == ("新说明", 2)


def test_a_key_arrives_later_and_two_keys_are_two_rows(database: Database, folder: Path) -> None:
    load(database, [put(folder, "standards.jsonl", standard(1))])
    assert load(database, [put(folder, "standards.jsonl", standard(1, key="s1"))]).stored == 1
    assert [row.key for row in rows_of(database, "standard")] == ["s1"]
    report = load(database, [put(folder, "standards.jsonl", standard(1, key="s2"))])
    assert refused(report) == [(1, "number", "exists")]
    put(folder, "institutions.jsonl", INSTITUTION)
    put(folder, "capabilities.jsonl", *({**CAPABILITY, "certificates": [], "key": key} for key in ("p1", "p2")))
    report = load(database, [folder / "institutions.jsonl", folder / "capabilities.jsonl"])
    assert report.stored == 3
    assert [(w.line, w.code) for w in report.warnings if w.field == "standards"] == [(2, "duplicate")]


@pytest.mark.parametrize("name", ["standards.jsonl", "catalogue_entries.jsonl"])
def test_one_record_stands_once_in_a_file(database: Database, folder: Path, name: str) -> None:
    entry = {"catalogue": "目录", "category": "压力", "type": "压力表"} if "cat" in name else standard(1)
    report = load(database, [put(folder, name, entry, entry, {**entry, "remark" if "cat" in name else "scope": "x"})])
    assert (report.stored, report.unchanged) == (1, 1)
    assert [(r.line, r.code) for r in report.refused] == [(3, "repeated")]


def test_fields_that_a_row_does_not_name_stay(database: Database, folder: Path) -> None:
    load(
        database,
        [put(folder, "standards.jsonl", standard(1, scope="范围", department="部门", replaces=["GB/T 1-2010"]))],
    )
    load(database, [put(folder, "standards.jsonl", standard(1, scope=None, title="新题"))])
    [found] = rows_of(database, "standard")
    assert (found.title, found.scope, found.department) == ("新题", None, "部门")
    assert [link.number for link in found.replaces] == ["GB/T 1-2010"]


def test_an_import_may_lack_what_a_form_demands(database: Database, folder: Path) -> None:
    report = load(
        database,
        [
            put(folder, "institutions.jsonl", {"key": "i1", "name": "示例丁中心", "credit_code": credit_code(4)}),
            put(
                folder,
                "authorisations.jsonl",
                {"institution": "i1", "service": "检定", "instrument": "压力表"},
                {"institution": "i1", "service": "检定"},
                {"institution": "nobody", "service": "检定", "instrument": "天平"},
            ),
        ],
    )
    assert report.stored == 2
    missing = {w.field for w in report.warnings if w.code == "missing" and "authorisations" in w.file}
    assert missing == {"regulation", "regions", "organisation_class"}
    assert refused(report) == [(2, "instrument", "required"), (3, "institution", "reference")]


def test_doubtful_values_are_stored_as_they_came(database: Database, folder: Path) -> None:
    put(folder, "institutions.jsonl", {**INSTITUTION, "division": "火星"})
    blank = {**CERTIFICATE, "nature": "", "regions": ["某区"]}
    put(folder, "certificates.jsonl", blank, {**CERTIFICATE, "key": "c2", "number": "示例2", "nature": "奇怪"})
    report = load(database, [folder])
    assert (report.stored, report.refused) == (3, [])
    assert {w.code for w in report.warnings} == {"division_unknown", "region_unknown", "unknown_word", "missing"}
    assert [row.division_adcode for row in rows_of(database, "institution")] == ["火星"]
    assert {(row.key, row.nature) for row in rows_of(database, "certificate")} == {("c1", None), ("c2", None)}


def test_packed_files_folders_and_unknown_ones(database: Database, folder: Path) -> None:
    content = put(folder, "standards.jsonl", standard(1)).read_bytes()
    (folder / "standards.jsonl").unlink()
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "deep" / "standards.jsonl.xz").write_bytes(lzma.compress(b"\xef\xbb\xbf" + content))
    (folder / "deep" / "er" / "standards.jsonl.gz").write_bytes(gzip.compress(content.replace(b"T 1-", b"T 2-")))
    (folder / "deep" / "notes.txt").write_text("x")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "standards.jsonl").write_text("{")
    (folder / "topics.jsonl.gz").write_bytes(b"no gzip")
    (folder / "areas.csv").write_text("a,b\n1,2\n")
    report = load(database, [folder])
    assert report.stored == 2
    assert report.skipped == [str(folder / "deep" / "notes.txt")]
    assert {(Path(r.file).name, r.line, r.code) for r in report.refused} == {
        ("topics.jsonl.gz", 0, "unreadable"),
        ("areas.csv", 0, "heading"),
    }
    with pytest.raises(NotFound):
        load(database, [folder / "nothing"])


def test_progress_is_told_in_rows(database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "BATCH", 2)
    told: list[tuple[str, int, int]] = []
    put(folder, "standards.jsonl", *(standard(n) for n in range(1, 6)))
    load(database, [folder], lambda *step: told.append(step))
    assert told == [("standards.jsonl", 2, 5), ("standards.jsonl", 4, 5), ("standards.jsonl", 5, 5)]


def test_a_row_that_the_database_refuses_leaves_its_neighbours(database: Database, folder: Path) -> None:
    """Whatever goes wrong inside a batch, each row then stands alone."""

    def explode(_connection: Any, _cursor: Any, _statement: str, parameters: Any, _context: Any, _many: bool) -> None:  # noqa: FBT001 - SQLAlchemy's order
        if "炸" in str(parameters):
            raise database.engine.dialect.dbapi.OperationalError("disk I/O error")  # type: ignore[union-attr]

    event.listen(database.engine, "before_cursor_execute", explode)
    report = load(
        database,
        [
            put(
                folder,
                "standards.jsonl",
                standard(1),
                standard(2, title="炸"),
                standard(3, key="s3"),
                standard(3, key="s3"),
            )
        ],
    )
    assert (report.stored, report.unchanged) == (2, 1)
    assert refused(report) == [(2, "", "database")]
    assert len(rows_of(database, "standard")) == 2


def test_unchanged_rows_leave_no_mark_and_no_event(database: Database, folder: Path) -> None:
    put(folder, "institutions.jsonl", INSTITUTION)
    put(folder, "certificates.jsonl", CERTIFICATE)
    put(folder, "capabilities.jsonl", CAPABILITY)
    put(folder, "standards.jsonl", standard(1, replaces=["GB/T 1-2010"]), standard(2))

    def seen() -> tuple[int | None, int | None]:
        with database.read() as session:
            return (
                session.scalar(select(func.sum(IndexState.seq))),
                session.scalar(select(func.count()).select_from(AuditEvent)),
            )

    assert load(database, [folder]).stored == 5
    before = seen()
    assert before[1] == 5
    assert load(database, [folder]).stored == 0
    assert seen() == before


def test_what_was_deleted_stays_deleted(database: Database, folder: Path) -> None:
    put(folder, "standards.jsonl", standard(1, key="s1"))
    load(database, [folder])
    [found] = rows_of(database, "standard")
    delete(database, REGISTRY.record("standard"), STAFF, str(found.id), "*")
    report = load(database, [folder])
    assert (report.stored, report.unchanged) == (0, 1)
    assert [w.code for w in report.warnings] == ["deleted"]
    with pytest.raises(NotFound):
        read(database, REGISTRY.record("standard"), PUBLIC, str(found.id))


def test_a_file_puts_right_what_somebody_changed(database: Database, folder: Path) -> None:
    put(folder, "standards.jsonl", standard(1))
    load(database, [folder])
    [found] = rows_of(database, "standard")
    change(database, REGISTRY.record("standard"), STAFF, str(found.id), {"title": "改过"}, "*")
    assert load(database, [folder]).stored == 1
    with database.read() as session:
        assert session.scalars(select(Standard.title)).one() == "第 1 个标准"
        events = list(session.scalars(select(AuditEvent).order_by(AuditEvent.id)))
    assert [e.action for e in events] == ["load", "change", "load"]
    assert events[0].reason == "standards.jsonl:1"
    assert events[2].changes["title"] == {"before": "改过", "after": "第 1 个标准"}
