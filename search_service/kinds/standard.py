"""Standards (标准): S4-10, S4-30..33, S4-42..52, S5-23."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, object_session

from analyzers.collation import sort_number
from analyzers.standard_number import StandardNumber, print_number
from search_service.errors import Problem
from search_service.kinds.access import Level
from search_service.kinds.base import Kind
from search_service.kinds.fields import Code, Date, Parsing, State, Text, TextList
from search_service.kinds.labels import category_filter, word_filter
from search_service.kinds.numbers import as_printed, line_key, number_key, parse, prefixes
from search_service.kinds.parts import Days, Lookup, Phrases, Sort, Use, Window, Words
from search_service.kinds.record import Action
from search_service.kinds.special_fields import number_warning
from search_service.kinds.vocabulary import STANDARD_KINDS, STANDARD_STATUS
from search_service.store.standard import Standard, StandardReplacement

NO_YEAR_LAST = 9999
"""Years are subtracted from this, so that the newest edition sorts first and one without a year last."""

STAFF_SOURCE = "平台录入"
"""The source of a status that somebody set through a named action."""


class Replaced(TextList):
    """Numbers of the standards that this one replaces, as printed."""

    def parse(self, value: Any, parsing: Parsing) -> list[str]:
        """Unreadable ones are kept with a warning."""
        numbers = TextList.parse(self, value, parsing)
        for number in numbers:
            number_warning(self.name, number, parsing)
        return numbers

    def get(self, row: Any) -> list[str]:
        """As printed, in order."""
        return [link.number for link in row.replaces]

    def set(self, row: Any, value: list[str]) -> None:
        """Keep links that stay."""
        if self.get(row) == value:
            return
        kept = {link.number_key: link for link in row.replaces}
        links: dict[str, StandardReplacement] = {}
        for position, number in enumerate(value):
            key = number_key(number)
            link = links.setdefault(key, kept.get(key) or StandardReplacement(number_key=key))
            link.number, link.position = number, position
        row.replaces = list(links.values())


class ReplacedBy(TextList):
    """Numbers of the standards that say of themselves that they replace this one, as printed."""

    def show(self, row: Standard) -> list[str]:
        """The newest first."""
        session = object_session(row)
        assert session is not None, "rows are shown inside their session"
        links = StandardReplacement
        newer = (
            select(Standard.number)
            .join(links, links.standard_id == Standard.id)
            .where(links.number_key == row.number_key, Standard.deleted_at.is_(None))
            .order_by(Standard.year.desc(), Standard.number)
        )
        return list(session.scalars(newer))


class Number(Text):
    """A standard number as printed."""

    def parse(self, value: Any, parsing: Parsing) -> str | None:
        """An unreadable one is kept with a warning."""
        text = Text.parse(self, value, parsing)
        if text:
            number_warning(self.name, text, parsing)
        return text


def ccs_path(codes: list[str]) -> list[str]:
    """CCS codes with their class: H22 is also in H."""
    return [part for code in codes for part in (code, code[:1])]


def ics_path(codes: list[str]) -> list[str]:
    """ICS codes with the groups above them: 77.040.10 is also in 77.040 and 77."""
    parts = [code.split(".") for code in codes]
    return [".".join(p[:depth]) for p in parts for depth in range(len(p), 0, -1)]


class StandardKind(Kind):
    """One edition of a standard."""

    name, plural, label = "standard", "standards", "标准"
    model = Standard
    unique = ("number", "该标准已存在")
    title = "title"
    page = "standard.html"
    fields = (
        Number(name="number", label="标准编号", limit=200, required=True, use=Use.NUMBER),
        Text(name="title", label="标准名称", required=True, use=Use.NAME),
        Text(name="title_en", label="英文名称", use=Use.TEXT),
        Code(name="kind", label="标准类别", words=STANDARD_KINDS, doubtful=True),
        State(name="status", label="状态", words=STANDARD_STATUS, first="unknown"),
        Text(name="status_source", label="状态来源", limit=200, write=Level.SYSTEM),
        Date(name="status_as_of", label="状态截至", write=Level.SYSTEM),
        Date(name="published_on", label="发布日期"),
        Date(name="effective_on", label="实施日期"),
        Date(name="withdrawn_on", label="废止日期"),
        Replaced(name="replaces", label="代替标准", reads=("replaces",), brief=False),
        TextList(
            name="ics", label="ICS", limit=20, filter=category_filter("ics", "ICS", "ics", lambda r: ics_path(r.ics))
        ),
        TextList(
            name="ccs", label="CCS", limit=20, filter=category_filter("ccs", "CCS", "ccs", lambda r: ccs_path(r.ccs))
        ),
        Text(name="department", label="归口部门", limit=300),
        Text(name="scope", label="适用范围", limit=10_000, use=Use.TEXT, brief=False),
    )
    derived = (ReplacedBy(name="replaced_by", label="被代替"),)
    actions = (
        Action("announce", "公布待实施", ("unknown",), "upcoming", Level.STAFF),
        Action("implement", "实施", ("unknown", "upcoming"), "current", Level.STAFF),
        Action("withdraw", "废止", ("unknown", "upcoming", "current"), "withdrawn", Level.STAFF, reason=True),
        Action("reinstate", "恢复现行", ("withdrawn",), "current", Level.STAFF, reason=True),
    )
    words = (
        Words(Use.FLAG, lambda row: [row.status]),
        Words(Use.TEXT, lambda row: prefixes([row.number])),
    )
    filters = (word_filter("status", "标准状态", STANDARD_STATUS, "status"),)
    sorts = (
        Sort("newest", "最新", lambda row: _ordinal(row.effective_on or row.published_on, row.year), descending=True),
        Sort("name", "名称", lambda row: sort_number(row.title)),
    )
    phrases = (Phrases("", ("title",)),)
    unheeded = ("valid_on",)  # whoever names a day wants offers for it; an edition is told from others by its number
    lookups = (Lookup("number_key", number_key), Lookup("line_key", line_key))
    # Small enough to order equals only (docs/ranking.md, what hurt: a prior of 3 to 5 costs .001 to .005).
    priors = {"ok": 5.0, "current": 1.0, "upcoming": 0.5}

    def visible(self, now: datetime) -> ColumnElement[bool]:
        """Always public."""
        del now
        return Standard.deleted_at.is_(None)

    def window(self, row: Standard, now: datetime) -> Window | None:
        """Always public."""
        del now
        return None if row.deleted_at else Window()

    def validity(self, row: Standard) -> list[Days]:
        """In force from its effective day until the day before it is withdrawn."""
        if row.effective_on is None:
            return []
        last = date.fromordinal(row.withdrawn_on.toordinal() - 1) if row.withdrawn_on else None
        return [] if last is None and row.status == "withdrawn" else [Days(row.effective_on, last)]

    def tie(self, row: Standard) -> str:
        """The newest edition first."""
        return f"{NO_YEAR_LAST - (row.year or 0):04d}"

    def suggestions(self, row: Standard) -> list[str]:
        """Number and title."""
        return [row.number, row.title]

    def related_numbers(self, session: Session, numbers: Sequence[StandardNumber]) -> list[str]:
        """One step along the links, to standards of other numbers: editions of one number are found by it anyway."""
        lines = {line_key(print_number(number)) for number in numbers}
        links = StandardReplacement
        these = select(Standard.id, Standard.number_key).where(
            Standard.line_key.in_(lines), Standard.deleted_at.is_(None)
        )
        found = session.execute(these).all()
        newer = (
            select(Standard.number)
            .join(links, links.standard_id == Standard.id)
            .where(links.number_key.in_([key for _, key in found]), Standard.deleted_at.is_(None))
            .order_by(Standard.year.desc(), Standard.number)
        )
        older = select(links.number).where(links.standard_id.in_([row_id for row_id, _ in found]))
        printed = [*session.scalars(newer), *session.scalars(older.order_by(links.number))]
        return [number for number in dict.fromkeys(printed) if line_key(number) not in lines]

    def after(self, row: Standard, action: Action, today: date) -> None:
        """A status that staff sets names them as its source; a withdrawal has a day."""
        row.status_source, row.status_as_of = STAFF_SOURCE, today
        begun = row.effective_on is None or row.effective_on <= today
        if action.ends == "withdrawn" and row.withdrawn_on is None and begun:
            row.withdrawn_on = today
        elif action.ends == "current":
            row.withdrawn_on = None

    def prepare(self, row: Standard) -> None:
        """Parse the number once; a tombstone gives it free; a row set apart stays so while its number does."""
        if row.deleted_at:
            row.number_key = f"{row.id}"
        elif getattr(row, "number_key", None) != as_printed(row.number):
            row.number_key = number_key(row.number)
        row.line_key = line_key(row.number)
        parsed = parse(row.number)
        row.year = parsed.year if parsed else None
        row.body = parsed.body if parsed else None

    def set_apart(self, row: Standard) -> None:
        """Two printed numbers that read alike (GB/T 10471-2008, GB/T 10471.2008): the second is known by its print."""
        row.number_key = as_printed(row.number)

    def check(self, row: Standard) -> list[Problem]:
        """Impossible dates and self-replacement (E9)."""
        problems = []
        if row.effective_on and row.published_on and row.effective_on < row.published_on:
            problems.append(Problem("effective_on", "order", "实施日期早于发布日期", "请核对两个日期"))
        if row.withdrawn_on and row.effective_on and row.withdrawn_on < row.effective_on:
            problems.append(Problem("withdrawn_on", "order", "废止日期早于实施日期", "请核对两个日期"))
        if any(link.number_key == row.number_key for link in row.replaces):
            problems.append(Problem("replaces", "self", "标准不能代替自身", "请核对代替标准的编号"))
        return problems

    def find(self, session: Session, row: Standard) -> uuid.UUID | None:
        """By its key; a row that has none yet first as a number set apart, then as what the number reads as."""
        printed = as_printed(row.number)
        prepared = getattr(row, "number_key", None)
        query = select(Standard.id).where(Standard.number_key.in_({printed, prepared or number_key(row.number)}))
        found: uuid.UUID | None = session.scalar(query.order_by(Standard.number_key != (prepared or printed)).limit(1))
        return found


def _ordinal(day: date | None, year: int | None) -> int:
    if day is not None:
        return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) if year else -(2**40)
