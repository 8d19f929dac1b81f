"""Offers as they were last read, by the version of their row: most of a requirement's rows were in an earlier one's.

A row's version grows with every change of the row or its links, so that one narrow statement tells which are still
right.  Certificates are looked at by themselves, likewise: they change without their rows.
"""

import uuid
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from types import SimpleNamespace
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import RelationshipDirection, Session

from search_service.kinds.base import Kind
from search_service.kinds.offered import Offer, Proof, proofs_of
from search_service.kinds.vocabulary import NATURES
from search_service.matching import loading
from search_service.matching.order import Record
from search_service.matching.verdict import Who
from search_service.store.chunks import chunks
from search_service.store.institution import Certificate, Institution

MOST = 100_000
"""Offers kept, some 1 kB each; and certificates and institutions, of which there are fewer."""

CERTIFICATES = "certificates"

_STAMPS = frozenset({"created_at", "updated_at"})
"""What no offer says: reading two dates takes as long as the rest of a row."""


@dataclass(slots=True)
class _Kept:
    version: int
    offer: Offer | None
    certificates: tuple[uuid.UUID, ...]


@dataclass(slots=True)
class _Paper:
    """A certificate: `proof` is None for one that was deleted."""

    version: int
    owner: str
    proof: Proof | None


@dataclass(slots=True)
class _Known:
    version: int
    known: tuple[Who, Record]


Key = TypeVar("Key")
_Versioned = TypeVar("_Versioned", _Kept, _Paper, _Known)


class Shelf:
    """Offers by kind and id; thread-safe."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, uuid.UUID], _Kept] = OrderedDict()
        self._papers: OrderedDict[uuid.UUID, _Paper] = OrderedDict()
        self._institutions: OrderedDict[uuid.UUID, _Known] = OrderedDict()
        self._lock = Lock()

    def institutions(self, session: Session, ids: Collection[str]) -> dict[str, tuple[Who, Record]]:
        """Who they are, and what is on record of them; deleted ones are nobody."""
        wanted = sorted(map(uuid.UUID, ids))
        with self._lock:
            held = {one: kept for one in wanted if (kept := self._institutions.get(one)) is not None}
        still = _still(session, Institution.__table__, held)
        found = {str(one): same.known for one, same in still.items()}
        for one, known in loading.institutions(session, [str(one) for one in wanted if one not in still]).items():
            found[one] = known
            self._put(self._institutions, uuid.UUID(one), _Known(known[0].ref.version, known))
        return found

    def offers(self, session: Session, kind: Kind, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Offer]:
        """The rows with these ids that are offers, as the session's snapshot has them."""
        wanted = sorted(ids)
        kept = self._known(session, kind, wanted) if _alone(kind) else {}
        missing = [one for one in wanted if one not in kept]
        for one, found in _read(session, kind, missing):
            kept[one] = found
            if _alone(kind):
                self._put(self._kept, (kind.name, one), found)
        papers = self._certificates(session, {c for found in kept.values() if found.offer for c in found.certificates})
        return {one: offer for one in wanted if one in kept and (offer := _proven(kept[one], papers)) is not None}

    def _known(self, session: Session, kind: Kind, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, _Kept]:
        """What was read before and has not changed since."""
        with self._lock:
            held = {one: found for one in ids if (found := self._kept.get((kind.name, one))) is not None}
        return _still(session, kind.model.__table__, held)

    def _certificates(self, session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, _Paper]:
        """Certificates with the institutions that they belong to."""
        wanted = sorted(ids)
        with self._lock:
            held = {one: found for one in wanted if (found := self._papers.get(one)) is not None}
        papers = _still(session, Certificate.__table__, held)
        for one, paper in _read_papers(session, [one for one in wanted if one not in papers]):
            papers[one] = paper
            self._put(self._papers, one, paper)
        return papers

    def _put(self, kept: OrderedDict[Key, _Versioned], one: Key, found: _Versioned) -> None:
        with self._lock:
            kept[one] = found
            while len(kept) > MOST:
                kept.popitem(last=False)


def _alone(kind: Kind) -> bool:
    """Whether its offers depend on the row and its own children, beside certificates: then the version says all."""
    links = (kind.resolve(path)[0] for path in kind.offer_reads if path != CERTIFICATES)
    return all(link.direction is RelationshipDirection.ONETOMANY for link in links)


def _read(session: Session, kind: Kind, ids: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, _Kept]]:
    """The rows without the ORM's objects: as columns, with what is linked beside them; proofs are put in later."""
    table = kind.model.__table__
    columns = [column for column in table.c if column.key not in _STAMPS]
    for chunk in chunks(ids):
        linked = {path: _linked(session, kind, path, chunk) for path in kind.offer_reads}
        for row in session.execute(select(*columns).where(table.c.id.in_(chunk))).mappings():
            links = {path: found[row["id"]] for path, found in linked.items()}
            certificates = tuple(link.id for link in links.get(CERTIFICATES, ()))
            offer = kind.offer(SimpleNamespace(**{**row, **links, CERTIFICATES: ()}))
            yield row["id"], _Kept(row["row_version"], offer, certificates)


def _linked(session: Session, kind: Kind, path: str, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Any]]:
    """What one relationship leads to, by the id of the row; of certificates only the ids."""
    (link,) = kind.resolve(path)
    target = link.mapper.local_table
    ours: Any
    if link.secondary is not None:
        ours, theirs = list(link.secondary.c)[:2]
        what = (theirs.label("id"),) if path == CERTIFICATES else tuple(target.c)
        query = select(ours.label("ours"), *what)
        if path != CERTIFICATES:
            query = query.join(target, target.c.id == theirs)
        query = query.order_by(theirs)
    else:
        (ours,) = link.remote_side
        query = select(ours.label("ours"), *(c for c in target.c if c is not ours))
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in session.execute(query.where(ours.in_(ids))):
        found[row.ours].append(row)
    return found


def _still(session: Session, table: Any, held: dict[uuid.UUID, _Versioned]) -> dict[uuid.UUID, _Versioned]:
    """Those whose rows have the version that they were read at; `held` is in the order of ids.

    Rows are never removed, so that a version for each comes back in the same order: without reading ids, which takes
    longer than the rest.
    """
    still: dict[uuid.UUID, _Versioned] = {}
    for chunk in chunks(list(held)):
        query = select(table.c.row_version).where(table.c.id.in_(chunk)).order_by(table.c.id)
        versions = session.scalars(query).all()
        if len(versions) == len(chunk):  # else somebody did remove one by hand: all are read anew
            still |= {one: held[one] for one, now in zip(chunk, versions, strict=True) if held[one].version == now}
    return still


def _read_papers(session: Session, ids: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, _Paper]]:
    table = Certificate.__table__
    for chunk in chunks(ids):
        for row in session.execute(select(table).where(table.c.id.in_(chunk))):
            owner = SimpleNamespace(certificates=(row,), institution_id=row.institution_id)
            proof = next(iter(proofs_of(owner, tuple(NATURES.labels))), None)
            yield row.id, _Paper(row.row_version, str(row.institution_id), proof)


def _proven(kept: _Kept, papers: dict[uuid.UUID, _Paper]) -> Offer | None:
    """The offer with its own institution's certificates; the same object as long as nothing changes."""
    offer = kept.offer
    if offer is None:
        return None
    own = tuple(
        [
            paper.proof
            for one in kept.certificates
            if (paper := papers.get(one)) is not None and paper.proof is not None and paper.owner == offer.institution
        ]
    )
    if own != offer.proofs:
        offer = kept.offer = replace(offer, proofs=own)
    return offer
