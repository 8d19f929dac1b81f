"""When a row that rests on certificates is shown (founding decision 7, T20): once as SQL, once in Python.

Both say: the row is published, its institution is active, and it has no certificate or one that is usable.  A row
without a certificate, or with one whose end nobody recorded, is shown and labelled 未核验.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, exists, or_, select

from search_service.kinds.days import day_of, unbroken
from search_service.kinds.parts import Days, Window
from search_service.store.institution import Certificate, Institution

PUBLISHED = "published"
ACTIVE = "active"
VALID = "valid"

READS = ("institution", "certificates")
"""What the Python side looks at."""


def shown(model: Any, links: Table, now: datetime) -> ColumnElement[bool]:
    """In SQL, for a table with `institution_id`, `state` and certificates through `links`."""
    today = day_of(now)
    owner = exists().where(
        Institution.id == model.institution_id, Institution.status == ACTIVE, Institution.deleted_at.is_(None)
    )
    linked = select(1).select_from(links).where(links.c[0] == model.id)
    usable = exists(
        linked.join(Certificate, links.c.certificate_id == Certificate.id).where(
            Certificate.state == VALID,
            Certificate.deleted_at.is_(None),
            or_(Certificate.valid_from.is_(None), Certificate.valid_from <= today),
            or_(Certificate.valid_to.is_(None), Certificate.valid_to >= today),
        )
    )
    return and_(model.deleted_at.is_(None), model.state == PUBLISHED, owner, or_(~exists(linked), usable))


def window(row: Any, now: datetime) -> Window | None:
    """In Python, for one loaded row."""
    institution = row.institution
    if row.deleted_at or row.state != PUBLISHED or institution.deleted_at or institution.status != ACTIVE:
        return None
    return unbroken(spans(row), now) if row.certificates else Window()


def standing(row: Any) -> list[Any]:
    """The row's certificates that are neither suspended, revoked nor deleted, whatever the day."""
    return [c for c in row.certificates if c.state == VALID and not c.deleted_at]


def spans(row: Any) -> list[Days]:
    """The days that each of them covers."""
    return [Days(c.valid_from, c.valid_to) for c in standing(row)]


def proven(row: Any) -> list[Days]:
    """The days that are on record: a certificate without an end proves no day (`valid_on` is never guessed)."""
    return [span for span in spans(row) if span.last is not None]


def verified(row: Any, now: datetime) -> bool:
    """Whether a usable certificate with a recorded end covers today; otherwise people read 未核验."""
    return covers(proven(row), now)


def covers(days: Iterable[Days], now: datetime) -> bool:
    """Whether one of these spans, each with a recorded end, covers today."""
    today = day_of(now)
    return any((s.first is None or s.first <= today) and s.last is not None and s.last >= today for s in days)
