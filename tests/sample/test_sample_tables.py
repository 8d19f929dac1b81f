"""The sample's tables of public facts: standards, catalogue, divisions, CCS (issue 3, step 5)."""

import json
import re
from collections import Counter, defaultdict
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from analyzers.standard_number import parse, print_number

SAMPLE = Path(__file__).parents[2] / "api" / "sample"
KEYS = {
    "standards": "key number title title_en kind status status_source status_as_of published_on effective_on "
    "withdrawn_on replaces ics ccs department scope",
    "catalogue_entries": "key catalogue year category_no category type_no type supervision verification_way "
    "scope_of_use regulations remark",
    "divisions": "adcode name short_names parent valid_from valid_to",
    "categories": "scheme code name parent",
}
REQUIRED = {
    "standards": "key number title kind status status_source status_as_of",
    "catalogue_entries": "key catalogue year category type supervision",
    "divisions": "adcode name",
    "categories": "scheme code name",
}
IDENTITY = {"standards": "key", "catalogue_entries": "key", "divisions": "adcode", "categories": "code"}
DATES = ("status_as_of", "published_on", "effective_on", "withdrawn_on", "valid_from", "valid_to")

Row = dict[str, Any]


@cache
def rows(name: str) -> list[Row]:
    return [json.loads(line) for line in (SAMPLE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


@cache
def by(name: str, field: str) -> dict[str, Row]:
    return {row[field]: row for row in rows(name)}


def canonical(printed: str) -> str:
    number = parse(printed)
    assert number is not None, f"{printed} cannot be read"
    return print_number(number)


@cache
def standards() -> dict[str, Row]:
    return {canonical(row["number"]): row for row in rows("standards")}


@cache
def successors() -> dict[str, list[str]]:
    found = defaultdict(list)
    for number, row in standards().items():
        for replaced in row["replaces"]:
            found[canonical(replaced)].append(number)
    return found


def chain_length(number: str) -> int:
    return 1 + max((chain_length(canonical(older)) for older in standards()[number]["replaces"]), default=0)


@pytest.mark.parametrize("name", KEYS)
def test_every_line_is_one_object_with_the_declared_keys(name: str) -> None:
    text = (SAMPLE / f"{name}.jsonl").read_text(encoding="utf-8")
    assert text.endswith("\n")
    assert not re.search(r"[ \t\r]$", text, flags=re.MULTILINE)
    for row in rows(name):
        assert list(row) == KEYS[name].split(), row
        assert all(row[field] for field in REQUIRED[name].split()), row
        for value in row.values():
            assert value != "", row
            assert not isinstance(value, str) or value == value.strip(), row
        for field in DATES:
            if row.get(field):
                date.fromisoformat(row[field])


@pytest.mark.parametrize("name", KEYS)
def test_identities_are_unique(name: str) -> None:
    counts = Counter(row[IDENTITY[name]] for row in rows(name))
    assert not [identity for identity, count in counts.items() if count > 1]


def test_standards_are_enough_and_of_every_kind_and_status() -> None:
    assert len(rows("standards")) >= 300
    kinds = {"national", "sector", "local", "association", "enterprise", "international", "regulation"}
    assert {row["kind"] for row in rows("standards")} == kinds
    assert {row["status"] for row in rows("standards")} == {"current", "upcoming", "withdrawn", "unknown"}


def test_standard_numbers_are_read_and_no_edition_stands_twice() -> None:
    assert len(standards()) == len(rows("standards"))


def test_a_key_is_the_number_in_plain_letters() -> None:
    for row in rows("standards"):
        assert re.fullmatch(r"std-[a-z0-9.-]+", row["key"]), row["key"]
        assert row["key"].endswith(row["number"].split("-")[-1].split(":")[-1].lower())
    assert "std-gbt-228.1-2021" in by("standards", "key")


def test_kind_follows_from_the_number() -> None:
    starts = {"regulation": ("JJG", "JJF"), "enterprise": ("Q/",), "association": ("T/", "CECS"), "local": ("DB",)}
    starts |= {"international": ("ISO", "IEC"), "national": ("GB", "GHZB", "GWPB")}
    for row in rows("standards"):
        expected = [kind for kind, prefixes in starts.items() if row["number"].startswith(prefixes)]
        assert row["kind"] == (expected or ["sector"])[0], row["number"]


def test_dates_and_status_of_a_standard_agree() -> None:
    for row in rows("standards"):
        published, effective, withdrawn = (row[f"{w}_on"] or "" for w in ("published", "effective", "withdrawn"))
        assert not published or not effective or published <= effective, row
        assert not withdrawn or effective <= withdrawn, row
        assert row["status"] != "upcoming" or effective > row["status_as_of"], row
        assert row["status"] != "current" or effective <= row["status_as_of"], row
        assert not withdrawn or row["status"] == "withdrawn", row
        assert withdrawn <= row["status_as_of"], row


def test_every_replaced_standard_is_a_row_itself_and_older() -> None:
    for number, row in standards().items():
        for replaced in row["replaces"]:
            older, newer = parse(replaced), parse(number)
            assert canonical(replaced) in standards(), f"{number} replaces {replaced}"
            assert older is not None
            assert newer is not None
            assert (older.year or 0) < (newer.year or 0), f"{number} replaces {replaced}"


def test_what_a_current_standard_replaced_is_not_current() -> None:
    # An enterprise may revise its standard and leave both in force (S4-50); a national one may not.
    for number, newer in successors().items():
        if any(standards()[n]["status"] == "current" for n in newer) and not number.startswith("Q/"):
            assert standards()[number]["status"] == "withdrawn", number


def test_the_sample_has_chains_forks_and_merges() -> None:
    assert chain_length("GB/T 228.1-2021") == 5
    assert chain_length("GB 4706.1-2005") == 4
    assert sum(chain_length(number) >= 4 for number in standards()) >= 10
    assert sorted(successors()["GB 6675-2003"]) == [f"GB 6675.{part}-2014" for part in (1, 2, 3, 4)]
    assert len(successors()["GB/T 5750-1985"]) == 13
    assert sum(len(row["replaces"]) > 1 for row in rows("standards")) >= 15
    assert len(standards()["GB 175-2007"]["replaces"]) == 3


def test_the_sample_has_years_of_two_digits_and_several_editions_in_force_at_once() -> None:
    two_digits = [row["number"] for row in rows("standards") if re.search(r"-\d\d$", row["number"])]
    assert len(two_digits) >= 10
    assert {"GB 4706.1-92", "GB/T 1220-92"} <= set(two_digits)
    upcoming = standards()["GB 7718-2025"]
    assert upcoming["status"] == "upcoming"
    assert standards()[upcoming["replaces"][0]]["status"] == "current"


def test_invented_standards_say_so() -> None:
    for row in rows("standards"):
        invented = row["kind"] == "enterprise"
        assert invented == ("示例" in row["title"]) == ("示例" in row["status_source"]), row["number"]


def test_classes_of_standards_exist() -> None:
    codes = by("categories", "code")
    used = {code for row in rows("standards") for code in row["ccs"]}
    assert len(used) > 50
    assert used <= codes.keys(), used - codes.keys()
    for row in rows("standards"):
        assert all(re.fullmatch(r"\d{2}(\.\d{3}(\.\d{2})?)?", code) for code in row["ics"]), row["number"]


def test_catalogue_has_enough_entries_and_knows_the_three_ways() -> None:
    entries = rows("catalogue_entries")
    assert len(entries) >= 60
    assert {row["year"] for row in entries} == {1987, 2020}
    assert {row["supervision"] for row in entries} == {"型式批准", "强制检定", "型式批准、强制检定"}
    ways = {row["verification_way"] for row in entries}
    assert {"周期检定", "只做首次强制检定，失准报废", "只做首次强制检定，限期使用，到期轮换"} <= ways
    assert len({(row["year"], row["category"], row["type"]) for row in entries}) == len(entries)


def test_what_is_verified_says_how_and_what_is_only_approved_does_not() -> None:
    for row in rows("catalogue_entries"):
        assert bool(row["verification_way"]) == ("强制检定" in row["supervision"]), row["key"]


def test_regulations_of_the_catalogue_are_metrology_regulations_and_not_withdrawn() -> None:
    cited = {number for row in rows("catalogue_entries") for number in row["regulations"]}
    assert len(cited & {row["number"] for row in rows("standards")}) >= 40
    for printed in cited:
        number = parse(printed)
        assert number is not None
        assert number.prefix in {"jjg", "jjf"}, printed
        assert standards().get(print_number(number), {}).get("status") != "withdrawn", printed


def test_division_tree_is_closed() -> None:
    divisions = by("divisions", "adcode")
    for adcode, row in divisions.items():
        assert re.fullmatch(r"[1-9]\d{5}", adcode)
        if row["parent"] is None:
            assert adcode.endswith("0000"), row
        else:
            parent = divisions[row["parent"]]
            significant = row["parent"].rstrip("0")
            assert adcode.startswith(significant if len(significant) % 2 == 0 else significant + "0"), row
            assert parent["valid_to"] is None or row["valid_to"] is not None, row


def test_divisions_are_complete_and_without_units_that_are_no_place() -> None:
    valid = [row for row in rows("divisions") if row["valid_to"] is None]
    provinces = [row["adcode"] for row in valid if row["parent"] is None]
    assert len(provinces) == 34
    prefectures = [row for row in valid if row["adcode"].endswith("00") and row["parent"]]
    # 342 in the source, 9 of them only hold others together; of 2,978 counties three are cities, listed twice there.
    assert len(prefectures) == 342 - 9
    assert len(valid) - len(provinces) - len(prefectures) == 2978 - 3
    assert not {"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"} & {row["name"] for row in valid}


@pytest.mark.parametrize(
    ("adcode", "name", "parent"),
    [
        ("110101", "东城区", "110000"),
        ("419001", "济源市", "410000"),
        ("610113", "雁塔区", "610100"),
        ("441900", "东莞市", "440000"),
        ("500229", "城口县", "500000"),
        ("659001", "石河子市", "650000"),
        ("710000", "台湾省", None),
    ],
)
def test_divisions_that_everybody_knows(adcode: str, name: str, parent: str | None) -> None:
    row = by("divisions", "adcode")[adcode]
    assert (row["name"], row["parent"]) == (name, parent)


def test_old_codes_resolve_and_do_not_take_the_short_name() -> None:
    divisions = by("divisions", "adcode")
    assert divisions["371200"]["name"] == "莱芜市"
    assert divisions["371200"]["valid_to"] == divisions["370116"]["valid_from"] == "2018-12-26"
    assert divisions["371200"]["short_names"] == []
    assert divisions["370116"]["short_names"] == ["莱芜"]


def test_provinces_and_cities_have_their_usual_short_names() -> None:
    divisions = by("divisions", "adcode")
    found = {code: divisions[code]["short_names"][0] for code in ("610100", "450000", "422800", "810000", "610113")}
    assert found == {"610100": "西安", "450000": "广西", "422800": "恩施", "810000": "香港", "610113": "雁塔"}


def test_ccs_is_a_closed_tree_of_three_levels() -> None:
    codes = by("categories", "code")
    levels = {"A": r"[A-Z]", "A00/09": r"[A-Z]\d\d/\d\d", "A00": r"[A-Z]\d\d"}
    for row in rows("categories"):
        assert row["scheme"] == "ccs"
        assert any(re.fullmatch(pattern, row["code"]) for pattern in levels.values()), row
        assert row["parent"] is None or row["parent"] in codes, row
        assert (row["parent"] is None) == (len(row["code"]) == 1), row
    assert [by("categories", "code")[code]["parent"] for code in levels] == [None, "A", "A00/09"]
    assert len(codes) == 24 + 225 + 1608
