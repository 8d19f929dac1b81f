"""Published tables that the loader knows besides the interchange format, by file name.

Their rows fill gaps: what is stored already stays as it is, because a compilation of unknown age must not overwrite
what somebody entered.  Status words of the standards come with their source and the day of the crawl (README of the
tables: "NOT official: for tests and demos only").
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analyzers.division_name import is_placeholder, short_name_table
from analyzers.fold import fold
from search_service.records.files import Line, Row

Rows = Sequence[Row]

STATUS_SOURCE = "公开目录汇编(非官方)"
CRAWLED = {
    # README of the tables: when each of the merged lists was crawled; a month without a day counts from its first.
    "luoda": "2026-07-10",
    "laokevincn": "2026-03-06",
    "csdsq": "2026-08-08",
    "haiqing85": "2026-08-01",
}
FIRST_CRAWL = "2026-03-01"
"""The other lists: crawled between March and August 2026."""

MUNICIPALITIES = ("11", "12", "31", "50")
"""Their districts stand under a placeholder; so do the counties that a province governs itself (code 90)."""
DIRECT = "90"

_TAG = re.compile(r"<[^>]{0,40}>?")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CCS_CODE = re.compile(r"(?<![A-Z0-9])([A-Z]) ?(\d{2}(?:/\d{2}(?!\d))?)(?!\d)")
_ICS = re.compile(r"(?<![\d.])\d{2}(?:\.\d{3}(?:\.\d{2})?)?(?![\d.]?\d)")
_ADCODE = re.compile(r"[0-9]{6}")
_METROLOGY = ("JJG", "JJF")
_NATIONAL = ("GB", "GBJ", "GBZ", "GSB")
_INTERNATIONAL = ("ISO", "IEC", "ITU", "OIML", "ASTM", "EN", "BS", "DIN", "JIS", "ANSI", "IEEE")


@dataclass(frozen=True, slots=True)
class Table:
    """One table: the record that it fills, how its heading begins, and its rows in the interchange form."""

    record: str
    heading: tuple[str, ...]
    adapt: Callable[[Rows, "Context"], Iterator[Line]]


@dataclass(frozen=True, slots=True)
class Context:
    """What rows of one table need of the others: the short names of divisions, settled among all of them."""

    short_names: Mapping[str, Sequence[str]]


def context(division_names: Mapping[str, str]) -> Context:
    """From adcode → name over all division tables of one load."""
    names = {code: name for code, name in division_names.items() if _ADCODE.fullmatch(code) and name}
    return Context(short_name_table(names) if names else {})


def _clean(text: str) -> str:
    return _CONTROL.sub(" ", _TAG.sub("", text)).strip()


def standards(rows: Rows, _: Context) -> Iterator[Line]:
    """The merged list and the metrology list; `replaces` is unreliable there (README) and not stored."""
    for line, row in _named(rows):
        scope = row.get("abstract", "")
        content = {
            "number": row["no"],
            "title": row["title"],
            "title_en": row["title_en"],
            "kind": kind_of(row["no"]),
            "published_on": row["publish"],
            "effective_on": row["implement"],
            "ics": list(dict.fromkeys(_ICS.findall(row["ics"]))),
            "ccs": ccs_codes(row["ccs"]),
            "department": " ".join(row["dept"].split()),
            "scope": "" if scope == row["title"] else scope,
        }
        if row["status"]:
            content |= {"status": row["status"], "status_source": STATUS_SOURCE, "status_as_of": _crawled(row)}
        yield Line(line, {name: value for name, value in content.items() if value})


def _named(rows: Rows) -> Iterator[tuple[int, dict[str, str]]]:
    (_, heading), *others = rows
    for line, cells in others:
        # Of the columns only number and title are sure to be there: a column that a list lacks is blank.
        yield line, defaultdict(str, zip(heading, map(_clean, cells), strict=True))


def _crawled(row: Mapping[str, str]) -> str:
    """The oldest crawl among the lists that have the row: nobody can tell whose status was kept."""
    lists = {name.split(":")[0] for name in row.get("sources", "").split("|")}
    return min(CRAWLED.get(name, FIRST_CRAWL) for name in lists)


def kind_of(number: str) -> str:
    """The kind of a standard by the letters that its number begins with."""
    printed = fold(number).upper()
    letters = re.match(r"[A-Z]*", printed)
    prefix = letters[0] if letters else ""
    if prefix in _METROLOGY:
        return "regulation"
    if prefix in _NATIONAL:
        return "national"
    if prefix in _INTERNATIONAL:
        return "international"
    if re.match(r"DB\s?\d", printed):
        return "local"
    return {"T": "association", "Q": "enterprise"}.get(prefix if printed[len(prefix) :][:1] == "/" else "", "sector")


def ccs_codes(cell: str) -> list[str]:
    """CCS codes in a cell: ``A00``, ``A 24``, ``Y14;Y39``, ``CCSR85/G544`` (whose second half is no CCS code)."""
    return list(dict.fromkeys(a + b for a, b in _CCS_CODE.findall(cell.upper().replace("CCS", ""))))


def division_rows(rows: Rows) -> Iterator[tuple[int, str, str, list[str]]]:
    """Line, six-digit code, name and further cells of the division tables; what is no code stays for its refusal."""
    for line, (code, name, *above) in rows[1:]:
        yield line, _filled(code.strip()), name.strip(), above


def _filled(code: str) -> str:
    return code.ljust(6, "0") if code.isdigit() else code


def divisions(rows: Rows, known: Context) -> Iterator[Line]:
    """Provinces, prefectures and counties; rows that only hold others together (市辖区) are no places."""
    for line, code, name, above in division_rows(rows):
        if is_placeholder(name):
            continue
        content: dict[str, Any] = {key: value for key, value in (("adcode", code), ("name", name)) if value}
        if known.short_names.get(code):
            content["short_names"] = list(known.short_names[code])
        if above and above[0].strip():
            content["parent"] = _parent(above[0].strip())
        yield Line(line, content)


def _parent(code: str) -> str:
    placeholder = len(code) > len(DIRECT) and (code[2:] == DIRECT or code[:2] in MUNICIPALITIES)
    return _filled(code[:2] if placeholder else code)


def ccs(rows: Rows, _: Context) -> Iterator[Line]:
    """The three levels of CCS: class, group (``A00/09``), code; the third cell names what is above."""
    for line, (code, name, *above) in rows[1:]:
        content = {"scheme": "ccs", "code": code.strip(), "name": name.strip(), "parent": above[0] if above else ""}
        yield Line(line, {key: value for key, value in content.items() if value})


def gbt4754(rows: Rows, _: Context) -> Iterator[Line]:
    """The industries: a letter, then its divisions, groups and classes by their leading digits."""
    section, codes = "", set[str]()
    for line, (code, name, *_rest) in rows[1:]:
        content = {"scheme": "gbt4754", "code": code, "name": name}
        if code.isalpha():
            section = code
        else:
            shorter = (code[:length] for length in range(len(code) - 1, 1, -1))
            content["parent"] = next((above for above in shorter if above in codes), section)
        codes.add(code)
        yield Line(line, content)


_STANDARDS = Table("standard", ("no", "title"), standards)
_DIVISIONS = Table("division", ("code", "name"), divisions)
_CCS = Table("category", ("代码 / Code", "名称 / Name"), ccs)

TABLES: dict[str, Table] = {
    "cn_standards_merged.csv": _STANDARDS,
    "jjg_jjf_list.csv": _STANDARDS,
    "provinces.csv": _DIVISIONS,
    "cities.csv": _DIVISIONS,
    "areas.csv": _DIVISIONS,
    "ccs_level1.csv": _CCS,
    "ccs_level2.csv": _CCS,
    "ccs_level3.csv": _CCS,
    "GBT4754-2017.csv": Table("category", ("code", "name"), gbt4754),
}
"""In the order in which they are read: what holds others stands first."""
