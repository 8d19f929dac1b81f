"""`If-Match`: a change names the version that it was made from, or is refused."""

import re
from typing import Any

from sqlalchemy.orm import Session

from search_service.errors import Problem, VersionDiffers, VersionRequired
from search_service.kinds.record import Record
from search_service.records.access import etag
from search_service.records.audit import changed_since

_TAG = re.compile(r'(?:W/)?"v(\d{1,9})"')


def check(session: Session, record: Record, row: Any, if_match: str | None, *, required: bool = True) -> None:
    """Compare the header with the row; `*` is any version.

    Raises:
        VersionRequired: no header; the message says which one to send.
        VersionDiffers: another version; the problems name the fields that changed since.
    """
    if if_match is None or not if_match.strip():
        if not required:
            return
        raise VersionRequired(f"修改时必须提供 If-Match 请求头:请先读取记录,再以其 ETag(现为 {etag(row)})提交")
    versions = [int(found) for found in _TAG.findall(if_match)]
    if if_match.strip() == "*" or row.row_version in versions:
        return
    since = max(versions, default=row.row_version)
    names = changed_since(session, record, row.id, since)
    problems = [
        Problem(name, "changed", f"{record.by_name[name].label}已被修改", "请核对最新内容")
        for name in names
        if name in record.by_name
    ]
    raise VersionDiffers(f"数据已被他人修改(当前版本 {etag(row)}):请重新读取后再提交", problems=problems)
