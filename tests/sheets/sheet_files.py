"""Workbooks made by hand, good and hostile."""

import io
import struct
import zipfile
from collections.abc import Mapping

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" '
    'Target="{}"/></Relationships>'
)
BOOK = (
    '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    '<sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
)
SHEET = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</worksheet>'


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def sheet(*rows: str, before: str = "", head: str = "") -> str:
    data = "".join(f'<row r="{number}">{row}</row>' for number, row in enumerate(rows, 1))
    return f'<?xml version="1.0"?>{head}{SHEET.format(f"{before}<sheetData>{data}</sheetData>")}'


def parts(sheet_xml: str) -> dict[str, str]:
    return {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELATIONS.format("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": RELATIONS.format("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": sheet_xml,
    }


def packed(content: Mapping[str, str | bytes]) -> bytes:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text)
    return into.getvalue()


def workbook(*rows: str, **more: str) -> bytes:
    return packed(parts(sheet(*rows, **more)))


def lying(bomb: bytes, name: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A workbook whose sheet says of itself that it is small: sizes are stated twice, and both lie."""
    content = bytearray(packed({**parts(sheet()), name: bomb}))
    true = struct.pack("<I", len(bomb))
    small = struct.pack("<I", 100)
    at = content.find(true)
    while at >= 0:
        content[at : at + 4] = small
        at = content.find(true, at + 4)
    return bytes(content)
