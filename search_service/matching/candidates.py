"""Which rows may answer an item: recall-wide queries to the engine (docs/matching.md, step 1).

Beside them stand rows that the index cannot have: those with a pending mark, those that only the calendar of
certificates hides from the public where an item's service needs no certificate, those whose certificate begins before
the window does, and those whose certificate was deleted.
"""

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import and_, not_, or_, select
from sqlalchemy.orm import Session

from search_service.engines.base import Ask, Engine
from search_service.kinds.base import Kind
from search_service.kinds.days import day_of
from search_service.kinds.evidence import PUBLISHED
from search_service.matching.checks.certificate import RIGHT
from search_service.matching.loading import institutions, offering
from search_service.matching.places import ELSEWHERE
from search_service.matching.recall import query
from search_service.matching.tables import Tables
from search_service.matching.words import Conditions, Item
from search_service.query.columns import filter_field
from search_service.query.nodes import Node, OneOf, all_of
from search_service.store.chunks import chunks
from search_service.store.institution import Certificate
from search_service.store.journal import IndexState

MOST_INSTITUTIONS = 2_000
"""For one item; beyond it the nearest are kept and the answer says how many were not."""

AT_ONCE = 2_000
"""Rows asked for before anybody knows how many there are: nearly every item has fewer."""

MOST_PENDING = 1_000
"""Rows with marks that are looked at beside the index: more wait only while much is being loaded."""


@dataclass(slots=True)
class Proposed:
    """Ids of rows by kind, and how many institutions were left out because there were too many."""

    rows: dict[str, list[uuid.UUID]] = field(default_factory=dict)
    left_out: int = 0


def propose(
    session: Session,
    engine: Engine,
    item: Item,
    conditions: Conditions,
    tables: Tables,
    pending: Mapping[str, list[uuid.UUID]],
) -> Proposed:
    """The rows that may answer.

    Raises:
        EngineUnavailable: it cannot answer; nobody is judged on half of the rows.
    """
    kinds = offering()
    node = query(item, tables)
    found = {kind.name: engine.search(kind.name, Ask(node, limit=AT_ONCE)) for kind in kinds}
    kept, left_out = None, 0
    if sum(answer.total for answer in found.values()) > MOST_INSTITUTIONS:  # fewer rows are of fewer institutions
        owners = _owners(engine, kinds, node)
        if len(owners) > MOST_INSTITUTIONS:
            kept = _nearest(session, owners, item, conditions, tables)
            left_out = len(owners) - len(kept)
    proposed = Proposed(left_out=left_out)
    for kind in kinds:
        answer = found[kind.name]
        if kept is not None or answer.total > len(answer.hits):
            narrowed = node if kept is None else all_of([node, OneOf(_field(kind), tuple(sorted(kept)))])
            answer = engine.search(kind.name, Ask(narrowed, limit=answer.total))
        ids = {uuid.UUID(hit.id) for hit in answer.hits}
        proposed.rows[kind.name] = sorted({*ids, *pending.get(kind.name, ()), *_unproven(session, kind, item)})
    return proposed


def waiting(session: Session, start: date | None = None) -> dict[str, list[uuid.UUID]]:
    """Rows of offering kinds that the index does not have as they are.

    With the first day of a window also those that the public sees only once a certificate of theirs has begun, which
    it will have on that day: judged is the window, and not today.  A row whose certificate was deleted is one without.
    """
    found: dict[str, list[uuid.UUID]] = defaultdict(list)
    names = [kind.name for kind in offering()]
    if start is not None:
        certificates = _appearing(session, start)
        for kind in offering() if certificates else ():
            found[kind.name] += _unseen(session, kind, certificates)
    marked = select(IndexState.kind, IndexState.entity_id).where(
        IndexState.seq > IndexState.done_seq, IndexState.kind.in_(names)
    )
    for name, row in session.execute(marked.limit(MOST_PENDING)):
        found[name].append(row)
    return found


def _appearing(session: Session, start: date) -> list[uuid.UUID]:
    """Certificates that begin after today, and not after `start`; or that were deleted.  Few, and mostly none."""
    begins = and_(Certificate.valid_from > day_of(session.info["now"]()), Certificate.valid_from <= start)
    return list(session.scalars(select(Certificate.id).where(or_(begins, Certificate.deleted_at.is_not(None)))))


def _unseen(session: Session, kind: Kind, certificates: Sequence[uuid.UUID]) -> list[uuid.UUID]:
    """Rows that one of these certificates hides from the public."""
    model, now = kind.model, session.info["now"]()
    # From the few certificates to their rows: the other way round every row would be looked at.
    links = model.certificates.property.secondary
    published = and_(model.state == PUBLISHED, model.deleted_at.is_(None))
    found: dict[uuid.UUID, None] = {}
    for chunk in chunks(certificates):
        rows = select(links.c[0]).where(links.c.certificate_id.in_(chunk))
        query = select(model.id).where(model.id.in_(rows), published, not_(kind.visible(now)))
        found |= dict.fromkeys(session.scalars(query))
    return list(found)


def _field(kind: Kind) -> str:
    assert kind.owner is not None, "an offer hangs on an institution"
    return filter_field(kind.owner[0])


def _owners(engine: Engine, kinds: Iterable[Kind], node: Node) -> set[str]:
    """Of all rows: enough of them to see that there are too many, and all of them to choose the nearest."""
    asks = ((kind, Ask(node, facets={_field(kind): 20 * MOST_INSTITUTIONS}, limit=0)) for kind in kinds)
    return {count.value for kind, ask in asks for count in engine.search(kind.name, ask).facets[_field(kind)]}


def _unproven(session: Session, kind: Kind, item: Item) -> list[uuid.UUID]:
    """Published rows that the public does not see because of a certificate that the service does not even need."""
    if not kind.offers_unproven or (item.service is not None and item.service in RIGHT):
        return []
    model, now = kind.model, session.info["now"]()
    rows = select(model.id).where(model.state == PUBLISHED, model.deleted_at.is_(None), not_(kind.visible(now)))
    said = model.service == item.service if item.service is not None else model.service.not_in(sorted(RIGHT))
    rows = rows.where(said)
    return list(session.scalars(rows))


def _nearest(session: Session, owners: Collection[str], item: Item, conditions: Conditions, tables: Tables) -> set[str]:
    """The institutions nearest to where the work is."""
    place = item.place or conditions.region
    known = institutions(session, owners)

    def distance(one: str) -> tuple[int, str]:
        found = known.get(one)
        return (tables.places.distance(place, found[0].division) if found else ELSEWHERE + 1, one)

    return set(sorted(owners, key=distance)[:MOST_INSTITUTIONS])
