"""Pages of records that are not searched: divisions, categories, topics, synonyms; and the lookup of certificates."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, String, cast, func, or_, select
from sqlalchemy.orm import Session

from analyzers.division_name import ancestors
from search_service.errors import Invalid, Problem
from search_service.kinds.access import Level
from search_service.kinds.certificate import number_key
from search_service.kinds.evidence import VALID
from search_service.kinds.fields import Code, FieldError, Parsing, Text, parse_date
from search_service.kinds.institution import name_key
from search_service.kinds.record import Record
from search_service.kinds.special_fields import resolve_division
from search_service.records import access
from search_service.store.institution import Certificate, Institution
from search_service.store.session import Database

EVERYWHERE = "000000"
"""全国 in a list of regions."""
LARGEST_PAGE, LAST_PAGE = 100, 1000
LOOKUP = ("number", "institution", "region", "valid_on")
"""What certificates are looked up by (S2-42)."""
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Page:
    """Rows as the public sees them."""

    total: int
    rows: list[dict[str, Any]]


def plain_filters(record: Record) -> tuple[str, ...]:
    """Fields that a list may be narrowed by: texts of one line that everybody may read."""
    return tuple(
        f.name
        for f in record.fields
        if isinstance(f, Text | Code) and f.read is Level.PUBLIC and f.name != "description"
    )


def page(database: Database, record: Record, filters: Mapping[str, str], number: int, size: int) -> Page:
    """One page of a record that is not searched, narrowed by equal values.

    Raises:
        Invalid: a filter that does not exist; it lists those that do.
    """
    _known(filters, plain_filters(record))
    with database.read() as session:
        where = [getattr(record.model, record.by_name[name].column) == value for name, value in filters.items()]
        return _page(session, record, where, number, size, database)


def certificates(database: Database, record: Record, filters: Mapping[str, str], number: int, size: int) -> Page:
    """Certificates by number, institution, region and a day on which they are on record as valid (S2-42, S5-25).

    `institution` is an id, a key or a part of the name.  A region finds certificates for it, for what contains it and
    for what lies in it; a certificate without regions is for none that we know.

    Raises:
        Invalid: a value that means nothing.
    """
    _known(filters, LOOKUP)
    with database.read() as session:
        where: list[ColumnElement[bool]] = []
        if filters.get("number"):
            where.append(Certificate.number_key.contains(number_key(filters["number"]), autoescape=True))
        if filters.get("institution"):
            where.append(_institution(filters["institution"]))
        if filters.get("region"):
            where.append(_region(session, filters["region"]))
        if filters.get("valid_on"):
            day = _day(filters["valid_on"])
            where.append(_valid(day))
        return _page(session, record, where, number, size, database)


def _page(
    session: Session, record: Record, where: Sequence[ColumnElement[bool]], number: int, size: int, database: Database
) -> Page:
    for name, value, most in (("page", number, LAST_PAGE), ("size", size, LARGEST_PAGE)):
        if not 1 <= value <= most:
            raise _invalid(name, "range", f"{name} 应在 1 与 {most} 之间", "请缩小范围或增加条件")
    now = database.now()
    model = record.model
    shown = (*where, record.visible(now))
    total = session.scalar(select(func.count()).select_from(model).where(*shown)) or 0
    query = select(model).where(*shown).order_by(model.id).offset((number - 1) * size).limit(size)
    rows = session.scalars(query.options(*record.loads(record.field_paths)))
    return Page(total, [access.show(record, row, Level.PUBLIC, now, brief=True) for row in rows])


def _known(filters: Mapping[str, str], known: Sequence[str]) -> None:
    for name, value in filters.items():
        if name not in known:
            raise _invalid(name, "unknown_filter", f"没有“{name[:40]}”这个条件", f"可用:{'、'.join(known)}、page、size")
        if len(value) > LONGEST or "\x00" in value:
            raise _invalid(name, "too_long", f"条件“{name}”过长或含有控制字符", f"至多 {LONGEST} 字")


def _institution(text: str) -> ColumnElement[bool]:
    named = Certificate.institution.has(
        or_(Institution.key == text, Institution.name_key.contains(name_key(text), autoescape=True))
    )
    try:
        return or_(Certificate.institution_id == uuid.UUID(text), named)
    except ValueError:
        return named


def _region(session: Session, text: str) -> ColumnElement[bool]:
    code = resolve_division(Parsing(session), text)
    if code is None:
        raise _invalid("region", "unknown_value", f"没有“{text[:40]}”这个地区", "请填写六位行政区划代码或全称")
    # The codes are kept as JSON; its text is the same on every database.
    stored = cast(Certificate.regions, String)
    around = [stored.contains(f'"{area}"') for area in (code, *ancestors(code), EVERYWHERE)]
    inside = code.rstrip("0")
    inside += "0" * (len(inside) % 2)  # 610000 → 61, 500000 → 50: codes have two digits a level
    return or_(*around, stored.contains(f'"{inside}'))


def _day(text: str) -> date:
    try:
        return parse_date(text)
    except FieldError as error:
        raise _invalid("valid_on", error.code, str(error), error.hint) from None


def _valid(day: date) -> ColumnElement[bool]:
    """On record as valid: an end that nobody recorded proves no day."""
    begun = or_(Certificate.valid_from.is_(None), Certificate.valid_from <= day)
    return (Certificate.state == VALID) & begun & (Certificate.valid_to >= day)


def _invalid(name: str, code: str, message: str, hint: str) -> Invalid:
    return Invalid(message, problems=[Problem(f"query.{name}", code, message, hint)])
