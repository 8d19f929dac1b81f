"""The page where many standard numbers are checked at once: paste or upload, read or download (N7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, UploadFile
from sqlalchemy import select
from starlette.responses import Response

from api.pages import wording
from api.pages.render import page
from api.standard_schemas import offers_url
from search_service.errors import ZhixunError
from search_service.sheets import read, write
from search_service.standards.check import Checked, Report, check
from search_service.standards.column import numbers_column
from search_service.standards.reading import MOST, read_text
from search_service.standards.resolve import AMBIGUOUS, EXACT, RESOLVED, UNKNOWN
from search_service.store.division import Division

if TYPE_CHECKING:
    from api.wiring import Services

TEMPLATE = "standards_check.html"
EXCEL = "xlsx"

SURE = {
    EXACT: ("一致", "good", "●"),
    RESOLVED: ("补全", "soon", "◐"),
    AMBIGUOUS: ("有歧义", "bad", "◇"),
    UNKNOWN: ("未收录", "quiet", "○"),
}
"""Words, tone and shape of a confidence: never a colour alone."""

EXAMPLE = "GB/T 228.1-2010\nGB 2762\nJJG52—2013\n228.2"

HEADINGS = (
    ("行", 6),
    ("原文", 30),
    ("把握", 8),
    ("说明", 32),
    ("标准编号", 24),
    ("标准名称", 44),
    ("状态", 10),
    ("实施日期", 12),
    ("废止日期", 12),
    ("代替它的标准", 36),
    ("可能的标准", 36),
    ("能做的机构数", 12),
    ("能按代替标准做的机构数", 16),
)
"""Columns of the workbook with their widths."""


def build(services: Services) -> APIRouter:
    """The page's routes."""
    router = APIRouter(include_in_schema=False)

    @router.get("/standards/check")
    def blank(text: str = "", region: str = "") -> Response:
        return _shown(services, text, region) if text.strip() else _form(services, text, region)

    @router.post("/standards/check")
    def checked(
        text: Annotated[str, Form()] = "",
        region: Annotated[str, Form()] = "",
        output: Annotated[str, Form()] = "",
        file: UploadFile | None = None,
    ) -> Response:
        try:
            if file is not None and file.filename:
                text = numbers_column(read.rows(file.filename, file.file.read()))
        except ZhixunError as error:
            return _form(services, text, region, error)
        return _shown(services, text, region, excel=output == EXCEL)

    return router


def _shown(services: Services, text: str, region: str, *, excel: bool = False) -> Response:
    """The results, or the form with what is wrong; what was typed stays."""
    try:
        report = check(services.database, read_text(text), region)
    except ZhixunError as error:
        return _form(services, text, region, error)
    if excel:
        return _workbook(report)
    return page(TEMPLATE, **_frame(services, text, region), report=report, results=_results(report), error=None)


def _form(services: Services, text: str, region: str, error: ZhixunError | None = None) -> Response:
    status = error.status if error else 200
    return page(TEMPLATE, status, **_frame(services, text, region), report=None, results=[], error=error)


def _frame(services: Services, text: str, region: str) -> dict[str, Any]:
    provinces = _provinces(services)
    return {
        "q": "",
        "text": text,
        "region": region,
        "provinces": provinces,
        "listed": any(region == code for _, places in provinces for code, _ in places),
        "most": MOST,
        "example": EXAMPLE,
        "accept": ",".join(read.SUFFIXES),
    }


def _provinces(services: Services) -> list[tuple[str, list[tuple[str, str]]]]:
    """Provinces with their prefectures: what a select of regions offers; a county may be given in the URL."""
    with services.database.read() as session:
        rows = session.execute(
            select(Division.adcode, Division.name, Division.parent_adcode)
            .where(Division.adcode.endswith("00"), Division.deleted_at.is_(None), Division.valid_to.is_(None))
            .order_by(Division.adcode)
        ).all()
    tops = {code: (name, [(code, f"{name}（全部）")]) for code, name, parent in rows if parent is None}
    for code, name, parent in rows:
        if parent in tops:
            tops[parent][1].append((code, name))
    return list(tops.values())


def _results(report: Report) -> list[dict[str, Any]]:
    """Rows of the table."""
    region = report.region.value if report.region else None
    return [
        {
            "checked": one,
            "sure": SURE[one.resolution.confidence],
            "supply": _supply(one, one.row, region) if one.row else None,
            "successors": [{"row": s.row, "supply": _supply(one, s.row, region)} for s in one.successors],
        }
        for one in report.results
    ]


def _supply(one: Checked, row: Any, region: str | None) -> dict[str, Any]:
    found = one.supply[row.id]
    return {"count": found.count, "url": offers_url(row.number, found, region)}


def _workbook(report: Report) -> Response:
    content = write.workbook("标准查新", HEADINGS, (_cells(one) for one in report.results))
    name = f"标准查新-{report.as_of.isoformat()}.xlsx"
    headers = {"Content-Disposition": f"attachment; filename=check.xlsx; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type=write.MEDIA, headers=headers)


def _cells(one: Checked) -> list[write.Cell]:
    row, resolution = one.row, one.resolution
    said = "；".join(text for text in (resolution.reason, one.note) if text)
    return [
        one.entry.line,
        one.entry.typed,
        SURE[resolution.confidence][0],
        said,
        one.number,
        row.title if row else None,
        wording.word("standard", "status", one.standing) if row else None,
        row.effective_on.isoformat() if row and row.effective_on else None,
        row.withdrawn_on.isoformat() if row and row.withdrawn_on else None,
        "\n".join(f"{s.row.number} {s.row.title}" for s in one.successors),
        "\n".join(f"{c.number} {c.title}" for c in resolution.candidates),
        one.supply[row.id].count if row else None,
        max((one.supply[s.row.id].count for s in one.successors), default=None),
    ]
