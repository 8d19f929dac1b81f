"""Rows of text and numbers → a workbook in which nothing that somebody typed becomes a formula or a link (B5)."""

import io
from collections.abc import Iterable, Sequence

import xlsxwriter

OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""What begins with =, +, - or @ stays the text that it was."""
MEDIA = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONGEST_CELL = 32_767
"""Characters of a cell that Excel opens."""
_XML_LEAST = "\x20"

Cell = str | int | None


def workbook(name: str, headings: Sequence[tuple[str, int]], rows: Iterable[Sequence[Cell]]) -> bytes:
    """One sheet with a frozen first row; headings come with the width of their column in characters."""
    into = io.BytesIO()
    with xlsxwriter.Workbook(into, OPTIONS) as book:
        sheet = book.add_worksheet(name)
        bold, wrapped = (
            book.add_format({"bold": True, "bottom": 1}),
            book.add_format({"text_wrap": True, "valign": "top"}),
        )
        for column, (heading, width) in enumerate(headings):
            sheet.set_column(column, column, width, wrapped)
            sheet.write_string(0, column, heading, bold)
        last = 0
        for last, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, int):
                    sheet.write_number(last, column, cell)
                elif cell:
                    sheet.write_string(last, column, _clean(cell)[:LONGEST_CELL])
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, last, len(headings) - 1)
    return into.getvalue()


def _clean(text: str) -> str:
    """Without control characters, which no workbook may hold."""
    return "".join(c for c in text if c >= _XML_LEAST or c in "\t\n")
