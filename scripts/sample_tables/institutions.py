"""Institutions: what people wrote about them, and the contact data and codes that are made up."""

from collections.abc import Iterator

from sample_tables.reading import TABLES, Row, toml, without_blanks
from stdnum.cn import uscc

# Telephone area codes by the first four digits of the division; the number itself is invented (5550xxxx).
AREA_CODES = {
    "1301": "0311", "1302": "0315", "1304": "0310", "1306": "0312", "1309": "0317", "1310": "0316",
    "3201": "025", "3202": "0510", "3203": "0516", "3204": "0519", "3205": "0512", "3211": "0511",
    "4401": "020", "4403": "0755", "4404": "0756", "4406": "0757", "4413": "0752", "4419": "0769", "4420": "0760",
    "6101": "029", "6103": "0917", "6104": "0910", "6105": "0913", "6107": "0916", "6108": "0912",
}  # fmt: skip


def written() -> Iterator[Row]:
    """The rows of the tables, one table a province."""
    for table in sorted(TABLES.glob("institutions_*.toml")):
        yield from toml(table.name)["institution"]


def credit_code(registration: str, division: str, serial: int) -> str:
    """A code of GB 32100 with both check digits right and ``EXAM`` in the part that would name a real organisation."""
    body = f"EXAM{serial:04d}"
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714, the organisation's own check digit
    check = 11 - sum(w * alphabet.index(c) for w, c in zip(weights, body, strict=True)) % 11
    code = f"{registration}{division}{body}{ {10: 'X', 11: '0'}.get(check, check) }"
    return code + str(uscc.calc_check_digit(code))


def institutions() -> list[Row]:
    """All institutions in the order of the tables; a branch carries the code of its parent, which stands before it."""
    codes: dict[str, str] = {}
    rows = []
    for serial, source in enumerate(written(), start=1):
        division = source["division"]
        parent = source.get("parent")
        code = codes[parent] if parent else credit_code(source["registration"], division, serial)
        codes[source["key"]] = code
        row = {
            "key": source["key"],
            "name": source["name"],
            "former_names": source.get("former_names", []),
            "short_names": source.get("short_names", []),
            "name_en": source.get("name_en"),
            "credit_code": code,
            "division": division,
            "address": source["address"],
            "legal_representative": source["legal_representative"],
            "phone": f"{AREA_CODES[division[:4]]}-5550{serial:04d}",
            "business_kinds": source["business_kinds"],
            "introduction": source["introduction"],
            "business_scope": source["business_scope"],
            "nature": source["nature"],
            "level": source["level"],
            "status": source["status"],
            "complaint_handler": f"示例投诉员{serial:02d}",
            "complaint_phone": f"13800000{serial:03d}",
            "contact": f"示例业务员{serial:02d}",
            "contact_phone": f"13800000{serial + 500:03d}",
            # Cells of tables are text, also where they are numbers.
            "cases": [{**case, "order": str(case["order"])} for case in source.get("cases", [])],
        }
        rows.append(without_blanks(row))
    return rows


def sites() -> dict[str, list[str]]:
    """Institution key → its laboratories, where it has more than one."""
    return {row["key"]: row["places"] for row in written() if "places" in row}
