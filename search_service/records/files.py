"""Files for the loader: finding them, opening them packed or plain, reading their rows with line numbers."""

import csv
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from search_service.errors import NotFound, Problem
from search_service.records.strict_json import BadJson, loads

PACKED: dict[str, Callable[[bytes], bytes]] = {".xz": lzma.decompress, ".gz": gzip.decompress}
BOM = b"\xef\xbb\xbf"
UNREADABLE = Problem("", "cell", f"引号不成对,或有一格超过 {csv.field_size_limit()} 个字符", "请核对该行的引号和逗号")

Row = tuple[int, list[str]]
"""The line (from 1) on which a row begins, and its cells."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file: its line (from 1) and its content, or why it cannot be read."""

    number: int
    content: dict[str, Any]
    problem: Problem | None = None


def discover(paths: Sequence[Path]) -> list[Path]:
    """All files of the paths, folders with everything in them, hidden files left out.

    Raises:
        NotFound: a path is not there.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise NotFound(f"没有文件或文件夹“{path}”:请核对路径")
        if path.is_dir():
            inside = (p for p in sorted(path.rglob("*")) if p.is_file())
            found.update(
                (p, None) for p in inside if not any(part.startswith(".") for part in p.relative_to(path).parts)
            )
        else:
            found[path] = None
    return list(found)


def plain_name(path: Path) -> str:
    """The name without the ending of a packer."""
    return path.name.removesuffix(path.suffix) if path.suffix in PACKED else path.name


def read(path: Path) -> bytes:
    """The content, unpacked (the largest table has 13 MB).

    Raises:
        NotFound: it cannot be read or unpacked; the text says why.
    """
    try:
        raw = path.read_bytes()
        content = PACKED[path.suffix](raw) if path.suffix in PACKED else raw
    except (OSError, lzma.LZMAError, zlib.error, EOFError) as error:
        raise NotFound(f"文件“{path.name}”无法读取或解压:{type(error).__name__}") from error
    return content.removeprefix(BOM)


def json_lines(content: bytes) -> Iterator[Line]:
    """Rows of an interchange file; blank lines are none."""
    for number, raw in enumerate(content.split(b"\n"), 1):
        if not raw.strip():
            continue
        try:
            value = loads(raw)
        except BadJson as error:
            yield Line(number, {}, Problem("", error.code, str(error), "请核对该行"))
            continue
        if isinstance(value, dict):
            yield Line(number, value)
        else:
            yield Line(number, {}, Problem("", "type", "每行应为一个 JSON 对象", "请核对该行"))


def csv_rows(content: bytes) -> tuple[list[Row], list[Line]]:
    """Rows of a table as wide as its heading, the heading first; and the others, each with its reason.

    Blank lines are none.  Bytes that are no UTF-8 become U+FFFD.
    """
    lines = io.StringIO(content.decode("utf-8", errors="replace"), newline="").readlines()
    rows: list[Row] = []
    bad: list[Line] = []
    start = offset = 0
    reader = csv.reader(lines, strict=True)
    while start < len(lines):
        try:
            cells = next(reader)
            problem = _width(rows[0][1], cells) if rows else None
        except csv.Error:
            cells, problem = [], UNREADABLE
        end = offset + reader.line_num
        if problem is not None:
            bad.append(Line(start + 1, {}, problem))
            if end > start + 1:
                # A quote that nobody closed swallows what follows: the lines after its own are read anew.
                end = offset = start + 1
                reader = csv.reader((lines[number] for number in range(offset, len(lines))), strict=True)
        elif any(cell.strip() for cell in cells):
            rows.append((start + 1, cells[: len(rows[0][1])] if rows else cells))
        start = end
    return rows, bad


def _width(heading: Sequence[str], cells: Sequence[str]) -> Problem | None:
    """What is wrong with the number of cells; blank lines and blank cells behind the last column are nothing."""
    if not any(cell.strip() for cell in cells):
        return None
    if len(cells) < len(heading):
        column = heading[len(cells)] or f"第 {len(cells) + 1} 列"
        message = f"该行只有 {len(cells)} 列,表头有 {len(heading)} 列"
        return Problem(column, "columns", message, "请补齐各列,并核对引号是否成对")
    if any(cell.strip() for cell in cells[len(heading) :]):
        message = f"该行有 {len(cells)} 列,表头只有 {len(heading)} 列"
        return Problem("", "columns", message, "含逗号的内容请用双引号括起")
    return None
