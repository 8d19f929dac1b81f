"""The rows of the shipped sample that the public may see on a day, read from the files and decided in plain Python.

Nothing of the service is used, because these rows are what its answers are judged by.  Besides its own fields a row has
some that judgements need; the head of `judgement.py` names them.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "api" / "sample"
DAY = date(2026, 11, 21)
"""The day that the sample was written for."""

KINDS = {
    "institution": "institutions",
    "capability": "capabilities",
    "authorisation": "authorisations",
    "plan": "plans",
    "standard": "standards",
    "catalogue_entry": "catalogue_entries",
}
EVERYWHERE = "000000"
SERVICE_WORDS = {
    "verification": "检定",
    "calibration": "校准",
    "testing": "检测",
    "inspection": "检验",
    "assessment": "评价",
    "certification": "认证",
    "standardisation": "标准化",
    "quality_management": "质量管理",
    "intellectual_property": "知识产权",
    "training": "培训",
    "shared_laboratory": "共享实验室",
}
_UNSAID = {"complaint_handler", "complaint_phone", "contact", "contact_phone", "cases", "display_certificates"}
_EDITION = re.compile(r"[-:]\s*\d{2}(?:\d{2})?$")

Fields = dict[str, Any]


@dataclass(frozen=True)
class Row:
    """One visible row: its outside key, its kind, its own and the derived fields."""

    key: str
    kind: str
    fields: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What it is called."""
        parts = {
            "institution": ("name",),
            "capability": ("object", "parameter"),
            "authorisation": ("instrument",),
            "plan": ("title",),
            "standard": ("title",),
            "catalogue_entry": ("category", "type"),
        }[self.kind]
        return " ".join(str(self.fields[part]) for part in parts)


class Sample:
    """The files, by key, and what the public may see of them."""

    def __init__(self, folder: Path = FOLDER) -> None:
        names = [*KINDS.values(), "certificates"]
        self.files = {name: {row["key"]: row for row in _read(folder, name)} for name in names}
        self.divisions = list(_read(folder, "divisions"))
        self._names = {row["adcode"]: row["name"] for row in self.divisions}

    def pool(self, day: date = DAY) -> dict[str, Row]:
        """Key → row, of everything that may be shown on the day."""
        return {
            key: Row(key, kind, self._fields(kind, row, day))
            for kind, name in KINDS.items()
            for key, row in self.files[name].items()
            if self._visible(kind, row, day)
        }

    def _usable(self, key: str, day: date) -> bool:
        """Valid on the day; an unknown end is open."""
        row = self.files["certificates"][key]
        today = day.isoformat()
        return bool(row["state"] == "valid" and row.get("valid_from", "") <= today <= row.get("valid_to", "9999"))

    def _visible(self, kind: str, row: Fields, day: date) -> bool:
        """Published, by an active institution, under a certificate that is usable or under none."""
        if kind == "institution":
            return bool(row["status"] == "active")
        if kind in {"standard", "catalogue_entry"}:
            return True
        owner = self.files["institutions"][row["institution"]]
        evidence = row["certificates"]
        proved = not evidence or any(self._usable(key, day) for key in evidence)
        return bool(row["state"] == "published" and owner["status"] == "active" and proved)

    def _fields(self, kind: str, row: Fields, day: date) -> Fields:
        found = {name: value for name, value in row.items() if value is not None}
        owner = row if kind == "institution" else self.files["institutions"].get(row.get("institution", ""), {})
        linked = [self.files["capabilities"][key] for key in row.get("capabilities", [])]
        linked += [self.files["authorisations"][key] for key in row.get("authorisations", [])]
        numbers = [number for one in (row, *linked) for number in _numbers(one)]
        if kind == "institution":
            certificates = [c["key"] for c in self.files["certificates"].values() if c["institution"] == row["key"]]
            found["certificate_numbers"] = [self.files["certificates"][key]["number"] for key in certificates]
        else:
            certificates = row.get("certificates", [])
        natures = {self.files["certificates"][key]["nature"] for key in certificates if self._usable(key, day)}
        found |= {
            "institution": owner.get("name", ""),
            "owner": owner.get("key", ""),
            "where": self._place(owner.get("division", "")),
            "located": _lineage(owner.get("division", "")),
            "numbers": numbers,
            "lines": [line(number) for number in numbers],
            "regions": [self._place(code) for code in row.get("regions", [])],
            "authorised": row.get("regions", []),
            "natures": sorted(natures),
            "linked": [one.get("object") or one.get("instrument") for one in linked],
            "linked_parameters": [one["parameter"] for one in linked if "parameter" in one],
            "service_word": SERVICE_WORDS.get(row.get("service", ""), "检测" if kind == "capability" else ""),
            "standard_names": [c.get("name", "") for c in row.get("standards", []) if isinstance(c, dict)],
        }
        found["about"] = " ".join(str(value) for name, value in found.items() if name not in _UNSAID)
        return found

    def _place(self, adcode: str) -> str:
        """陕西省西安市雁塔区."""
        return "".join(self._names.get(code, "") for code in reversed(_lineage(adcode)))


def line(number: str) -> str:
    """A printed number without its year: GB/T 228.1."""
    return _EDITION.sub("", unicodedata.normalize("NFKC", number).replace("—", "-"))


def _read(folder: Path, name: str) -> Iterator[Fields]:
    for text in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
        yield json.loads(text)


def _lineage(adcode: str) -> list[str]:
    """A division and what contains it: county, prefecture, province."""
    return list(dict.fromkeys((adcode, adcode[:4] + "00", adcode[:2] + "0000"))) if adcode else []


def _numbers(row: Fields) -> list[str]:
    """Printed numbers that a row is, cites or rests on."""
    if "standards" in row:
        return [cited if isinstance(cited, str) else cited["number"] for cited in row["standards"]]
    if "regulation" in row:
        return [row["regulation"]]
    if "regulations" in row:
        return row["regulations"] or []
    return [row["number"]] if "title" in row and "number" in row else []
