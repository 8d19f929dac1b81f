"""A basis as it is stored beside the recommendation, and back: every row once, with the hash of its content."""

from collections.abc import Mapping
from typing import Any

from search_service.kinds.offered import Offer, Proof
from search_service.matching.editions import Edition, Editions
from search_service.matching.order import Record
from search_service.matching.phrases import Link, Vocabulary
from search_service.matching.places import Place, Places
from search_service.matching.tables import Tables
from search_service.matching.verdict import Who
from search_service.recommendation.basis import Asked, Basis, plain_offer
from search_service.recommendation.plain import digest, freeze, thaw

SHAPE = 1
"""Of `inputs`; a recommendation that was stored in another shape is read by the code of its time."""

CERTIFICATE, INSTITUTION, STANDARD, SYNONYM, DIVISION = "certificate", "institution", "standard", "synonym", "division"
TABLES = (CERTIFICATE, INSTITUTION, STANDARD, SYNONYM, DIVISION)
"""Kinds of rows beside the offers."""

Rows = dict[str, dict[str, Any]]


def freeze_basis(basis: Basis) -> dict[str, Any]:
    """JSON values; `rows` by kind and id."""
    rows = rows_of(basis)
    return {
        "shape": SHAPE,
        "asked": freeze(basis.asked),
        "judged": {one: [list(ids) for ids in items] for one, items in basis.rows.items()},
        "left_out": list(basis.left_out),
        "brief": sorted(basis.brief),
        "rows": {
            kind: {one: {"hash": digest(row), "row": row} for one, row in found.items()} for kind, found in rows.items()
        },
        "passed": {kind: dict(found) for kind, found in basis.passed.items()},
    }


def rows_of(basis: Basis) -> Rows:
    """Every row's content, by kind and id."""
    rows: Rows = {kind: {} for kind in TABLES}
    for offer in basis.offers.values():
        rows.setdefault(offer.ref.kind, {})[offer.ref.id] = plain_offer(offer)
        for proof in offer.proofs:
            rows[CERTIFICATE][proof.ref.id] = freeze(proof)
    for one, who in basis.who.items():
        rows[INSTITUTION][one] = plain_institution(who, basis.records[one])
    for kind, found in (
        (STANDARD, basis.tables.editions.rows),
        (SYNONYM, basis.tables.vocabulary.links),
        (DIVISION, tuple(basis.tables.places.rows)),
    ):
        rows[kind] = {row.ref.id: freeze(row) for row in found}
    return rows


def plain_institution(who: Who, record: Record) -> dict[str, Any]:
    """The institution and what is on record of it."""
    return {"who": freeze(who), "record": freeze(record)}


def thaw_basis(inputs: Mapping[str, Any]) -> Basis:
    """The basis again, from what was stored and nothing else."""
    rows = {kind: {one: held["row"] for one, held in found.items()} for kind, found in inputs["rows"].items()}
    proofs = {one: thaw(Proof, row) for one, row in rows[CERTIFICATE].items()}
    offers = {
        one: thaw(Offer, {**row, "proofs": [freeze(proofs[proof]) for proof in row["proofs"]]})
        for kind, found in rows.items()
        if kind not in TABLES
        for one, row in found.items()
    }
    return Basis(
        asked=thaw(Asked, inputs["asked"]),
        who={one: thaw(Who, row["who"]) for one, row in rows[INSTITUTION].items()},
        records={one: thaw(Record, row["record"]) for one, row in rows[INSTITUTION].items()},
        rows=inputs["judged"],
        offers=offers,
        tables=Tables(
            Editions(thaw(Edition, row) for row in rows[STANDARD].values()),
            Places(thaw(Place, row) for row in rows[DIVISION].values()),
            Vocabulary(thaw(Link, row) for row in rows[SYNONYM].values()),
        ),
        left_out=tuple(inputs["left_out"]),
        brief=frozenset(inputs["brief"]),
        passed=inputs["passed"],
    )
