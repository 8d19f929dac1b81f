"""From ids to documents: the rows as they are now, each with the sequence that it was claimed with."""

import logging
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from indexers import collector
from indexers.documents import build
from search_service.engines.base import Document, Refusal, Tombstone
from search_service.kinds.base import Kind
from search_service.store.session import Database

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Built:
    """Documents, and the rows that none could be made of: one bad row never holds up its neighbours."""

    documents: list[Document | Tombstone]
    failures: tuple[Refusal, ...] = ()


def load(database: Database, kind: Kind, wanted: Mapping[uuid.UUID, int]) -> Built:
    """The current documents of these ids, each with its sequence; a row that is not there is a tombstone."""
    with database.read() as session:
        return build_all(session, kind, wanted, database.now())


@collector.paused()
def build_all(session: Session, kind: Kind, wanted: Mapping[uuid.UUID, int], now: datetime) -> Built:
    """The same inside a session."""
    rows = session.scalars(
        select(kind.model).where(kind.model.id.in_(list(wanted))).options(*kind.document_loads())
    ).all()
    found: list[Document | Tombstone] = []
    failures: list[Refusal] = []
    for row in rows:
        try:
            found.append(build(kind, row, wanted[row.id], now))
        except Exception as error:  # a mistake of ours or a value nobody thought of: kept with its reason
            LOG.exception("no document of %s %s", kind.name, row.id)
            failures.append(Refusal(str(row.id), f"{type(error).__name__}: {error}", retry=False))
    there = {row.id for row in rows}
    found.extend(Tombstone(str(i), seq) for i, seq in wanted.items() if i not in there)
    return Built(found, tuple(failures))
