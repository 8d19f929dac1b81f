"""What people read for the stored values of a filter, and what they may type for them."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from analyzers.fold import fold
from search_service.kinds.fields import Parsing
from search_service.kinds.parts import Days, Filter, Source
from search_service.kinds.regions import covering, wider
from search_service.kinds.special_fields import resolve_division
from search_service.kinds.vocabulary import CodeWords
from search_service.store.catalogue import Category
from search_service.store.division import Division
from search_service.store.institution import Institution

Labels = Callable[[Session, Sequence[str]], Mapping[str, str]]


def word_filter(
    name: str,
    label: str,
    words: CodeWords,
    source: Source,
    reads: tuple[str, ...] = (),
    *,
    replaceable: bool = False,
) -> Filter:
    """A filter over code words; Chinese is accepted."""
    return Filter(
        name,
        label,
        source,
        reads,
        resolve=lambda _, text: words.resolve(text),
        labels=lambda _, values: {v: words.label(v) for v in values},
        choices=words.choices,
        spoken=words.spoken,
        answers=words.answers,
        replaceable=replaceable,
    )


def dated_word_filter(
    name: str,
    label: str,
    words: CodeWords,
    days: Callable[[Any], Iterable[tuple[str, Days]]],
    reads: tuple[str, ...],
) -> Filter:
    """The same, where a row has each word on certain days only."""
    plain = word_filter(name, label, words, lambda row: [word for word, _ in days(row)], reads)
    return replace(plain, days=days, vocabulary=tuple(words.labels))


def _division_names(session: Session, values: Sequence[str]) -> dict[str, str]:
    rows = session.execute(select(Division.adcode, Division.name).where(Division.adcode.in_(values)))
    return {"000000": "全国", **dict(rows.all())}


def region_filter(source: Source, reads: tuple[str, ...]) -> Filter:
    """Divisions with all that contain them, so that a province finds its counties."""
    return Filter(
        "region",
        "地区",
        source,
        reads,
        resolve=lambda session, text: resolve_division(Parsing(session), text),
        labels=_division_names,
        choices="六位行政区划代码或全称,例如 610100 或 西安市",
        above=covering,
        size=400,  # 31 provinces and 342 prefectures: the page shows provinces and opens the chosen one
        wider=wider,
        # Who verifies is authorised for certain places, and may not come from elsewhere (计量法, 授权区域).
        bound_by={"service": ("verification",)},
    )


_PUBLIC = and_(Institution.status == "active", Institution.deleted_at.is_(None))
"""Institutions whose names may be said."""


def _institution_names(session: Session, values: Sequence[str]) -> dict[str, str]:
    ids = [uuid.UUID(v) for v in values]
    rows = session.execute(select(Institution.id, Institution.name).where(Institution.id.in_(ids), _PUBLIC))
    return {str(i): name for i, name in rows}


def _resolve_institution(session: Session, text: str) -> str | None:
    try:
        named = Institution.id == uuid.UUID(text)
    except ValueError:
        named = or_(Institution.key == text, Institution.name == text)
    found = session.scalar(select(Institution.id).where(named, _PUBLIC))
    return None if found is None else str(found)


INSTITUTION_FILTER = Filter(
    "institution",
    "机构",
    lambda row: [str(row.institution_id)],
    resolve=_resolve_institution,
    labels=_institution_names,
    choices="机构的 id、key 或全称",
    size=20,  # a facet list that people read to its end
)


def _category_names(scheme: str) -> Labels:
    def names(session: Session, values: Sequence[str]) -> dict[str, str]:
        rows = session.execute(
            select(Category.code, Category.name).where(Category.scheme == scheme, Category.code.in_(values))
        )
        return {code: f"{code} {name}" for code, name in rows}

    return names


def _upper(_: Session, text: str) -> str:
    return fold(text).strip().upper()


def category_filter(name: str, label: str, scheme: str, source: Source) -> Filter:
    """A published classification; documents hold a code and those above it."""
    return Filter(name, label, source, resolve=_upper, labels=_category_names(scheme), size=30)
