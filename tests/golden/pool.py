"""The rows of the shipped sample that the public may see on a day, read from the files and decided in plain Python.

Besides their own fields rows have some that judges need: ``institution`` (its name), ``where`` (province, city and
district of the institution), ``numbers`` (standards that it is, cites or rests on), ``regions`` (names, with their
ancestors'), ``linked`` (what a plan links to) and ``about`` (everything that the row says in words, without stories).
"""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).parents[2] / "api" / "sample"
KINDS = {
    "institution": "institutions",
    "capability": "capabilities",
    "authorisation": "authorisations",
    "plan": "plans",
    "standard": "standards",
    "catalogue_entry": "catalogue_entries",
}
SERVICE_WORDS = {"verification": "检定", "calibration": "校准", "inspection": "检验", "assessment": "评价"}

Row = dict[str, Any]


class Sample:
    """The files, by key, and what the public may see of them."""

    def __init__(self, folder: Path = SAMPLE) -> None:
        names = [*KINDS.values(), "certificates"]
        self.rows = {name: {row["key"]: row for row in self._read(folder, name)} for name in names}
        self.divisions = {row["adcode"]: row["name"] for row in self._read(folder, "divisions")}

    @staticmethod
    def _read(folder: Path, name: str) -> Iterator[Row]:
        for line in (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            yield json.loads(line)

    def place(self, adcode: str) -> str:
        """陕西省西安市雁塔区."""
        codes = dict.fromkeys((adcode[:2] + "0000", adcode[:4] + "00", adcode))
        return "".join(self.divisions.get(code, "") for code in codes)

    def usable(self, key: str, day: date) -> bool:
        """Valid on the day; an unknown end is open."""
        row = self.rows["certificates"][key]
        today = day.isoformat()
        return bool(row["state"] == "valid" and row.get("valid_from", "") <= today <= row.get("valid_to", "9999"))

    def visible(self, kind: str, row: Row, day: date) -> bool:
        """Published, by an active institution, under a certificate that is usable or under none."""
        if kind == "institution":
            return bool(row["status"] == "active")
        if kind in {"standard", "catalogue_entry"}:
            return True
        owner = self.rows["institutions"][row["institution"]]
        evidence = row["certificates"]
        proved = not evidence or any(self.usable(key, day) for key in evidence)
        return bool(row["state"] == "published" and owner["status"] == "active" and proved)

    def numbers(self, kind: str, row: Row) -> list[str]:
        """Printed numbers of standards."""
        if kind == "plan":
            linked = [("capability", key) for key in row["capabilities"]]
            linked += [("authorisation", key) for key in row["authorisations"]]
            return [number for one, key in linked for number in self.numbers(one, self.rows[KINDS[one]][key])]
        if kind == "capability":
            return [cited if isinstance(cited, str) else cited["number"] for cited in row["standards"]]
        value = {"authorisation": "regulation", "standard": "number", "catalogue_entry": "regulations"}.get(kind, "")
        found = row.get(value) or []
        return [found] if isinstance(found, str) else list(found)

    def fields(self, kind: str, row: Row) -> Row:
        """Own fields and the derived ones."""
        found = dict(row)
        owner = row if kind == "institution" else self.rows["institutions"].get(row.get("institution", ""), {})
        if kind == "plan":
            found["linked"] = [self.rows["capabilities"][key]["object"] for key in row["capabilities"]]
            found["linked"] += [self.rows["authorisations"][key]["instrument"] for key in row["authorisations"]]
        if kind == "capability":
            found["standard_names"] = [cited.get("name", "") for cited in row["standards"] if isinstance(cited, dict)]
        found["institution"] = owner.get("name", "")
        found["where"] = self.place(owner.get("division", ""))
        found["numbers"] = self.numbers(kind, row)
        found["regions"] = [self.place(code) for code in row.get("regions", [])]
        found["service_word"] = SERVICE_WORDS.get(row.get("service", ""), "")
        unsaid = {"complaint_handler", "complaint_phone", "contact", "contact_phone", "cases"}
        words = [str(value) for name, value in found.items() if name not in unsaid]
        found["about"] = " ".join(words)
        return found

    def pool(self, day: date) -> dict[str, Row]:
        """Key → row, of everything that may be shown on the day."""
        return {
            key: {"key": key, "kind": kind, "fields": self.fields(kind, row)}
            for kind, name in KINDS.items()
            for key, row in self.rows[name].items()
            if self.visible(kind, row, day)
        }
