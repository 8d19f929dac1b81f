"""The shipped sample: what issue 3 promises about it, and that the committed files are what the generator writes."""

import importlib
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from stdnum.cn import uscc

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "api" / "sample"
WRITTEN_ON = date(2026, 11, 21)
NEVER_SHOWN = {"applied", "needs_supplement", "suspended", "exiting", "left", "deregistered"}
FILES = ("institutions", "certificates", "capabilities", "authorisations", "plans")

Row = dict[str, Any]


@cache
def rows(name: str) -> list[Row]:
    text = (SAMPLE / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@cache
def generator() -> ModuleType:
    scripts = str(ROOT / "scripts")
    sys.path.insert(0, scripts)  # scripts are no package; the generator imports its tables from beside it
    try:
        return importlib.import_module("build_sample")
    finally:
        sys.path.remove(scripts)


@cache
def by_key(name: str) -> dict[str, Row]:
    return {row["key"]: row for row in rows(name)}


def offers() -> Iterator[Row]:
    for name in ("capabilities", "authorisations", "plans"):
        yield from rows(name)


def numbers(row: Row) -> list[str]:
    return [s if isinstance(s, str) else s["number"] for s in row["standards"]]


def test_generator_writes_exactly_the_committed_files() -> None:
    module = generator()
    for name, written in module.build().items():
        assert module.text_of(written) == (SAMPLE / name).read_text(encoding="utf-8"), f"run build_sample.py: {name}"


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("institutions", 40, 50),
        ("certificates", 85, 100),
        ("capabilities", 1000, 1000),
        ("authorisations", 250, 250),
        ("plans", 40, 40),
        ("synonyms", 80, 200),
    ],
)
def test_there_are_as_many_rows_as_promised(name: str, low: int, high: int) -> None:
    assert low <= len(rows(name)) <= high


@pytest.mark.parametrize("name", FILES)
def test_keys_are_unique_and_short(name: str) -> None:
    keys = [row["key"] for row in rows(name)]
    assert len(keys) == len(set(keys))
    assert all(re.fullmatch(r"[a-z0-9-]{5,60}", key) for key in keys)


def test_every_institution_is_marked_as_invented() -> None:
    for row in rows("institutions"):
        for name in [row["name"], *row["former_names"], *row["short_names"]]:
            assert "示例" in name
        assert "5550" in row["phone"]
        assert row["contact_phone"].startswith("13800000")
        assert row["complaint_phone"].startswith("13800000")
    assert all("示例" in row["number"] for row in rows("certificates"))


def test_credit_codes_have_right_check_digits() -> None:
    assert all(uscc.is_valid(row["credit_code"]) for row in rows("institutions"))


def test_a_branch_carries_its_parents_code_and_nobody_else_shares_one() -> None:
    shared = [code for code, count in Counter(row["credit_code"] for row in rows("institutions")).items() if count > 1]
    names = [row["name"] for row in rows("institutions") if row["credit_code"] in shared]
    assert len(shared) == 1
    assert all(name.startswith(min(names, key=len)) for name in names)


def test_institutions_lie_in_four_provinces_whose_divisions_are_known() -> None:
    known = {row["adcode"]: row["name"] for row in rows("divisions")}
    active = [row for row in rows("institutions") if row["status"] == "active"]
    assert {row["division"][:2] for row in active} == {"13", "32", "44", "61"}
    for row in rows("institutions"):
        assert row["address"].startswith(known[row["division"][:2] + "0000"])
        assert known[row["division"]] in row["address"]


def test_mandatory_fields_are_filled_and_within_their_limits() -> None:
    for row in rows("institutions"):
        for name in ("name", "credit_code", "division", "address", "business_kinds", "introduction", "business_scope"):
            assert row[name], f"{row['key']}.{name}"
        assert len(row["introduction"]) <= 1000
    for row in rows("capabilities"):
        assert row["object"]
        assert row["parameter"]
    for row in rows("authorisations"):
        assert row["instrument"]
        assert row["regulation"].startswith(("JJG ", "JJF "))


def test_references_resolve_and_stay_inside_the_institution() -> None:
    institutions, certificates = by_key("institutions"), by_key("certificates")
    assert all(row["institution"] in institutions for row in rows("certificates"))
    for row in offers():
        assert row["institution"] in institutions
        assert all(certificates[key]["institution"] == row["institution"] for key in row["certificates"]), row["key"]
    for row in rows("plans"):
        for name in ("capabilities", "authorisations"):
            linked = [by_key(name)[key] for key in row[name]]
            assert all(one["institution"] == row["institution"] for one in linked), row["key"]
            assert row["state"] != "published" or all(one["state"] == "published" for one in linked), row["key"]


