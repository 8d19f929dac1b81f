"""An upload as rows of text: .txt and .csv in UTF-8, UTF-16 or GB18030, and .xlsx."""

import csv
import json
import subprocess
import sys
from pathlib import Path, PurePath

from search_service.errors import UnsupportedMedia
from search_service.sheets import child, guard

SUFFIXES = (".txt", ".csv", ".xlsx")
"""What can be read; the content has to agree with it."""
WAIT = 20
"""Seconds for the reader's process: twice the processor time that it is given, as the machine may be busy."""

Rows = list[list[str]]


def rows(name: str, content: bytes) -> Rows:
    """The first sheet, or the lines.

    Raises:
        UnsupportedMedia, Invalid, TooLarge: it cannot be read, or is not what its name says.
    """
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise UnsupportedMedia(f"不能读取“{name[-40:]}”:请上传 .txt、.csv 或 .xlsx 文件")
    guard.require_size(content)
    if suffix == ".xlsx":
        return _workbook(content)
    text = _decoded(content, suffix)
    lines = text.splitlines()
    if len(lines) > guard.ROWS:
        raise guard.refuse("file_too_wide", f"文件有 {len(lines)} 行,超过 {guard.ROWS} 行", "请分批上传")
    return [[line] for line in lines] if suffix == ".txt" else _cells(text)


def _decoded(content: bytes, suffix: str) -> str:
    kind = guard.disguise(content)
    if kind:
        raise guard.refuse("file_not_text", f"扩展名是 {suffix},但内容是{kind}", "请另存为 .xlsx 或文本文件后再上传")
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not any(character < " " and character not in "\t\r\n\f\v\x1a" for character in text):
            return text
    raise guard.refuse("file_not_text", "内容不是文本,或文字编码无法识别", "请另存为 UTF-8 或 GB18030 编码的文本文件")


def _cells(text: str) -> Rows:
    first = text[: text.find("\n")] if "\n" in text else text
    delimiter = max((",", "\t", ";"), key=first.count)
    try:
        return [row[: guard.COLUMNS] for row in csv.reader(text.splitlines(), delimiter=delimiter)]
    except csv.Error as error:
        raise guard.refuse("file_broken", "CSV 文件的格式不正确", "请在 Excel 中另存为 .xlsx 后再上传") from error


def _workbook(content: bytes) -> Rows:
    guard.require_workbook(content)
    command = [sys.executable, "-I", str(Path(child.__file__)), str(guard.ROWS)]
    try:
        # Our own program by its full path; the file is only its input.
        done = subprocess.run(command, input=content, capture_output=True, timeout=WAIT, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as error:
        raise _unreadable() from error
    if done.returncode:
        raise _unreadable()
    return [json.loads(line) for line in done.stdout.splitlines()]


def _unreadable() -> Exception:
    return guard.refuse("file_broken", "工作簿无法读取", "请在 Excel 中另存为 .xlsx,或改传 .csv")
