"""Everything that a recommendation was judged from, and judging it: the same basis gives the same bytes."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from search_service.kinds.offered import Offer
from search_service.matching import answer as wording
from search_service.matching import loading
from search_service.matching.match import Dues, Matched, arrange
from search_service.matching.order import Record
from search_service.matching.phrases import Vocabulary
from search_service.matching.places import Places
from search_service.matching.shelf import Shelf
from search_service.matching.tables import Tables
from search_service.matching.verdict import Cell, Memory, Who, judge_cell
from search_service.matching.why_not import smallest_fix
from search_service.matching.words import NO_OFFER, Outcome, Requirement
from search_service.recommendation.noting import NotingPlaces, NotingVocabulary
from search_service.recommendation.plain import digest, freeze


@dataclass(frozen=True, slots=True)
class Asked:
    """A stored requirement as it is judged on a day."""

    requirement: Requirement
    judged_on: date
    dues: Dues
    seed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What judging needs, and nothing of what it gave.

    Attributes:
        rows: for each institution, for each item, the ids of the rows that were judged for it.
        offers: those rows by id.
        passed: of rows that were judged too, of institutions that can do nothing of it: kind → id → content hash.
    """

    asked: Asked
    who: Mapping[str, Who]
    records: Mapping[str, Record]
    rows: Mapping[str, Sequence[Sequence[str]]]
    offers: Mapping[str, Offer]
    tables: Tables
    left_out: tuple[int, ...] = ()
    brief: frozenset[str] = frozenset()
    passed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def judged(basis: Basis, without: Collection[str] = ()) -> Matched:
    """The eight checks, the order and the options; `without` are institutions that staff left out."""
    asked, requirement = basis.asked, basis.asked.requirement
    memory: list[Memory] = [{} for _ in requirement.items]
    cells: dict[str, tuple[Cell, ...]] = {}
    for one in basis.rows:
        if one not in without:
            found = cells_of(basis, one, memory)
            if any(cell.outcome > Outcome.UNMET for cell in found):
                cells[one] = found
    listed, chosen = arrange(requirement, basis.who, basis.records, cells, basis.tables.places, asked.seed)
    return Matched(
        requirement=requirement,
        judged_on=asked.judged_on,
        dues=asked.dues,
        who={one: basis.who[one] for one in cells},
        cells=cells,
        order=listed,
        options=chosen,
        left_out=basis.left_out,
        brief=basis.brief & cells.keys(),
        seed=asked.seed,
    )


def cells_of(basis: Basis, institution: str, memory: Sequence[Memory] | None = None) -> tuple[Cell, ...]:
    """One institution for every item; `memory` is shared by those that are judged together."""
    requirement, tables = basis.asked.requirement, basis.tables
    return tuple(
        judge_cell(
            item, requirement.conditions, basis.who[institution], [basis.offers[one] for one in ids], tables, seen
        )
        for item, ids, seen in zip(
            requirement.items, basis.rows[institution], memory or [{} for _ in requirement.items], strict=True
        )
    )


def answer(basis: Basis, without: Collection[str] = ()) -> dict[str, Any]:
    """The whole answer of matching (docs/api.md)."""
    return wording.answer(judged(basis, without))


def noted(basis: Basis) -> Basis:
    """The same with only those synonyms and divisions that judging it and wording it look at."""
    vocabulary, places = NotingVocabulary(basis.tables.vocabulary.links), NotingPlaces(basis.tables.places.rows)
    answer(replace(basis, tables=Tables(basis.tables.editions, places, vocabulary)))
    tables = Tables(basis.tables.editions, Places(places.looked_at), Vocabulary(vocabulary.looked_at))
    return replace(basis, tables=tables)


@dataclass(frozen=True, slots=True)
class Proposal:
    """Which rows are to be judged: found with the engine, judged on the database alone.

    `rows` as those of a basis; `kinds` says of what kind each is; `near` are institutions that can do nothing of it
    though a row of theirs names the work: what they lack is told to them.  The rest is as in a basis.
    """

    rows: Mapping[str, Sequence[Sequence[str]]]
    kinds: Mapping[str, str]
    left_out: tuple[int, ...] = ()
    brief: frozenset[str] = frozenset()
    passed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    near: tuple[str, ...] = ()

    def and_those_of(self, inputs: Mapping[str, Any]) -> "Proposal":
        """With the rows of an earlier recommendation, for institutions that are not listed any more."""
        kinds = {one: kind for kind, rows in inputs["rows"].items() for one in rows}
        return replace(self, rows={**inputs["judged"], **self.rows}, kinds={**kinds, **self.kinds})


def proposal(found: Matched) -> Proposal:
    """Every row that the listed institutions of what a matcher found were judged by."""
    kinds: dict[str, str] = {}
    rows: dict[str, list[list[str]]] = {}
    for one, cells in found.cells.items():
        rows[one] = []
        for cell in cells:
            used = {offer.ref.id: offer.ref.kind for judgement in cell.judged for offer in judgement.offers}
            kinds |= used
            rows[one].append(sorted(used))
    passed: dict[str, dict[str, str]] = {}
    for by_institution in found.rows:
        for one, proposed in by_institution.items():
            if one not in found.cells:
                for offer in proposed:
                    passed.setdefault(offer.ref.kind, {})[offer.ref.id] = hash_of_offer(offer)
    near = sorted(one for one, cells in found.unlisted.items() if any(_names_the_work(cell) for cell in cells))
    return Proposal(rows, kinds, found.left_out, found.brief, passed, tuple(near[:MOST_NEAR]))


MOST_NEAR = 2_000
"""Institutions that are remembered as near: as many as an item has candidates."""


def _names_the_work(cell: Cell) -> bool:
    """Whether a row of it has the service and the subject, whatever else is wrong with it."""
    return smallest_fix(cell) != (NO_OFFER,)


def gathered(session: Session, asked: Asked, proposed: Proposal) -> Basis:
    """The basis of judging these rows as the session has them; what is no offer any more is left out."""
    offers: dict[str, Offer] = {}
    shelf = Shelf()
    for kind in loading.offering():
        ids = [uuid.UUID(one) for one, name in proposed.kinds.items() if name == kind.name]
        offers |= {offer.ref.id: offer for offer in shelf.offers(session, kind, ids).values()}
    known = loading.institutions(session, set(proposed.rows))
    return noted(
        Basis(
            asked=asked,
            who={one: known[one][0] for one in proposed.rows if one in known},
            records={one: known[one][1] for one in proposed.rows if one in known},
            rows={
                one: [[row for row in ids if row in offers and offers[row].institution == one] for ids in items]
                for one, items in proposed.rows.items()
                if one in known
            },
            offers=offers,
            tables=loading.read_tables(session, asked.requirement.items, offers.values()),
            left_out=proposed.left_out,
            brief=proposed.brief,
            passed=proposed.passed,
        )
    )


def plain_offer(offer: Offer) -> dict[str, Any]:
    """A row by itself: its certificates are rows of their own."""
    return {**freeze(offer), "proofs": sorted(proof.ref.id for proof in offer.proofs)}


def hash_of_offer(offer: Offer) -> str:
    """Of its content, its version included: whoever changed the row in any way is told."""
    return digest(plain_offer(offer))
