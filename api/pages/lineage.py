"""What a standard replaces and what replaces it, as a small graph with forks, merges, unknown numbers (S5-23)."""

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from analyzers.collation import natural
from search_service.store.standard import Standard, StandardReplacement

STEPS = 3
"""Generations drawn each way: three reach back some thirty years; further ones are one click away."""
MOST = 24
"""Nodes drawn at all: beyond them a picture explains nothing."""


@dataclass(frozen=True, slots=True)
class Node:
    """One edition.  `level` counts generations: 0 is the standard itself, above it what came later."""

    number: str
    level: int
    title: str | None = None
    status: str | None = None
    url: str | None = None


@dataclass(slots=True)
class Lineage:
    """Nodes by canonical number, and which one replaced which (older, newer)."""

    here: str
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[tuple[str, str]] = field(default_factory=list)
    cut: bool = False
    """Whether there is more than is drawn."""

    def replaced(self) -> list[Node]:
        """What the standard itself replaces."""
        return [self.nodes[old] for old, new in self.edges if new == self.here]

    def successors(self) -> list[Node]:
        """What replaces the standard itself."""
        return [self.nodes[new] for old, new in self.edges if old == self.here]


def read(session: Session, row: Standard) -> Lineage:
    """The lineage around one standard; each number stands in it once, so that circles in the data end."""
    found = Lineage(row.number_key, {row.number_key: _node(row, 0)})
    _older(session, found, {row.number_key: row})
    _newer(session, found, {row.number_key: row})
    return found


def _node(row: Standard, level: int) -> Node:
    return Node(row.number, level, row.title, row.status, f"/standards/{row.id}")


def _older(session: Session, found: Lineage, at: dict[str, Standard]) -> None:
    for step in range(1, STEPS + 2):
        ids = {row.id: key for key, row in at.items()}
        links = session.scalars(
            select(StandardReplacement)
            .where(StandardReplacement.standard_id.in_(ids))
            .order_by(StandardReplacement.position, StandardReplacement.number_key)
        ).all()
        known = _by_key(session, {link.number_key for link in links})
        at = {}
        for link in links:
            key, row = link.number_key, known.get(link.number_key)
            node = _node(row, -step) if row else Node(link.number, -step)
            if _add(found, key, node, step, (key, ids[link.standard_id])) and row:
                at[key] = row


def _newer(session: Session, found: Lineage, at: dict[str, Standard]) -> None:
    for step in range(1, STEPS + 2):
        rows = session.execute(
            select(StandardReplacement.number_key, Standard)
            .join(Standard, StandardReplacement.standard_id == Standard.id)
            .where(StandardReplacement.number_key.in_(list(at)), Standard.deleted_at.is_(None))
        ).all()
        at = {}
        for old, row in sorted(rows, key=lambda pair: natural(pair[1].number)):
            if _add(found, row.number_key, _node(row, step), step, (old, row.number_key)):
                at[row.number_key] = row


def _by_key(session: Session, keys: set[str]) -> dict[str, Standard]:
    rows = session.scalars(select(Standard).where(Standard.number_key.in_(keys), Standard.deleted_at.is_(None)))
    return {row.number_key: row for row in rows}


def _add(found: Lineage, key: str, node: Node, step: int, edge: tuple[str, str]) -> bool:
    """Add a node and its edge; False when the node was there already, or when there is no room for it."""
    fresh = key not in found.nodes
    if fresh and (step > STEPS or len(found.nodes) >= MOST):
        found.cut = True
        return False
    if fresh:
        found.nodes[key] = node
    if edge not in found.edges:
        found.edges.append(edge)
    return fresh
