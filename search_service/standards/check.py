"""Many standard numbers at once: what each is, whether it holds, what replaced it, who can work to it (S5-23, N7).

However many numbers are asked, the database is asked a fixed number of times for each 1,000 of them.
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from analyzers.standard_number import print_number
from search_service.errors import Invalid, Problem
from search_service.kinds.days import day_of
from search_service.kinds.fields import Parsing
from search_service.kinds.numbers import as_printed
from search_service.kinds.special_fields import resolve_division
from search_service.standards import supply
from search_service.standards.known import CURRENT, UPCOMING, WITHDRAWN, Known, fetch
from search_service.standards.reading import Entry
from search_service.standards.resolve import CONFIDENCES, Resolution, resolve
from search_service.standards.succession import Succession, Successor, follow
from search_service.store.division import Division
from search_service.store.session import Database
from search_service.store.standard import Standard

EVERYWHERE = "000000"
"""全国: as if no region were said."""


@dataclass(frozen=True, slots=True)
class Supply:
    """How many institutions have a visible row that cites an edition, and of which kinds these rows are."""

    count: int = 0
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """One number: as typed, what it is, how sure that is, what holds today."""

    entry: Entry
    resolution: Resolution
    succession: Succession
    as_of: date
    standing: str | None
    note: str
    supply: Mapping[uuid.UUID, Supply]

    @property
    def row(self) -> Known | None:
        """The record that is meant, if one is."""
        return self.resolution.row

    @property
    def number(self) -> str | None:
        """The canonical number: of the record, else of what was read; None where nothing was."""
        if self.row is not None:
            return self.row.number
        return print_number(self.entry.readings[0]) if self.entry.readings else None

    @property
    def successors(self) -> list[Successor]:
        """What is in force in its place, or about to be."""
        return self.succession.successors


@dataclass(frozen=True, slots=True)
class Region:
    """A division that the counts were narrowed to."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Report:
    """The answer, in the order of what was typed."""

    as_of: date
    region: Region | None
    results: tuple[Checked, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many of each confidence."""
        found = Counter(one.resolution.confidence for one in self.results)
        return {name: found[name] for name in CONFIDENCES}


def check(database: Database, entries: Sequence[Entry], region: str | None = None) -> Report:
    """Check numbers that were read; `region` is an adcode or an unambiguous name.

    Raises:
        Invalid: the region means nothing.
    """
    now = database.now()
    today = day_of(now)
    with database.read() as session:
        where = _region(session, region)
        shelf = _shelf(session, entries)
        resolutions = [resolve(entry, _near(shelf, entry), today) for entry in entries]
        rows = list({found.row.id: found.row for found in resolutions if found.row}.values())
        ways = follow(session, rows, today)
        newest = {row.id for row in rows if _is_newest(row, shelf)}
        counted = _supplies(session, rows, ways, newest, now, where)
    results = tuple(
        _checked(entry, resolution, ways, counted, today)
        for entry, resolution in zip(entries, resolutions, strict=True)
    )
    return Report(today, where, results)


def _checked(
    entry: Entry,
    resolution: Resolution,
    ways: Mapping[uuid.UUID, Succession],
    counted: Mapping[uuid.UUID, Supply],
    today: date,
) -> Checked:
    row = resolution.row
    if row is None:
        return Checked(entry, resolution, Succession(), today, None, "", counted)
    standing = row.standing(today)
    return Checked(entry, resolution, ways[row.id], today, standing, _note(row, standing, ways[row.id]), counted)


def _note(row: Known, standing: str, way: Succession) -> str:
    """What the words "withdrawn" or "upcoming" leave open."""
    if standing == WITHDRAWN and not way.successors:
        through = "、".join(one.number for one in way.ended[:3])
        return f"已废止;代替它的 {through} 也已废止" if through else "已废止,没有代替它的标准的记录"
    if any(one.how != "replaced_by" for one in way.successors) and standing != CURRENT:
        return "没有代替关系的记录,所列为同一编号的较新版本"
    if standing == CURRENT and row.status == UPCOMING:
        return f"已到实施日期 {row.effective_on},来源尚未更新"
    if standing == WITHDRAWN and row.status != WITHDRAWN:
        return f"已到废止日期 {row.withdrawn_on},来源尚未更新"
    return ""


def _region(session: Session, text: str | None) -> Region | None:
    wanted = (text or "").strip()
    if not wanted or wanted in {EVERYWHERE, "全国"}:
        return None
    code = resolve_division(Parsing(session), wanted)
    if code is None:
        problem = Problem("body.region", "region_unknown", "没有这个地区", "请填写六位行政区划代码,例如 610100")
        raise Invalid("地区无法识别", problems=[problem])
    name = session.query(Division.name).filter(Division.adcode == code).scalar()
    return Region(code, name or code)


def _shelf(session: Session, entries: Sequence[Entry]) -> dict[str, list[Known]]:
    """Every record whose number behind the prefix is that of a reading, by it; unreadable ones by their print."""
    shelf: dict[str, list[Known]] = {}
    bodies = {reading.body for entry in entries for reading in entry.readings}
    for row in fetch(session, Standard.body, bodies):
        if row.parsed is not None:
            shelf.setdefault(row.parsed.body, []).append(row)
    prints = {as_printed(entry.typed) for entry in entries if not entry.readings}
    for row in fetch(session, Standard.number_key, prints):
        shelf.setdefault(row.number_key, []).append(row)
    return shelf


def _near(shelf: Mapping[str, list[Known]], entry: Entry) -> list[Known]:
    if not entry.readings:
        return shelf.get(as_printed(entry.typed), [])
    bodies = dict.fromkeys(reading.body for reading in entry.readings)
    return [row for body in bodies for row in shelf.get(body, [])]


def _is_newest(row: Known, shelf: Mapping[str, list[Known]]) -> bool:
    """Whether no later edition of its line is on record."""
    alike = shelf.get(row.parsed.body if row.parsed else row.number_key, [])
    return all(other.year <= row.year for other in alike if other.undated == row.undated)


def _supplies(
    session: Session,
    rows: Sequence[Known],
    ways: Mapping[uuid.UUID, Succession],
    newest: set[uuid.UUID],
    now: datetime,
    region: Region | None,
) -> dict[uuid.UUID, Supply]:
    """For each record and each successor; they are counted apart."""
    every = {row.id: row for row in rows}
    every |= {one.row.id: one.row for way in ways.values() for one in way.successors}
    cited = {row.id: supply.citations(row, now, newest=row.id in newest) for row in every.values()}
    names = {name for keys in cited.values() for name in keys}
    found = supply.institutions(session, names, now, region.value if region else None)
    counted = {}
    for row_id, keys in cited.items():
        each = {kind: set().union(*(by_key.get(key, ()) for key in keys)) for kind, by_key in found.items()}
        counted[row_id] = Supply(len(set().union(*each.values())), tuple(kind for kind, those in each.items() if those))
    return counted
