"""Which column of an uploaded table holds the standard numbers, as one text to be read like a pasted one."""

from collections.abc import Sequence

from analyzers.fold import fold
from analyzers.standard_number import find_in_cell

HEADINGS = ("标准编号", "标准号", "标准代号", "编号", "规程编号", "standard", "number", "no")
"""What people call the column, the surest first."""
LOOKED_AT = 200
"""Rows by which a column without a heading is chosen."""


def numbers_column(rows: Sequence[Sequence[str]]) -> str:
    """A line for each row; rows whose cell is blank stay blank lines, so that lines count as rows do.

    By its heading, else the column with the most numbers; the heading itself is left out.
    """
    if not rows:
        return ""
    heading = [fold(cell).strip() for cell in rows[0]]
    named = next((heading.index(name) for name in HEADINGS if name in heading), None)
    column = named if named is not None else _fullest(rows)
    lines = [row[column] if column < len(row) else "" for row in rows]
    if named is not None:
        lines[0] = ""
    return "\n".join(" ".join(line.split()) for line in lines)


def _fullest(rows: Sequence[Sequence[str]]) -> int:
    width = max(map(len, rows))
    counts = [0] * width
    for row in rows[:LOOKED_AT]:
        for column, cell in enumerate(row):
            counts[column] += any(found.readings[0].prefix for found in find_in_cell(cell[:LOOKED_AT]))
    return counts.index(max(counts))
