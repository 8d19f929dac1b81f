"""What stands in the place of a standard today: the replacements followed to those in force (check 4, N3).

One standard may be split into several and several may become one; circles in the data end, since each standard is
visited once.  Many standards are followed together, a generation in two statements.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from search_service.standards.known import COLUMNS, CURRENT, UPCOMING, WITHDRAWN, Known, chunks, fetch, known
from search_service.store.standard import Standard, StandardReplacement

GENERATIONS = 15
"""Steps followed: a standard is revised every five years at the most often, and there are none of before 1950."""

REPLACED, NEWER = "replaced_by", "newer_edition"


@dataclass(frozen=True, slots=True)
class Successor:
    """What to use instead; `how`: recorded as a replacement, or only a newer edition of the same number."""

    row: Known
    how: str


@dataclass(slots=True)
class Succession:
    """Where a standard leads.

    `successors` are in force, or about to be, or of unknown standing; `ended`: those on the way that are withdrawn and
    were not replaced.
    """

    successors: list[Successor] = field(default_factory=list)
    ended: list[Known] = field(default_factory=list)


@dataclass(slots=True)
class _Graph:
    """Who replaced whom, as far as it was followed."""

    today: date
    rows: dict[uuid.UUID, Known] = field(default_factory=dict)
    later: dict[uuid.UUID, dict[uuid.UUID, str]] = field(default_factory=lambda: defaultdict(dict))

    def standing(self, row: Known) -> str:
        return row.standing(self.today)


def follow(session: Session, rows: Sequence[Known], today: date) -> dict[uuid.UUID, Succession]:
    """The succession of each of these standards."""
    graph = _Graph(today)
    at = {row.id: row for row in rows}
    for _ in range(GENERATIONS):
        if not at:
            break
        graph.rows |= at
        reached = _replacements(session, graph, at.values()) + _newer(session, graph, at.values())
        # What is in force is the end of the way, except where somebody asked for it: what comes next is shown, too.
        at = {row.id: row for row in reached if row.id not in graph.rows and graph.standing(row) != CURRENT}
        graph.rows |= {row.id: row for row in reached if row.id not in at}
    return {row.id: _ends(graph, row) for row in rows}


def _replacements(session: Session, graph: _Graph, rows: Iterable[Known]) -> list[Known]:
    """Those that say that they replace one of these; an old number without its year means the editions before."""
    older: dict[str, list[Known]] = defaultdict(list)
    for row in rows:
        for printed in {*row.prints, row.line_key, row.undated}:
            older[printed].append(row)
    reached: list[Known] = []
    for some in chunks(older):
        query = (
            select(*COLUMNS, StandardReplacement.number_key)
            .join(StandardReplacement, StandardReplacement.standard_id == Standard.id)
            .where(StandardReplacement.number_key.in_(some), Standard.deleted_at.is_(None))
        )
        for found in session.execute(query):
            newer, said = known(found), found[-1]
            for old in older[said]:
                if newer.id != old.id and (said in old.prints or old.year < newer.year):
                    graph.later[old.id][newer.id] = REPLACED
                    reached.append(newer)
    return reached


def _newer(session: Session, graph: _Graph, rows: Iterable[Known]) -> list[Known]:
    """Where nobody says what replaced it: newer editions of the same number."""
    lines = defaultdict(list)
    for row in rows:
        recorded = any(how == REPLACED for how in graph.later[row.id].values())
        if row.year and not recorded:
            lines[row.line_key].append(row)
    reached: list[Known] = []
    editions: dict[str, list[Known]] = defaultdict(list)
    for edition in fetch(session, Standard.line_key, lines):
        if edition.plain:
            editions[edition.line_key].append(edition)
    for line, olds in lines.items():
        for old in olds:
            later = [row for row in editions[line] if row.year > old.year]
            wanted = (UPCOMING,) if graph.standing(old) == CURRENT else (CURRENT, UPCOMING)
            some = [row for row in later if graph.standing(row) in wanted]
            some = some or [row for row in later if graph.standing(old) == WITHDRAWN and row.year == later_year(later)]
            for row in some:
                graph.later[old.id][row.id] = NEWER
            reached += some
    return reached


def later_year(rows: Iterable[Known]) -> int:
    """The newest of these years."""
    return max((row.year for row in rows), default=0)


def _ends(graph: _Graph, start: Known) -> Succession:
    found, seen = Succession(), {start.id}
    way: list[tuple[Known, str]] = [(start, REPLACED)]
    while way:
        at, how = way.pop(0)
        steps = graph.later.get(at.id, {})
        standing = graph.standing(at)
        if at is not start and (standing in {CURRENT, UPCOMING} or (standing != WITHDRAWN and not steps)):
            found.successors.append(Successor(at, how))
            continue
        if at is not start and not steps:
            found.ended.append(at)
        for key, by in steps.items():
            if key not in seen:
                seen.add(key)
                way.append((graph.rows[key], NEWER if NEWER in {how, by} else REPLACED))
    found.successors.sort(key=lambda one: one.row.number)
    return found
