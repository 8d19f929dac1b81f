"""Replay: the answer again from the stored inputs, never from the stored verdicts (docs/matching.md, Replay)."""

import uuid
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from search_service.errors import NotFound
from search_service.kinds.offered import proofs_of
from search_service.kinds.vocabulary import NATURES
from search_service.matching import loading
from search_service.matching.answer import RULE_VERSION
from search_service.matching.editions import numbers_in
from search_service.matching.shelf import Shelf
from search_service.recommendation.basis import answer, hash_of_offer
from search_service.recommendation.frozen import (
    CERTIFICATE,
    DIVISION,
    INSTITUTION,
    STANDARD,
    SYNONYM,
    plain_institution,
    thaw_basis,
)
from search_service.recommendation.plain import canonical, digest, freeze
from search_service.recommendation.reading import latest, one
from search_service.store.chunks import chunks
from search_service.store.institution import Certificate
from search_service.store.requirement import Recommendation, Requirement
from search_service.store.session import Database


def find(database: Database, text: str) -> uuid.UUID:
    """The recommendation that is meant: its id, or a requirement's number or id (what was sent last, else the draft).

    Raises:
        NotFound: there is none.
    """
    try:
        identifier = uuid.UUID(text)
    except ValueError:
        identifier = uuid.UUID(int=0)
    with database.read() as session:
        if session.get(Recommendation, identifier) is not None:
            return identifier
        asked = select(Requirement.id).where(or_(Requirement.id == identifier, Requirement.number == text.strip()))
        requirement = session.scalar(asked)
        found = None
        if requirement is not None:
            found = latest(session, requirement, sent=True) or latest(session, requirement)
    if found is None:
        raise NotFound(f"没有“{text}”的推荐意见：请给出需求编号（XQ…）、需求 id 或推荐意见 id")
    return found.id


def replay(database: Database, recommendation_id: uuid.UUID) -> dict[str, Any]:
    """The recomputed answer, whether what is stored is the same bytes, and which rows are no longer as they were.

    `damaged` are stored rows that their own hash does not fit: somebody has changed what was kept.

    Raises:
        NotFound: there is no such recommendation.
    """
    with database.read() as session:
        found = one(session, recommendation_id)
        again = answer(thaw_basis(found.inputs))
        changed = _changed(session, found.inputs)
        number = session.scalar(select(Requirement.number).where(Requirement.id == found.requirement_id))
    versions = found.inputs["versions"]
    return {
        "recommendation": str(found.id),
        "number": found.number,
        "requirement": number,
        "sent_at": found.sent_at.isoformat() if found.sent_at else None,
        "answer": again,
        "digest": digest(again),
        "stored_digest": digest(found.answer),
        "same": canonical(again) == canonical(found.answer),
        "changed": changed,
        "damaged": _damaged(found.inputs),
        "versions": {**versions, "rule_now": RULE_VERSION, "rule_changed": versions["rule"] != RULE_VERSION},
    }


def _damaged(inputs: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"kind": kind, "id": identifier}
        for kind, rows in inputs["rows"].items()
        for identifier, held in rows.items()
        if digest(held["row"]) != held["hash"]
    ]


def _changed(session: Session, inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows that are not as they were: `changed`, or `gone` (deleted, hidden, no longer an offer)."""
    found = []
    then = {kind: {one_: held["hash"] for one_, held in rows.items()} for kind, rows in inputs["rows"].items()}
    for kind, rows in inputs["passed"].items():
        then[kind] = {**then.get(kind, {}), **rows}
    now = _now(session, inputs, then)
    for kind, hashes in then.items():
        for identifier, before in hashes.items():
            after = now[kind].get(identifier)
            if after != before:
                found.append({"kind": kind, "id": identifier, "what": "gone" if after is None else "changed"})
    return found


def _now(
    session: Session, inputs: Mapping[str, Any], then: Mapping[str, Mapping[str, str]]
) -> dict[str, dict[str, str]]:
    """Hashes of the rows as they are, by kind and id."""
    rows = inputs["rows"]
    printed = [number for held in rows[STANDARD].values() for number in numbers_in(held["row"]["printed"])]
    now = {
        CERTIFICATE: _certificates(session, list(then[CERTIFICATE])),
        INSTITUTION: {
            identifier: digest(plain_institution(*known))
            for identifier, known in loading.institutions(session, list(then[INSTITUTION])).items()
        },
        STANDARD: {row.ref.id: digest(freeze(row)) for row in loading.read_editions(session, printed).rows},
        SYNONYM: {row.ref.id: digest(freeze(row)) for row in loading.read_vocabulary(session).links},
        DIVISION: {row.ref.id: digest(freeze(row)) for row in loading.read_places(session).rows},
    }
    shelf = Shelf()  # the way on which they were read for judging
    for kind in loading.offering():
        ids = [uuid.UUID(identifier) for identifier in then.get(kind.name, ())]
        now[kind.name] = {offer.ref.id: hash_of_offer(offer) for offer in shelf.offers(session, kind, ids).values()}
    return now


def _certificates(session: Session, ids: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for some in chunks([uuid.UUID(one_) for one_ in ids]):
        query = select(Certificate).where(Certificate.id.in_(some), Certificate.deleted_at.is_(None))
        for row in session.scalars(query):
            owner = SimpleNamespace(certificates=(row,), institution_id=row.institution_id)
            found |= {proof.ref.id: digest(freeze(proof)) for proof in proofs_of(owner, tuple(NATURES.labels))}
    return found
