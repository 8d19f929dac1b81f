"""What the index may still hold and nobody may see (founding decision 7): marked, not drained yet, hidden in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, literal, not_, select
from sqlalchemy.orm import Session

from search_service.engines.base import IDENTIFIER
from search_service.kinds.base import Kind
from search_service.kinds.registry import REGISTRY
from search_service.query import columns
from search_service.query.nodes import Bool, Node, OneOf
from search_service.store.journal import FanOut, IndexState
from search_service.store.marks import NOBODY

MOST = 1_000
"""Ids that a query carries to leave rows out; above it counts are called inexact and facets wait for the drain."""

PENDING = IndexState.seq > IndexState.done_seq
_STATES = IndexState.__table__.c
# Built once and of columns: every search asks it, and building it costs four times what the database does.
_JOBS = FanOut.__table__.c
_KINDS_PENDING = (
    select(_STATES.kind, literal(0).label("spreading")).where(_STATES.seq > _STATES.done_seq).distinct()
).union_all(
    # A job that has marked nothing yet only looks again for what was linked meanwhile.
    select(_JOBS.kind, literal(1)).where(_JOBS.after != NOBODY).distinct()
)


@dataclass(frozen=True, slots=True)
class Hidden:
    """What to leave out of one kind: its own ids, and the ids of owners whose rows all go."""

    ids: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    exact: bool = True


def hidden(session: Session, kinds: Sequence[Kind], now: datetime) -> dict[str, Hidden]:
    """Per kind what to leave out; one cheap query when nothing is pending, which is nearly always."""
    pending: dict[str, bool] = {}
    # Past the ORM: these are columns, and its session adds a third to what asking costs.
    for name, spreading in session.connection().execute(_KINDS_PENDING):
        pending[name] = pending.get(name, False) or bool(spreading)
    return {
        kind.name: _hidden_of(session, kind, now, spreading=pending[kind.name]) if kind.name in pending else Hidden()
        for kind in kinds
    }


def _hidden_of(session: Session, kind: Kind, now: datetime, *, spreading: bool) -> Hidden:
    """Of a kind with marks; `spreading`: a wide change has not marked all of its documents yet, so nobody can count."""
    marked = exists().where(IndexState.kind == kind.name, IndexState.entity_id == kind.model.id, PENDING)
    gone = not_(kind.visible(now))
    owners: list[str] = []
    rows = select(kind.model.id).where(marked, gone)
    if kind.owner is not None:
        owner = REGISTRY.kind(kind.owner[1])
        column = getattr(kind.model, str(kind.owner_path))
        hidden_owner = not_(owner.visible(now))
        found = session.scalars(
            select(owner.model.id).where(hidden_owner, exists().where(column == owner.model.id, marked)).limit(MOST + 1)
        )
        owners = [str(i) for i in found]
        rows = rows.where(column.not_in(select(owner.model.id).where(hidden_owner)))
    ids = [str(i) for i in session.scalars(rows.limit(MOST + 1))]
    return Hidden(tuple(ids[:MOST]), tuple(owners[:MOST]), not spreading and len(ids) <= MOST and len(owners) <= MOST)


def shown(kind: Kind, leave_out: Hidden, now: datetime, valid_on: datetime | None = None) -> Node:
    """What every query of the public demands: visible now, not hidden since, valid on a day if one is asked."""
    holds = [columns.visible_at(now), *([columns.valid_at(valid_on)] if valid_on is not None else [])]
    without: list[Node] = []
    if leave_out.ids:
        without.append(OneOf(IDENTIFIER, leave_out.ids))
    if leave_out.owners and kind.owner is not None:
        without.append(OneOf(columns.filter_field(kind.owner[0]), leave_out.owners))
    return Bool(filter=tuple(holds), without=tuple(without))
