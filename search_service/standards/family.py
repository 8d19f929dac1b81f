"""The family of one standard: editions with translations and amendments, parts, adoption, who works to which (B5)."""

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from analyzers.collation import natural
from analyzers.standard_number import StandardNumber, find, print_number
from search_service.kinds.days import day_of
from search_service.kinds.numbers import edition_key
from search_service.standards import supply
from search_service.standards.known import COLUMNS, Known, each_line, fetch, known
from search_service.standards.near import issuer
from search_service.standards.supply import Worker
from search_service.store.standard import Standard

WAYS = {"IDT": "等同采用", "MOD": "修改采用", "NEQ": "非等效", "EQV": "等效采用"}
"""Degrees of adoption as they are printed (GB/T 20000.2), in words."""
_WAY = re.compile(r"等同采用|修改采用|等效采用|非等效采用|\b(?:IDT|MOD|NEQ|EQV)\b")
_SENTENCE = re.compile("[。；;\n]")
PARTS = 60
"""Listed on a page; GB 5009 has some two hundred, and the search has them all."""


@dataclass(frozen=True, slots=True)
class Edition:
    """One edition; `texts` are its translations and amendments, `workers` the institutions that work to it."""

    row: Known
    texts: tuple[Known, ...]
    workers: tuple[Worker, ...]


@dataclass(frozen=True, slots=True)
class Adoption:
    """A number that the standard's own text names as adopted or adopting, and how; `row` where it is on record."""

    way: str
    number: str
    row: Known | None


@dataclass(frozen=True, slots=True)
class Family:
    """Editions, the newest first; of each other part of the standard, and of the whole, the edition that counts."""

    editions: tuple[Edition, ...]
    parts: tuple[Known, ...]
    more_parts: bool
    adoptions: tuple[Adoption, ...]


def read(session: Session, standard: Standard, now: datetime) -> Family:
    """The family around a record; the record itself is always in it."""
    columns = session.execute(select(*COLUMNS).where(Standard.id == standard.id)).one()
    here, today = known(columns), day_of(now)
    around = _same_stem(session, here.parsed) if here.parsed else []
    line = [row for row in around if row.undated == here.undated] or [here]
    others = each_line((row for row in around if row not in line), today)
    parts = sorted(others, key=lambda row: (natural(row.parsed.body if row.parsed else ""), row.number))
    adoptions = _adoptions(session, here, " ".join(filter(None, (standard.title, standard.title_en, standard.scope))))
    return Family(_editions(session, line, now), tuple(parts[:PARTS]), len(parts) > PARTS, adoptions)


def _same_stem(session: Session, number: StandardNumber) -> list[Known]:
    """All standards of this number whatever the part: 228, 228.1, 228-1; "-", "." and "/" stand before "0"."""
    stem = number.stem
    query = select(*COLUMNS).where(
        or_(Standard.body == stem, and_(Standard.body >= f"{stem}-", Standard.body < f"{stem}0")),
        Standard.deleted_at.is_(None),
    )
    found = [known(row) for row in session.execute(query).all()]
    return [row for row in found if row.parsed and issuer(row.parsed.prefix) == issuer(number.prefix)]


def _editions(session: Session, line: list[Known], now: datetime) -> tuple[Edition, ...]:
    by_year: dict[int, list[Known]] = defaultdict(list)
    for row in sorted(line, key=lambda row: (not row.plain, row.number)):
        by_year[row.year].append(row)
    newest = max(by_year)
    cited = {rows[0].id: supply.citations(rows[0], now, newest=year == newest) for year, rows in by_year.items()}
    workers = supply.workers(session, cited, now)
    return tuple(
        Edition(rows[0], tuple(rows[1:]), tuple(workers[rows[0].id]))
        for _, rows in sorted(by_year.items(), reverse=True)
    )


def _adoptions(session: Session, here: Known, text: str) -> tuple[Adoption, ...]:
    """No table says what adopts what; titles and scopes do: GB/T 19001-2016 等同采用, (ISO 6892-1:2019, MOD)."""
    named: dict[StandardNumber, str] = {}
    for sentence in _SENTENCE.split(text):
        way = _WAY.search(sentence)
        for found in find(sentence) if way else ():
            if found.readings[0].prefix and (here.parsed is None or found.readings[0].undated != here.parsed.undated):
                named.setdefault(found.readings[0], WAYS.get(way[0], way[0]) if way else "")
    rows = fetch(session, Standard.body, {number.body for number in named})
    by_edition = {row.edition: row for row in rows}
    return tuple(Adoption(way, print_number(n), by_edition.get(edition_key(n))) for n, way in named.items())
