"""Judging a requirement that is not stored: the whole answer of matching (docs/matching.md; docs/api.md).

Read → look up → propose → judge → options → answer, on one snapshot of the database.
"""

import hashlib
import json
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from search_service.clock.business import Deadline, Office
from search_service.clock.notices import current
from search_service.engines.base import Engine
from search_service.errors import NotFound
from search_service.kinds.days import day_of
from search_service.kinds.evidence import ACTIVE
from search_service.matching import candidates, entry, loading, order
from search_service.matching.answer import answer, why_not_answer
from search_service.matching.coverage import Candidate, Option, bits, options
from search_service.matching.places import Places
from search_service.matching.shelf import Shelf
from search_service.matching.tables import Tables
from search_service.matching.verdict import Cell, Memory, Who, judge_cell
from search_service.matching.window import window
from search_service.matching.words import Conditions, Item, Offer, Outcome, Requirement
from search_service.search.memo import Memo
from search_service.store.division import Division
from search_service.store.session import Database
from search_service.store.vocabulary import Synonym

WHOLE = 2_000
"""Rows of the listed institutions × items unmet there, up to which all are judged, also rows that nobody proposed: what
an unmet cell says is then that of its best row.  Beyond (some 60 ms), why-not says it for one institution."""

FEW = 100
"""Listed institutions up to which their rows are counted at all."""


@dataclass(frozen=True, slots=True)
class Dues:
    """When the requirement has to be answered."""

    respond_by: Deadline
    recommend_by: Deadline


@dataclass(frozen=True, slots=True)
class Matched:
    """What judging found, for answering and for storing.

    `cells` are by institution, one for each item; `order` is the neutral order of the listed ones, best first.
    `rows` are those that were proposed, for each item by institution, also of institutions that are not listed;
    `unlisted` are the cells of these, judged by the proposed rows.
    """

    requirement: Requirement
    judged_on: date
    dues: Dues
    who: Mapping[str, Who]
    cells: Mapping[str, tuple[Cell, ...]]
    order: tuple[str, ...]
    options: tuple[Option, ...]
    left_out: tuple[int, ...]
    brief: frozenset[str]
    seed: str
    rows: Sequence[Mapping[str, Sequence[Offer]]] = ()
    unlisted: Mapping[str, tuple[Cell, ...]] = field(default_factory=dict)


def dues_of(office: Office, posted: datetime) -> Dues:
    """S5-42, S5-43."""
    return Dues(office.respond_by(posted), office.recommend_by(posted))


