"""Files for the loader: finding them, opening them packed or plain, reading their rows with line numbers."""

import csv
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from search_service.errors import NotFound, Problem
from search_service.records.strict_json import BadJson, loads

PACKED: dict[str, Callable[[bytes], bytes]] = {".xz": lzma.decompress, ".gz": gzip.decompress}
BOM = b"\xef\xbb\xbf"


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


def csv_rows(content: bytes) -> Iterable[tuple[int, list[str]]]:
    """Rows of a table with their line numbers, the heading included; bytes that are no UTF-8 become U+FFFD."""
    reader = csv.reader(io.StringIO(content.decode("utf-8", errors="replace"), newline=""))
    for row in reader:
        yield reader.line_num, row
