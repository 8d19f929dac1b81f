"""Offers as they were last read, by the version of their row: most of a requirement's rows were in an earlier one's.

A row's version grows with every change of the row or its links, so that one narrow statement tells which are still
right.  Certificates are read anew every time: they change without their rows.
"""

import uuid
from collections import OrderedDict, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import RelationshipDirection, Session

from search_service.kinds.base import Kind
from search_service.kinds.offered import Offer, Proof, proofs_of
from search_service.kinds.vocabulary import NATURES
from search_service.store.chunks import chunks
from search_service.store.institution import Certificate

MOST = 100_000
"""Offers kept, some 1 kB each."""

CERTIFICATES = "certificates"


@dataclass(slots=True)
class _Kept:
    version: int
    offer: Offer | None
    certificates: tuple[uuid.UUID, ...]


class Shelf:
    """Offers by kind and id; thread-safe."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, uuid.UUID], _Kept] = OrderedDict()
        self._lock = Lock()

    def offers(self, session: Session, kind: Kind, ids: Collection[uuid.UUID]) -> list[Offer]:
        """The rows with these ids that are offers, as the session's snapshot has them."""
        wanted = sorted(ids)
        kept = self._known(session, kind, wanted) if _alone(kind) else {}
        missing = [one for one in wanted if one not in kept]
        for one, found in _read(session, kind, missing):
            kept[one] = found
            if _alone(kind):
                self._keep(kind, one, found)
        proofs = _proofs(session, {c for found in kept.values() if found.offer for c in found.certificates})
        return [offer for one in wanted if one in kept and (offer := _proven(kept[one], proofs)) is not None]

    def _known(self, session: Session, kind: Kind, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, _Kept]:
        """What was read before and has not changed since."""
        with self._lock:
            held = {one: found for one in ids if (found := self._kept.get((kind.name, one))) is not None}
        table = kind.model.__table__.c
        still: dict[uuid.UUID, _Kept] = {}
        for chunk in chunks(list(held)):
            for one, version in session.execute(select(table.id, table.row_version).where(table.id.in_(chunk))):
                if held[one].version == version:
                    still[one] = held[one]
        return still

    def _keep(self, kind: Kind, one: uuid.UUID, found: _Kept) -> None:
        with self._lock:
            self._kept[kind.name, one] = found
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)


def _alone(kind: Kind) -> bool:
    """Whether its offers depend on the row and its own children, beside certificates: then the version says all."""
    links = (kind.resolve(path)[0] for path in kind.offer_reads if path != CERTIFICATES)
    return all(link.direction is RelationshipDirection.ONETOMANY for link in links)


def _read(session: Session, kind: Kind, ids: Sequence[uuid.UUID]) -> Iterator[tuple[uuid.UUID, _Kept]]:
    """The rows without the ORM's objects: as columns, with what is linked beside them; proofs are put in later."""
    table = kind.model.__table__
    for chunk in chunks(ids):
        linked = {path: _linked(session, kind, path, chunk) for path in kind.offer_reads}
        for row in session.execute(select(table).where(table.c.id.in_(chunk))).mappings():
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


def _proofs(session: Session, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[str, Proof]]:
    """Certificates that are there, each with the institution that it belongs to."""
    found: dict[uuid.UUID, tuple[str, Proof]] = {}
    table = Certificate.__table__
    for chunk in chunks(sorted(ids)):
        for row in session.execute(select(table).where(table.c.id.in_(chunk))):
            owner = SimpleNamespace(certificates=(row,), institution_id=row.institution_id)
            for proof in proofs_of(owner, tuple(NATURES.labels)):
                found[row.id] = (str(row.institution_id), proof)
    return found


def _proven(kept: _Kept, proofs: dict[uuid.UUID, tuple[str, Proof]]) -> Offer | None:
    """The offer with its own institution's certificates; the same object as long as nothing changes."""
    offer = kept.offer
    if offer is None:
        return None
    own = tuple(
        found[1]
        for one in kept.certificates
        if (found := proofs.get(one)) is not None and found[0] == offer.institution
    )
    if own != offer.proofs:
        offer = kept.offer = replace(offer, proofs=own)
    return offer