def test_rows_that_must_never_be_shown_are_there() -> None:
    statuses = {row["status"] for row in rows("institutions")}
    assert statuses == NEVER_SHOWN | {"active"}
    for name in ("capabilities", "authorisations", "plans"):
        assert {row["state"] for row in rows(name)} == {"draft", "hidden", "published"}
        hidden_owner = [r for r in rows(name) if by_key("institutions")[r["institution"]]["status"] == "suspended"]
        assert any(row["state"] == "published" for row in hidden_owner), f"{name} of a suspended institution"
    assert {row["state"] for row in rows("certificates")} == {"valid", "suspended", "revoked"}


def test_some_published_rows_hang_on_certificates_that_do_not_count_today() -> None:
    certificates = by_key("certificates")

    def usable(key: str) -> bool:
        row = certificates[key]
        day = WRITTEN_ON.isoformat()
        return row["state"] == "valid" and row.get("valid_from", "") <= day <= row.get("valid_to", "9999")

    for name in ("capabilities", "authorisations"):
        published = [row for row in rows(name) if row["state"] == "published" and row["certificates"]]
        lost = [row for row in published if not any(usable(key) for key in row["certificates"])]
        assert 3 <= len(lost) <= len(published) / 10


def test_certificates_of_every_nature_end_at_telling_times() -> None:
    assert {row["nature"] for row in rows("certificates")} == {"CMA", "CNAS", "metrology", "CAL", "CATL", "other"}
    ends = [row.get("valid_to") for row in rows("certificates")]
    assert None in ends
    assert any(end and end < WRITTEN_ON.isoformat() for end in ends)
    assert any(end and WRITTEN_ON.isoformat() <= end <= "2026-12-31" for end in ends)
    assert any(row.get("valid_from", "") > WRITTEN_ON.isoformat() for row in rows("certificates"))
    for row in rows("certificates"):
        assert row.get("valid_from", "") <= row.get("valid_to", "9999")


def test_capabilities_cover_many_fields_and_are_written_as_institutions_write() -> None:
    published = [row for row in rows("capabilities") if row["state"] == "published"]
    assert len({row["field"] for row in published}) >= 15
    assert sum(len(row["certificates"]) > 1 for row in published) > 100
    assert sum(len(row["standards"]) > 1 for row in published) > 50
    for name in ("limitation", "remark", "place"):
        assert sum(bool(row.get(name)) for row in published) > 20, name
    everything = [number for row in published for number in numbers(row)]
    # Both editions of a standard are in use, and some numbers have two-digit years.
    assert {"GB/T 228.1-2021", "GB/T 228.1-2010", "GB 5009.15-2023", "GB 5009.15-2014"} <= set(everything)
    assert "GB 11893-89" in everything


def test_authorisations_cover_four_services_and_leave_some_regions_open() -> None:
    services = Counter(row["service"] for row in rows("authorisations"))
    assert set(services) == {"verification", "calibration", "inspection", "assessment"}
    assert {row["organisation_class"] for row in rows("authorisations")} == {
        "法定计量检定机构",
        "专业计量站",
        "专项授权机构",
        "企业内部",
    }
    assert 10 <= sum(not row["regions"] for row in rows("authorisations")) <= 60
    assert sum(bool(row.get("range")) and bool(row.get("accuracy")) for row in rows("authorisations")) > 200


def test_compulsory_instruments_name_the_catalogues_own_categories() -> None:
    entries = {(row["category"], row["type"]) for row in rows("catalogue_entries")}
    used = {(row["category"], row["type"]) for row in rows("authorisations") if row.get("type")}
    assert len(used) >= 15
    assert used <= entries


def test_plans_stand_under_topics_and_are_clean_paragraphs() -> None:
    topics = Counter(row["topic"] for row in rows("plans"))
    assert {"食品安全", "建材下乡", "医疗器械", "计量惠企", "新能源汽车", "绿色产品"} <= set(topics)
    for row in rows("plans"):
        assert re.fullmatch(r"(<p>[^<>]+</p>)+", row["description"]), row["key"]
        assert row.get("price_to_fen", row.get("price_fen", 0)) >= row.get("price_fen", 0)
    assert sum(bool(row["capabilities"] or row["authorisations"]) for row in rows("plans")) >= 25


def test_synonyms_are_typed_directed_and_leave_services_alone() -> None:
    services = {"检定", "校准", "检测", "检验", "评价", "检验检测"}
    seen = [(row["word"], row["meaning"]) for row in rows("synonyms")]
    assert len(seen) == len(set(seen))
    for row in rows("synonyms"):
        assert row["relation"] in {"same", "narrower", "related"}
        assert row["word"] != row["meaning"]
        assert not {row["word"], row["meaning"]} & services
