"""What has to be true of an upload before anybody opens it (reliability B1, B2, B4)."""

import io
import re
import zipfile
import zlib

from search_service.errors import Invalid, Problem, TooLarge

LARGEST = 1024 * 1024
"""Bytes of a file: 500 numbers with titles take 60 kB; a request as a whole may have two megabytes."""
ENTRIES = 200
"""Parts of a workbook: a usual one has a dozen."""
UNPACKED = 20 * 1024 * 1024
"""Bytes of all parts together, counted while they are unpacked: sizes that a file states of itself may lie."""
RATIO = 100
"""Times that packing may have shrunk a part: sheets of numbers shrink tenfold."""
SMALL = 64 * 1024
"""Parts up to here may have any ratio: an empty style sheet shrinks a lot and harms nobody."""
ROWS, COLUMNS = 20_000, 60
"""Of a sheet: a reader lays a cell at XFD1048576 out as 17 thousand million cells."""

ZIP, OLD_EXCEL, PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF"
KINDS = {ZIP: "Excel 或压缩文件", OLD_EXCEL: "旧版 Excel(.xls)文件", PDF: "PDF 文件"}
"""How files begin that people take for something else."""

_PART = re.compile(rb"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_PLACE = re.compile(rb"<(?:\w+:)?(?:c|row)\b[^<>]*?\br\s*=\s*[\"']([A-Za-z]{0,9})([0-9]{0,9})[\"']")
_STEP = 64 * 1024


def refuse(code: str, message: str, hint: str) -> Invalid:
    """A file that is not what it should be: what, and what to do."""
    return Invalid(f"{message}:{hint}", problems=[Problem("body.file", code, message, hint)])


def require_size(content: bytes) -> None:
    """Neither empty nor too large.

    Raises:
        Invalid, TooLarge: with what to do.
    """
    if not content:
        raise refuse("file_empty", "文件是空的", "请选择含标准编号的文件")
    if len(content) > LARGEST:
        message = f"文件有 {len(content) / 1024 / 1024:.1f} MB,超过上限 {LARGEST // 1024 // 1024} MB"
        hint = "请只保留标准编号一列,或分批上传"
        raise TooLarge(f"{message}:{hint}", problems=[Problem("body.file", "file_too_large", message, hint)])


def disguise(content: bytes) -> str:
    """What the first bytes say that a file is; empty where they say nothing."""
    return next((name for magic, name in KINDS.items() if content.startswith(magic)), "")


def require_workbook(content: bytes) -> None:
    """A workbook of a size that can be read, by its true sizes.

    Raises:
        Invalid: it is none, or too large inside.
    """
    if not content.startswith(ZIP):
        kind = disguise(content)
        is_it = f"内容是{kind}" if kind else "内容不是 Excel 工作簿"
        raise refuse("file_not_xlsx", f"扩展名是 .xlsx,但{is_it}", "请在 Excel 中另存为 .xlsx 后再上传")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            _parts(packed, content)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OverflowError) as error:
        raise _broken() from error


def _parts(packed: zipfile.ZipFile, content: bytes) -> None:
    parts = packed.infolist()
    if len(parts) > ENTRIES:
        raise refuse("file_too_many_parts", f"文件内部有 {len(parts)} 个部分,超过 {ENTRIES} 个", "请另存为新的工作簿")
    names = {part.filename for part in parts}
    if any(part.flag_bits & 1 for part in parts):
        raise refuse("file_encrypted", "文件设有密码", "请取消密码保护后再上传")
    if len(names) < len(parts) or any(".." in name or name.startswith(("/", "\\")) for name in names):
        raise _broken()
    if "[Content_Types].xml" not in names or not any(name.lower().startswith("xl/workbook.") for name in names):
        raise refuse("file_not_xlsx", "扩展名是 .xlsx,但内容不是 Excel 工作簿", "请在 Excel 中另存为 .xlsx 后再上传")
    left = UNPACKED
    for part in parts:
        unpacked = _unpack(part, content, left)
        left -= len(unpacked)
        if len(unpacked) > max(SMALL, RATIO * part.compress_size):
            raise _bomb()
        if _PART.fullmatch(part.filename.encode()):
            _require_small_sheet(unpacked)


def _unpack(part: zipfile.ZipInfo, content: bytes, most: int) -> bytes:
    """The part's true content, never more than `most` bytes of it."""
    at = part.header_offset
    if content[at : at + 4] != ZIP:
        raise _broken()
    name, extra = (int.from_bytes(content[at + o : at + o + 2], "little") for o in (26, 28))
    start = at + 30 + name + extra
    raw = content[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        if len(raw) > most:
            raise _bomb()
        return raw
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise _broken()
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    found = inflate.decompress(raw, most + 1)
    if len(found) > most:
        raise _bomb()
    if not inflate.eof:
        raise _broken()
    return found


def _require_small_sheet(sheet: bytes) -> None:
    rows = columns = 0
    for letters, digits in _PLACE.findall(sheet):
        rows = max(rows, int(digits or 0))
        columns = max(columns, _column(letters))
    if rows > ROWS or columns > COLUMNS:
        raise refuse(
            "file_too_wide",
            f"工作表用到第 {rows} 行、第 {columns} 列,超过 {ROWS} 行或 {COLUMNS} 列",
            "请把标准编号复制到新的工作簿再上传",
        )


def _column(letters: bytes) -> int:
    """A is 1, XFD is 16384."""
    found = 0
    for letter in letters.upper():
        found = found * 26 + letter - ord("A") + 1
    return found


def _broken() -> Invalid:
    return refuse("file_broken", "文件已损坏或不完整", "请重新保存后再上传")


def _bomb() -> Invalid:
    return refuse("file_bomb", f"文件展开后超过 {UNPACKED // 1024 // 1024} MB", "请只保留标准编号一列")