class Matcher:
    """Judges requirements; thread-safe."""

    def __init__(self, database: Database, engine: Engine) -> None:
        self._database = database
        self._engine = engine
        self._shelf = Shelf()
        self._vocabulary = Memo(Synonym, loading.read_vocabulary)
        self._places = Memo(Division, loading.read_places)

    def match(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of `POST /requirements/match`.

        Raises:
            Invalid: the requirement cannot be judged; every problem is listed, before any work is done.
            WindowOver: its last day is past.
            EngineUnavailable: nobody is judged on half of the rows.
        """
        with self._database.read() as session:
            return answer(self.matched(session, body))

    def why_not(self, body: Mapping[str, Any], institution: str, *, hidden_too: bool = True) -> dict[str, Any]:
        """Why one institution was not recommended; without `hidden_too` only one that the public can see.

        Raises:
            NotFound: no such institution, as far as the public knows.
        """
        with self._database.read() as session:
            found = self.matched(session, body)
            known = loading.institutions(session, [_identifier(institution)]).get(_identifier(institution))
            if known is None or not (hidden_too or known[0].status == ACTIVE):
                raise NotFound("没有这家机构")
            rows = loading.offers_by_institution(session, [known[0].ref.id]).get(known[0].ref.id, [])
            tables = self.tables(session, found.requirement.items, rows)
            count = len(found.requirement.items)
            cells = _judged(found.requirement, known[0], [rows] * count, tables, [{} for _ in range(count)])
            return why_not_answer(found, known[0], cells)

    def matched(self, session: Session, body: Mapping[str, Any], seed: str = "") -> Matched:
        """Everything but the wording; `seed` is the requirement's id, else the requirement itself."""
        now = self._database.now()
        today = day_of(now)
        posted = entry.read(body, lambda text: loading.resolve(session, text))
        office = Office(current(session))
        dues, days = dues_of(office, now), office.hours.service_days
        due = day_of(dues.recommend_by.at)
        conditions = Conditions(
            window(posted.wanted, today=today, posted=today, due=lambda: due, service_days=days),
            posted.region,
            posted.certificate_kinds,
        )
        requirement = Requirement(
            items=posted.items,
            conditions=conditions,
            max_institutions=posted.max_institutions,
            notes=posted.notes,
        )
        return self.judged(session, requirement, today, dues, seed or _seed(body))

    def judged(self, session: Session, requirement: Requirement, today: date, dues: Dues, seed: str) -> Matched:
        """Propose, judge and choose."""
        items, conditions = requirement.items, requirement.conditions
        first = self.tables(session, items, ())
        pending = candidates.waiting(session, conditions.window.start)
        proposed = [candidates.propose(session, self._engine, item, conditions, first, pending) for item in items]
        rows = self._load(session, proposed)
        tables = self.tables(
            session, items, [offer for found in rows for offers in found.values() for offer in offers], first
        )
        known = self._shelf.institutions(session, {one for found in rows for one in found})
        cells: dict[str, tuple[Cell, ...]] = {}
        unlisted: dict[str, tuple[Cell, ...]] = {}
        memory: list[Memory] = [{} for _ in items]
        for one, (known_as, _) in known.items():
            judged = _judged(requirement, known_as, [found.get(one, []) for found in rows], tables, memory)
            able = any(cell.outcome > Outcome.UNMET for cell in judged)
            (cells if able else unlisted)[one] = judged
        brief = self._complete(session, requirement, {one: known[one][0] for one in cells}, cells, first)
        who = {one: known[one][0] for one in cells}
        records = {one: known[one][1] for one in cells}
        listed, chosen = arrange(requirement, who, records, cells, tables.places, seed)
        return Matched(
            requirement=requirement,
            judged_on=today,
            dues=dues,
            who=who,
            cells=cells,
            order=listed,
            options=chosen,
            left_out=tuple(found.left_out for found in proposed),
            brief=brief,
            seed=seed,
            rows=rows,
            unlisted=unlisted,
        )

    def _load(self, session: Session, proposed: Sequence[candidates.Proposed]) -> list[dict[str, list[Offer]]]:
        """For each item its proposed offers by institution; a row that several items name is read once."""
        offers: dict[str, dict[uuid.UUID, Offer]] = {}
        for kind in loading.offering():
            ids = {one for found in proposed for one in found.rows.get(kind.name, ())}
            offers[kind.name] = self._shelf.offers(session, kind, ids)
        found: list[dict[str, list[Offer]]] = []
        for one in proposed:
            by_institution: dict[str, list[Offer]] = defaultdict(list)
            for name, proposed_ids in one.rows.items():
                for row in proposed_ids:
                    offer = offers[name].get(row)
                    if offer is not None:
                        by_institution[offer.institution].append(offer)
            found.append(by_institution)
        return found

    def _complete(
        self,
        session: Session,
        requirement: Requirement,
        who: Mapping[str, Who],
        cells: dict[str, tuple[Cell, ...]],
        first: Tables,
    ) -> frozenset[str]:
        """Judge all rows of institutions with an unmet cell; returns those that have too many for that."""
        partly = [one for one, judged in cells.items() if any(cell.outcome is Outcome.UNMET for cell in judged)]
        if not partly:
            return frozenset()
        if len(partly) > FEW:
            return frozenset(partly)
        counts = loading.count_rows(session, partly)
        unmet = {one: sum(cell.outcome is Outcome.UNMET for cell in cells[one]) for one in partly}
        if sum(counts.get(one, 0) * unmet[one] for one in partly) > WHOLE:
            return frozenset(partly)
        rows: dict[str, list[Offer]] = defaultdict(list)
        for kind, ids in loading.ids_by_kind(session, partly).items():
            for offer in self._shelf.offers(session, kind, ids).values():
                rows[offer.institution].append(offer)
        offers = [offer for one in partly for offer in rows.get(one, [])]
        tables = self.tables(session, requirement.items, offers, first)
        memory: list[Memory] = [{} for _ in requirement.items]
        for one in partly:
            cells[one] = tuple(
                cell
                if cell.outcome > Outcome.UNMET
                else judge_cell(item, requirement.conditions, who[one], rows.get(one, []), tables, known)
                for item, cell, known in zip(requirement.items, cells[one], memory, strict=True)
            )
        return frozenset()

    def tables(
        self, session: Session, items: Sequence[Item], offers: Sequence[Offer], first: Tables | None = None
    ) -> Tables:
        """What judging these items and rows looks up; `first` is what was read for the items alone."""
        if first is not None and not loading.undated(offers):
            return first
        editions = loading.editions_about(session, items, offers)
        return Tables(editions, self._places.get(session), self._vocabulary.get(session))


def arrange(
    requirement: Requirement,
    who: Mapping[str, Who],
    records: Mapping[str, order.Record],
    cells: Mapping[str, tuple[Cell, ...]],
    places: Places,
    seed: str,
) -> tuple[tuple[str, ...], tuple[Option, ...]]:
    """The listed institutions in their order, and the options; nothing but its arguments has a part in it."""
    bands = {one: order.band(records[one]) for one in cells}
    shuffled = order.neutral(cells, seed)
    listed = sorted(
        cells,
        key=lambda one: (
            sum(cell.outcome is Outcome.UNMET for cell in cells[one]),
            sum(cell.outcome is Outcome.UNSURE for cell in cells[one]),
            -bands[one],
            shuffled[one],
        ),
    )
    chosen = options(
        [
            Candidate(
                id=one,
                met=bits([cell.outcome for cell in cells[one]], Outcome.MET),
                covered=bits([cell.outcome for cell in cells[one]], Outcome.UNSURE),
                distance=places.distance(requirement.conditions.region, who[one].division),
                band=bands[one],
                place=shuffled[one],
            )
            for one in cells
        ],
        len(requirement.items),
        requirement.max_institutions,
    )
    return tuple(listed), tuple(chosen)


def _judged(
    requirement: Requirement, who: Who, rows: Sequence[Sequence[Offer]], tables: Tables, memory: Sequence[Memory]
) -> tuple[Cell, ...]:
    """One institution for every item; `memory` is of these tables, one for each item."""
    return tuple(
        judge_cell(item, requirement.conditions, who, offers, tables, known)
        for item, offers, known in zip(requirement.items, rows, memory, strict=True)
    )


def _seed(body: Mapping[str, Any]) -> str:
    """A requirement that has no id is its own seed: the same words, the same order."""
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _identifier(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise NotFound("没有这家机构") from None
